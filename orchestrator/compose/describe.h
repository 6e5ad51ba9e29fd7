#pragma once

#include "base/value.h"
#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {

/// A plan for people: bridges, then each node with its addresses, programs and what is bent to its
/// proxy.
std::string plan_text(const Plan& plan);
/// The same for programs; the content of files is told by its size.
Value plan_value(const Plan& plan);

}  // namespace lab::orchestrator
