#pragma once

#include <sys/types.h>

#include "base/handle.h"
#include "base/result.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/process/message.h"

namespace lab::orchestrator {

/// A supervisor that has been started; a child of this process.
struct Launched {
  pid_t pid = 0;  ///< On the host.
  Fd pidfd;
  Fd control;  ///< Its "owner" socket; closing it ends the lab.
};

/// Starts a supervisor in new namespaces. Safe in a process with several threads.
///
/// Fails with Errc::unfit when this host does not allow new namespaces; the message says what to
/// do.
Result<Launched> launch_supervisor(const Plan& plan, TimePoint deadline, bool rootless);

/// Ends a lab at once and waits until all of its processes are gone.
/// `is_child`: of this process, which then takes its exit status.
void end_supervisor(int pidfd, bool is_child);

}  // namespace lab::orchestrator
