#include "proxy/upstream/cluster.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "proxy/upstream/cluster_health.h"

namespace lab::proxy {

namespace {

constexpr Duration kCleanupInterval = std::chrono::seconds(5);

CircuitBreakerLimits limits_of(const config::Cluster& cluster, config::RoutingPriority priority) {
  CircuitBreakerLimits limits;
  if (!cluster.circuit_breakers) return limits;
  for (const config::Thresholds& thresholds : cluster.circuit_breakers->thresholds) {
    if (thresholds.priority != priority) continue;
    limits.connections = thresholds.max_connections.value_or(1024);
    limits.pending_requests = thresholds.max_pending_requests.value_or(1024);
    limits.requests = thresholds.max_requests.value_or(1024);
    limits.retries = thresholds.max_retries.value_or(3);
    limits.track_remaining = thresholds.track_remaining;
    if (thresholds.retry_budget) {
      const auto& budget = *thresholds.retry_budget;
      limits.budget_percent = budget.budget_percent ? budget.budget_percent->value : 20.0;
      limits.budget_min_retries = budget.min_retry_concurrency.value_or(3);
    }
    break;
  }
  return limits;
}

bool has_all(const Value* metadata, const Value& wanted) {
  if (!wanted.is_object()) return true;
  for (const Member& member : wanted.object()) {
    const Value* found = metadata == nullptr ? nullptr : metadata->find(member.key);
    if (found == nullptr || *found != member.value) return false;
  }
  return true;
}

}  // namespace

Cluster::Cluster(Loop& loop, ClusterConfigPtr config, StatsStore& stats, std::uint64_t seed)
    : loop_(loop),
      config_(std::move(config)),
      scope_(stats, config_->stats_prefix()),
      stats_(scope_),
      default_(limits_of(config_->config, config::RoutingPriority::default_),
               scope_.scope("circuit_breakers").scope("default")),
      high_(limits_of(config_->config, config::RoutingPriority::high),
            scope_.scope("circuit_breakers").scope("high")),
      balancer_(make_load_balancer(config_->config, seed)),
      cleanup_(loop, Callback::to<&Cluster::forget_unused_hosts>(this)) {
  if (config_->config.type == config::Cluster::DiscoveryType::original_dst) {
    cleanup_.start(config_->config.cleanup_interval.value_or(kCleanupInterval));
    has_endpoints_ = true;
  }
  if (!config_->config.health_checks.empty() || config_->config.outlier_detection)
    health_ = std::make_unique<ClusterHealth>(*this, scope_, seed);
  publish_membership();
}

Cluster::~Cluster() = default;

void Cluster::report(Host& host, HostOutcome outcome) {
  if (health_) health_->report(host, outcome);
}

void Cluster::immediate_failure(Host& host) {
  if (health_) health_->immediate_failure(host);
}

bool Cluster::settled() const {
  if (!health_) return true;
  const auto type = config_->config.type;
  const bool dns = type == config::Cluster::DiscoveryType::strict_dns ||
                   type == config::Cluster::DiscoveryType::logical_dns;
  return (has_endpoints_ || !dns) && health_->settled();
}

const OutlierDetector* Cluster::outlier() const {
  return health_ ? health_->outlier() : nullptr;
}

void Cluster::set_endpoints(const EndpointSet& endpoints) {
  std::map<std::string, HostPtr> kept;
  std::uint32_t last_priority = 0;
  for (const HostDescription& description : endpoints.hosts)
    last_priority = std::max(last_priority, description.priority);
  priorities_.assign(last_priority + 1, PriorityHosts{});
  for (PriorityHosts& priority : priorities_)
    priority.overprovisioning_factor = endpoints.overprovisioning_factor;
  for (const HostDescription& description : endpoints.hosts) {
    HostPtr& host = kept[description.address];
    if (host) continue;  // The same address twice is one host.
    const auto known = hosts_.find(description.address);
    if (known != hosts_.end()) {
      host = known->second;
      host->update(description);
    } else {
      host = std::make_shared<Host>(description);
    }
    auto& localities = priorities_[description.priority].localities;
    auto group = std::find_if(localities.begin(), localities.end(), [&](const LocalityHosts& each) {
      return each.locality == description.locality;
    });
    if (group == localities.end()) {
      const auto weight =
          endpoints.locality_weights.find({description.priority, description.locality});
      localities.push_back(
          LocalityHosts{description.locality,
                        weight == endpoints.locality_weights.end() ? 0 : weight->second,
                        {}});
      group = std::prev(localities.end());
    }
    group->hosts.push_back(host);
  }
  hosts_.swap(kept);
  for (const auto& [address, host] : kept) {
    if (hosts_.find(address) == hosts_.end()) close_pools_of(*host);
  }
  has_endpoints_ = true;
  stats_.membership_change.add();
  if (health_) health_->hosts_changed(hosts_);
  health_changed();
}

void Cluster::health_changed() {
  balancer_->update(priorities_);
  publish_membership();
}

void Cluster::publish_membership() {
  std::int64_t healthy = 0, degraded = 0, excluded = 0, weight = 0;
  for (const auto& [address, host] : hosts_) {
    healthy += host->health() == HostHealth::healthy ? 1 : 0;
    degraded += host->health() == HostHealth::degraded ? 1 : 0;
    excluded += host->excluded() ? 1 : 0;
    weight = std::max<std::int64_t>(weight, host->weight());
  }
  stats_.membership_total.set(static_cast<std::int64_t>(hosts_.size()));
  stats_.membership_healthy.set(healthy);
  stats_.membership_degraded.set(degraded);
  stats_.membership_excluded.set(excluded);
  stats_.max_host_weight.set(weight);
}

HostPtr Cluster::choose_host(const LoadBalancerContext& context) {
  HostPtr host = config_->config.type == config::Cluster::DiscoveryType::original_dst
                     ? original_destination_host(context)
                     : balancer_->choose(context);
  if (!host) stats_.upstream_cx_none_healthy.add();
  return host;
}

HostPtr Cluster::original_destination_host(const LoadBalancerContext& context) {
  if (!context.original_destination) return nullptr;
  IpPort wanted = *context.original_destination;
  const auto& settings = config_->config.original_dst_lb_config;
  if (settings && settings->upstream_port_override) {
    wanted.port = static_cast<std::uint16_t>(*settings->upstream_port_override);
  }
  const std::string address = wanted.text();
  HostPtr& host = hosts_[address];
  if (!host) {
    HostDescription description;
    description.address = address;
    description.ip = wanted;
    host = std::make_shared<Host>(std::move(description));
    stats_.membership_change.add();
    if (health_) health_->hosts_changed(hosts_);
    publish_membership();
  }
  used_[address] = true;
  return host;
}

void Cluster::forget_unused_hosts() {
  for (auto each = hosts_.begin(); each != hosts_.end();) {
    const auto used = used_.find(each->first);
    const long own = 1 + (health_ ? health_->references(*each->second) : 0);
    const bool busy = (used != used_.end() && used->second) || each->second.use_count() > own;
    if (busy) {
      ++each;
      continue;
    }
    close_pools_of(*each->second);
    used_.erase(each->first);
    each = hosts_.erase(each);
  }
  for (auto& [address, used] : used_) used = false;
  if (health_) health_->hosts_changed(hosts_);
  publish_membership();
  cleanup_.start(config_->config.cleanup_interval.value_or(kCleanupInterval));
}

void Cluster::close_pools_of(const Host& host) {
  for (auto each = pools_.begin(); each != pools_.end();) {
    if (each->first.host != &host) {
      ++each;
      continue;
    }
    each->second->drain(Callback::to<&Cluster::release_retired>(this));
    retired_.push_back(std::move(each->second));
    each = pools_.erase(each);
  }
  release_retired();
}

void Cluster::release_retired() {
  for (auto each = retired_.begin(); each != retired_.end();) {
    if ((*each)->idle()) {
      loop_.destroy_later(std::move(*each));
      each = retired_.erase(each);
    } else {
      ++each;
    }
  }
}

TlsSlotPtr Cluster::transport_of(const Host& host) const {
  const auto& all = host.description().metadata.filter_metadata;
  const auto own = all.find("envoy.transport_socket_match");
  for (const MatchedTransport& candidate : config_->matched_transports) {
    if (has_all(own == all.end() ? nullptr : &own->second, candidate.match)) return candidate.tls;
  }
  return config_->pool.tls;
}

HttpPoolOptions Cluster::pool_options(const Host& host, const PoolRequest& request,
                                      bool http2) const {
  HttpPoolOptions options = config_->pool;
  if (auto address = host_address(host.description())) options.address = *address;
  options.tls = transport_of(host);
  if (config_->use_downstream_protocol) {
    options.version = http2 ? HttpPoolOptions::Version::http2 : HttpPoolOptions::Version::http1;
  }
  if (!options.tls) {
    if (options.version == HttpPoolOptions::Version::by_alpn)
      options.version = HttpPoolOptions::Version::http1;
    return options;
  }
  options.tls_request.sni = request.sni;
  if (config_->auto_san_validation) options.tls_request.require_san = request.sni;
  if (!config_->has_alpn) {
    const bool both = options.version == HttpPoolOptions::Version::by_alpn;
    if (both || options.version == HttpPoolOptions::Version::http2)
      options.tls_request.alpn.push_back("h2");
    if (both || options.version == HttpPoolOptions::Version::http1)
      options.tls_request.alpn.push_back("http/1.1");
  }
  return options;
}

HttpPool& Cluster::pool(const HostPtr& host, const PoolRequest& request) {
  const bool http2 = config_->use_downstream_protocol && request.downstream == Protocol::http2;
  std::unique_ptr<HttpPool>& pool =
      pools_[PoolKey{host.get(), request.priority, http2, request.sni}];
  if (!pool) {
    pool = std::make_unique<HttpPool>(loop_, host, pool_options(*host, request, http2), stats_,
                                      breaker(request.priority));
  }
  return *pool;
}

TcpTarget Cluster::tcp_target(const HostPtr& host) const {
  TcpTarget target;
  target.host = host;
  if (auto address = host_address(host->description())) target.address = *address;
  target.socket = config_->pool.socket;
  target.connect_timeout = config_->pool.connect_timeout;
  target.buffer_bytes = config_->pool.buffer_bytes;
  target.tls = transport_of(*host);
  return target;
}

void Cluster::drain() {
  cleanup_.stop();
  if (health_) health_->stop();
  for (auto& [key, pool] : pools_) pool->drain({});
}

}  // namespace lab::proxy
