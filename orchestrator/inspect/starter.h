#pragma once

#include <map>
#include <string>

namespace lab::orchestrator {

/// The files of a new scenario that passes as it is: name in the folder -> content. `name` becomes
/// its id.
std::map<std::string, std::string> starter_files(const std::string& name);

}  // namespace lab::orchestrator
