#pragma once

#include "orchestrator/cli/command.h"
#include "orchestrator/run/prepare.h"

namespace lab::orchestrator {

/// A node with a proxy, and the configuration that it belongs to.
struct ConfiguredNode {
  CompiledScenario compiled;
  std::string name;
};

/// The node that `text` means: of a running lab, or of a scenario that isn't up
/// ("scenario15/sleep-v1").
Result<ConfiguredNode> configured_node(const Arguments& arguments, const std::string& text);

}  // namespace lab::orchestrator
