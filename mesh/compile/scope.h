#pragma once

#include <deque>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "mesh/compile/snapshot.h"

namespace lab::compile {

/// One set of destinations that a workload may reach; without a Sidecar there is one, with
/// everything visible.
struct Egress {
  const crd::IstioEgressListener* listener =
      nullptr;  ///< Null or without a port: all ports of the services.
  std::vector<const model::Service*> services;
  std::vector<const VirtualService*> virtual_services;
  std::vector<const model::Service*> referenced;  ///< VirtualServices send there: clusters alone.

  /// Whether the listener is for one port. One for HTTP_PROXY takes requests to all ports.
  bool for_one_port() const;
  /// Whether a name of the namespace `owner` is imported by a workload of the namespace `own`.
  bool imports(const std::string& name, const std::string& owner, const std::string& own) const;
};

/// What one workload sees of the mesh.
class Scope {
 public:
  Scope(const Snapshot& snapshot, const model::Workload& workload);

  const std::vector<Egress>& egress() const { return egress_; }
  /// Every service of all egress sets once, in Istio's order.
  const std::vector<const model::Service*>& services() const { return services_; }
  const model::Service* find(const std::string& host) const;
  /// All of that host, in the same order: Istio 1.0 let several share one.
  const std::vector<const model::Service*>& all(const std::string& host) const;
  const crd::Sidecar* sidecar() const { return sidecar_; }
  /// VirtualServices bound to a gateway ("mesh", "NAMESPACE/NAME") that this workload sees: private
  /// ones first.
  std::vector<const VirtualService*> bound_to(const std::string& gateway) const;
  /// The rule for connections to that service, or nullptr. Its own namespace's wins, then the
  /// service's, then the root's.
  const Rule* rule_for(const model::Service& service) const;
  const Rule* rule_for(const std::string& host) const;
  model::UnmatchedTraffic unmatched() const;
  const crd::Destination* egress_proxy() const;

 private:
  void select_sidecar();
  void add_everything();
  void add_listener(const crd::IstioEgressListener& listener);
  void collect_services();
  void add_referenced(Egress& set);
  const model::Service* with_ports(const model::Service& service,
                                   const std::set<std::uint32_t>& numbers);
  /// Which rules of a namespace count: those for it alone, those that this workload may see, all.
  enum class Reach : std::uint8_t { local, exported, any };
  const Rule* best_rule(const std::string& host, const std::string& name_space, Reach reach) const;

  const Snapshot& snapshot_;
  const model::Workload& workload_;
  const crd::Sidecar* sidecar_ = nullptr;
  std::vector<Egress> egress_;
  std::deque<model::Service> narrowed_;  ///< Services without the ports that a Sidecar leaves out.
  std::vector<const model::Service*> services_;
  std::unordered_map<std::string, std::vector<const model::Service*>> by_host_;
  mutable std::unordered_map<const model::Service*, const Rule*> rule_cache_;
  std::unordered_map<std::string, std::vector<const Rule*>> exact_rules_;
  std::vector<const Rule*> wildcard_rules_;
};

/// One proxy and all that its configuration depends on.
struct Proxy {
  const Snapshot& snapshot;
  const model::Workload& workload;
  Scope scope;

  Proxy(const Snapshot& all, const model::Workload& one)
      : snapshot(all), workload(one), scope(all, one) {}
  const Profile& profile() const { return *snapshot.profile; }
  const model::MeshOptions& mesh() const { return snapshot.mesh; }
  bool is_gateway() const { return workload.kind == model::WorkloadKind::gateway; }
  /// "NAMESPACE.svc.cluster.local".
  std::string dns_domain() const { return workload.name_space + ".svc." + snapshot.mesh.domain; }
};

}  // namespace lab::compile
