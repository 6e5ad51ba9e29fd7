#pragma once

#include "base/result.h"

namespace lab::orchestrator {

/// Copies between this process's terminal (raw meanwhile) and `near`, the near side of a command's
/// pseudo terminal, its size included, until `ended` becomes readable or the far side is closed.
/// The terminal's modes are restored.
Result<> relay_terminal(int near, int ended);

}  // namespace lab::orchestrator
