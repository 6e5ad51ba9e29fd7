#pragma once

#include <mutex>

#include "base/handle.h"
#include "orchestrator/process/message.h"
#include "orchestrator/process/running_lab.h"

namespace lab::orchestrator {

/// The near side of a lab: what RunningLab's calls share.
struct RunningLab::State {
  std::string name;
  std::vector<std::string> nodes;
  std::chrono::microseconds up_duration{};
  Fd control;  ///< To the supervisor; requests may be sent by several threads at once.
  Fd pidfd;    ///< Of the supervisor.
  pid_t pid = 0;
  bool is_child = false;  ///< Of this process, which must wait for it.
  bool kept = false;

  /// Sends a request to a node, or to the supervisor when `node` is empty; answers come from the
  /// reply socket.
  Result<Fd> request(Value body, const std::string& node, std::vector<int> fds = {}) const;
  /// The same, with the one answer. Errc::system when the lab or node has died meanwhile.
  Result<Message> call(Value body, const std::string& node, std::vector<int> fds = {},
                       TimePoint deadline = kNever) const;
};

/// {"op": op}
Value operation(const char* op);
/// Receives an answer and turns the failure that it may carry into one.
Result<Message> receive_answer(int reply, TimePoint deadline);
/// An exec request, beside which exec_strings() must travel as first descriptor; with `terminal`
/// the answer brings the near side of one.
Value exec_body(const ExecRequest& request, bool terminal);
Result<Fd> exec_strings(const ExecRequest& request);

/// Labs that this process owns: what a signal has to end.
void remember_owned(int pidfd, bool owned);

/// The socket on which a kept lab of that name is found by later commands. Errc::usage when the
/// name is taken.
Result<Fd> listen_for_commands(const std::string& name);

}  // namespace lab::orchestrator
