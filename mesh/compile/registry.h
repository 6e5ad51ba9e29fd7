#pragma once

#include <cstdint>
#include <unordered_map>

#include "mesh/compile/profile.h"
#include "mesh/crd/objects.h"
#include "mesh/model/registry.h"

namespace lab::compile {

/// The services and workloads that the objects describe, with addresses for all that a cluster
/// would have given one: workloads 10.234.1.1 and up, services 10.233.0.1 and up, both in order of
/// (namespace, name).
model::Registry make_registry(const crd::Objects& objects, const model::MeshOptions& mesh,
                              const Profile& profile);

/// Pods, replicas of Deployments, WorkloadEntries and the endpoints of ServiceEntries inside the
/// mesh.
std::vector<model::Workload> make_workloads(const crd::Objects& objects, const Profile& profile);

/// Kubernetes Services, without endpoints.
std::vector<model::Service> make_services(const crd::Objects& objects,
                                          const model::MeshOptions& mesh, const Profile& profile);
/// Finds the endpoints of Kubernetes Services: from EndpointSlices, else Endpoints, else by
/// selector. Made once for all Services; the objects and workloads outlive it.
class EndpointFinder {
 public:
  EndpointFinder(const crd::Objects& objects, const std::vector<model::Workload>& workloads,
                 const Profile& profile);
  void add_to(model::Service& service) const;

 private:
  const model::Workload* find(const std::string& name_space,
                              const std::optional<crd::ObjectReference>& reference,
                              const std::string& address) const;
  void from_slice(model::Service& service, const crd::EndpointSlice& slice) const;
  void from_endpoints(model::Service& service, const crd::Endpoints& source) const;
  void from_selector(model::Service& service) const;

  const Profile& profile_;
  std::unordered_map<std::string, const model::Workload*> by_name_, by_address_;
  /// By "NAMESPACE/KEY=VALUE" of each label, in order of address.
  std::unordered_map<std::string, std::vector<const model::Workload*>> by_label_;
  std::unordered_map<std::string, std::vector<const crd::EndpointSlice*>> slices_;
  std::unordered_map<std::string, std::vector<const crd::Endpoints*>> endpoints_;
};

/// ServiceEntries, one service for each host, with endpoints.
std::vector<model::Service> make_entries(const crd::Objects& objects,
                                         const std::vector<model::Workload>& workloads,
                                         const model::MeshOptions& mesh);

/// What the label says, else whether the entry names an account: then a proxy is there.
bool speaks_mutual_tls(const crd::WorkloadEntrySpec& entry);

/// Hands out IPv4 addresses in a row, never one that is taken.
class AddressPool {
 public:
  AddressPool(std::uint32_t first, std::vector<std::string> taken);
  std::string next();

 private:
  std::uint32_t next_;
  std::vector<std::string> taken_;
};

/// The "kind NAMESPACE/NAME" of an object, for origins.
model::Source source_of(const crd::Object& object);

}  // namespace lab::compile
