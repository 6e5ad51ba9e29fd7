#include "mesh/compile/policies.h"

#include <algorithm>

namespace lab::compile {
namespace {

/// The Gateway that a workload was made for, or empty.
std::string gateway_of(const model::Workload& workload) {
  for (const char* key : {"gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"}) {
    const auto found = workload.labels.find(key);
    if (found != workload.labels.end()) return found->second;
  }
  return "";
}

}  // namespace

bool attaches(const std::vector<crd::TargetReference>& references,
              const std::optional<crd::LabelSelector>& selector, const std::string& owner,
              const model::Workload& workload) {
  if (references.empty())
    return !selector || model::selects(selector->match_labels, workload.labels);
  const std::string gateway = gateway_of(workload);
  if (gateway.empty() || owner != workload.name_space) return false;
  return std::any_of(
      references.begin(), references.end(), [&](const crd::TargetReference& reference) {
        const std::string& space = reference.namespace_name;
        return reference.group == "gateway.networking.k8s.io" && reference.kind == "Gateway" &&
               reference.name == gateway && (space.empty() || space == workload.name_space);
      });
}

}  // namespace lab::compile
