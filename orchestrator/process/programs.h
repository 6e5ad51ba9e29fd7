#pragma once

#include <poll.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/handle.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/process/message.h"
#include "orchestrator/process/readiness.h"
#include "orchestrator/process/running_lab.h"

namespace lab::orchestrator {

/// The programs of one node: started, asked whether they are ready, stopped, reaped. Lives in the
/// node's holder.
///
///   stopped --start--> running --probe--> ready
///   running, ready --its end--> exited (or stopped, when that was asked for)
class Programs {
 public:
  /// Called once for each start(): nothing when the program is ready, else why it will never be.
  using Started = std::function<void(const Result<>&)>;
  using Stopped = std::function<void(const Result<>&)>;

  explicit Programs(const std::vector<Program>& programs);

  /// Errc::not_found for an unknown name, Errc::usage when it runs already: both through `done`.
  void start(const std::string& name, TimePoint deadline, Started done);
  void stop(const std::string& name, std::chrono::milliseconds grace, Stopped done);
  Result<> signal(const std::string& name, int number);
  /// The descriptor that holds what the program wrote; owned by us.
  Result<int> log(const std::string& name) const;
  Value states() const;

  /// A child of the holder has ended; false when it is none of the programs.
  bool reaped(pid_t pid, int wait_status);
  /// What poll() shall watch for us, and until when; run() then does what is due.
  void watch(std::vector<pollfd>& out) const;
  TimePoint next_due() const;
  void run();

 private:
  struct Entry {
    Program program;
    ProgramState::State state = ProgramState::State::stopped;
    pid_t pid = 0;
    ExitStatus exit;
    unsigned starts = 0;
    Fd log;
    std::optional<Probe> probe;
    TimePoint start_deadline = kNever, kill_at = kNever;
    Started started;
    Stopped stopped;
  };
  Entry* find(const std::string& name);
  void finish_start(Entry& entry, const Result<>& result);
  std::string last_lines(const Entry& entry) const;

  std::vector<Entry> entries_;
};

}  // namespace lab::orchestrator
