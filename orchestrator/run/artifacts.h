#pragma once

#include "orchestrator/compose/build.h"
#include "orchestrator/process/running_lab.h"
#include "orchestrator/report/report.h"

namespace lab::orchestrator {

/// Keeps what the namespaces would take with them: per node its programs' logs, the proxies'
/// configuration and admin dumps; and the scenario's part of the report. Gives the folder:
/// FOLDER/ID[-VARIANT][-PROXY].
Result<std::string> keep_artifacts(RunningLab& lab, const BuiltPlan& built,
                                   const ScenarioResult& result, const std::string& folder);

}  // namespace lab::orchestrator
