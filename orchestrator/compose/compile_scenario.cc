#include "orchestrator/compose/compile_scenario.h"

#include <algorithm>

#include "base/text.h"
#include "mesh/compile/compile.h"
#include "mesh/compile/files.h"
#include "mesh/compile/render_v2.h"
#include "mesh/compile/snapshot.h"

namespace lab::orchestrator {
namespace {

const std::vector<std::string> kKinds = {"listeners", "routes", "clusters", "endpoints", "secrets"};

/// What people call a resource: its name, or the cluster's for endpoints.
std::string name_of(const Value& resource) {
  for (const char* key : {"name", "clusterName", "cluster_name"}) {
    const Value* name = resource.find(key);
    if (name != nullptr && name->is_string()) return name->string();
  }
  return "";
}

Result<const compile::NodeConfig*> config_of(const CompiledMesh& mesh, const std::string& node) {
  const auto found = mesh.configs->find(node);
  if (found != mesh.configs->end()) return &found->second;
  return fail(Errc::usage,
              "node \"" + node + "\" has no proxy." + did_you_mean(node, configured_nodes(mesh)));
}

/// The shape in which the profile's own tools show a configuration.
std::string usual_api(const std::string& profile) {
  return profile.rfind("istio-1.", 0) == 0 ? "v2" : "v3";
}

}  // namespace

std::map<std::string, const model::Workload*> node_names(
    const std::vector<model::Workload>& workloads) {
  std::map<std::string, const model::Workload*> names;
  for (const model::Workload& workload : workloads) {
    names[compile::node_name(workload, workloads)] = &workload;
  }
  return names;
}

CompiledMesh compile_objects(const crd::Objects& objects, const std::string& profile,
                             Diagnostics& out) {
  CompiledMesh mesh;
  mesh.profile = profile;
  mesh.configs = std::make_shared<compile::NodeConfigs>();
  const compile::Input input{objects, profile, {}, "/etc/lab/proxy"};
  auto registry = compile::registry_of(input, out);
  auto configs = compile::compile(input, out);
  if (!registry || !configs) {
    out.add({}, registry ? configs.error().message : registry.error().message);
    return mesh;
  }
  Diagnostics told;  // The compiler has said the same.
  if (const auto known = compile::find_profile(profile))
    mesh.trust_domain = compile::mesh_options(objects, **known, told).trust_domain;
  mesh.workloads = std::move(registry->workloads);
  // An endpoint of a ServiceEntry is a machine only when the scenario says so in `nodes`.
  const auto is_endpoint = [](const model::Workload& workload) {
    return workload.kind == model::WorkloadKind::plain && workload.owner_kind == "ServiceEntry";
  };
  mesh.workloads.erase(std::remove_if(mesh.workloads.begin(), mesh.workloads.end(), is_endpoint),
                       mesh.workloads.end());
  mesh.services = std::move(registry->services);
  for (const auto& [name, config] : *configs) mesh.files[name] = compile::files_of(config);
  mesh.configs = std::make_shared<compile::NodeConfigs>(std::move(*configs));
  return mesh;
}

Result<> compile_parts(const crd::Objects& objects, const std::string& profile,
                       const std::vector<std::string>& nodes, const std::string& api,
                       Diagnostics& out, const PartVisitor& visit) {
  const std::string shape = api.empty() ? usual_api(profile) : api;
  const compile::Input input{objects, profile, nodes, "/etc/lab/proxy"};
  return compile::compile_each(
      input, out, [&](const std::string& name, const compile::NodeConfig& config) -> Result<> {
        for (const char* kind : {"listeners", "routes", "clusters", "endpoints"})
          TRY(visit(name, kind, TRY(compile::render(config, kind, shape))));
        return {};
      });
}

std::vector<std::string> configured_nodes(const CompiledMesh& mesh) {
  std::vector<std::string> names;
  for (const auto& [name, config] : *mesh.configs) names.push_back(name);
  return names;
}

std::vector<std::string> config_names(const CompiledMesh& mesh, const std::string& node,
                                      const std::string& kind) {
  std::vector<std::string> names;
  const auto config = config_of(mesh, node);
  if (!config) return names;
  const Value resources = compile::resources_of(**config, kind);
  for (const Value& resource : resources.array()) names.push_back(name_of(resource));
  return names;
}

Result<Value> config_part(const CompiledMesh& mesh, const std::string& node,
                          const std::string& part, const std::string& api) {
  const compile::NodeConfig* config = TRY(config_of(mesh, node));
  const std::size_t slash = part.find('/');
  const std::string kind = part.substr(0, slash);
  bool known = false;
  for (const std::string& one : kKinds) known = known || one == kind;
  if (!known) {
    return fail(Errc::usage, "a proxy's configuration has " + join(kKinds, ", ") + ", not \"" +
                                 kind + "\"." + did_you_mean(kind, kKinds));
  }
  const Value all =
      TRY(compile::render(*config, kind, api.empty() ? usual_api(mesh.profile) : api));
  if (slash == std::string::npos) return all;
  const std::string name = part.substr(slash + 1);
  std::vector<std::string> names;
  for (const Value& resource : all.array()) {
    if (name_of(resource) == name) return resource;
    names.push_back(name_of(resource));
  }
  return fail(Errc::usage,
              "there is no \"" + name + "\" among the " + kind + "." + did_you_mean(name, names));
}

Result<Value> static_bootstrap(const CompiledMesh& mesh, const std::string& node) {
  return compile::fold_static(*TRY(config_of(mesh, node)));
}

}  // namespace lab::orchestrator
