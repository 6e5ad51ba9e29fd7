#pragma once

#include "orchestrator/report/report.h"

namespace lab::orchestrator {

/// Where our proxy and a real Envoy came to different outcomes in the same step of the same
/// scenario: a line each.
std::string engine_differences(const Report& report);
bool has_engine_differences(const Report& report);

}  // namespace lab::orchestrator
