#pragma once

#include "proxy/xds/flags.h"

namespace lab::proxy {

/// Runs the proxy until a signal or /quitquitquit ends it, or validates its configuration; the exit
/// status.
int serve(const Flags& flags);

}  // namespace lab::proxy
