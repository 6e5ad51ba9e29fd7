#pragma once

#include "base/result.h"
#include "orchestrator/netns/mounts.h"
#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {

/// Gives the calling process (process 1 of a node's new namespaces) a file system of its own and
/// enters it.
///
/// The node sees the host's programs, but whatever it writes stays in its own memory and dies with
/// it: the root is one overlay, with the host's other mounts read-only in it. Where that is
/// forbidden (in a user namespace) /etc, /usr, /var, /opt, /srv and /root are overlays and
/// everything else of the host is read-only. /proc, /sys, /run and /tmp are the node's own, as are
/// terminals and shared memory in /dev. Then the plan's directories, mounts and files are placed.
Result<> enter_node_root(const Node& node, const StagedPaths& staged);

/// Writes a file by rename, with its mode and owner; folders above it are made.
Result<> place_file(const File& file);

}  // namespace lab::orchestrator
