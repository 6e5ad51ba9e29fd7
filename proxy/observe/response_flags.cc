#include "proxy/observe/response_flags.h"

#include <algorithm>

namespace lab::proxy {

const std::vector<ResponseFlagName>& response_flag_names() {
  using F = ResponseFlag;
  static const std::vector<ResponseFlagName> names = {
      {F::failed_local_health_check, "LH", "FailedLocalHealthCheck"},
      {F::no_healthy_upstream, "UH", "NoHealthyUpstream"},
      {F::upstream_request_timeout, "UT", "UpstreamRequestTimeout"},
      {F::local_reset, "LR", "LocalReset"},
      {F::upstream_remote_reset, "UR", "UpstreamRemoteReset"},
      {F::upstream_connection_failure, "UF", "UpstreamConnectionFailure"},
      {F::upstream_connection_termination, "UC", "UpstreamConnectionTermination"},
      {F::upstream_overflow, "UO", "UpstreamOverflow"},
      {F::no_route_found, "NR", "NoRouteFound"},
      {F::delay_injected, "DI", "DelayInjected"},
      {F::fault_injected, "FI", "FaultInjected"},
      {F::rate_limited, "RL", "RateLimited"},
      {F::unauthorized_external_service, "UAEX", "UnauthorizedExternalService"},
      {F::rate_limit_service_error, "RLSE", "RateLimitServiceError"},
      {F::downstream_connection_termination, "DC", "DownstreamConnectionTermination"},
      {F::upstream_retry_limit_exceeded, "URX", "UpstreamRetryLimitExceeded"},
      {F::stream_idle_timeout, "SI", "StreamIdleTimeout"},
      {F::invalid_envoy_request_headers, "IH", "InvalidEnvoyRequestHeaders"},
      {F::downstream_protocol_error, "DPE", "DownstreamProtocolError"},
      {F::upstream_max_stream_duration, "UMSDR", "UpstreamMaxStreamDurationReached"},
      {F::response_from_cache_filter, "RFCF", "ResponseFromCacheFilter"},
      {F::no_filter_config_found, "NFCF", "NoFilterConfigFound"},
      {F::duration_timeout, "DT", "DurationTimeout"},
      {F::upstream_protocol_error, "UPE", "UpstreamProtocolError"},
      {F::no_cluster_found, "NC", "NoClusterFound"},
      {F::overload_manager, "OM", "OverloadManagerTerminated"},
      {F::dns_resolution_failed, "DF", "DnsResolutionFailed"},
      {F::drop_overload, "DO", "DropOverload"},
      {F::downstream_remote_reset, "DR", "DownstreamRemoteReset"},
      {F::unconditional_drop_overload, "UDO", "UnconditionalDropOverload"},
  };
  return names;
}

namespace {

std::string names_of(const ResponseFlags& flags, std::string_view ResponseFlagName::*name) {
  if (!flags.any()) return "-";
  std::string result;
  for (const ResponseFlagName& entry : response_flag_names()) {
    if (!flags.has(entry.flag)) continue;
    if (!result.empty()) result += ',';
    result += entry.*name;
  }
  return result;
}

}  // namespace

std::string ResponseFlags::short_text() const {
  return names_of(*this, &ResponseFlagName::short_name);
}
std::string ResponseFlags::long_text() const {
  return names_of(*this, &ResponseFlagName::long_name);
}

std::string_view upstream_reset_text(UpstreamReset reason) {
  switch (reason) {
    case UpstreamReset::local_reset:
      return "local reset";
    case UpstreamReset::local_refused_stream_reset:
      return "local refused stream reset";
    case UpstreamReset::remote_reset:
      return "remote reset";
    case UpstreamReset::remote_refused_stream_reset:
      return "remote refused stream reset";
    case UpstreamReset::local_connection_failure:
      return "local connection failure";
    case UpstreamReset::remote_connection_failure:
      return "remote connection failure";
    case UpstreamReset::connection_timeout:
      return "connection timeout";
    case UpstreamReset::connection_termination:
      return "connection termination";
    case UpstreamReset::overflow:
      return "overflow";
    case UpstreamReset::connect_error:
      return "remote error with CONNECT request";
    case UpstreamReset::protocol_error:
      return "protocol error";
    case UpstreamReset::overload_manager:
      return "overload manager reset";
  }
  return "";
}

std::string reset_details(UpstreamReset reason, bool response_started,
                          std::string_view transport_failure) {
  std::string result(response_started ? details::kLateUpstreamReset : details::kEarlyUpstreamReset);
  result += '{';
  result += upstream_reset_text(reason);
  if (!transport_failure.empty()) {
    result += '|';
    result += transport_failure;
  }
  result += '}';
  std::replace(result.begin(), result.end(), ' ', '_');
  return result;
}

std::string reset_body(UpstreamReset reason, std::string_view transport_failure, bool after_retry) {
  std::string result = "upstream connect error or disconnect/reset before headers. ";
  if (after_retry) result += "retried and the latest ";
  result += "reset reason: ";
  result += upstream_reset_text(reason);
  if (!transport_failure.empty()) {
    result += ", transport failure reason: ";
    result += transport_failure;
  }
  return result;
}

}  // namespace lab::proxy
