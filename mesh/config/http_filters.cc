#include "mesh/config/http_filters.h"

#include "mesh/config/rules.h"

namespace lab::config {

const std::vector<EnumName<FaultDelay::FaultDelayType>>& enum_names(
    const FaultDelay::FaultDelayType*) {
  static const std::vector<EnumName<FaultDelay::FaultDelayType>> names = {
      {FaultDelay::FaultDelayType::fixed, "FIXED"},
  };
  return names;
}

LAB_RECORD(HttpFilter, "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter") {
  record.field("name", &HttpFilter::name).not_empty();
  record.field("typed_config", &HttpFilter::typed_config);
  record.field("is_optional", &HttpFilter::is_optional)
      .ignored("a type that is not known is always refused");
  record.field("disabled", &HttpFilter::disabled);
}

LAB_RECORD(RouterUpstreamLogOptions,
           "envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions") {
  record.field("flush_upstream_log_on_upstream_stream",
               &RouterUpstreamLogOptions::flush_upstream_log_on_upstream_stream);
  record
      .field("upstream_log_flush_interval", &RouterUpstreamLogOptions::upstream_log_flush_interval)
      .check(no_shorter_than(std::chrono::milliseconds(1)));
}

LAB_RECORD(Router, "envoy.extensions.filters.http.router.v3.Router") {
  record.field("dynamic_stats", &Router::dynamic_stats).ignored("only statistics");
  record.field("start_child_span", &Router::start_child_span).ignored("no spans are made or sent");
  record.field("upstream_log", &Router::upstream_log)
      .check(not_supported("use the access log of the connection manager."));
  record.field("upstream_log_options", &Router::upstream_log_options)
      .ignored("only for upstream_log, which is refused");
  record.field("suppress_envoy_headers", &Router::suppress_envoy_headers);
  record.field("strict_check_headers", &Router::strict_check_headers)
      .check(not_supported("a header that is not understood is ignored."))
      .check(
          one_of_words({"x-envoy-upstream-rq-timeout-ms", "x-envoy-upstream-rq-per-try-timeout-ms",
                        "x-envoy-max-retries", "x-envoy-retry-grpc-on", "x-envoy-retry-on"}));
  record.field("respect_expected_rq_timeout", &Router::respect_expected_rq_timeout);
  record
      .field("suppress_grpc_request_failure_code_stats",
             &Router::suppress_grpc_request_failure_code_stats)
      .ignored("only statistics");
}

LAB_RECORD(HeaderDelay, "envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay") {
  static_cast<void>(record);
}

LAB_RECORD(FaultDelay, "envoy.extensions.filters.common.fault.v3.FaultDelay") {
  record.field("fixed_delay", &FaultDelay::fixed_delay).check(longer_than(std::chrono::seconds(0)));
  record.field("header_delay", &FaultDelay::header_delay);
  record.field("percentage", &FaultDelay::percentage);
  record.oneof("fault_delay_secifier", {"fixed_delay", "header_delay"}, true);
}

LAB_RECORD(HeaderAbort, "envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort") {
  static_cast<void>(record);
}

LAB_RECORD(FaultAbort, "envoy.extensions.filters.http.fault.v3.FaultAbort") {
  record.field("http_status", &FaultAbort::http_status).at_least(200).at_most(599);
  record.field("grpc_status", &FaultAbort::grpc_status);
  record.field("header_abort", &FaultAbort::header_abort);
  record.field("percentage", &FaultAbort::percentage);
  record.oneof("error_type", {"http_status", "grpc_status", "header_abort"}, true);
}

LAB_RECORD(FixedLimit, "envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit") {
  record.field("limit_kbps", &FixedLimit::limit_kbps).at_least(1);
}

LAB_RECORD(HeaderLimit, "envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit") {
  static_cast<void>(record);
}

LAB_RECORD(FaultRateLimit, "envoy.extensions.filters.common.fault.v3.FaultRateLimit") {
  record.field("fixed_limit", &FaultRateLimit::fixed_limit);
  record.field("header_limit", &FaultRateLimit::header_limit);
  record.field("percentage", &FaultRateLimit::percentage);
  record.oneof("limit_type", {"fixed_limit", "header_limit"}, true);
}

LAB_RECORD(HttpFault, "envoy.extensions.filters.http.fault.v3.HTTPFault") {
  record.field("delay", &HttpFault::delay);
  record.field("abort", &HttpFault::abort);
  record.field("upstream_cluster", &HttpFault::upstream_cluster);
  record.field("headers", &HttpFault::headers);
  record.field("downstream_nodes", &HttpFault::downstream_nodes);
  record.field("max_active_faults", &HttpFault::max_active_faults);
  record.field("response_rate_limit", &HttpFault::response_rate_limit);
  record.field("delay_percent_runtime", &HttpFault::delay_percent_runtime)
      .ignored("the value of the configuration is used");
  record.field("abort_percent_runtime", &HttpFault::abort_percent_runtime)
      .ignored("the value of the configuration is used");
  record.field("delay_duration_runtime", &HttpFault::delay_duration_runtime)
      .ignored("the value of the configuration is used");
  record.field("abort_http_status_runtime", &HttpFault::abort_http_status_runtime)
      .ignored("the value of the configuration is used");
  record.field("max_active_faults_runtime", &HttpFault::max_active_faults_runtime)
      .ignored("the value of the configuration is used");
  record
      .field("response_rate_limit_percent_runtime", &HttpFault::response_rate_limit_percent_runtime)
      .ignored("the value of the configuration is used");
  record.field("abort_grpc_status_runtime", &HttpFault::abort_grpc_status_runtime)
      .ignored("the value of the configuration is used");
  record.field("disable_downstream_cluster_stats", &HttpFault::disable_downstream_cluster_stats)
      .ignored("only statistics");
  record.field("filter_metadata", &HttpFault::filter_metadata)
      .ignored("only for logs of other filters");
}

LAB_RECORD(Cors, "envoy.extensions.filters.http.cors.v3.Cors") {
  static_cast<void>(record);
}

LAB_RECORD(CorsPolicy, "envoy.extensions.filters.http.cors.v3.CorsPolicy") {
  record.field("allow_origin_string_match", &CorsPolicy::allow_origin_string_match);
  record.field("allow_methods", &CorsPolicy::allow_methods);
  record.field("allow_headers", &CorsPolicy::allow_headers);
  record.field("expose_headers", &CorsPolicy::expose_headers);
  record.field("max_age", &CorsPolicy::max_age);
  record.field("allow_credentials", &CorsPolicy::allow_credentials);
  record.field("filter_enabled", &CorsPolicy::filter_enabled);
  record.field("shadow_enabled", &CorsPolicy::shadow_enabled);
  record.field("allow_private_network_access", &CorsPolicy::allow_private_network_access);
  record.field("forward_not_matching_preflights", &CorsPolicy::forward_not_matching_preflights);
}

LAB_RECORD(GrpcMethod, "envoy.config.core.v3.GrpcMethodList.Service") {
  record.field("name", &GrpcMethod::name).not_empty();
  record.field("method_names", &GrpcMethod::method_names).check(items_at_least(1));
}

LAB_RECORD(GrpcMethodList, "envoy.config.core.v3.GrpcMethodList") {
  record.field("services", &GrpcMethodList::services);
}

LAB_RECORD(GrpcStats, "envoy.extensions.filters.http.grpc_stats.v3.FilterConfig") {
  record.field("emit_filter_state", &GrpcStats::emit_filter_state).ignored("only statistics");
  record.field("individual_method_stats_allowlist", &GrpcStats::individual_method_stats_allowlist)
      .ignored("only statistics");
  record.field("stats_for_all_methods", &GrpcStats::stats_for_all_methods)
      .ignored("only statistics");
  record.field("enable_upstream_stats", &GrpcStats::enable_upstream_stats)
      .ignored("only statistics");
  record.field("replace_dots_in_grpc_service_name", &GrpcStats::replace_dots_in_grpc_service_name)
      .ignored("only statistics");
  record.oneof("per_method_stat_specifier",
               {"individual_method_stats_allowlist", "stats_for_all_methods"});
}

}  // namespace lab::config
