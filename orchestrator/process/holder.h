#pragma once

#include <chrono>

#include "base/handle.h"
#include "orchestrator/netns/mounts.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/process/message.h"

namespace lab::orchestrator {

/// What a node needs to know beside its own plan.
struct HolderContext {
  const Plan* plan = nullptr;
  const StagedPaths* staged = nullptr;
  TimePoint deadline = kNever;  ///< For coming up.
};

/// Process 1 of a node: makes the node what its plan says, starts its programs, then serves
/// requests until the lab ends. Never returns.
///
/// Its socket leads to the supervisor. It waits there for {"op":"linked"} (the node's links exist)
/// and sends
/// {"event":"progress"|"ready"|"failed"}; after that the supervisor passes on requests, each with a
/// reply socket as its first descriptor. End of file means that the lab is over.
[[noreturn]] void hold_node(const Node& node, const HolderContext& context, Fd socket);

}  // namespace lab::orchestrator
