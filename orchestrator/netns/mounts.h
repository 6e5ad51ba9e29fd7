#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace lab::orchestrator {

/// Host path -> where the lab's processes find it.
using StagedPaths = std::map<std::string, std::string>;

/// Where the lab's outer namespace has what every node's /dev shows: the usual devices and links,
/// and empty pts and shm.
constexpr char kDevices[] = "/run/lab/devices";

/// Makes the mounts of the lab's outer namespace its own: nothing propagates to the host any more,
/// /proc shows the new process namespace, /run, /tmp and /dev/shm are empty memory.
///
/// `host_paths` (files or folders) stay visible, read-only, at the places that are given back: also
/// those that lie below /tmp or /run, and below folders that only root may read. To be called by
/// process 1 of new process and mount namespaces. Fails with Errc::not_found for a host path that
/// is not there, Errc::unfit when mounting is forbidden.
Result<StagedPaths> enter_private_mounts(const std::vector<std::string>& host_paths);

/// mount(2) with a message that names both ends. `options` may be empty.
Result<> mount_at(const std::string& source, const std::string& target, const std::string& type,
                  unsigned long flags, const std::string& options = "");
/// Binds a file or a folder with all mounts below it; read-only through all of them when asked.
Result<> bind_at(const std::string& source, const std::string& target, bool read_only);
/// Makes one mount read-only, not those below it.
Result<> make_read_only(const std::string& target);
/// mkdir -p; folders that are there stay as they are.
Result<> make_directories(const std::string& path, unsigned mode = 0755);
/// An empty file to bind another one on.
Result<> make_mount_point(const std::string& path);

}  // namespace lab::orchestrator
