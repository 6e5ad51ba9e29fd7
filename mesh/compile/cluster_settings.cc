#include <limits>

#include "mesh/compile/cluster_draft.h"

namespace lab::compile {
namespace {

constexpr std::uint32_t kUnlimited = std::numeric_limits<std::uint32_t>::max();

void set_positive(std::optional<std::uint32_t>& target, std::int32_t value) {
  if (value > 0) target = static_cast<std::uint32_t>(value);
}

config::Thresholds thresholds_of(const crd::TrafficPolicy& policy, const Profile& profile) {
  config::Thresholds limits;
  if (profile.unlimited) {
    limits.max_connections = limits.max_pending_requests = limits.max_requests =
        limits.max_retries = kUnlimited;
  }
  if (policy.retry_budget) {
    limits.retry_budget.emplace();
    limits.retry_budget->budget_percent.emplace().value =
        policy.retry_budget->percent.value_or(0.2);
    const std::uint32_t least = policy.retry_budget->min_retry_concurrency;
    limits.retry_budget->min_retry_concurrency = least > 0 ? least : 3;
  }
  if (!policy.connection_pool) return limits;
  if (const auto& http = policy.connection_pool->http) {
    set_positive(limits.max_requests, http->http2_max_requests);
    set_positive(limits.max_pending_requests, http->http1_max_pending_requests);
    set_positive(limits.max_retries, http->max_retries);
  }
  if (const auto& tcp = policy.connection_pool->tcp)
    set_positive(limits.max_connections, tcp->max_connections);
  return limits;
}

std::optional<std::uint32_t> whole_seconds(std::optional<std::chrono::nanoseconds> duration) {
  if (!duration) return {};
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(*duration).count());
}

void apply_keepalive(config::Cluster& cluster, const crd::TrafficPolicy& policy,
                     const model::MeshOptions& mesh) {
  const crd::TcpKeepalive* own = nullptr;
  if (policy.connection_pool && policy.connection_pool->tcp &&
      policy.connection_pool->tcp->tcp_keepalive) {
    own = &*policy.connection_pool->tcp->tcp_keepalive;
  }
  if (own == nullptr && !mesh.keepalive) return;
  config::TcpKeepalive probes;
  probes.keepalive_probes = mesh.tcp_keepalive_probes;
  probes.keepalive_time = whole_seconds(mesh.tcp_keepalive_time);
  probes.keepalive_interval = whole_seconds(mesh.tcp_keepalive_interval);
  if (own != nullptr) {
    if (own->probes > 0) probes.keepalive_probes = own->probes;
    if (own->time) probes.keepalive_time = whole_seconds(own->time);
    if (own->interval) probes.keepalive_interval = whole_seconds(own->interval);
  }
  cluster.upstream_connection_options.emplace().tcp_keepalive = probes;
}

void apply_http_pool(ClusterDraft& draft, const crd::ConnectionPool& pool) {
  std::optional<std::chrono::nanoseconds> idle, longest;
  std::int32_t requests = 0, streams = 0;
  if (pool.http) {
    idle = pool.http->idle_timeout;
    requests = pool.http->max_requests_per_connection;
    streams = pool.http->max_concurrent_streams;
  }
  if (pool.tcp) {
    longest = pool.tcp->max_connection_duration;
    if (!idle) idle = pool.tcp->idle_timeout;
  }
  if (!idle && !longest && requests <= 0 && streams <= 0) return;
  config::HttpProtocolOptions& options = draft.http_options();
  if (!options.common_http_protocol_options) options.common_http_protocol_options.emplace();
  options.common_http_protocol_options->idle_timeout = idle;
  options.common_http_protocol_options->max_connection_duration = longest;
  set_positive(options.common_http_protocol_options->max_requests_per_connection, requests);
  if (draft.is_http2())
    set_positive(options.explicit_http_config->http2_protocol_options->max_concurrent_streams,
                 streams);
}

}  // namespace

config::Cluster ClusterDraft::finish() && {
  if (http) {
    if (!http->explicit_http_config && !http->use_downstream_protocol_config &&
        !http->auto_config) {
      http->explicit_http_config.emplace().http_protocol_options.emplace();
    }
    cluster.typed_extension_protocol_options
        ["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"] =
        config::Any::of(*std::move(http));
  }
  return std::move(cluster);
}

void use_http2(ClusterDraft& draft, const Profile& profile) {
  config::HttpProtocolOptions& options = draft.http_options();
  options.use_downstream_protocol_config.reset();
  options.explicit_http_config.emplace().http2_protocol_options.emplace().max_concurrent_streams =
      profile.http2_streams;
}

void use_downstream_protocol(ClusterDraft& draft) {
  config::HttpProtocolOptions& options = draft.http_options();
  options.explicit_http_config.reset();
  config::UseDownstreamHttpConfig& either = options.use_downstream_protocol_config.emplace();
  either.http_protocol_options.emplace();
  either.http2_protocol_options.emplace();
}

void apply_connection_pool(ClusterDraft& draft, const crd::TrafficPolicy& policy,
                           const Proxy& proxy) {
  draft.cluster.connect_timeout = proxy.mesh().connect_timeout;
  draft.cluster.circuit_breakers.emplace().thresholds.push_back(
      thresholds_of(policy, proxy.profile()));
  apply_keepalive(draft.cluster, policy, proxy.mesh());
  if (!policy.connection_pool) return;
  const crd::ConnectionPool& pool = *policy.connection_pool;
  if (pool.tcp && pool.tcp->connect_timeout)
    draft.cluster.connect_timeout = *pool.tcp->connect_timeout;
  apply_http_pool(draft, pool);
  if (pool.http && pool.http->use_client_protocol) use_downstream_protocol(draft);
}

void apply_outlier_detection(config::Cluster& cluster, const crd::TrafficPolicy& policy,
                             const Profile& profile) {
  if (profile.no_panic) cluster.common_lb_config->healthy_panic_threshold.emplace().value = 0;
  if (!policy.outlier_detection) return;
  const crd::OutlierDetection& rule = *policy.outlier_detection;
  config::OutlierDetection& out = cluster.outlier_detection.emplace();
  out.enforcing_success_rate = 0;
  const auto count = [](std::optional<std::uint32_t> stated, std::optional<std::uint32_t>& limit,
                        std::optional<std::uint32_t>& enforced) {
    if (!stated) return;
    limit = stated;
    enforced = *stated > 0 ? 100u : 0u;
  };
  count(rule.consecutive_5xx_errors, out.consecutive_5xx, out.enforcing_consecutive_5xx);
  count(rule.consecutive_gateway_errors, out.consecutive_gateway_failure,
        out.enforcing_consecutive_gateway_failure);
  // The field that the two above replaced: read by the releases that had it alone.
  if (!profile.no_panic && rule.consecutive_errors > 0)
    out.consecutive_5xx = static_cast<std::uint32_t>(rule.consecutive_errors);
  out.interval = rule.interval;
  out.base_ejection_time = rule.base_ejection_time;
  set_positive(out.max_ejection_percent, rule.max_ejection_percent);
  if (rule.split_external_local_origin_errors) {
    out.split_external_local_origin_errors = true;
    if (rule.consecutive_local_origin_failures.value_or(0) > 0) {
      out.consecutive_local_origin_failure = rule.consecutive_local_origin_failures;
      out.enforcing_consecutive_local_origin_failure = 100;
    }
    out.enforcing_local_origin_success_rate = 0;
  }
  const bool sends_to_unready = profile.no_panic;
  if (!cluster.common_lb_config) cluster.common_lb_config.emplace();
  cluster.common_lb_config->healthy_panic_threshold.emplace().value =
      sends_to_unready ? 0 : rule.min_health_percent;
}

}  // namespace lab::compile
