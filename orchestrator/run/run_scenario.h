#pragma once

#include <functional>

#include "orchestrator/report/report.h"
#include "orchestrator/run/prepare.h"

namespace lab::orchestrator {

struct RunOptions {
  PrepareOptions prepare;
  std::string step;  ///< Only this step (by name, or its start), or "".
  std::chrono::nanoseconds timeout = std::chrono::seconds(10);  ///< Of a step without its own.
  bool keep = false;                                            ///< Leave the lab up.
  bool keep_on_failure = false;
  bool fail_fast = false;
  bool rootless = false;
  std::string artifacts;  ///< Folder for the evidence of failed scenarios, or "".
};

/// What somebody who watches a run is told; all may be empty.
struct RunWatcher {
  std::function<void(const std::string&)> progress;  ///< "bringing up: proxy ready on sleep-v1".
  std::function<void(const ScenarioResult&)> began;  ///< Id and title are known.
  std::function<void(const ScenarioResult&, const StepResult&)> step;
};

/// Runs one scenario from its folder to its end: up, every step, down. Never fails: what goes wrong
/// is in the result.
ScenarioResult run_scenario(const std::string& folder, const RunOptions& options,
                            const RunWatcher& watcher);

/// The steps of a scenario that take place in this run, with variables put in.
Result<std::vector<Step>> steps_to_run(const Prepared& prepared, const std::string& only);

/// The exit code that an error of coming up or loading means: 2, 4, 5 or 65.
int exit_code_of(const Error& error);

}  // namespace lab::orchestrator
