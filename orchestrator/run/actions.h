#pragma once

#include "orchestrator/process/running_lab.h"
#include "orchestrator/run/lab_facts.h"
#include "orchestrator/scenario/step.h"

namespace lab::orchestrator {

/// Carries out a step that changes the lab: apply, delete, secrets, write, restart, stop, start.
/// True when the step was such a one.
///
/// `secrets` is what each Secret holds; a `secrets` step changes it. Fails as RunningLab does.
Result<bool> run_action(RunningLab& lab, LabFacts& facts, const Step& step,
                        const std::string& folder);

}  // namespace lab::orchestrator
