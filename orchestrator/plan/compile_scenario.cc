#include "orchestrator/plan/compile_scenario.h"

#include "mesh/compile/compile.h"
#include "mesh/compile/files.h"

namespace lab::orchestrator {

std::map<std::string, const model::Workload*> node_names(
    const std::vector<model::Workload>& workloads) {
  std::map<std::string, const model::Workload*> names;
  for (const model::Workload& workload : workloads)
    names[compile::node_name(workload, workloads)] = &workload;
  return names;
}

CompiledMesh compile_objects(const crd::Objects& objects, const std::string& profile,
                             Diagnostics& out) {
  CompiledMesh mesh;
  const compile::Input input{objects, profile, {}, "/etc/lab/proxy"};
  auto registry = compile::registry_of(input, out);
  if (!registry) {
    out.add({}, registry.error().message);
    return mesh;
  }
  mesh.workloads = std::move(registry->workloads);
  mesh.services = std::move(registry->services);
  Diagnostics again;  // registry_of() has told what is wrong with the objects already; equal
                      // findings count once.
  auto configs = compile::compile(input, again);
  out.append(again);
  if (configs)
    mesh.configs = std::move(*configs);
  else
    out.add({}, configs.error().message);
  return mesh;
}

ProxyFiles proxy_files(const CompiledMesh& mesh) {
  ProxyFiles files;
  for (const auto& [name, config] : mesh.configs) files[name] = compile::files_of(config);
  return files;
}

}  // namespace lab::orchestrator
