#pragma once

#include "base/result.h"
#include "orchestrator/netns/mounts.h"
#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {

/// Gives the calling process (process 1 of a node's new namespaces) a file system of its own and
/// enters it.
///
/// The node sees the host's programs, but whatever it writes stays in its own memory and dies with
/// it: /etc, /usr, /var, /opt, /srv and /root are overlays, everything else of the host is
/// read-only, and /proc, /sys, /dev, /run, /tmp are its own. Then the plan's directories, mounts
/// and files are placed.
Result<> enter_node_root(const Node& node, const StagedPaths& staged);

/// Writes a file by rename, with its mode and owner; folders above it are made.
Result<> place_file(const File& file);

}  // namespace lab::orchestrator
