#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/access_log.h"
#include "mesh/config/core.h"

/// Listeners, filter chains, listener filters.
namespace lab::config {

struct ListenerFilterChainMatchPredicate;

/// One network filter.
struct Filter {
  std::string name;
  Any typed_config;
};

/// Which connections a filter chain takes; an empty criterion takes all.
struct FilterChainMatch {
  enum class ConnectionSourceType : std::int32_t { any = 0, same_ip_or_loopback = 1, external = 2 };
  std::optional<std::uint32_t> destination_port;
  std::vector<CidrRange> prefix_ranges;
  std::string address_suffix;
  std::optional<std::uint32_t> suffix_len;
  std::vector<CidrRange> direct_source_prefix_ranges;
  ConnectionSourceType source_type = ConnectionSourceType::any;
  std::vector<CidrRange> source_prefix_ranges;
  std::vector<std::uint32_t> source_ports;
  std::vector<std::string> server_names;
  std::string transport_protocol;
  std::vector<std::string> application_protocols;
};

/// The filters that a connection passes.
struct FilterChain {
  std::optional<FilterChainMatch> filter_chain_match;
  std::vector<Filter> filters;
  std::optional<bool> use_proxy_proto;
  std::optional<Metadata> metadata;
  std::optional<TransportSocket> transport_socket;
  std::optional<Duration> transport_socket_connect_timeout;
  std::string name;
};

/// Several predicates.
struct ListenerFilterPredicateSet {
  std::vector<ListenerFilterChainMatchPredicate> rules;
};

/// Connections on which a listener filter is switched off.
struct ListenerFilterChainMatchPredicate {
  std::optional<ListenerFilterPredicateSet> or_match;
  std::optional<ListenerFilterPredicateSet> and_match;
  std::optional<Box<ListenerFilterChainMatchPredicate>> not_match;
  std::optional<bool> any_match;
  std::optional<Int32Range> destination_port_range;
};

/// Looks at a connection before a filter chain is chosen.
struct ListenerFilter {
  std::string name;
  Any typed_config;
  std::optional<ListenerFilterChainMatchPredicate> filter_disabled;
};

/// A further address of a listener.
struct AdditionalAddress {
  std::optional<Address> address;
  std::optional<SocketOptionsOverride> socket_options;
};

/// The old place of bind_to_port.
struct ListenerDeprecatedV1 {
  std::optional<bool> bind_to_port;
};

/// Every worker gets as many connections.
struct ExactBalance {};

/// How connections are spread over workers.
struct ConnectionBalanceConfig {
  std::optional<ExactBalance> exact_balance;
};

/// Accepts connections on an address.
struct Listener {
  enum class DrainType : std::int32_t { default_ = 0, modify_only = 1 };
  std::string name;
  std::optional<Address> address;
  std::vector<AdditionalAddress> additional_addresses;
  std::string stat_prefix;
  std::vector<FilterChain> filter_chains;
  std::optional<bool> use_original_dst;
  std::optional<FilterChain> default_filter_chain;
  std::optional<std::uint32_t> per_connection_buffer_limit_bytes;
  std::optional<Metadata> metadata;
  std::optional<ListenerDeprecatedV1> deprecated_v1;
  DrainType drain_type = DrainType::default_;
  std::vector<ListenerFilter> listener_filters;
  std::optional<Duration> listener_filters_timeout;
  bool continue_on_listener_filters_timeout = false;
  std::optional<bool> transparent;
  std::optional<bool> freebind;
  std::vector<SocketOption> socket_options;
  std::optional<std::uint32_t> tcp_fast_open_queue_length;
  TrafficDirection traffic_direction = TrafficDirection::unspecified;
  std::optional<ConnectionBalanceConfig> connection_balance_config;
  bool reuse_port = false;
  std::optional<bool> enable_reuse_port;
  std::vector<AccessLog> access_log;
  std::optional<std::uint32_t> tcp_backlog_size;
  std::optional<std::uint32_t> max_connections_to_accept_per_socket_event;
  std::optional<bool> bind_to_port;
  bool enable_mptcp = false;
  bool ignore_global_conn_limit = false;
  bool bypass_overload_manager = false;
};

/// Reads the ClientHello: TLS or not, server name, application protocols.
struct TlsInspector {
  std::optional<bool> enable_ja3_fingerprinting;
  std::optional<bool> enable_ja4_fingerprinting;
  std::optional<std::uint32_t> initial_read_buffer_size;
  bool close_connection_on_client_hello_parsing_errors = false;
  std::optional<std::uint32_t> max_client_hello_size;
};

/// Tells HTTP/1.0, HTTP/1.1 and HTTP/2 from other bytes.
struct HttpInspector {};

/// Asks the kernel for the address that the client connected to before it was redirected.
struct OriginalDst {};

const Record<Filter>& record_of(const Filter*);
const Record<FilterChainMatch>& record_of(const FilterChainMatch*);
const Record<FilterChain>& record_of(const FilterChain*);
const Record<ListenerFilterPredicateSet>& record_of(const ListenerFilterPredicateSet*);
const Record<ListenerFilterChainMatchPredicate>& record_of(
    const ListenerFilterChainMatchPredicate*);
const Record<ListenerFilter>& record_of(const ListenerFilter*);
const Record<AdditionalAddress>& record_of(const AdditionalAddress*);
const Record<ListenerDeprecatedV1>& record_of(const ListenerDeprecatedV1*);
const Record<ExactBalance>& record_of(const ExactBalance*);
const Record<ConnectionBalanceConfig>& record_of(const ConnectionBalanceConfig*);
const Record<Listener>& record_of(const Listener*);
const Record<TlsInspector>& record_of(const TlsInspector*);
const Record<HttpInspector>& record_of(const HttpInspector*);
const Record<OriginalDst>& record_of(const OriginalDst*);
const std::vector<EnumName<FilterChainMatch::ConnectionSourceType>>& enum_names(
    const FilterChainMatch::ConnectionSourceType*);
const std::vector<EnumName<Listener::DrainType>>& enum_names(const Listener::DrainType*);

}  // namespace lab::config
