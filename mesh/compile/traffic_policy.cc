#include "mesh/compile/traffic_policy.h"

namespace lab::compile {
namespace {

const crd::PortTrafficPolicy* port_settings(const crd::TrafficPolicy& policy, std::uint32_t port) {
  for (const crd::PortTrafficPolicy& settings : policy.port_level_settings) {
    if (settings.port && settings.port->number == port) return &settings;
  }
  return nullptr;
}

template <class Over>
void lay_over(crd::TrafficPolicy& base, const Over& over, bool replace) {
  if (replace || over.connection_pool) base.connection_pool = over.connection_pool;
  if (replace || over.outlier_detection) base.outlier_detection = over.outlier_detection;
  if (replace || over.load_balancer) base.load_balancer = over.load_balancer;
  if (replace || over.tls) base.tls = over.tls;
}

/// Lays one level (a policy and its port's settings) over what the levels above said.
void lay_level_over(crd::TrafficPolicy& base, const crd::TrafficPolicy& level, std::uint32_t port,
                    bool replaces) {
  const crd::PortTrafficPolicy* settings = port_settings(level, port);
  if (settings == nullptr || !replaces) lay_over(base, level, false);
  if (settings != nullptr) lay_over(base, *settings, replaces);
  if (level.tunnel) base.tunnel = level.tunnel;
  if (level.proxy_protocol) base.proxy_protocol = level.proxy_protocol;
  if (level.retry_budget) base.retry_budget = level.retry_budget;
}

const crd::ConsistentHash* hash_of(const std::optional<crd::LoadBalancer>& balancer) {
  return balancer && balancer->consistent_hash ? &*balancer->consistent_hash : nullptr;
}

const crd::ConsistentHash* hash_of_level(const std::optional<crd::TrafficPolicy>& policy,
                                         std::uint32_t port) {
  if (!policy) return nullptr;
  if (const crd::PortTrafficPolicy* settings = port_settings(*policy, port)) {
    if (const crd::ConsistentHash* hash = hash_of(settings->load_balancer)) return hash;
  }
  return hash_of(policy->load_balancer);
}

}  // namespace

crd::TrafficPolicy policy_for(const Rule* rule, const crd::Subset* subset, std::uint32_t port,
                              const Profile& profile) {
  crd::TrafficPolicy policy;
  if (rule == nullptr) return policy;
  const bool replaces = profile.port_settings_replace;
  if (rule->spec.traffic_policy) lay_level_over(policy, *rule->spec.traffic_policy, port, replaces);
  if (subset != nullptr && subset->traffic_policy)
    lay_level_over(policy, *subset->traffic_policy, port, replaces);
  return policy;
}

const crd::ConsistentHash* hash_for(const Rule* rule, const std::string& subset,
                                    std::uint32_t port) {
  if (rule == nullptr) return nullptr;
  for (const crd::Subset& candidate : rule->spec.subsets) {
    if (subset.empty() || candidate.name != subset) continue;
    if (const crd::ConsistentHash* hash = hash_of_level(candidate.traffic_policy, port))
      return hash;
  }
  return hash_of_level(rule->spec.traffic_policy, port);
}

const crd::LocalityLoadBalancer* locality_setting(const crd::TrafficPolicy& policy,
                                                  const Proxy& proxy) {
  if (policy.load_balancer && policy.load_balancer->locality_lb_setting) {
    const crd::LocalityLoadBalancer& own = *policy.load_balancer->locality_lb_setting;
    return own.enabled.value_or(true) ? &own : nullptr;
  }
  return proxy.snapshot.locality ? &*proxy.snapshot.locality : nullptr;
}

}  // namespace lab::compile
