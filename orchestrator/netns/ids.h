#pragma once

#include <sys/types.h>

namespace lab::orchestrator {

/// The id itself where it exists in this process's user namespace, else 0: a lab with one user runs
/// all as root.
uid_t existing_or_root(uid_t id);

}  // namespace lab::orchestrator
