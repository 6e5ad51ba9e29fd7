#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace lab::orchestrator {

/// Returns when a file below one of the folders was written, made, renamed or removed, and nothing
/// more changed for a moment after it (editors write in several steps).
Result<> wait_for_change(const std::vector<std::string>& folders);

}  // namespace lab::orchestrator
