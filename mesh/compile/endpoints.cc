#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "mesh/compile/clusters.h"
#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/compile/peer_authentication.h"
#include "mesh/compile/traffic_policy.h"

namespace lab::compile {
namespace {

config::Locality locality_of(const std::string& text) {
  config::Locality locality;
  if (text.empty()) return locality;
  const std::vector<std::string> parts = split(text, '/');
  locality.region = parts[0];
  if (parts.size() > 1) locality.zone = parts[1];
  if (parts.size() > 2) locality.sub_zone = parts[2];
  return locality;
}

/// Decides which endpoints are told to clients as speaking the mesh's TLS.
class MutualTlsCheck {
 public:
  MutualTlsCheck(const Proxy& proxy, const crd::TrafficPolicy& policy) : proxy_(proxy) {
    if (policy.tls) stated_ = policy.tls->mode == crd::ClientTlsMode::ISTIO_MUTUAL;
  }

  bool spoken_by(const model::Endpoint& endpoint) const {
    if (!endpoint.mutual_tls) return false;
    if (stated_) return *stated_;
    if (!proxy_.mesh().auto_mtls) return false;
    if (proxy_.snapshot.objects->peer_authentications.empty()) return true;
    const PeerSettings settings =
        peer_settings(endpoint.labels, endpoint.name_space, proxy_.snapshot);
    return settings.at(endpoint.port) != MutualTls::disable;
  }

 private:
  const Proxy& proxy_;
  std::optional<bool> stated_;
};

config::LbEndpoint lb_endpoint(const model::Endpoint& endpoint, bool mutual_tls,
                               const Profile& profile) {
  config::LbEndpoint out;
  config::Address& address = out.endpoint.emplace().address.emplace();
  if (endpoint.port == 0) {
    address.pipe.emplace().path = endpoint.address;
  } else {
    config::SocketAddress& socket = address.socket_address.emplace();
    socket.address = endpoint.address;
    socket.port_value = endpoint.port;
  }
  if (endpoint.health_known && profile.no_panic) {
    out.health_status =
        endpoint.healthy ? config::HealthStatus::healthy : config::HealthStatus::unhealthy;
  }
  out.metadata = origins(endpoint.sources);
  if (mutual_tls) {
    if (!out.metadata) out.metadata.emplace();
    out.metadata->filter_metadata["envoy.transport_socket_match"].set("tlsMode", "istio");
  }
  out.load_balancing_weight = endpoint.weight == 0 ? 1 : endpoint.weight;
  return out;
}

/// How far a locality is from the proxy's: 0 the same sub-zone, 1 zone, 2 region, 3 elsewhere.
std::uint32_t distance(const config::Locality& own, const config::Locality& other) {
  if (own.region != other.region) return 3;
  if (own.zone != other.zone) return 2;
  return own.sub_zone == other.sub_zone ? 0 : 1;
}

std::uint32_t failover_distance(const config::Locality& own, const config::Locality& other,
                                const crd::LocalityLoadBalancer* setting) {
  const std::uint32_t far = distance(own, other);
  if (far != 3 || setting == nullptr || setting->failover.empty()) return far;
  for (const crd::LocalityFailover& rule : setting->failover) {
    if (rule.from == own.region) return rule.to == other.region ? 3 : 4;
  }
  return 3;
}

/// Priorities without gaps.
void close_gaps(std::vector<config::LocalityLbEndpoints>& groups) {
  std::set<std::uint32_t> used;
  for (const auto& group : groups) used.insert(group.priority);
  for (auto& group : groups) {
    group.priority =
        static_cast<std::uint32_t>(std::distance(used.begin(), used.find(group.priority)));
  }
}

bool locality_matches(const std::string& pattern, const config::Locality& locality) {
  const std::vector<std::string> parts = split(pattern, '/');
  const std::string* const levels[] = {&locality.region, &locality.zone, &locality.sub_zone};
  for (std::size_t i = 0; i < parts.size() && i < 3; ++i) {
    if (parts[i] == "*") return true;
    if (parts[i] != *levels[i]) return false;
  }
  return true;
}

/// Weights by locality: each entry's share is split over the localities that it covers, by their
/// own weights.
void distribute(std::vector<config::LocalityLbEndpoints>& groups,
                const crd::LocalityDistribute& rule) {
  std::set<std::size_t> covered;
  for (const auto& [pattern, share] : rule.to) {
    std::vector<std::size_t> fitting;
    std::uint32_t total = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (covered.count(i) != 0 || !locality_matches(pattern, *groups[i].locality)) continue;
      fitting.push_back(i);
      total += groups[i].load_balancing_weight.value_or(0);
    }
    for (const std::size_t i : fitting) {
      covered.insert(i);
      const std::uint64_t own = groups[i].load_balancing_weight.value_or(0);
      groups[i].load_balancing_weight =
          total == 0 ? 0 : static_cast<std::uint32_t>((own * share + total - 1) / total);
    }
  }
  std::vector<config::LocalityLbEndpoints> kept;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (covered.count(i) != 0) kept.push_back(std::move(groups[i]));
  }
  groups = std::move(kept);
}

void apply_locality(std::vector<config::LocalityLbEndpoints>& groups,
                    const crd::TrafficPolicy& policy, const Proxy& proxy) {
  if (proxy.workload.locality.empty() || groups.empty()) return;
  const crd::LocalityLoadBalancer* setting = nullptr;
  if (policy.load_balancer && policy.load_balancer->locality_lb_setting) {
    setting = &*policy.load_balancer->locality_lb_setting;
  }
  const bool enabled =
      setting != nullptr ? setting->enabled.value_or(true) : proxy.mesh().locality_failover;
  if (!enabled) return;
  const config::Locality own = locality_of(proxy.workload.locality);
  if (setting != nullptr && !setting->distribute.empty()) {
    for (const crd::LocalityDistribute& rule : setting->distribute) {
      if (locality_matches(rule.from, own)) return distribute(groups, rule);
    }
    return;
  }
  if (!policy.outlier_detection) return;  // Without it nothing would ever fail over.
  for (auto& group : groups) group.priority = failover_distance(own, *group.locality, setting);
  close_gaps(groups);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
}

/// The service of that host which has the port and, where several do (Istio 1.0 let a Service and a
/// ServiceEntry share a host), one that has endpoints: 1.0 asked its registries in turn until one
/// knew any.
const model::Service* service_with_port(const Proxy& proxy, const std::string& host,
                                        std::uint32_t number) {
  const model::Service* best = proxy.scope.find(host);
  for (const model::Service* service : proxy.scope.services()) {
    if (service->host != host || service->port(number) == nullptr) continue;
    const bool better = best->port(number) == nullptr || best->endpoints.empty();
    if (better) best = service;
  }
  return best;
}

}  // namespace

config::ClusterLoadAssignment load_assignment(const Proxy& proxy, const model::Service& service,
                                              const model::Port& port, const crd::Subset* subset,
                                              const std::string& name) {
  config::ClusterLoadAssignment out;
  out.cluster_name = name;
  const crd::TrafficPolicy policy =
      policy_for(proxy.scope.rule_for(service), subset, port.number, proxy.profile());
  const MutualTlsCheck check(proxy, policy);
  std::map<std::string, std::size_t> groups;
  for (const model::Endpoint& endpoint : service.endpoints) {
    if (endpoint.port_name != port.name) continue;
    if (subset != nullptr && !model::selects(subset->labels, endpoint.labels)) continue;
    const auto [place, fresh] = groups.emplace(endpoint.locality, out.endpoints.size());
    if (fresh) out.endpoints.emplace_back().locality = locality_of(endpoint.locality);
    config::LocalityLbEndpoints& group = out.endpoints[place->second];
    group.lb_endpoints.push_back(lb_endpoint(endpoint, check.spoken_by(endpoint), proxy.profile()));
    group.load_balancing_weight =
        group.load_balancing_weight.value_or(0) + *group.lb_endpoints.back().load_balancing_weight;
  }
  apply_locality(out.endpoints, policy, proxy);
  return out;
}

std::vector<config::ClusterLoadAssignment> endpoints_of(
    const Proxy& proxy, const std::vector<config::Cluster>& clusters) {
  std::vector<config::ClusterLoadAssignment> all;
  for (const config::Cluster& cluster : clusters) {
    if (cluster.type != config::Cluster::DiscoveryType::eds) continue;
    const std::vector<std::string> parts = split(cluster.name, '|');
    const auto number = static_cast<std::uint32_t>(std::stoul(parts[1]));
    const model::Service* service = service_with_port(proxy, parts[3], number);
    const model::Port* port = service->port(number);
    const crd::Subset* subset = nullptr;
    const Rule* rule = proxy.scope.rule_for(*service);
    if (!parts[2].empty() && rule != nullptr) {
      for (const crd::Subset& candidate : rule->spec.subsets) {
        if (candidate.name == parts[2]) subset = &candidate;
      }
    }
    all.push_back(load_assignment(proxy, *service, *port, subset, cluster.name));
  }
  return all;
}

}  // namespace lab::compile
