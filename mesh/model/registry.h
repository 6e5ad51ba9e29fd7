#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "mesh/model/mesh_options.h"
#include "mesh/model/service.h"
#include "mesh/model/workload.h"

namespace lab::model {

/// All services and workloads, as the control plane sees them.
class Registry {
 public:
  std::vector<Service> services;  ///< In Istio's order: oldest first, then by namespace and name.
  std::vector<Workload> workloads;

  /// The service of that name which somebody in `name_space` sees; of several, his own namespace's,
  /// then a Kubernetes one, then the first. Nothing when none is visible.
  const Service* find(const std::string& host, const std::string& name_space) const;
  /// All services of that name.
  std::vector<const Service*> all(const std::string& host) const;
  /// Services that are other names of that host (ExternalName).
  std::vector<const Service*> aliases_of(const std::string& host) const;
  /// To be called when `services` is complete.
  void index();

 private:
  std::unordered_map<std::string, std::vector<std::size_t>> by_host_, aliases_;
};

}  // namespace lab::model
