#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/any.h"

/// Words that all of Envoy's messages share: addresses, data, headers, configuration sources.
namespace lab::config {

/// Which set of circuit breakers and pools a request uses.
enum class RoutingPriority : std::int32_t { default_ = 0, high = 1 };

/// Whether a listener takes what comes to the workload or what leaves it.
enum class TrafficDirection : std::int32_t { unspecified = 0, inbound = 1, outbound = 2 };

/// The version of the discovery API.
enum class ApiVersion : std::int32_t { auto_ = 0, v2 = 1, v3 = 2 };

/// An HTTP method.
enum class RequestMethod : std::int32_t {
  method_unspecified = 0,
  get = 1,
  head = 2,
  post = 3,
  put = 4,
  delete_ = 5,
  connect = 6,
  options = 7,
  trace = 8,
  patch = 9
};

/// What a discovery service says about an endpoint.
enum class HealthStatus : std::int32_t {
  unknown = 0,
  healthy = 1,
  unhealthy = 2,
  draining = 3,
  timeout = 4,
  degraded = 5
};

/// 0 to 100.
struct Percent {
  double value = 0;
};

/// numerator out of denominator; more than one hundred percent counts as all.
struct FractionalPercent {
  enum class DenominatorType : std::int32_t { hundred = 0, ten_thousand = 1, million = 2 };
  std::uint32_t numerator = 0;
  DenominatorType denominator = DenominatorType::hundred;
};

/// start up to, but without, end.
struct Int64Range {
  std::int64_t start = 0;
  std::int64_t end = 0;
};

/// start up to, but without, end.
struct Int32Range {
  std::int32_t start = 0;
  std::int32_t end = 0;
};

/// start up to, but without, end.
struct DoubleRange {
  double start = 0;
  double end = 0;
};

/// An IP address and a port; for a DNS cluster's endpoint a host name and a port.
struct SocketAddress {
  enum class Protocol : std::int32_t { tcp = 0, udp = 1 };
  Protocol protocol = Protocol::tcp;
  std::string address;
  std::optional<std::uint32_t> port_value;
  std::optional<std::string> named_port;
  std::string resolver_name;
  bool ipv4_compat = false;
};

/// A Unix domain socket; "@name" is abstract.
struct Pipe {
  std::string path;
  std::uint32_t mode = 0;
};

/// Where to listen or connect.
struct Address {
  std::optional<SocketAddress> socket_address;
  std::optional<Pipe> pipe;
};

/// A range of IP addresses; a missing prefix_len is 0.
struct CidrRange {
  std::string address_prefix;
  std::optional<std::uint32_t> prefix_len;
};

/// Where an endpoint runs.
struct Locality {
  std::string region;
  std::string zone;
  std::string sub_zone;
};

/// Additional facts on an object: per name space (for example "lab", "istio") a JSON object.
struct Metadata {
  std::map<std::string, Value> filter_metadata;
};

/// A number that Envoy could override at run time; here always the default.
struct RuntimeUInt32 {
  std::uint32_t default_value = 0;
  std::string runtime_key;
};

/// A percentage that Envoy could override at run time; here always the default.
struct RuntimePercent {
  std::optional<Percent> default_value;
  std::string runtime_key;
};

/// A number that Envoy could override at run time; here always the default.
struct RuntimeDouble {
  double default_value = 0;
  std::string runtime_key;
};

/// A switch that Envoy could override at run time; here always the default.
struct RuntimeFeatureFlag {
  std::optional<bool> default_value;
  std::string runtime_key;
};

/// A fraction that Envoy could override at run time; here always the default.
struct RuntimeFractionalPercent {
  FractionalPercent default_value;
  std::string runtime_key;
};

/// One header; the value may hold %COMMAND%s.
struct HeaderValue {
  std::string key;
  std::string value;
  Bytes raw_value;
};

/// A header to add, and what to do when it is there already.
struct HeaderValueOption {
  enum class HeaderAppendAction : std::int32_t {
    append_if_exists_or_add = 0,
    add_if_absent = 1,
    overwrite_if_exists_or_add = 2,
    overwrite_if_exists = 3
  };
  HeaderValue header;
  std::optional<bool> append;
  HeaderAppendAction append_action = HeaderAppendAction::append_if_exists_or_add;
  bool keep_empty_value = false;
};

/// A directory whose moves (rename of a symbolic link or file in it) mean "read again".
struct WatchedDirectory {
  std::string path;
};

/// Bytes from a file, from the configuration itself, or from an environment variable.
struct DataSource {
  std::optional<std::string> filename;
  std::optional<Bytes> inline_bytes;
  std::optional<std::string> inline_string;
  std::optional<std::string> environment_variable;
  std::optional<WatchedDirectory> watched_directory;
};

/// How bytes travel over a connection: plain or TLS.
struct TransportSocket {
  std::string name;
  Any typed_config;
};

/// A named extension and its configuration.
struct TypedExtensionConfig {
  std::string name;
  Any typed_config;
};

/// TCP keep-alive probes: how many, and seconds before the first and between them.
struct TcpKeepalive {
  std::optional<std::uint32_t> keepalive_probes;
  std::optional<std::uint32_t> keepalive_time;
  std::optional<std::uint32_t> keepalive_interval;
};

/// Stream sockets.
struct SocketTypeStream {};

/// Datagram sockets.
struct SocketTypeDatagram {};

/// For which kind of socket an option is meant.
struct SocketType {
  std::optional<SocketTypeStream> stream;
  std::optional<SocketTypeDatagram> datagram;
};

/// One setsockopt(2) call.
struct SocketOption {
  enum class SocketState : std::int32_t { state_prebind = 0, state_bound = 1, state_listening = 2 };
  std::string description;
  std::int64_t level = 0;
  std::int64_t name = 0;
  std::optional<std::int64_t> int_value;
  std::optional<Bytes> buf_value;
  SocketState state = SocketState::state_prebind;
  std::optional<SocketType> type;
};

/// Socket options of one address.
struct SocketOptionsOverride {
  std::vector<SocketOption> socket_options;
};

/// A further address to connect from.
struct ExtraSourceAddress {
  SocketAddress address;
  std::optional<SocketOptionsOverride> socket_options;
};

/// The local address that upstream connections are bound to, and their socket options.
struct BindConfig {
  std::optional<SocketAddress> source_address;
  std::optional<bool> freebind;
  std::vector<SocketOption> socket_options;
  std::vector<ExtraSourceAddress> extra_source_addresses;
  std::vector<SocketAddress> additional_source_addresses;
};

/// A file with one DiscoveryResponse; a rename over it means "read again".
struct PathConfigSource {
  std::string path;
  std::optional<WatchedDirectory> watched_directory;
};

/// The one stream that carries all resource types.
struct AggregatedConfigSource {};

/// The same source that the referring object came from.
struct SelfConfigSource {
  ApiVersion transport_api_version = ApiVersion::auto_;
};

/// A gRPC client of Envoy's own.
struct EnvoyGrpc {
  std::string cluster_name;
  std::string authority;
};

/// A gRPC service to fetch configuration from.
struct GrpcService {
  std::optional<EnvoyGrpc> envoy_grpc;
  std::optional<Duration> timeout;
  std::vector<HeaderValue> initial_metadata;
};

/// How often requests are sent to a management server.
struct RateLimitSettings {
  std::optional<std::uint32_t> max_tokens;
  std::optional<double> fill_rate;
};

/// A management server. Read, so that istiod's configuration can be shown; nothing connects to it.
struct ApiConfigSource {
  enum class ApiType : std::int32_t {
    deprecated_and_unavailable_do_not_use = 0,
    rest = 1,
    grpc = 2,
    delta_grpc = 3,
    aggregated_grpc = 5,
    aggregated_delta_grpc = 6
  };
  ApiType api_type = ApiType::deprecated_and_unavailable_do_not_use;
  ApiVersion transport_api_version = ApiVersion::auto_;
  std::vector<std::string> cluster_names;
  std::vector<GrpcService> grpc_services;
  std::optional<Duration> refresh_delay;
  std::optional<Duration> request_timeout;
  std::optional<RateLimitSettings> rate_limit_settings;
  bool set_node_on_first_message_only = false;
};

/// Where resources come from.
struct ConfigSource {
  std::optional<std::string> path;
  std::optional<PathConfigSource> path_config_source;
  std::optional<ApiConfigSource> api_config_source;
  std::optional<AggregatedConfigSource> ads;
  std::optional<SelfConfigSource> self;
  std::optional<Duration> initial_fetch_timeout;
  ApiVersion resource_api_version = ApiVersion::auto_;
};

/// Version of a program.
struct BuildVersion {
  Value metadata;
};

/// An extension that a node says it has.
struct Extension {
  std::string name;
  std::string category;
  std::string type_descriptor;
  std::optional<BuildVersion> version;
  bool disabled = false;
  std::vector<std::string> type_urls;
};

/// What this proxy says about itself.
struct Node {
  std::string id;
  std::string cluster;
  Value metadata;
  std::optional<Locality> locality;
  std::string user_agent_name;
  std::optional<std::string> user_agent_version;
  std::optional<BuildVersion> user_agent_build_version;
  std::vector<Extension> extensions;
  std::vector<std::string> client_features;
  std::vector<Address> listening_addresses;
};

/// How JSON log lines are written.
struct JsonFormatOptions {
  bool sort_properties = false;
};

/// A log line or body with %COMMAND%s, as text or as a JSON object.
struct SubstitutionFormatString {
  std::optional<std::string> text_format;
  Value json_format;
  std::optional<DataSource> text_format_source;
  bool omit_empty_values = false;
  std::string content_type;
  std::optional<JsonFormatOptions> json_format_options;
};

/// Growing waits between attempts.
struct BackoffStrategy {
  std::optional<Duration> base_interval;
  std::optional<Duration> max_interval;
};

const Record<Percent>& record_of(const Percent*);
const Record<FractionalPercent>& record_of(const FractionalPercent*);
const Record<Int64Range>& record_of(const Int64Range*);
const Record<Int32Range>& record_of(const Int32Range*);
const Record<DoubleRange>& record_of(const DoubleRange*);
const Record<SocketAddress>& record_of(const SocketAddress*);
const Record<Pipe>& record_of(const Pipe*);
const Record<Address>& record_of(const Address*);
const Record<CidrRange>& record_of(const CidrRange*);
const Record<Locality>& record_of(const Locality*);
const Record<Metadata>& record_of(const Metadata*);
const Record<RuntimeUInt32>& record_of(const RuntimeUInt32*);
const Record<RuntimePercent>& record_of(const RuntimePercent*);
const Record<RuntimeDouble>& record_of(const RuntimeDouble*);
const Record<RuntimeFeatureFlag>& record_of(const RuntimeFeatureFlag*);
const Record<RuntimeFractionalPercent>& record_of(const RuntimeFractionalPercent*);
const Record<HeaderValue>& record_of(const HeaderValue*);
const Record<HeaderValueOption>& record_of(const HeaderValueOption*);
const Record<WatchedDirectory>& record_of(const WatchedDirectory*);
const Record<DataSource>& record_of(const DataSource*);
const Record<TransportSocket>& record_of(const TransportSocket*);
const Record<TypedExtensionConfig>& record_of(const TypedExtensionConfig*);
const Record<TcpKeepalive>& record_of(const TcpKeepalive*);
const Record<SocketTypeStream>& record_of(const SocketTypeStream*);
const Record<SocketTypeDatagram>& record_of(const SocketTypeDatagram*);
const Record<SocketType>& record_of(const SocketType*);
const Record<SocketOption>& record_of(const SocketOption*);
const Record<SocketOptionsOverride>& record_of(const SocketOptionsOverride*);
const Record<ExtraSourceAddress>& record_of(const ExtraSourceAddress*);
const Record<BindConfig>& record_of(const BindConfig*);
const Record<PathConfigSource>& record_of(const PathConfigSource*);
const Record<AggregatedConfigSource>& record_of(const AggregatedConfigSource*);
const Record<SelfConfigSource>& record_of(const SelfConfigSource*);
const Record<EnvoyGrpc>& record_of(const EnvoyGrpc*);
const Record<GrpcService>& record_of(const GrpcService*);
const Record<RateLimitSettings>& record_of(const RateLimitSettings*);
const Record<ApiConfigSource>& record_of(const ApiConfigSource*);
const Record<ConfigSource>& record_of(const ConfigSource*);
const Record<BuildVersion>& record_of(const BuildVersion*);
const Record<Extension>& record_of(const Extension*);
const Record<Node>& record_of(const Node*);
const Record<JsonFormatOptions>& record_of(const JsonFormatOptions*);
const Record<SubstitutionFormatString>& record_of(const SubstitutionFormatString*);
const Record<BackoffStrategy>& record_of(const BackoffStrategy*);
const std::vector<EnumName<RoutingPriority>>& enum_names(const RoutingPriority*);
const std::vector<EnumName<TrafficDirection>>& enum_names(const TrafficDirection*);
const std::vector<EnumName<ApiVersion>>& enum_names(const ApiVersion*);
const std::vector<EnumName<RequestMethod>>& enum_names(const RequestMethod*);
const std::vector<EnumName<HealthStatus>>& enum_names(const HealthStatus*);
const std::vector<EnumName<FractionalPercent::DenominatorType>>& enum_names(
    const FractionalPercent::DenominatorType*);
const std::vector<EnumName<SocketAddress::Protocol>>& enum_names(const SocketAddress::Protocol*);
const std::vector<EnumName<HeaderValueOption::HeaderAppendAction>>& enum_names(
    const HeaderValueOption::HeaderAppendAction*);
const std::vector<EnumName<SocketOption::SocketState>>& enum_names(
    const SocketOption::SocketState*);
const std::vector<EnumName<ApiConfigSource::ApiType>>& enum_names(const ApiConfigSource::ApiType*);

}  // namespace lab::config
