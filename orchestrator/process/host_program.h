#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace lab::orchestrator {

struct HostProgramResult {
  int exit_code = 0;
  std::string output;  ///< Standard output and error, as they came.
};

/// Runs a program of the host, outside every node, to its end; its standard input is empty. argv[0]
/// is looked up in PATH. Fails with Errc::not_found when it is not installed. The only user of
/// Boost.Process.
Result<HostProgramResult> run_host_program(const std::vector<std::string>& argv);

}  // namespace lab::orchestrator
