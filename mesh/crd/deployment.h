#pragma once

#include <cstdint>

#include "mesh/crd/pod.h"

/// What makes pods from a template: Deployment, StatefulSet, DaemonSet, ReplicaSet; in apps/v1 and
/// the older groups.
namespace lab::crd {

struct DeploymentSpec {
  std::optional<std::int32_t> replicas;  ///< Absent: 1. A DaemonSet has none.
  Value selector;                        ///< As written; the older groups may leave it out.
  PodTemplate pod_template;              ///< "template" in the file.
  std::string service_name;              ///< Of a StatefulSet.
};
const Record<DeploymentSpec>& record_of(const DeploymentSpec*);

struct Deployment : Object {
  DeploymentSpec spec;
};
const Record<Deployment>& record_of(const Deployment*);

}  // namespace lab::crd
