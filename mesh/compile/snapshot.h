#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/diagnostics.h"
#include "mesh/compile/profile.h"
#include "mesh/crd/objects.h"
#include "mesh/model/registry.h"

namespace lab::compile {

/// A VirtualService with full names everywhere ("reviews" -> "reviews.prod.svc.cluster.local",
/// gateway "g" -> "prod/g") and with the routes of its delegates in place of the references to
/// them.
struct VirtualService {
  std::string name, name_space;
  crd::VirtualServiceSpec spec;
  std::vector<model::Source> sources;

  bool is_bound_to(const std::string& gateway) const;
};

/// The DestinationRules of one host in one namespace, merged: the oldest one's policy, everybody's
/// subsets.
struct Rule {
  std::string name, name_space;
  crd::DestinationRuleSpec spec;
  std::vector<model::Source> sources;
};

/// All that is the same for every proxy.
struct Snapshot {
  const crd::Objects* objects = nullptr;
  const Profile* profile = nullptr;
  model::MeshOptions mesh;
  std::optional<crd::LocalityLoadBalancer> locality;  ///< MeshConfig.localityLbSetting.
  model::Registry registry;
  std::vector<VirtualService> virtual_services;  ///< Oldest first.
  std::vector<Rule> rules;                       ///< Oldest first.
  std::string folder = "/etc/lab/proxy";         ///< Where a proxy finds its files.
};

/// Reads the objects into the form that the compiler works on; MeshConfig comes from ConfigMap
/// istio-system/istio.
Snapshot make_snapshot(const crd::Objects& objects, const Profile& profile, Diagnostics& out);

/// MeshConfig.localityLbSetting, for services whose rule says nothing of localities.
std::optional<crd::LocalityLoadBalancer> mesh_locality(const crd::Objects& objects,
                                                       const Profile& profile, Diagnostics& out);

/// MeshConfig over the profile's defaults.
model::MeshOptions mesh_options(const crd::Objects& objects, const Profile& profile,
                                Diagnostics& out);

/// Sorts objects by age, name and namespace, as Istio does where the oldest wins.
template <class T>
std::vector<const T*> oldest_first(const std::vector<T>& objects);

std::vector<VirtualService> resolve_virtual_services(const crd::Objects& objects,
                                                     const model::MeshOptions& mesh,
                                                     Diagnostics& out);
std::vector<Rule> merge_rules(const crd::Objects& objects, const model::MeshOptions& mesh);

template <class T>
std::vector<const T*> oldest_first(const std::vector<T>& objects) {
  std::vector<const T*> sorted;
  for (const T& object : objects) sorted.push_back(&object);
  std::stable_sort(sorted.begin(), sorted.end(), [](const T* a, const T* b) {
    const crd::Metadata &x = a->metadata, &y = b->metadata;
    return std::tie(x.creation_timestamp, x.name, x.namespace_name) <
           std::tie(y.creation_timestamp, y.name, y.namespace_name);
  });
  return sorted;
}

}  // namespace lab::compile
