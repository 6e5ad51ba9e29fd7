#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "orchestrator/process/running_lab.h"

namespace lab::orchestrator {

/// A program to start from this process, in this process's namespaces.
struct ChildSpec {
  std::vector<std::string> argv;           ///< argv[0] is looked up in PATH.
  std::map<std::string, std::string> env;  ///< Added to PATH, HOME, LANG and TERM.
  uid_t uid = 0;
  gid_t gid = 0;
  std::string cwd = "/";
  int stdin_fd = -1, stdout_fd = -1, stderr_fd = -1;  ///< -1: /dev/null.
  bool terminal = false;  ///< stdin_fd is a terminal that becomes the controlling one.
};

/// Starts it as leader of a session and process group of its own; every other descriptor is closed
/// on exec.
///
/// Fails with Errc::not_found when there is no such program (exit code 127 by custom) and
/// Errc::system when it can't be run (126).
Result<pid_t> start_child(const ChildSpec& spec);

/// What waitpid's status says.
ExitStatus exit_status(int wait_status);

/// A process whose namespaces, given as CLONE_NEW* flags, are new. For processes with one thread
/// only.
struct Clone {
  pid_t pid = 0;  ///< 0 in the new process.
  Fd pidfd;       ///< Readable when it has ended.
};
Result<Clone> clone_process(unsigned long long flags);

/// Closes every descriptor from 3 on but those listed.
void close_others(std::vector<int> kept);
/// Standard input, output and error become /dev/null.
void detach_standard_streams();

}  // namespace lab::orchestrator
