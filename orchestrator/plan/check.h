#pragma once

#include "base/result.h"
#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {

/// Finds contradictions in a plan before anything is made: names twice, addresses twice or outside
/// their bridge, unknown bridges, relative paths, programs without a command, rules that iptables
/// would not take.
///
/// Errc::config; all findings, a line each.
Result<> check(const Plan& plan);

}  // namespace lab::orchestrator
