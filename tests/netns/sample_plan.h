#pragma once

#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {

/// The shape of scenario 15 with stand-ins for proxies: three clients with redirect rules, two
/// gateways, an external nginx and a client without a proxy.
Plan sample_plan(const std::string& name);

/// Two nodes on one bridge, without programs.
Plan small_plan(const std::string& name);

}  // namespace lab::orchestrator
