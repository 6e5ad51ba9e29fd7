#pragma once

#include <string>
#include <vector>

#include "base/value.h"

namespace lab::orchestrator {

/// How `b` differs from `a`, one line for each place: "- PATH: VALUE" is only in `a`, "+ PATH:
/// VALUE" only in `b`, "~ PATH: OLD -> NEW" in both. Members of arrays that have a name
/// ("name", else "clusterName") are matched by it, others by their position.
std::vector<std::string> difference(const Value& a, const Value& b, const std::string& path = "");

}  // namespace lab::orchestrator
