#pragma once

#include <chrono>

#include "orchestrator/process/running_lab.h"
#include "orchestrator/run/observation.h"
#include "orchestrator/scenario/step.h"

namespace lab::orchestrator {

/// Sends a load from a node: one real curl that keeps `connections` requests open until all are
/// answered.
///
/// The observation has the count per status ("0": no answer) and all bodies.
Observation run_load(RunningLab& lab, const std::string& node_id, const LoadSpec& load,
                     std::chrono::milliseconds timeout);

}  // namespace lab::orchestrator
