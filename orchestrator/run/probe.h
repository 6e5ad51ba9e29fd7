#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "orchestrator/run/observation.h"
#include "orchestrator/scenario/step.h"

namespace lab::orchestrator {

/// A program to run in a node for a step.
struct ProbeCommand {
  std::vector<std::string> argv;   ///< What is run.
  std::vector<std::string> shown;  ///< What a person types for the same: without our own options.
  bool is_curl = false;            ///< Its result is read by read_curl().
};

/// curl's arguments of "METHOD URL OPTIONS"; the method may be missing. Errc::config when a
/// quotation isn't closed.
Result<std::vector<std::string>> request_arguments(const std::string& request);

/// What a step runs; Errc::config when its words can't be split.
Result<ProbeCommand> probe_of(const Step& step);

/// Fills status, headers and error from what curl with our options wrote to standard error.
void read_curl(const std::string& stderr_text, Observation& seen);

}  // namespace lab::orchestrator
