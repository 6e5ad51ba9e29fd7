#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mesh/model/registry.h"
#include "orchestrator/run/lab_facts.h"

// The compiler's and the objects' types are large: only the .cc files that look into them include
// them.
namespace lab::compile {
struct NodeConfig;
}
namespace lab::crd {
struct Objects;
}

namespace lab::orchestrator {

/// What the compiler makes of a scenario's objects.
struct CompiledMesh {
  std::string profile;
  std::string trust_domain;
  std::vector<model::Workload> workloads;
  std::vector<model::Service> services;
  /// By node; only of workloads with a proxy.
  std::shared_ptr<const std::map<std::string, compile::NodeConfig>> configs;
  ProxyFiles files;  ///< What the proxies read.
};

/// How steps and commands call each workload: its name, or "NAME.NAMESPACE" where two share the
/// name.
std::map<std::string, const model::Workload*> node_names(
    const std::vector<model::Workload>& workloads);

/// Compiles the objects for every workload. What is wrong goes to `out`.
CompiledMesh compile_objects(const crd::Objects& objects, const std::string& profile,
                             Diagnostics& out);

/// Takes one kind of resources ("listeners", "routes", "clusters", "endpoints") of a node.
using PartVisitor =
    std::function<Result<>(const std::string& node, const std::string& kind, const Value& part)>;

/// Compiles the objects node by node, and hands over all parts of each; `nodes` empty means every
/// workload with a proxy. `api` is "v2", "v3" or empty, as for config_part. Errc::usage names the
/// nearest of a node that does not exist; what is wrong with the objects (also what is in `out`
/// already) fails before the first part.
Result<> compile_parts(const crd::Objects& objects, const std::string& profile,
                       const std::vector<std::string>& nodes, const std::string& api,
                       Diagnostics& out, const PartVisitor& visit);

/// The nodes that have a proxy.
std::vector<std::string> configured_nodes(const CompiledMesh& mesh);

/// A part of a proxy's configuration: "clusters" or "clusters/NAME"; in the shape that the
/// profile's tools show, or `api`
/// ("v2", "v3") when given. Errc::usage names the nearest of what does not exist.
Result<Value> config_part(const CompiledMesh& mesh, const std::string& node,
                          const std::string& part, const std::string& api);

/// The names in one kind of a proxy's configuration.
std::vector<std::string> config_names(const CompiledMesh& mesh, const std::string& node,
                                      const std::string& kind);

/// A node's configuration as one static bootstrap.
Result<Value> static_bootstrap(const CompiledMesh& mesh, const std::string& node);

}  // namespace lab::orchestrator
