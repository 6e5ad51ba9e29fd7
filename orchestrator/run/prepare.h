#pragma once

#include <memory>

#include "orchestrator/compose/build.h"
#include "orchestrator/scenario/load.h"

namespace lab::orchestrator {

struct PrepareOptions {
  Overrides overrides;
  HostPaths host;
  bool fresh_certificates = false;  ///< Makes every key anew.
  bool root_alone = false;          ///< In the lab; then proxies mark their connections.
};

/// A scenario that is ready to come up.
struct Prepared {
  Scenario scenario;
  std::string variant;
  std::shared_ptr<crd::Objects> objects;
  CompiledMesh mesh;
  BuiltPlan built;
};

/// Loads, checks, compiles and plans the scenario in `folder`; its certificates are made meanwhile.
///
/// Fails with Errc::config and every finding ("FILE:LINE:COLUMN: ...", a line each) when the
/// scenario is wrong.
Result<Prepared> prepare(const std::string& folder, const PrepareOptions& options);

/// Only loads, checks and compiles: for what needs neither certificates nor a plan.
struct CompiledScenario {
  Scenario scenario;
  std::string variant;
  std::shared_ptr<crd::Objects> objects;
  CompiledMesh mesh;
};
Result<CompiledScenario> compile_scenario(const std::string& folder, const PrepareOptions& options);

}  // namespace lab::orchestrator
