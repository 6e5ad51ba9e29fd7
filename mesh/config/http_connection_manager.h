#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/access_log.h"
#include "mesh/config/http_filters.h"
#include "mesh/config/protocol.h"
#include "mesh/config/route.h"

/// The network filter that speaks HTTP.
namespace lab::config {

/// A route configuration by name.
struct Rds {
  std::optional<ConfigSource> config_source;
  std::string route_config_name;
};

/// Rewrites a local reply.
struct ResponseMapper {
  AccessLogFilter filter;
  std::optional<std::uint32_t> status_code;
  std::optional<DataSource> body;
  std::optional<SubstitutionFormatString> body_format_override;
  std::vector<HeaderValueOption> headers_to_add;
};

/// Rewrites the proxy's own answers.
struct LocalReplyConfig {
  std::vector<ResponseMapper> mappers;
  std::optional<SubstitutionFormatString> body_format;
};

/// How request ids are made.
struct RequestIdExtension {
  Any typed_config;
};

/// Request ids are version 4 UUIDs.
struct UuidRequestIdConfig {
  std::optional<bool> pack_trace_reason;
  std::optional<bool> use_request_id_for_trace_sampling;
};

/// A tracing system.
struct TracingProvider {
  std::string name;
  Any typed_config;
};

/// Tracing. There is no tracer, so that nothing is sent.
struct HcmTracing {
  enum class OperationName : std::int32_t { ingress = 0, egress = 1 };
  std::optional<Percent> client_sampling;
  std::optional<Percent> random_sampling;
  std::optional<Percent> overall_sampling;
  bool verbose = false;
  std::optional<std::uint32_t> max_path_tag_length;
  std::vector<CustomTag> custom_tags;
  std::optional<TracingProvider> provider;
  std::optional<bool> spawn_upstream_span;
  std::string operation;
  std::string upstream_operation;
};

/// Which addresses count as internal.
struct InternalAddressConfig {
  bool unix_sockets = false;
  std::vector<CidrRange> cidr_ranges;
};

/// What x-forwarded-client-cert says about the client.
struct SetCurrentClientCertDetails {
  std::optional<bool> subject;
  bool cert = false;
  bool chain = false;
  bool dns = false;
  bool uri = false;
};

/// Allows an upgrade, for example websocket.
struct UpgradeConfig {
  std::string upgrade_type;
  std::vector<HttpFilter> filters;
  std::optional<bool> enabled;
};

/// The Proxy-Status response header.
struct ProxyStatusConfig {
  bool remove_details = false;
  bool remove_connection_termination_details = false;
  bool remove_response_flags = false;
  bool set_recommended_response_code = false;
  std::optional<bool> use_node_id;
  std::optional<std::string> literal_proxy_name;
};

/// When log lines are written.
struct HcmAccessLogOptions {
  std::optional<Duration> access_log_flush_interval;
  bool flush_access_log_on_new_request = false;
  bool flush_log_on_tunnel_successfully_established = false;
};

/// Speaks HTTP, runs the HTTP filters, finds the route.
struct HttpConnectionManager {
  enum class CodecType : std::int32_t { auto_ = 0, http1 = 1, http2 = 2, http3 = 3 };
  enum class ServerHeaderTransformation : std::int32_t {
    overwrite = 0,
    append_if_absent = 1,
    pass_through = 2
  };
  enum class ForwardClientCertDetails : std::int32_t {
    sanitize = 0,
    forward_only = 1,
    append_forward = 2,
    sanitize_set = 3,
    always_forward_only = 4
  };
  enum class PathWithEscapedSlashesAction : std::int32_t {
    implementation_specific_default = 0,
    keep_unchanged = 1,
    reject_request = 2,
    unescape_and_redirect = 3,
    unescape_and_forward = 4
  };
  CodecType codec_type = CodecType::auto_;
  std::string stat_prefix;
  std::optional<Rds> rds;
  std::optional<RouteConfiguration> route_config;
  std::vector<HttpFilter> http_filters;
  std::optional<bool> add_user_agent;
  std::optional<HcmTracing> tracing;
  std::optional<CommonHttpProtocolOptions> common_http_protocol_options;
  bool http1_safe_max_connection_duration = false;
  std::optional<Http1ProtocolOptions> http_protocol_options;
  std::optional<Http2ProtocolOptions> http2_protocol_options;
  std::string server_name;
  ServerHeaderTransformation server_header_transformation = ServerHeaderTransformation::overwrite;
  std::optional<SchemeHeaderTransformation> scheme_header_transformation;
  std::optional<std::uint32_t> max_request_headers_kb;
  std::optional<Duration> stream_idle_timeout;
  std::optional<Duration> stream_flush_timeout;
  std::optional<Duration> request_timeout;
  std::optional<Duration> request_headers_timeout;
  std::optional<Duration> drain_timeout;
  std::optional<Duration> delayed_close_timeout;
  std::vector<AccessLog> access_log;
  std::optional<Duration> access_log_flush_interval;
  bool flush_access_log_on_new_request = false;
  std::optional<HcmAccessLogOptions> access_log_options;
  std::optional<bool> use_remote_address;
  std::uint32_t xff_num_trusted_hops = 0;
  std::optional<InternalAddressConfig> internal_address_config;
  bool skip_xff_append = false;
  std::string via;
  std::optional<bool> generate_request_id;
  bool preserve_external_request_id = false;
  bool always_set_request_id_in_response = false;
  ForwardClientCertDetails forward_client_cert_details = ForwardClientCertDetails::sanitize;
  std::optional<SetCurrentClientCertDetails> set_current_client_cert_details;
  bool proxy_100_continue = false;
  bool represent_ipv4_remote_address_as_ipv4_mapped_ipv6 = false;
  std::vector<UpgradeConfig> upgrade_configs;
  std::optional<bool> normalize_path;
  bool merge_slashes = false;
  PathWithEscapedSlashesAction path_with_escaped_slashes_action =
      PathWithEscapedSlashesAction::implementation_specific_default;
  std::optional<RequestIdExtension> request_id_extension;
  std::optional<LocalReplyConfig> local_reply_config;
  bool strip_matching_host_port = false;
  std::optional<bool> strip_any_host_port;
  std::optional<bool> stream_error_on_invalid_http_message;
  bool strip_trailing_host_dot = false;
  std::optional<ProxyStatusConfig> proxy_status_config;
  bool append_x_forwarded_port = false;
  bool append_local_overload = false;
  std::optional<bool> add_proxy_protocol_connection_state;
};

const Record<Rds>& record_of(const Rds*);
const Record<ResponseMapper>& record_of(const ResponseMapper*);
const Record<LocalReplyConfig>& record_of(const LocalReplyConfig*);
const Record<RequestIdExtension>& record_of(const RequestIdExtension*);
const Record<UuidRequestIdConfig>& record_of(const UuidRequestIdConfig*);
const Record<TracingProvider>& record_of(const TracingProvider*);
const Record<HcmTracing>& record_of(const HcmTracing*);
const Record<InternalAddressConfig>& record_of(const InternalAddressConfig*);
const Record<SetCurrentClientCertDetails>& record_of(const SetCurrentClientCertDetails*);
const Record<UpgradeConfig>& record_of(const UpgradeConfig*);
const Record<ProxyStatusConfig>& record_of(const ProxyStatusConfig*);
const Record<HcmAccessLogOptions>& record_of(const HcmAccessLogOptions*);
const Record<HttpConnectionManager>& record_of(const HttpConnectionManager*);
const std::vector<EnumName<HcmTracing::OperationName>>& enum_names(
    const HcmTracing::OperationName*);
const std::vector<EnumName<HttpConnectionManager::CodecType>>& enum_names(
    const HttpConnectionManager::CodecType*);
const std::vector<EnumName<HttpConnectionManager::ServerHeaderTransformation>>& enum_names(
    const HttpConnectionManager::ServerHeaderTransformation*);
const std::vector<EnumName<HttpConnectionManager::ForwardClientCertDetails>>& enum_names(
    const HttpConnectionManager::ForwardClientCertDetails*);
const std::vector<EnumName<HttpConnectionManager::PathWithEscapedSlashesAction>>& enum_names(
    const HttpConnectionManager::PathWithEscapedSlashesAction*);

}  // namespace lab::config
