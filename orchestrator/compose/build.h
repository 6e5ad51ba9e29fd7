#pragma once

#include "orchestrator/compose/compile_scenario.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/run/lab_facts.h"

namespace lab::orchestrator {

/// Where things of the host are that a lab needs.
struct HostPaths {
  std::string root;   ///< The tree: scenarios/, nginx-conf/.
  std::string proxy;  ///< Our data plane's program.
  std::string envoy;  ///< A real Envoy, or "".
  std::string templates() const { return root + "/nginx-conf"; }
  std::string scenarios() const { return root + "/scenarios"; }
};

/// A lab as it will be, and what its steps need to know.
struct BuiltPlan {
  Plan plan;
  LabFacts facts;  ///< Without the functions: the caller keeps the objects that these need.
};

/// Everything that exists in a lab for a scenario: a node per workload and per entry of `nodes`,
/// networks, DNS, proxies with their configuration, certificates and servers. Pure but for reading
/// the scenario's own files.
///
/// What is wrong with the scenario goes to `out`; other failures are errors.
Result<BuiltPlan> build_plan(const Scenario& scenario, const crd::Objects& objects,
                             const CompiledMesh& mesh, const Pki& pki, const HostPaths& host,
                             Diagnostics& out);

/// The names of all nodes that will exist.
std::vector<std::string> all_node_names(const Scenario& scenario, const CompiledMesh& mesh);

}  // namespace lab::orchestrator
