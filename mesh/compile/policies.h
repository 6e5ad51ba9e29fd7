#pragma once

#include <string>
#include <vector>

#include "mesh/compile/scope.h"

namespace lab::compile {

/// Whether a policy with these references and this selector is for the workload. References attach
/// it to what the Gateway API made (known by a label), and to nothing else; a selector attaches it
/// to any workload. Source: Istio, AuthorizationPolicy.targetRefs.
bool attaches(const std::vector<crd::TargetReference>& references,
              const std::optional<crd::LabelSelector>& selector, const std::string& owner,
              const model::Workload& workload);

/// Policies that are for the workload: those of the root namespace, then those of its own, the
/// oldest first.
template <class Policy>
std::vector<const Policy*> policies_for(const Proxy& proxy, const std::vector<Policy>& all) {
  std::vector<const Policy*> found;
  const std::string& root = proxy.mesh().root_namespace;
  const std::vector<const Policy*> sorted = oldest_first(all);
  for (const bool from_root : {true, false}) {
    for (const Policy* policy : sorted) {
      const std::string& owner = policy->metadata.namespace_name;
      if ((owner == root) != from_root) continue;
      if (!from_root && owner != proxy.workload.name_space) continue;
      std::vector<crd::TargetReference> references = policy->spec.target_refs;
      if (policy->spec.target_ref) references.push_back(*policy->spec.target_ref);
      if (attaches(references, policy->spec.selector, owner, proxy.workload))
        found.push_back(policy);
    }
  }
  return found;
}

}  // namespace lab::compile
