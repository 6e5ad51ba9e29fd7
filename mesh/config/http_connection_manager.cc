#include "mesh/config/http_connection_manager.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<HcmTracing::OperationName>>& enum_names(
    const HcmTracing::OperationName*) {
  static const std::vector<EnumName<HcmTracing::OperationName>> names = {
      {HcmTracing::OperationName::ingress, "INGRESS"},
      {HcmTracing::OperationName::egress, "EGRESS"},
  };
  return names;
}

const std::vector<EnumName<HttpConnectionManager::CodecType>>& enum_names(
    const HttpConnectionManager::CodecType*) {
  static const std::vector<EnumName<HttpConnectionManager::CodecType>> names = {
      {HttpConnectionManager::CodecType::auto_, "AUTO"},
      {HttpConnectionManager::CodecType::http1, "HTTP1"},
      {HttpConnectionManager::CodecType::http2, "HTTP2"},
      {HttpConnectionManager::CodecType::http3, "HTTP3"},
  };
  return names;
}

const std::vector<EnumName<HttpConnectionManager::ServerHeaderTransformation>>& enum_names(
    const HttpConnectionManager::ServerHeaderTransformation*) {
  static const std::vector<EnumName<HttpConnectionManager::ServerHeaderTransformation>> names = {
      {HttpConnectionManager::ServerHeaderTransformation::overwrite, "OVERWRITE"},
      {HttpConnectionManager::ServerHeaderTransformation::append_if_absent, "APPEND_IF_ABSENT"},
      {HttpConnectionManager::ServerHeaderTransformation::pass_through, "PASS_THROUGH"},
  };
  return names;
}

const std::vector<EnumName<HttpConnectionManager::ForwardClientCertDetails>>& enum_names(
    const HttpConnectionManager::ForwardClientCertDetails*) {
  static const std::vector<EnumName<HttpConnectionManager::ForwardClientCertDetails>> names = {
      {HttpConnectionManager::ForwardClientCertDetails::sanitize, "SANITIZE"},
      {HttpConnectionManager::ForwardClientCertDetails::forward_only, "FORWARD_ONLY"},
      {HttpConnectionManager::ForwardClientCertDetails::append_forward, "APPEND_FORWARD"},
      {HttpConnectionManager::ForwardClientCertDetails::sanitize_set, "SANITIZE_SET"},
      {HttpConnectionManager::ForwardClientCertDetails::always_forward_only, "ALWAYS_FORWARD_ONLY"},
  };
  return names;
}

const std::vector<EnumName<HttpConnectionManager::PathWithEscapedSlashesAction>>& enum_names(
    const HttpConnectionManager::PathWithEscapedSlashesAction*) {
  static const std::vector<EnumName<HttpConnectionManager::PathWithEscapedSlashesAction>> names = {
      {HttpConnectionManager::PathWithEscapedSlashesAction::implementation_specific_default,
       "IMPLEMENTATION_SPECIFIC_DEFAULT"},
      {HttpConnectionManager::PathWithEscapedSlashesAction::keep_unchanged, "KEEP_UNCHANGED"},
      {HttpConnectionManager::PathWithEscapedSlashesAction::reject_request, "REJECT_REQUEST"},
      {HttpConnectionManager::PathWithEscapedSlashesAction::unescape_and_redirect,
       "UNESCAPE_AND_REDIRECT"},
      {HttpConnectionManager::PathWithEscapedSlashesAction::unescape_and_forward,
       "UNESCAPE_AND_FORWARD"},
  };
  return names;
}

LAB_RECORD(Rds, "envoy.extensions.filters.network.http_connection_manager.v3.Rds") {
  record.field("config_source", &Rds::config_source);
  record.field("route_config_name", &Rds::route_config_name);
}

LAB_RECORD(ResponseMapper,
           "envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper") {
  record.field("filter", &ResponseMapper::filter).required();
  record.field("status_code", &ResponseMapper::status_code).at_least(200).at_most(599);
  record.field("body", &ResponseMapper::body);
  record.field("body_format_override", &ResponseMapper::body_format_override);
  record.field("headers_to_add", &ResponseMapper::headers_to_add).check(items_at_most(1000));
}

LAB_RECORD(LocalReplyConfig,
           "envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig") {
  record.field("mappers", &LocalReplyConfig::mappers);
  record.field("body_format", &LocalReplyConfig::body_format);
}

LAB_RECORD(RequestIdExtension,
           "envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension") {
  record.field("typed_config", &RequestIdExtension::typed_config);
}

LAB_RECORD(UuidRequestIdConfig, "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig") {
  record.field("pack_trace_reason", &UuidRequestIdConfig::pack_trace_reason)
      .ignored("no spans are made or sent");
  record
      .field("use_request_id_for_trace_sampling",
             &UuidRequestIdConfig::use_request_id_for_trace_sampling)
      .ignored("no spans are made or sent");
}

LAB_RECORD(TracingProvider, "envoy.config.trace.v3.Tracing.Http") {
  record.field("name", &TracingProvider::name).not_empty();
  record.field("typed_config", &TracingProvider::typed_config);
}

LAB_RECORD(
    HcmTracing,
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing") {
  record.field("client_sampling", &HcmTracing::client_sampling);
  record.field("random_sampling", &HcmTracing::random_sampling);
  record.field("overall_sampling", &HcmTracing::overall_sampling);
  record.field("verbose", &HcmTracing::verbose);
  record.field("max_path_tag_length", &HcmTracing::max_path_tag_length);
  record.field("custom_tags", &HcmTracing::custom_tags);
  record.field("provider", &HcmTracing::provider);
  record.field("spawn_upstream_span", &HcmTracing::spawn_upstream_span);
  record.field("operation", &HcmTracing::operation);
  record.field("upstream_operation", &HcmTracing::upstream_operation);
}

LAB_RECORD(InternalAddressConfig,
           "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager."
           "InternalAddressConfig") {
  record.field("unix_sockets", &InternalAddressConfig::unix_sockets)
      .check(not_supported("the peer of a Unix socket is not internal."));
  record.field("cidr_ranges", &InternalAddressConfig::cidr_ranges);
}

LAB_RECORD(SetCurrentClientCertDetails,
           "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager."
           "SetCurrentClientCertDetails") {
  record.field("subject", &SetCurrentClientCertDetails::subject);
  record.field("cert", &SetCurrentClientCertDetails::cert);
  record.field("chain", &SetCurrentClientCertDetails::chain);
  record.field("dns", &SetCurrentClientCertDetails::dns);
  record.field("uri", &SetCurrentClientCertDetails::uri);
}

LAB_RECORD(UpgradeConfig,
           "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager."
           "UpgradeConfig") {
  record.field("upgrade_type", &UpgradeConfig::upgrade_type);
  record.field("filters", &UpgradeConfig::filters)
      .check(not_supported("an upgrade passes the same filters as any request."));
  record.field("enabled", &UpgradeConfig::enabled);
}

LAB_RECORD(ProxyStatusConfig,
           "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager."
           "ProxyStatusConfig") {
  record.field("remove_details", &ProxyStatusConfig::remove_details);
  record.field("remove_connection_termination_details",
               &ProxyStatusConfig::remove_connection_termination_details);
  record.field("remove_response_flags", &ProxyStatusConfig::remove_response_flags);
  record.field("set_recommended_response_code", &ProxyStatusConfig::set_recommended_response_code);
  record.field("use_node_id", &ProxyStatusConfig::use_node_id);
  record.field("literal_proxy_name", &ProxyStatusConfig::literal_proxy_name);
  record.oneof("proxy_name", {"use_node_id", "literal_proxy_name"});
}

LAB_RECORD(HcmAccessLogOptions,
           "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager."
           "HcmAccessLogOptions") {
  record.field("access_log_flush_interval", &HcmAccessLogOptions::access_log_flush_interval)
      .check(no_shorter_than(std::chrono::milliseconds(1)));
  record.field("flush_access_log_on_new_request",
               &HcmAccessLogOptions::flush_access_log_on_new_request);
  record.field("flush_log_on_tunnel_successfully_established",
               &HcmAccessLogOptions::flush_log_on_tunnel_successfully_established);
}

LAB_RECORD(HttpConnectionManager,
           "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager") {
  record.field("codec_type", &HttpConnectionManager::codec_type);
  record.field("stat_prefix", &HttpConnectionManager::stat_prefix).not_empty();
  record.field("rds", &HttpConnectionManager::rds);
  record.field("route_config", &HttpConnectionManager::route_config);
  record.field("http_filters", &HttpConnectionManager::http_filters);
  record.field("add_user_agent", &HttpConnectionManager::add_user_agent)
      .check(not_supported("the user-agent is the client's."));
  record.field("tracing", &HttpConnectionManager::tracing).ignored("no spans are made or sent");
  record.field("common_http_protocol_options",
               &HttpConnectionManager::common_http_protocol_options);
  record.field("http1_safe_max_connection_duration",
               &HttpConnectionManager::http1_safe_max_connection_duration);
  record.field("http_protocol_options", &HttpConnectionManager::http_protocol_options);
  record.field("http2_protocol_options", &HttpConnectionManager::http2_protocol_options);
  record.field("server_name", &HttpConnectionManager::server_name).check(header_value(Strict::no));
  record.field("server_header_transformation",
               &HttpConnectionManager::server_header_transformation);
  record.field("scheme_header_transformation",
               &HttpConnectionManager::scheme_header_transformation);
  record.field("max_request_headers_kb", &HttpConnectionManager::max_request_headers_kb)
      .at_least(1)
      .at_most(8192);
  record.field("stream_idle_timeout", &HttpConnectionManager::stream_idle_timeout);
  record.field("stream_flush_timeout", &HttpConnectionManager::stream_flush_timeout)
      .ignored("stream_idle_timeout holds while an answer is flushed, too");
  record.field("request_timeout", &HttpConnectionManager::request_timeout);
  record.field("request_headers_timeout", &HttpConnectionManager::request_headers_timeout)
      .check(no_shorter_than(std::chrono::seconds(0)));
  record.field("drain_timeout", &HttpConnectionManager::drain_timeout);
  record.field("delayed_close_timeout", &HttpConnectionManager::delayed_close_timeout);
  record.field("access_log", &HttpConnectionManager::access_log);
  record.field("access_log_flush_interval", &HttpConnectionManager::access_log_flush_interval)
      .ignored("a line is written when its request ends")
      .check(no_shorter_than(std::chrono::milliseconds(1)));
  record
      .field("flush_access_log_on_new_request",
             &HttpConnectionManager::flush_access_log_on_new_request)
      .ignored("a line is written when its request ends");
  record.field("access_log_options", &HttpConnectionManager::access_log_options)
      .ignored("a line is written when its request ends");
  record.field("use_remote_address", &HttpConnectionManager::use_remote_address);
  record.field("xff_num_trusted_hops", &HttpConnectionManager::xff_num_trusted_hops);
  record.field("internal_address_config", &HttpConnectionManager::internal_address_config);
  record.field("skip_xff_append", &HttpConnectionManager::skip_xff_append);
  record.field("via", &HttpConnectionManager::via).check(header_value(Strict::no));
  record.field("generate_request_id", &HttpConnectionManager::generate_request_id);
  record.field("preserve_external_request_id",
               &HttpConnectionManager::preserve_external_request_id);
  record.field("always_set_request_id_in_response",
               &HttpConnectionManager::always_set_request_id_in_response);
  record.field("forward_client_cert_details", &HttpConnectionManager::forward_client_cert_details);
  record.field("set_current_client_cert_details",
               &HttpConnectionManager::set_current_client_cert_details);
  record.field("proxy_100_continue", &HttpConnectionManager::proxy_100_continue);
  record
      .field("represent_ipv4_remote_address_as_ipv4_mapped_ipv6",
             &HttpConnectionManager::represent_ipv4_remote_address_as_ipv4_mapped_ipv6)
      .check(not_supported("addresses are written as they are."));
  record.field("upgrade_configs", &HttpConnectionManager::upgrade_configs);
  record.field("normalize_path", &HttpConnectionManager::normalize_path);
  record.field("merge_slashes", &HttpConnectionManager::merge_slashes);
  record.field("path_with_escaped_slashes_action",
               &HttpConnectionManager::path_with_escaped_slashes_action);
  record.field("request_id_extension", &HttpConnectionManager::request_id_extension);
  record.field("local_reply_config", &HttpConnectionManager::local_reply_config);
  record.field("strip_matching_host_port", &HttpConnectionManager::strip_matching_host_port);
  record.field("strip_any_host_port", &HttpConnectionManager::strip_any_host_port);
  record
      .field("stream_error_on_invalid_http_message",
             &HttpConnectionManager::stream_error_on_invalid_http_message)
      .ignored("an invalid message always ends its connection: stricter");
  record.field("strip_trailing_host_dot", &HttpConnectionManager::strip_trailing_host_dot);
  record.field("proxy_status_config", &HttpConnectionManager::proxy_status_config)
      .ignored("only adds a header of information to answers, which the proxy does not write");
  record.field("append_x_forwarded_port", &HttpConnectionManager::append_x_forwarded_port);
  record.field("append_local_overload", &HttpConnectionManager::append_local_overload)
      .ignored("there is no overload manager");
  record
      .field("add_proxy_protocol_connection_state",
             &HttpConnectionManager::add_proxy_protocol_connection_state)
      .ignored("there is no PROXY protocol");
  record.oneof("route_specifier", {"rds", "route_config"}, true);
  record.check(valid_manager);
}

}  // namespace lab::config
