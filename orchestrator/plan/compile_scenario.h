#pragma once

#include <map>
#include <string>
#include <vector>

#include "mesh/compile/node_config.h"
#include "mesh/crd/objects.h"
#include "mesh/model/registry.h"
#include "orchestrator/run/lab_facts.h"

namespace lab::orchestrator {

/// What the compiler makes of a scenario's objects.
struct CompiledMesh {
  std::vector<model::Workload> workloads;
  std::vector<model::Service> services;
  std::map<std::string, compile::NodeConfig>
      configs;  ///< By node_name(); only of workloads with a proxy.
};

/// How steps and commands call each workload: its name, or "NAME.NAMESPACE" where two share the
/// name.
std::map<std::string, const model::Workload*> node_names(
    const std::vector<model::Workload>& workloads);

/// Compiles the objects for every workload. What is wrong goes to `out`.
CompiledMesh compile_objects(const crd::Objects& objects, const std::string& profile,
                             Diagnostics& out);

/// The files that the proxies read, by node.
ProxyFiles proxy_files(const CompiledMesh& mesh);

}  // namespace lab::orchestrator
