#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/access_log.h"
#include "mesh/config/matcher.h"

/// The HTTP filters' configurations.
namespace lab::config {

/// One filter of the chain.
struct HttpFilter {
  std::string name;
  Any typed_config;
  bool is_optional = false;
  bool disabled = false;
};

/// When upstream log lines are written.
struct RouterUpstreamLogOptions {
  bool flush_upstream_log_on_upstream_stream = false;
  std::optional<Duration> upstream_log_flush_interval;
};

/// The terminal filter: sends the request to an upstream.
struct Router {
  std::optional<bool> dynamic_stats;
  bool start_child_span = false;
  std::vector<AccessLog> upstream_log;
  std::optional<RouterUpstreamLogOptions> upstream_log_options;
  bool suppress_envoy_headers = false;
  std::vector<std::string> strict_check_headers;
  bool respect_expected_rq_timeout = false;
  bool suppress_grpc_request_failure_code_stats = false;
};

/// Delay given by x-envoy-fault-delay-request.
struct HeaderDelay {};

/// Delays a share of the requests.
struct FaultDelay {
  enum class FaultDelayType : std::int32_t { fixed = 0 };
  std::optional<Duration> fixed_delay;
  std::optional<HeaderDelay> header_delay;
  std::optional<FractionalPercent> percentage;
};

/// Status given by x-envoy-fault-abort-request.
struct HeaderAbort {};

/// Answers a share of the requests with an error.
struct FaultAbort {
  std::optional<std::uint32_t> http_status;
  std::optional<std::uint32_t> grpc_status;
  std::optional<HeaderAbort> header_abort;
  std::optional<FractionalPercent> percentage;
};

/// A fixed rate in KiB/s.
struct FixedLimit {
  std::uint64_t limit_kbps = 0;
};

/// Rate given by x-envoy-fault-throughput-response.
struct HeaderLimit {};

/// Slows the response's body down.
struct FaultRateLimit {
  std::optional<FixedLimit> fixed_limit;
  std::optional<HeaderLimit> header_limit;
  std::optional<FractionalPercent> percentage;
};

/// Fault injection.
struct HttpFault {
  std::optional<FaultDelay> delay;
  std::optional<FaultAbort> abort;
  std::string upstream_cluster;
  std::vector<HeaderMatcher> headers;
  std::vector<std::string> downstream_nodes;
  std::optional<std::uint32_t> max_active_faults;
  std::optional<FaultRateLimit> response_rate_limit;
  std::string delay_percent_runtime;
  std::string abort_percent_runtime;
  std::string delay_duration_runtime;
  std::string abort_http_status_runtime;
  std::string max_active_faults_runtime;
  std::string response_rate_limit_percent_runtime;
  std::string abort_grpc_status_runtime;
  bool disable_downstream_cluster_stats = false;
  Value filter_metadata;
};

/// Answers cross-origin preflights; its rules stand in typed_per_filter_config.
struct Cors {};

/// Which origins may do what.
struct CorsPolicy {
  std::vector<StringMatcher> allow_origin_string_match;
  std::string allow_methods;
  std::string allow_headers;
  std::string expose_headers;
  std::string max_age;
  std::optional<bool> allow_credentials;
  std::optional<RuntimeFractionalPercent> filter_enabled;
  std::optional<RuntimeFractionalPercent> shadow_enabled;
  std::optional<bool> allow_private_network_access;
  std::optional<bool> forward_not_matching_preflights;
};

/// Methods of one gRPC service.
struct GrpcMethod {
  std::string name;
  std::vector<std::string> method_names;
};

/// Methods of gRPC services.
struct GrpcMethodList {
  std::vector<GrpcMethod> services;
};

/// Statistics of gRPC calls.
struct GrpcStats {
  bool emit_filter_state = false;
  std::optional<GrpcMethodList> individual_method_stats_allowlist;
  std::optional<bool> stats_for_all_methods;
  bool enable_upstream_stats = false;
  bool replace_dots_in_grpc_service_name = false;
};

const Record<HttpFilter>& record_of(const HttpFilter*);
const Record<RouterUpstreamLogOptions>& record_of(const RouterUpstreamLogOptions*);
const Record<Router>& record_of(const Router*);
const Record<HeaderDelay>& record_of(const HeaderDelay*);
const Record<FaultDelay>& record_of(const FaultDelay*);
const Record<HeaderAbort>& record_of(const HeaderAbort*);
const Record<FaultAbort>& record_of(const FaultAbort*);
const Record<FixedLimit>& record_of(const FixedLimit*);
const Record<HeaderLimit>& record_of(const HeaderLimit*);
const Record<FaultRateLimit>& record_of(const FaultRateLimit*);
const Record<HttpFault>& record_of(const HttpFault*);
const Record<Cors>& record_of(const Cors*);
const Record<CorsPolicy>& record_of(const CorsPolicy*);
const Record<GrpcMethod>& record_of(const GrpcMethod*);
const Record<GrpcMethodList>& record_of(const GrpcMethodList*);
const Record<GrpcStats>& record_of(const GrpcStats*);
const std::vector<EnumName<FaultDelay::FaultDelayType>>& enum_names(
    const FaultDelay::FaultDelayType*);

}  // namespace lab::config
