#pragma once

#include <string>
#include <vector>

#include "mesh/crd/objects.h"
#include "orchestrator/scenario/scenario.h"

namespace lab::orchestrator {

/// The objects of a scenario's files, with what its `nodes` section adds: a Pod for a workload that
/// no object makes, and annotations for addresses and sidecars. Mistakes go to `out`.
crd::Objects scenario_objects(const Scenario& scenario, const std::vector<std::string>& files,
                              Diagnostics& out);

/// The pod template (or Pod) that a workload named `name` is made from; members are nullptr when
/// there is none.
struct PodSource {
  const crd::Metadata* metadata = nullptr;  ///< Of the pods.
  const crd::PodSpec* spec = nullptr;
  Origin origin;
};
PodSource pod_source(const crd::Objects& objects, const std::string& name,
                     const std::string& name_space);

}  // namespace lab::orchestrator
