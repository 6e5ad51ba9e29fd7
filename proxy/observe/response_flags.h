#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lab::proxy {

/// Why a response is not simply what the upstream said. Order and names are Envoy's
/// (%RESPONSE_FLAGS%).
enum class ResponseFlag : std::uint8_t {
  failed_local_health_check,          ///< LH
  no_healthy_upstream,                ///< UH
  upstream_request_timeout,           ///< UT
  local_reset,                        ///< LR: we reset the stream to the upstream.
  upstream_remote_reset,              ///< UR
  upstream_connection_failure,        ///< UF
  upstream_connection_termination,    ///< UC
  upstream_overflow,                  ///< UO: a circuit breaker is open.
  no_route_found,                     ///< NR: no route, or no filter chain.
  delay_injected,                     ///< DI
  fault_injected,                     ///< FI
  rate_limited,                       ///< RL
  unauthorized_external_service,      ///< UAEX
  rate_limit_service_error,           ///< RLSE
  downstream_connection_termination,  ///< DC
  upstream_retry_limit_exceeded,      ///< URX: also tcp_proxy's connect attempts.
  stream_idle_timeout,                ///< SI
  invalid_envoy_request_headers,      ///< IH
  downstream_protocol_error,          ///< DPE
  upstream_max_stream_duration,       ///< UMSDR
  response_from_cache_filter,         ///< RFCF
  no_filter_config_found,             ///< NFCF
  duration_timeout,             ///< DT: max_connection_duration or max_stream_duration downstream.
  upstream_protocol_error,      ///< UPE
  no_cluster_found,             ///< NC
  overload_manager,             ///< OM
  dns_resolution_failed,        ///< DF
  drop_overload,                ///< DO
  downstream_remote_reset,      ///< DR
  unconditional_drop_overload,  ///< UDO
};

/// The short ("UH") and long ("NoHealthyUpstream") name of a flag.
struct ResponseFlagName {
  ResponseFlag flag;
  std::string_view short_name, long_name;
};
const std::vector<ResponseFlagName>& response_flag_names();

/// A set of flags.
class ResponseFlags {
 public:
  ResponseFlags() = default;
  ResponseFlags(std::initializer_list<ResponseFlag> flags) {
    for (const ResponseFlag flag : flags) set(flag);
  }
  void set(ResponseFlag flag) { bits_ |= bit(flag); }
  bool has(ResponseFlag flag) const { return (bits_ & bit(flag)) != 0; }
  bool any() const { return bits_ != 0; }
  bool intersects(const ResponseFlags& other) const { return (bits_ & other.bits_) != 0; }
  /// "UF,URX", or "-" without any.
  std::string short_text() const;
  std::string long_text() const;

 private:
  static std::uint32_t bit(ResponseFlag flag) { return 1u << static_cast<unsigned>(flag); }
  std::uint32_t bits_ = 0;
};

/// Values of %RESPONSE_CODE_DETAILS%, as Envoy spells them.
namespace details {
inline constexpr std::string_view kViaUpstream = "via_upstream";
inline constexpr std::string_view kRouteNotFound = "route_not_found";
inline constexpr std::string_view kRouteConfigurationNotFound = "route_configuration_not_found";
inline constexpr std::string_view kDirectResponse = "direct_response";
inline constexpr std::string_view kClusterNotFound = "cluster_not_found";
inline constexpr std::string_view kNoHealthyUpstream = "no_healthy_upstream";
inline constexpr std::string_view kMaintenanceMode = "maintenance_mode";
inline constexpr std::string_view kUpstreamTimeout = "upstream_response_timeout";
inline constexpr std::string_view kUpstreamPerTryTimeout = "upstream_per_try_timeout";
inline constexpr std::string_view kUpstreamPerTryIdleTimeout = "upstream_per_try_idle_timeout";
inline constexpr std::string_view kUpstreamMaxStreamDuration =
    "upstream_max_stream_duration_reached";
inline constexpr std::string_view kMaxDuration = "max_duration_timeout";
inline constexpr std::string_view kStreamIdleTimeout = "stream_idle_timeout";
inline constexpr std::string_view kRequestOverallTimeout = "request_overall_timeout";
inline constexpr std::string_view kRequestHeaderTimeout = "request_header_timeout";
inline constexpr std::string_view kMissingHost = "missing_host_header";
inline constexpr std::string_view kHttp1Underscore = "http1.unexpected_underscore";
inline constexpr std::string_view kHttp2Underscore = "http2.unexpected_underscore";
inline constexpr std::string_view kMissingPath = "missing_path_rejected";
inline constexpr std::string_view kInvalidPath = "invalid_path";
inline constexpr std::string_view kAbsolutePath = "absolute_path_rejected";
inline constexpr std::string_view kPathNormalizationFailed = "path_normalization_failed";
inline constexpr std::string_view kLowVersion = "low_version";
inline constexpr std::string_view kRequestHeadersTooLarge = "request_headers_too_large";
inline constexpr std::string_view kRequestPayloadTooLarge = "request_payload_too_large";
inline constexpr std::string_view kResponsePayloadTooLarge = "response_payload_too_large";
inline constexpr std::string_view kUpgradeFailed = "upgrade_failed";
inline constexpr std::string_view kDownstreamDisconnect = "downstream_remote_disconnect";
inline constexpr std::string_view kDownstreamLocalDisconnect = "downstream_local_disconnect";
inline constexpr std::string_view kFilterAbort = "fault_filter_abort";
inline constexpr std::string_view kFilterChainNotFound = "filter_chain_not_found";
inline constexpr std::string_view kOverload = "overload";
inline constexpr std::string_view kLateUpstreamReset = "upstream_reset_after_response_started";
inline constexpr std::string_view kEarlyUpstreamReset = "upstream_reset_before_response_started";
inline constexpr std::string_view kHealthCheckFailed = "health_check_failed";
inline constexpr std::string_view kRbacDenied = "rbac_access_denied_matched_policy";
}  // namespace details

/// How a stream to the upstream ended early; its text stands in %RESPONSE_CODE_DETAILS% and in the
/// body that the client gets ("upstream connect error or disconnect/reset before headers. reset
/// reason: ...").
enum class UpstreamReset : std::uint8_t {
  local_reset,
  local_refused_stream_reset,
  remote_reset,
  remote_refused_stream_reset,
  local_connection_failure,
  remote_connection_failure,
  connection_timeout,
  connection_termination,
  overflow,
  connect_error,
  protocol_error,
  overload_manager,
};
/// For example "remote connection failure".
std::string_view upstream_reset_text(UpstreamReset reason);

/// Envoy's details of an early or late reset: "upstream_reset_before_response_started{remote
/// connection failure|TEXT}"; spaces become '_', `transport_failure` may be empty.
std::string reset_details(UpstreamReset reason, bool response_started,
                          std::string_view transport_failure);

/// The body of the 503 that an early reset becomes. `remote_failures` is true for the retries'
/// limit text.
std::string reset_body(UpstreamReset reason, std::string_view transport_failure, bool after_retry);

}  // namespace lab::proxy
