#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace lab::orchestrator {

/// Files as they are ("-" is standard input), folders as the YAML and JSON files below them,
/// sorted, without scenario.yaml. Errc::usage for a name that does not exist.
Result<std::vector<std::string>> object_files_of(const std::vector<std::string>& names);

}  // namespace lab::orchestrator
