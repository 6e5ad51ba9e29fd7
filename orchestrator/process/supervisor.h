#pragma once

#include "base/handle.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/process/message.h"

namespace lab::orchestrator {

/// The pseudo node that shares the fabric's network: where all traffic of the lab can be seen.
constexpr char kFabricNode[] = "fabric";

/// Process 1 of a lab's outer namespaces: makes the fabric and one holder per node, then passes on
/// requests. Never returns; when it ends, the kernel ends every process of the lab.
///
/// `owner` leads to the process that wanted the lab. It is told {"event":"progress"|"up"|"failed"};
/// its end of file ends the lab until it has asked to "keep" it.
[[noreturn]] void supervise(const Plan& plan, TimePoint deadline, Fd owner);

}  // namespace lab::orchestrator
