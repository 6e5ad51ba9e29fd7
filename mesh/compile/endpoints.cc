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
  /// A subset is asked for its own policy alone, as Istio does: what it inherits decides how
  /// clients connect, and not what they are told of endpoints.
  MutualTlsCheck(const Proxy& proxy, const Rule* rule, const crd::Subset* subset,
                 std::uint32_t port)
      : proxy_(proxy) {
    if (rule == nullptr) return;
    const auto& policy = subset != nullptr ? subset->traffic_policy : rule->spec.traffic_policy;
    if (!policy) return;
    const auto take = [&](const std::optional<crd::ClientTlsSettings>& tls) {
      if (tls) stated_ = tls->mode == crd::ClientTlsMode::ISTIO_MUTUAL;
    };
    take(policy->tls);
    for (const auto& own : policy->port_level_settings) {
      if (own.port && own.port->number == port) take(own.tls);
    }
  }

  bool spoken_by(const model::Endpoint& endpoint) const {
    if (!endpoint.mutual_tls) return false;
    if (stated_) return *stated_;
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

bool is_ip_address(const std::string& text) {
  return text.find(':') != std::string::npos ||
         text.find_first_not_of("0123456789.") == std::string::npos;
}

/// How far a locality is from the proxy's: 0 the same sub-zone, 1 zone, 2 region, 3 elsewhere.
std::uint32_t distance(const config::Locality& own, const config::Locality& other) {
  if (own.region != other.region) return 3;
  if (own.zone != other.zone) return 2;
  return own.sub_zone == other.sub_zone ? 0 : 1;
}

/// Endpoints of one locality (and later of one priority).
struct LocalityGroup {
  config::LocalityLbEndpoints out;
  std::vector<const model::Endpoint*> endpoints;  ///< One for each of out.lb_endpoints.
};

std::uint32_t failover_distance(const config::Locality& own, const config::Locality& other,
                                const crd::LocalityLoadBalancer& setting) {
  const std::uint32_t far = distance(own, other);
  if (far != 3) return far;
  for (const crd::LocalityFailover& rule : setting.failover) {
    if (rule.from == own.region) return rule.to == other.region ? 3 : 4;
  }
  return 3;
}

/// Priorities without gaps.
void close_gaps(std::vector<LocalityGroup>& groups) {
  std::set<std::uint32_t> used;
  for (const LocalityGroup& group : groups) used.insert(group.out.priority);
  for (LocalityGroup& group : groups) {
    group.out.priority =
        static_cast<std::uint32_t>(std::distance(used.begin(), used.find(group.out.priority)));
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
void distribute(std::vector<LocalityGroup>& groups, const crd::LocalityDistribute& rule) {
  std::set<std::size_t> covered;
  for (const auto& [pattern, share] : rule.to) {
    std::vector<std::size_t> fitting;
    std::uint32_t total = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (covered.count(i) != 0 || !locality_matches(pattern, *groups[i].out.locality)) continue;
      fitting.push_back(i);
      total += groups[i].out.load_balancing_weight.value_or(1);
    }
    for (const std::size_t i : fitting) {
      covered.insert(i);
      const std::uint64_t own = groups[i].out.load_balancing_weight.value_or(1);
      if (share != 0 && total != 0)
        groups[i].out.load_balancing_weight =
            static_cast<std::uint32_t>((own * share + total - 1) / total);
    }
  }
  // A locality that nobody named keeps its place and loses its endpoints.
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (covered.count(i) == 0) groups[i].out.lb_endpoints.clear();
  }
}

/// What a label says, or else the locality's part that Kubernetes labels so.
std::string topology(const std::string& label, const model::Labels& labels,
                     const std::string& locality, const std::string& network) {
  const auto own = labels.find(label);
  if (own != labels.end()) return own->second;
  const config::Locality place = locality_of(locality);
  if (label == "topology.kubernetes.io/region") return place.region;
  if (label == "topology.kubernetes.io/zone") return place.zone;
  if (label == "topology.istio.io/subzone") return place.sub_zone;
  return label == "topology.istio.io/network" ? network : "";
}

/// How many of the labels, from the last one on, an endpoint lacks after its first difference:
/// 0 when all agree. "LABEL=VALUE" asks for a value instead of the proxy's own.
std::uint32_t label_distance(const model::Endpoint& endpoint,
                             const std::vector<std::string>& labels, const model::Workload& proxy) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::size_t equals = labels[i].find('=');
    const std::string name = labels[i].substr(0, equals);
    const std::string wanted = equals != std::string::npos
                                   ? labels[i].substr(equals + 1)
                                   : topology(name, proxy.labels, proxy.locality, proxy.network);
    if (topology(name, endpoint.labels, endpoint.locality, endpoint.network) != wanted)
      return static_cast<std::uint32_t>(labels.size() - i);
  }
  return 0;
}

/// Splits each locality's endpoints by how far their labels are.
void split_by_labels(std::vector<LocalityGroup>& groups, const std::vector<std::string>& labels,
                     const model::Workload& proxy) {
  std::vector<LocalityGroup> split;
  for (LocalityGroup& group : groups) {
    std::map<std::uint32_t, LocalityGroup> parts;
    for (std::size_t i = 0; i < group.endpoints.size(); ++i) {
      const std::uint32_t far = label_distance(*group.endpoints[i], labels, proxy);
      LocalityGroup& part = parts[far];
      part.out.locality = group.out.locality;
      part.out.priority = far;
      config::LbEndpoint& moved = group.out.lb_endpoints[i];
      part.out.load_balancing_weight =
          part.out.load_balancing_weight.value_or(0) + moved.load_balancing_weight.value_or(0);
      part.out.lb_endpoints.push_back(std::move(moved));
      part.endpoints.push_back(group.endpoints[i]);
    }
    for (auto& [far, part] : parts) split.push_back(std::move(part));
  }
  groups = std::move(split);
  close_gaps(groups);
}

void fail_over(std::vector<LocalityGroup>& groups, const crd::LocalityLoadBalancer& setting,
               const Proxy& proxy) {
  const config::Locality own = locality_of(proxy.workload.locality);
  if (!setting.failover_priority.empty()) {
    split_by_labels(groups, setting.failover_priority, proxy.workload);
    if (setting.failover.empty()) return;
  }
  for (LocalityGroup& group : groups) {
    group.out.priority =
        group.out.priority * 5 + failover_distance(own, *group.out.locality, setting);
  }
  close_gaps(groups);
}

void apply_locality(std::vector<LocalityGroup>& groups, const crd::TrafficPolicy& policy,
                    const Proxy& proxy) {
  const crd::LocalityLoadBalancer* setting = locality_setting(policy, proxy);
  if (setting == nullptr || groups.empty()) return;
  if (!setting->distribute.empty()) {
    const config::Locality own = locality_of(proxy.workload.locality);
    for (const crd::LocalityDistribute& rule : setting->distribute) {
      if (locality_matches(rule.from, own)) return distribute(groups, rule);
    }
    return;
  }
  if (!policy.outlier_detection) return;  // Without it nothing would ever fail over.
  fail_over(groups, *setting, proxy);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.out.priority < b.out.priority; });
}

/// The service of that host which has the port and, where several do (Istio 1.0 let a Service and a
/// ServiceEntry share a host), one that has endpoints: 1.0 asked its registries in turn until one
/// knew any.
const model::Service* service_with_port(const Proxy& proxy, const std::string& host,
                                        std::uint32_t number) {
  const model::Service* best = proxy.scope.find(host);
  for (const model::Service* service : proxy.scope.all(host)) {
    if (service->port(number) == nullptr) continue;
    const bool better = best->port(number) == nullptr || best->endpoints.empty();
    if (better) best = service;
  }
  return best;
}

/// Only endpoints that speak the mesh's TLS may be reached by TLS that is handed on unread; a
/// locality that loses all of them stays.
void keep_mutual_tls(config::ClusterLoadAssignment& assignment) {
  for (config::LocalityLbEndpoints& locality : assignment.endpoints) {
    auto& endpoints = locality.lb_endpoints;
    const auto lacks = [](const config::LbEndpoint& endpoint) {
      return !endpoint.metadata ||
             endpoint.metadata->filter_metadata.count("envoy.transport_socket_match") == 0;
    };
    endpoints.erase(std::remove_if(endpoints.begin(), endpoints.end(), lacks), endpoints.end());
    std::uint32_t weight = 0;
    for (const config::LbEndpoint& endpoint : endpoints)
      weight += endpoint.load_balancing_weight.value_or(0);
    if (weight != 0) {
      locality.load_balancing_weight = weight;
    } else {
      locality.load_balancing_weight.reset();
    }
  }
}

}  // namespace

config::ClusterLoadAssignment load_assignment(const Proxy& proxy, const model::Service& service,
                                              const model::Port& port, const crd::Subset* subset,
                                              const std::string& name) {
  config::ClusterLoadAssignment out;
  out.cluster_name = name;
  const Rule* rule = proxy.scope.rule_for(service);
  const crd::TrafficPolicy policy = policy_for(rule, subset, port.number, proxy.profile());
  const MutualTlsCheck check(proxy, rule, subset, port.number);
  // A name among listed addresses means nothing: nobody would resolve it.
  const bool by_dns = service.resolution == model::Resolution::dns ||
                      service.resolution == model::Resolution::dns_round_robin;
  std::map<std::string, std::size_t> places;
  std::vector<LocalityGroup> groups;
  for (const model::Endpoint& endpoint : service.endpoints) {
    if (endpoint.port_name != port.name) continue;
    if (subset != nullptr && !model::selects(subset->labels, endpoint.labels)) continue;
    if (!by_dns && endpoint.port != 0 && !is_ip_address(endpoint.address)) continue;
    const auto [place, fresh] = places.emplace(endpoint.locality, groups.size());
    if (fresh) groups.emplace_back().out.locality = locality_of(endpoint.locality);
    LocalityGroup& group = groups[place->second];
    group.out.lb_endpoints.push_back(
        lb_endpoint(endpoint, check.spoken_by(endpoint), proxy.profile()));
    group.endpoints.push_back(&endpoint);
    group.out.load_balancing_weight = group.out.load_balancing_weight.value_or(0) +
                                      *group.out.lb_endpoints.back().load_balancing_weight;
  }
  apply_locality(groups, policy, proxy);
  for (LocalityGroup& group : groups) out.endpoints.push_back(std::move(group.out));
  return out;
}

std::vector<config::ClusterLoadAssignment> endpoints_of(
    const Proxy& proxy, const std::vector<config::Cluster>& clusters) {
  std::vector<config::ClusterLoadAssignment> all;
  for (const config::Cluster& cluster : clusters) {
    if (cluster.type != config::Cluster::DiscoveryType::eds) continue;
    const ClusterName name = parse_cluster_name(cluster.name);
    const model::Service* service = service_with_port(proxy, name.host, name.port);
    const model::Port* port = service->port(name.port);
    const crd::Subset* subset = nullptr;
    const Rule* rule = proxy.scope.rule_for(*service);
    if (!name.subset.empty() && rule != nullptr) {
      for (const crd::Subset& candidate : rule->spec.subsets) {
        if (candidate.name == name.subset) subset = &candidate;
      }
    }
    all.push_back(load_assignment(proxy, *service, *port, subset, cluster.name));
    if (name.dns_form) keep_mutual_tls(all.back());
  }
  return all;
}

}  // namespace lab::compile
