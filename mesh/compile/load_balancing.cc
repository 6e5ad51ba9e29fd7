#include "mesh/compile/cluster_draft.h"
#include "mesh/compile/traffic_policy.h"

namespace lab::compile {
namespace {

using Policy = config::Cluster::LbPolicy;

std::optional<config::SlowStartConfig> slow_start(const crd::LoadBalancer* balancer) {
  if (balancer == nullptr) return {};
  config::SlowStartConfig slow;
  if (balancer->warmup) {
    slow.slow_start_window = balancer->warmup->duration;
    slow.aggression.emplace();
    slow.aggression->default_value = balancer->warmup->aggression.value_or(1);
    slow.aggression->runtime_key = "(";
    slow.min_weight_percent.emplace().value = balancer->warmup->minimum_percent.value_or(10);
    return slow;
  }
  if (!balancer->warmup_duration_secs) return {};
  slow.slow_start_window = balancer->warmup_duration_secs;
  return slow;
}

void use_round_robin(config::Cluster& cluster, const crd::LoadBalancer* balancer) {
  cluster.lb_policy = Policy::round_robin;
  if (auto slow = slow_start(balancer))
    cluster.round_robin_lb_config.emplace().slow_start_config = std::move(slow);
}

void use_least_request(config::Cluster& cluster, const crd::LoadBalancer* balancer) {
  cluster.lb_policy = Policy::least_request;
  if (auto slow = slow_start(balancer))
    cluster.least_request_lb_config.emplace().slow_start_config = std::move(slow);
}

void use_hash(config::Cluster& cluster, const crd::ConsistentHash& hash) {
  if (hash.maglev) {
    cluster.lb_policy = Policy::maglev;
    if (hash.maglev->table_size != 0)
      cluster.maglev_lb_config.emplace().table_size = hash.maglev->table_size;
    return;
  }
  cluster.lb_policy = Policy::ring_hash;
  std::uint64_t least = hash.minimum_ring_size != 0 ? hash.minimum_ring_size : 1024;
  if (hash.ring_hash) least = hash.ring_hash->minimum_ring_size;
  if (least != 0) cluster.ring_hash_lb_config.emplace().minimum_ring_size = least;
}

void use_simple(config::Cluster& cluster, crd::SimpleLoadBalancer kind,
                const crd::LoadBalancer* balancer, const Profile& profile) {
  switch (kind) {
    case crd::SimpleLoadBalancer::LEAST_CONN:
    case crd::SimpleLoadBalancer::LEAST_REQUEST:
      return use_least_request(cluster, balancer);
    case crd::SimpleLoadBalancer::RANDOM:
      cluster.lb_policy = Policy::random;
      return;
    case crd::SimpleLoadBalancer::ROUND_ROBIN:
      return use_round_robin(cluster, balancer);
    case crd::SimpleLoadBalancer::PASSTHROUGH:
      cluster.lb_policy = Policy::cluster_provided;
      cluster.type = config::Cluster::DiscoveryType::original_dst;
      cluster.load_assignment.reset();
      return;
    case crd::SimpleLoadBalancer::UNSPECIFIED:
      break;
  }
  if (profile.load_balancer == "LEAST_REQUEST") return use_least_request(cluster, balancer);
  use_round_robin(cluster, balancer);
}

/// Localities by weight only where something says how traffic is to be spread over them.
void apply_locality(config::Cluster& cluster, const crd::LocalityLoadBalancer* setting) {
  if (setting == nullptr) return;
  const bool fails_over = cluster.outlier_detection &&
                          (!setting->failover.empty() || !setting->failover_priority.empty());
  if (!fails_over && setting->distribute.empty()) return;
  if (!cluster.common_lb_config) cluster.common_lb_config.emplace();
  cluster.common_lb_config->locality_weighted_lb_config.emplace();
}

}  // namespace

void apply_load_balancer(config::Cluster& cluster, const crd::TrafficPolicy& policy,
                         const Proxy& proxy) {
  const crd::LoadBalancer* balancer = policy.load_balancer ? &*policy.load_balancer : nullptr;
  apply_locality(cluster, locality_setting(policy, proxy));
  if (cluster.type == config::Cluster::DiscoveryType::original_dst) {
    cluster.lb_policy = Policy::cluster_provided;
    return;
  }
  const auto kind = balancer != nullptr
                        ? balancer->simple.value_or(crd::SimpleLoadBalancer::UNSPECIFIED)
                        : crd::SimpleLoadBalancer::UNSPECIFIED;
  use_simple(cluster, kind, balancer, proxy.profile());
  if (balancer != nullptr && balancer->consistent_hash)
    use_hash(cluster, *balancer->consistent_hash);
}

}  // namespace lab::compile
