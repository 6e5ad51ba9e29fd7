#pragma once

#include "base/result.h"
#include "orchestrator/compose/compile_scenario.h"

namespace lab::orchestrator {

/// Has every proxy mark the connections that it makes (SO_MARK, kProxyMark), cluster by cluster:
/// where only root exists, the redirect rules can't tell its connections by their user.
Result<> mark_connections(ProxyFiles& files);

}  // namespace lab::orchestrator
