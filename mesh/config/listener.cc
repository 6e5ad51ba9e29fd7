#include "mesh/config/listener.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<FilterChainMatch::ConnectionSourceType>>& enum_names(
    const FilterChainMatch::ConnectionSourceType*) {
  static const std::vector<EnumName<FilterChainMatch::ConnectionSourceType>> names = {
      {FilterChainMatch::ConnectionSourceType::any, "ANY"},
      {FilterChainMatch::ConnectionSourceType::same_ip_or_loopback, "SAME_IP_OR_LOOPBACK"},
      {FilterChainMatch::ConnectionSourceType::external, "EXTERNAL"},
  };
  return names;
}

const std::vector<EnumName<Listener::DrainType>>& enum_names(const Listener::DrainType*) {
  static const std::vector<EnumName<Listener::DrainType>> names = {
      {Listener::DrainType::default_, "DEFAULT"},
      {Listener::DrainType::modify_only, "MODIFY_ONLY"},
  };
  return names;
}

LAB_RECORD(Filter, "envoy.config.listener.v3.Filter") {
  record.field("name", &Filter::name).ignored("the type of typed_config decides").not_empty();
  record.field("typed_config", &Filter::typed_config);
}

LAB_RECORD(FilterChainMatch, "envoy.config.listener.v3.FilterChainMatch") {
  record.field("destination_port", &FilterChainMatch::destination_port).at_least(1).at_most(65535);
  record.field("prefix_ranges", &FilterChainMatch::prefix_ranges);
  record.field("address_suffix", &FilterChainMatch::address_suffix);
  record.field("suffix_len", &FilterChainMatch::suffix_len);
  record.field("direct_source_prefix_ranges", &FilterChainMatch::direct_source_prefix_ranges);
  record.field("source_type", &FilterChainMatch::source_type);
  record.field("source_prefix_ranges", &FilterChainMatch::source_prefix_ranges);
  record.field("source_ports", &FilterChainMatch::source_ports)
      .check(each_at_least(1))
      .check(each_at_most(65535));
  record.field("server_names", &FilterChainMatch::server_names);
  record.field("transport_protocol", &FilterChainMatch::transport_protocol);
  record.field("application_protocols", &FilterChainMatch::application_protocols);
  record.check(valid_filter_chain_match);
}

LAB_RECORD(FilterChain, "envoy.config.listener.v3.FilterChain") {
  record.field("filter_chain_match", &FilterChain::filter_chain_match);
  record.field("filters", &FilterChain::filters);
  record.field("use_proxy_proto", &FilterChain::use_proxy_proto)
      .check(not_supported("there is no PROXY protocol."));
  record.field("metadata", &FilterChain::metadata);
  record.field("transport_socket", &FilterChain::transport_socket);
  record.field("transport_socket_connect_timeout", &FilterChain::transport_socket_connect_timeout);
  record.field("name", &FilterChain::name);
  record.check(valid_filter_chain);
}

LAB_RECORD(ListenerFilterPredicateSet,
           "envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet") {
  record.field("rules", &ListenerFilterPredicateSet::rules).check(items_at_least(2));
}

LAB_RECORD(ListenerFilterChainMatchPredicate,
           "envoy.config.listener.v3.ListenerFilterChainMatchPredicate") {
  record.field("or_match", &ListenerFilterChainMatchPredicate::or_match);
  record.field("and_match", &ListenerFilterChainMatchPredicate::and_match);
  record.field("not_match", &ListenerFilterChainMatchPredicate::not_match);
  record.field("any_match", &ListenerFilterChainMatchPredicate::any_match).check(must_be_true());
  record.field("destination_port_range",
               &ListenerFilterChainMatchPredicate::destination_port_range);
  record.oneof("rule",
               {"or_match", "and_match", "not_match", "any_match", "destination_port_range"}, true);
}

LAB_RECORD(ListenerFilter, "envoy.config.listener.v3.ListenerFilter") {
  record.field("name", &ListenerFilter::name)
      .ignored("the type of typed_config decides")
      .not_empty();
  record.field("typed_config", &ListenerFilter::typed_config);
  record.field("filter_disabled", &ListenerFilter::filter_disabled);
  record.check(valid_listener_filter);
}

LAB_RECORD(AdditionalAddress, "envoy.config.listener.v3.AdditionalAddress") {
  record.field("address", &AdditionalAddress::address);
  record.field("socket_options", &AdditionalAddress::socket_options)
      .check(not_supported("options are those of the listener."));
}

LAB_RECORD(ListenerDeprecatedV1, "envoy.config.listener.v3.Listener.DeprecatedV1") {
  record.field("bind_to_port", &ListenerDeprecatedV1::bind_to_port);
}

LAB_RECORD(ExactBalance, "envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance") {
  static_cast<void>(record);
}

LAB_RECORD(ConnectionBalanceConfig, "envoy.config.listener.v3.Listener.ConnectionBalanceConfig") {
  record.field("exact_balance", &ConnectionBalanceConfig::exact_balance);
  record.oneof("balance_type", {"exact_balance"}, true);
}

LAB_RECORD(Listener, "envoy.config.listener.v3.Listener") {
  record.field("name", &Listener::name);
  record.field("address", &Listener::address);
  record.field("additional_addresses", &Listener::additional_addresses);
  record.field("stat_prefix", &Listener::stat_prefix);
  record.field("filter_chains", &Listener::filter_chains);
  record.field("use_original_dst", &Listener::use_original_dst);
  record.field("default_filter_chain", &Listener::default_filter_chain);
  record.field("per_connection_buffer_limit_bytes", &Listener::per_connection_buffer_limit_bytes);
  record.field("metadata", &Listener::metadata);
  record.field("deprecated_v1", &Listener::deprecated_v1).check(not_supported("use bind_to_port."));
  record.field("drain_type", &Listener::drain_type)
      .ignored("a listener drains when it is replaced, removed, or told to by /drain_listeners");
  record.field("listener_filters", &Listener::listener_filters);
  record.field("listener_filters_timeout", &Listener::listener_filters_timeout);
  record.field("continue_on_listener_filters_timeout",
               &Listener::continue_on_listener_filters_timeout);
  record.field("transparent", &Listener::transparent);
  record.field("freebind", &Listener::freebind);
  record.field("socket_options", &Listener::socket_options);
  record.field("tcp_fast_open_queue_length", &Listener::tcp_fast_open_queue_length)
      .ignored("only saves a round trip");
  record.field("traffic_direction", &Listener::traffic_direction);
  record.field("connection_balance_config", &Listener::connection_balance_config)
      .ignored("the kernel spreads connections over the workers");
  record.field("reuse_port", &Listener::reuse_port).ignored("replaced by enable_reuse_port");
  record.field("enable_reuse_port", &Listener::enable_reuse_port);
  record.field("access_log", &Listener::access_log);
  record.field("tcp_backlog_size", &Listener::tcp_backlog_size);
  record
      .field("max_connections_to_accept_per_socket_event",
             &Listener::max_connections_to_accept_per_socket_event)
      .ignored("only schedules work; the proxy has a limit of its own")
      .at_least(1);
  record.field("bind_to_port", &Listener::bind_to_port);
  record.field("enable_mptcp", &Listener::enable_mptcp)
      .ignored("a client that offers MPTCP falls back to TCP");
  record.field("ignore_global_conn_limit", &Listener::ignore_global_conn_limit)
      .ignored("the limit on connections guards the process and holds for every listener");
  record.field("bypass_overload_manager", &Listener::bypass_overload_manager)
      .ignored("there is no overload manager");
  record.check(valid_listener);
}

LAB_RECORD(TlsInspector, "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector") {
  record.field("enable_ja3_fingerprinting", &TlsInspector::enable_ja3_fingerprinting)
      .ignored("only for fingerprints in logs, which have no operator here");
  record.field("enable_ja4_fingerprinting", &TlsInspector::enable_ja4_fingerprinting)
      .ignored("only for fingerprints in logs, which have no operator here");
  record.field("initial_read_buffer_size", &TlsInspector::initial_read_buffer_size)
      .ignored("only schedules memory")
      .at_least(256)
      .at_most(65536);
  record
      .field("close_connection_on_client_hello_parsing_errors",
             &TlsInspector::close_connection_on_client_hello_parsing_errors)
      .ignored("a ClientHello that is none matches no TLS filter chain");
  record.field("max_client_hello_size", &TlsInspector::max_client_hello_size)
      .ignored("the proxy has a limit of its own (16 KiB)")
      .at_least(256)
      .at_most(16384);
}

LAB_RECORD(HttpInspector, "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector") {
  static_cast<void>(record);
}

LAB_RECORD(OriginalDst, "envoy.extensions.filters.listener.original_dst.v3.OriginalDst") {
  static_cast<void>(record);
}

}  // namespace lab::config
