#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace lab::orchestrator {

/// Maps the ids of process `pid`, which has just made a user namespace: root there is this
/// process's user.
///
/// With a range in /etc/subuid and /etc/subgid and newuidmap installed (package uidmap) the ids 1
/// to 65535 exist too, else root alone. Root maps all ids as they are.
Result<> write_id_maps(pid_t pid);

/// Whether users beside root will exist in a rootless lab of this user.
bool rootless_maps_users();

/// What a lab outside a user namespace needs and this process lacks: "NET_ADMIN".
std::vector<std::string> missing_capabilities();

/// What to do when a user namespace is refused, and when the others are; sentences.
std::string user_namespace_advice();
std::string namespace_advice(bool rootless);

}  // namespace lab::orchestrator
