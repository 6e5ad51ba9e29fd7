#include "mesh/config/core.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<RoutingPriority>>& enum_names(const RoutingPriority*) {
  static const std::vector<EnumName<RoutingPriority>> names = {
      {RoutingPriority::default_, "DEFAULT"},
      {RoutingPriority::high, "HIGH"},
  };
  return names;
}

const std::vector<EnumName<TrafficDirection>>& enum_names(const TrafficDirection*) {
  static const std::vector<EnumName<TrafficDirection>> names = {
      {TrafficDirection::unspecified, "UNSPECIFIED"},
      {TrafficDirection::inbound, "INBOUND"},
      {TrafficDirection::outbound, "OUTBOUND"},
  };
  return names;
}

const std::vector<EnumName<ApiVersion>>& enum_names(const ApiVersion*) {
  static const std::vector<EnumName<ApiVersion>> names = {
      {ApiVersion::auto_, "AUTO"},
      {ApiVersion::v2, "V2"},
      {ApiVersion::v3, "V3"},
  };
  return names;
}

const std::vector<EnumName<RequestMethod>>& enum_names(const RequestMethod*) {
  static const std::vector<EnumName<RequestMethod>> names = {
      {RequestMethod::method_unspecified, "METHOD_UNSPECIFIED"},
      {RequestMethod::get, "GET"},
      {RequestMethod::head, "HEAD"},
      {RequestMethod::post, "POST"},
      {RequestMethod::put, "PUT"},
      {RequestMethod::delete_, "DELETE"},
      {RequestMethod::connect, "CONNECT"},
      {RequestMethod::options, "OPTIONS"},
      {RequestMethod::trace, "TRACE"},
      {RequestMethod::patch, "PATCH"},
  };
  return names;
}

const std::vector<EnumName<HealthStatus>>& enum_names(const HealthStatus*) {
  static const std::vector<EnumName<HealthStatus>> names = {
      {HealthStatus::unknown, "UNKNOWN"},     {HealthStatus::healthy, "HEALTHY"},
      {HealthStatus::unhealthy, "UNHEALTHY"}, {HealthStatus::draining, "DRAINING"},
      {HealthStatus::timeout, "TIMEOUT"},     {HealthStatus::degraded, "DEGRADED"},
  };
  return names;
}

const std::vector<EnumName<FractionalPercent::DenominatorType>>& enum_names(
    const FractionalPercent::DenominatorType*) {
  static const std::vector<EnumName<FractionalPercent::DenominatorType>> names = {
      {FractionalPercent::DenominatorType::hundred, "HUNDRED"},
      {FractionalPercent::DenominatorType::ten_thousand, "TEN_THOUSAND"},
      {FractionalPercent::DenominatorType::million, "MILLION"},
  };
  return names;
}

const std::vector<EnumName<SocketAddress::Protocol>>& enum_names(const SocketAddress::Protocol*) {
  static const std::vector<EnumName<SocketAddress::Protocol>> names = {
      {SocketAddress::Protocol::tcp, "TCP"},
      {SocketAddress::Protocol::udp, "UDP"},
  };
  return names;
}

const std::vector<EnumName<HeaderValueOption::HeaderAppendAction>>& enum_names(
    const HeaderValueOption::HeaderAppendAction*) {
  static const std::vector<EnumName<HeaderValueOption::HeaderAppendAction>> names = {
      {HeaderValueOption::HeaderAppendAction::append_if_exists_or_add, "APPEND_IF_EXISTS_OR_ADD"},
      {HeaderValueOption::HeaderAppendAction::add_if_absent, "ADD_IF_ABSENT"},
      {HeaderValueOption::HeaderAppendAction::overwrite_if_exists_or_add,
       "OVERWRITE_IF_EXISTS_OR_ADD"},
      {HeaderValueOption::HeaderAppendAction::overwrite_if_exists, "OVERWRITE_IF_EXISTS"},
  };
  return names;
}

const std::vector<EnumName<SocketOption::SocketState>>& enum_names(
    const SocketOption::SocketState*) {
  static const std::vector<EnumName<SocketOption::SocketState>> names = {
      {SocketOption::SocketState::state_prebind, "STATE_PREBIND"},
      {SocketOption::SocketState::state_bound, "STATE_BOUND"},
      {SocketOption::SocketState::state_listening, "STATE_LISTENING"},
  };
  return names;
}

const std::vector<EnumName<ApiConfigSource::ApiType>>& enum_names(const ApiConfigSource::ApiType*) {
  static const std::vector<EnumName<ApiConfigSource::ApiType>> names = {
      {ApiConfigSource::ApiType::deprecated_and_unavailable_do_not_use,
       "DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE"},
      {ApiConfigSource::ApiType::rest, "REST"},
      {ApiConfigSource::ApiType::grpc, "GRPC"},
      {ApiConfigSource::ApiType::delta_grpc, "DELTA_GRPC"},
      {ApiConfigSource::ApiType::aggregated_grpc, "AGGREGATED_GRPC"},
      {ApiConfigSource::ApiType::aggregated_delta_grpc, "AGGREGATED_DELTA_GRPC"},
  };
  return names;
}

LAB_RECORD(Percent, "envoy.type.v3.Percent") {
  record.field("value", &Percent::value).at_least(0).at_most(100);
}

LAB_RECORD(FractionalPercent, "envoy.type.v3.FractionalPercent") {
  record.field("numerator", &FractionalPercent::numerator);
  record.field("denominator", &FractionalPercent::denominator);
}

LAB_RECORD(Int64Range, "envoy.type.v3.Int64Range") {
  record.field("start", &Int64Range::start);
  record.field("end", &Int64Range::end);
}

LAB_RECORD(Int32Range, "envoy.type.v3.Int32Range") {
  record.field("start", &Int32Range::start);
  record.field("end", &Int32Range::end);
}

LAB_RECORD(DoubleRange, "envoy.type.v3.DoubleRange") {
  record.field("start", &DoubleRange::start);
  record.field("end", &DoubleRange::end);
}

LAB_RECORD(SocketAddress, "envoy.config.core.v3.SocketAddress") {
  record.field("protocol", &SocketAddress::protocol);
  record.field("address", &SocketAddress::address).not_empty();
  record.field("port_value", &SocketAddress::port_value).at_most(65535);
  record.field("named_port", &SocketAddress::named_port);
  record.field("resolver_name", &SocketAddress::resolver_name);
  record.field("ipv4_compat", &SocketAddress::ipv4_compat)
      .ignored("an IPv6 socket takes what its system gives it");
  record.oneof("port_specifier", {"port_value", "named_port"}, true);
}

LAB_RECORD(Pipe, "envoy.config.core.v3.Pipe") {
  record.field("path", &Pipe::path).not_empty();
  record.field("mode", &Pipe::mode).check(not_supported("the umask decides.")).at_most(511);
}

LAB_RECORD(Address, "envoy.config.core.v3.Address") {
  record.field("socket_address", &Address::socket_address);
  record.field("pipe", &Address::pipe);
  record.oneof("address", {"socket_address", "pipe"}, true);
}

LAB_RECORD(CidrRange, "envoy.config.core.v3.CidrRange") {
  record.field("address_prefix", &CidrRange::address_prefix).not_empty();
  record.field("prefix_len", &CidrRange::prefix_len).at_most(128);
}

LAB_RECORD(Locality, "envoy.config.core.v3.Locality") {
  record.field("region", &Locality::region);
  record.field("zone", &Locality::zone);
  record.field("sub_zone", &Locality::sub_zone);
}

/// A google.protobuf.Struct per filter.
struct Structs {
  std::string text() const { return "an object per key"; }
  std::string operator()(const std::map<std::string, Value>& values) const {
    for (const auto& [key, value] : values) {
      if (!value.is_object()) return "\"" + key + "\" must be an object.";
    }
    return "";
  }
};

LAB_RECORD(Metadata, "envoy.config.core.v3.Metadata") {
  record.field("filter_metadata", &Metadata::filter_metadata)
      .check(keys_not_empty())
      .check(Structs());
}

LAB_RECORD(RuntimeUInt32, "envoy.config.core.v3.RuntimeUInt32") {
  record.field("default_value", &RuntimeUInt32::default_value);
  record.field("runtime_key", &RuntimeUInt32::runtime_key).ignored("the default is always used");
}

LAB_RECORD(RuntimePercent, "envoy.config.core.v3.RuntimePercent") {
  record.field("default_value", &RuntimePercent::default_value);
  record.field("runtime_key", &RuntimePercent::runtime_key).ignored("the default is always used");
}

LAB_RECORD(RuntimeDouble, "envoy.config.core.v3.RuntimeDouble") {
  record.field("default_value", &RuntimeDouble::default_value);
  record.field("runtime_key", &RuntimeDouble::runtime_key).ignored("the default is always used");
}

LAB_RECORD(RuntimeFeatureFlag, "envoy.config.core.v3.RuntimeFeatureFlag") {
  record.field("default_value", &RuntimeFeatureFlag::default_value).required();
  record.field("runtime_key", &RuntimeFeatureFlag::runtime_key)
      .ignored("the default is always used");
}

LAB_RECORD(RuntimeFractionalPercent, "envoy.config.core.v3.RuntimeFractionalPercent") {
  record.field("default_value", &RuntimeFractionalPercent::default_value).required();
  record.field("runtime_key", &RuntimeFractionalPercent::runtime_key)
      .ignored("the default is always used");
}

LAB_RECORD(HeaderValue, "envoy.config.core.v3.HeaderValue") {
  record.field("key", &HeaderValue::key)
      .not_empty()
      .check(bytes_at_most(16384))
      .check(header_name(Strict::no));
  record.field("value", &HeaderValue::value)
      .check(bytes_at_most(16384))
      .check(header_value(Strict::no));
  record.field("raw_value", &HeaderValue::raw_value).check(bytes_at_most(16384));
}

LAB_RECORD(HeaderValueOption, "envoy.config.core.v3.HeaderValueOption") {
  record.field("header", &HeaderValueOption::header).required();
  record.field("append", &HeaderValueOption::append);
  record.field("append_action", &HeaderValueOption::append_action);
  record.field("keep_empty_value", &HeaderValueOption::keep_empty_value);
  record.check(valid_header_option);
}

LAB_RECORD(WatchedDirectory, "envoy.config.core.v3.WatchedDirectory") {
  record.field("path", &WatchedDirectory::path).not_empty();
}

LAB_RECORD(DataSource, "envoy.config.core.v3.DataSource") {
  record.field("filename", &DataSource::filename).not_empty();
  record.field("inline_bytes", &DataSource::inline_bytes);
  record.field("inline_string", &DataSource::inline_string);
  record.field("environment_variable", &DataSource::environment_variable).not_empty();
  record.field("watched_directory", &DataSource::watched_directory)
      .ignored("a file is watched in its own folder");
  record.oneof("specifier", {"filename", "inline_bytes", "inline_string", "environment_variable"},
               true);
}

LAB_RECORD(TransportSocket, "envoy.config.core.v3.TransportSocket") {
  record.field("name", &TransportSocket::name)
      .ignored("the type of typed_config decides")
      .not_empty();
  record.field("typed_config", &TransportSocket::typed_config);
  record.check(valid_transport_socket);
}

LAB_RECORD(TypedExtensionConfig, "envoy.config.core.v3.TypedExtensionConfig") {
  record.field("name", &TypedExtensionConfig::name).not_empty();
  record.field("typed_config", &TypedExtensionConfig::typed_config).required();
}

LAB_RECORD(TcpKeepalive, "envoy.config.core.v3.TcpKeepalive") {
  record.field("keepalive_probes", &TcpKeepalive::keepalive_probes);
  record.field("keepalive_time", &TcpKeepalive::keepalive_time);
  record.field("keepalive_interval", &TcpKeepalive::keepalive_interval);
}

LAB_RECORD(SocketTypeStream, "envoy.config.core.v3.SocketOption.SocketType.Stream") {
  static_cast<void>(record);
}

LAB_RECORD(SocketTypeDatagram, "envoy.config.core.v3.SocketOption.SocketType.Datagram") {
  static_cast<void>(record);
}

LAB_RECORD(SocketType, "envoy.config.core.v3.SocketOption.SocketType") {
  record.field("stream", &SocketType::stream);
  record.field("datagram", &SocketType::datagram);
}

LAB_RECORD(SocketOption, "envoy.config.core.v3.SocketOption") {
  record.field("description", &SocketOption::description).ignored("a comment");
  record.field("level", &SocketOption::level);
  record.field("name", &SocketOption::name);
  record.field("int_value", &SocketOption::int_value);
  record.field("buf_value", &SocketOption::buf_value);
  record.field("state", &SocketOption::state)
      .ignored("options are set before bind(2), and hold from then on");
  record.field("type", &SocketOption::type);
  record.oneof("value", {"int_value", "buf_value"}, true);
}

LAB_RECORD(SocketOptionsOverride, "envoy.config.core.v3.SocketOptionsOverride") {
  record.field("socket_options", &SocketOptionsOverride::socket_options);
}

LAB_RECORD(ExtraSourceAddress, "envoy.config.core.v3.ExtraSourceAddress") {
  record.field("address", &ExtraSourceAddress::address).required();
  record.field("socket_options", &ExtraSourceAddress::socket_options);
}

LAB_RECORD(BindConfig, "envoy.config.core.v3.BindConfig") {
  record.field("source_address", &BindConfig::source_address);
  record.field("freebind", &BindConfig::freebind);
  record.field("socket_options", &BindConfig::socket_options);
  record.field("extra_source_addresses", &BindConfig::extra_source_addresses)
      .check(not_supported("name one source_address."));
  record.field("additional_source_addresses", &BindConfig::additional_source_addresses)
      .check(not_supported("name one source_address."));
  record.check(valid_bind_config);
}

LAB_RECORD(PathConfigSource, "envoy.config.core.v3.PathConfigSource") {
  record.field("path", &PathConfigSource::path).not_empty();
  record.field("watched_directory", &PathConfigSource::watched_directory);
  record.check(valid_path_source);
}

LAB_RECORD(AggregatedConfigSource, "envoy.config.core.v3.AggregatedConfigSource") {
  static_cast<void>(record);
}

LAB_RECORD(SelfConfigSource, "envoy.config.core.v3.SelfConfigSource") {
  record.field("transport_api_version", &SelfConfigSource::transport_api_version);
}

LAB_RECORD(EnvoyGrpc, "envoy.config.core.v3.GrpcService.EnvoyGrpc") {
  record.field("cluster_name", &EnvoyGrpc::cluster_name).not_empty();
  record.field("authority", &EnvoyGrpc::authority)
      .check(bytes_at_most(16384))
      .check(header_value(Strict::no));
}

LAB_RECORD(GrpcService, "envoy.config.core.v3.GrpcService") {
  record.field("envoy_grpc", &GrpcService::envoy_grpc);
  record.field("timeout", &GrpcService::timeout);
  record.field("initial_metadata", &GrpcService::initial_metadata);
  record.oneof("target_specifier", {"envoy_grpc"}, true);
}

LAB_RECORD(RateLimitSettings, "envoy.config.core.v3.RateLimitSettings") {
  record.field("max_tokens", &RateLimitSettings::max_tokens);
  record.field("fill_rate", &RateLimitSettings::fill_rate).check(above(0));
}

LAB_RECORD(ApiConfigSource, "envoy.config.core.v3.ApiConfigSource") {
  record.field("api_type", &ApiConfigSource::api_type);
  record.field("transport_api_version", &ApiConfigSource::transport_api_version);
  record.field("cluster_names", &ApiConfigSource::cluster_names);
  record.field("grpc_services", &ApiConfigSource::grpc_services);
  record.field("refresh_delay", &ApiConfigSource::refresh_delay);
  record.field("request_timeout", &ApiConfigSource::request_timeout)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("rate_limit_settings", &ApiConfigSource::rate_limit_settings);
  record.field("set_node_on_first_message_only", &ApiConfigSource::set_node_on_first_message_only);
}

LAB_RECORD(ConfigSource, "envoy.config.core.v3.ConfigSource") {
  record.field("path", &ConfigSource::path);
  record.field("path_config_source", &ConfigSource::path_config_source);
  record.field("api_config_source", &ConfigSource::api_config_source)
      .ignored(
          "read so that what a control plane wrote can be checked; a resource that would come from "
          "there is refused by name");
  record.field("ads", &ConfigSource::ads)
      .ignored(
          "read so that what a control plane wrote can be checked; a resource that would come from "
          "there is refused by name");
  record.field("self", &ConfigSource::self)
      .ignored(
          "read so that what a control plane wrote can be checked; a resource that would come from "
          "there is refused by name");
  record.field("initial_fetch_timeout", &ConfigSource::initial_fetch_timeout)
      .ignored("a file is there or not: nothing is waited for");
  record.field("resource_api_version", &ConfigSource::resource_api_version)
      .ignored("resources are of v3");
  record.oneof("config_source_specifier",
               {"path", "path_config_source", "api_config_source", "ads", "self"}, true);
}

LAB_RECORD(BuildVersion, "envoy.config.core.v3.BuildVersion") {
  record.field("metadata", &BuildVersion::metadata);
}

LAB_RECORD(Extension, "envoy.config.core.v3.Extension") {
  record.field("name", &Extension::name);
  record.field("category", &Extension::category);
  record.field("type_descriptor", &Extension::type_descriptor);
  record.field("version", &Extension::version);
  record.field("disabled", &Extension::disabled);
  record.field("type_urls", &Extension::type_urls);
}

LAB_RECORD(Node, "envoy.config.core.v3.Node") {
  record.field("id", &Node::id);
  record.field("cluster", &Node::cluster);
  record.field("metadata", &Node::metadata);
  record.field("locality", &Node::locality);
  record.field("user_agent_name", &Node::user_agent_name)
      .ignored("only a management server is told");
  record.field("user_agent_version", &Node::user_agent_version)
      .ignored("only a management server is told");
  record.field("user_agent_build_version", &Node::user_agent_build_version)
      .ignored("only a management server is told");
  record.field("extensions", &Node::extensions).ignored("only a management server is told");
  record.field("client_features", &Node::client_features)
      .ignored("only a management server is told");
  record.field("listening_addresses", &Node::listening_addresses)
      .ignored("only a management server is told");
  record.oneof("user_agent_version_type", {"user_agent_version", "user_agent_build_version"});
}

LAB_RECORD(JsonFormatOptions, "envoy.config.core.v3.JsonFormatOptions") {
  record.field("sort_properties", &JsonFormatOptions::sort_properties)
      .check(not_supported("properties are written in their order."));
}

LAB_RECORD(SubstitutionFormatString, "envoy.config.core.v3.SubstitutionFormatString") {
  record.field("text_format", &SubstitutionFormatString::text_format);
  record.field("json_format", &SubstitutionFormatString::json_format);
  record.field("text_format_source", &SubstitutionFormatString::text_format_source);
  record.field("omit_empty_values", &SubstitutionFormatString::omit_empty_values);
  record.field("content_type", &SubstitutionFormatString::content_type)
      .check(header_value(Strict::no));
  record.field("json_format_options", &SubstitutionFormatString::json_format_options);
  record.oneof("format", {"text_format", "json_format", "text_format_source"}, true);
}

LAB_RECORD(BackoffStrategy, "envoy.config.core.v3.BackoffStrategy") {
  record.field("base_interval", &BackoffStrategy::base_interval)
      .required()
      .check(no_shorter_than(std::chrono::milliseconds(1)));
  record.field("max_interval", &BackoffStrategy::max_interval)
      .check(longer_than(std::chrono::seconds(0)));
  record.check(valid_backoff);
}

}  // namespace lab::config
