#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {

/// Something that happened while a lab came up.
struct Progress {
  std::string node;  ///< Its id, or empty for the lab as a whole.
  std::string what;  ///< "links made", "proxy ready".
  std::chrono::microseconds since_start{};
};

struct UpOptions {
  bool rootless = false;  ///< Inside a user namespace; needs no privilege.
  std::chrono::milliseconds timeout{
      30'000};  ///< For coming up, readiness of all programs included.
  std::function<void(const Progress&)> progress;
};

/// A command to run in a node.
struct ExecRequest {
  std::vector<std::string> argv{};           ///< argv[0] is looked up in PATH.
  std::map<std::string, std::string> env{};  ///< Beside PATH, HOME, LANG and TERM.
  uid_t uid = 0;
  gid_t gid = 0;
  std::string cwd = "/";
  std::string stdin_text{};
  std::chrono::milliseconds timeout{0};  ///< 0: none. Then the command and its children are killed.
  std::size_t max_output_bytes =
      64u << 20;  ///< Of each stream; more is cut off, and `truncated` says so.
};

/// How a process ended.
struct ExitStatus {
  int code =
      0;  ///< exit(code); 128 + signal when it was killed; 127 not found, 126 not executable.
  int signal = 0;  ///< 0: it exited by itself.
};

struct ExecResult {
  ExitStatus exit;
  bool timed_out = false;
  bool truncated = false;
  std::string stdout_text;
  std::string stderr_text;
  std::chrono::microseconds duration{};
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// A program of a node, as `lab ps` shows it.
struct ProgramState {
  std::string node;  ///< Id.
  std::string program;
  enum class State : std::uint8_t { running, ready, exited, stopped } state = State::running;
  pid_t pid = 0;    ///< In the node's own process namespace; 0 when it does not run.
  ExitStatus exit;  ///< When exited.
  unsigned restarts = 0;
};

/// A lab that exists. Owned by this process until keep(): when the owner ends, however it ends, the
/// kernel takes everything back. All calls may come from several threads at once.
///
/// A node is named by its id ("sleep-v1.default"). Calls fail with Errc::not_found for a node,
/// program or file that is not there, Errc::timeout, and Errc::system when the lab or the node has
/// died.
class RunningLab {
 public:
  RunningLab(RunningLab&&) noexcept;
  RunningLab& operator=(RunningLab&&) noexcept;
  ~RunningLab();  ///< Ends an owned lab.

  const std::string& name() const;
  std::chrono::microseconds up_duration() const;  ///< 0 for one that was attached to.
  /// Ids of the nodes, in the plan's order.
  std::vector<std::string> nodes() const;

  /// Runs a command to its end. A command that fails is a result; an error means that it could not
  /// be run at all.
  Result<ExecResult> exec(const std::string& node, const ExecRequest& request);
  /// Runs a command on this process's own terminal: a pseudo terminal in the node when standard
  /// input is one, else standard input, output and error are handed over as they are.
  Result<ExitStatus> exec_interactive(const std::string& node, const ExecRequest& request);
  /// Starts a command on descriptors of the caller (0, 1, 2 of the command); it is killed when the
  /// handle dies.
  class Process;
  Result<Process> spawn(const std::string& node, const ExecRequest& request, int stdin_fd,
                        int stdout_fd, int stderr_fd);

  /// GET http://127.0.0.1:PORT/PATH from inside the node, for admin interfaces.
  Result<HttpAnswer> http_get(const std::string& node, std::uint16_t port, const std::string& path,
                              std::chrono::milliseconds timeout = std::chrono::seconds(5));
  Result<HttpAnswer> http_post(const std::string& node, std::uint16_t port, const std::string& path,
                               std::chrono::milliseconds timeout = std::chrono::seconds(5));
  /// A TCP connection made inside the node: the caller gets the connected socket.
  Result<Fd> connect(const std::string& node, const std::string& address, std::uint16_t port,
                     std::chrono::milliseconds timeout = std::chrono::seconds(5));

  /// Writes a file in the node, by rename: readers and inotify watches see the old content or the
  /// new. An existing file keeps its mode and owner; a new one is 0644 and the folder's owner's.
  Result<> write_file(const std::string& node, const std::string& path, std::string_view content);
  Result<> remove_file(const std::string& node, const std::string& path);
  Result<std::string> read_file(const std::string& node, const std::string& path);

  /// Starts a program of the plan that does not run, and waits until it is ready.
  Result<> start(const std::string& node, const std::string& program);
  /// SIGTERM, and SIGKILL after `grace`; returns when it is gone.
  Result<> stop(const std::string& node, const std::string& program,
                std::chrono::milliseconds grace = std::chrono::seconds(2));
  Result<> restart(const std::string& node, const std::string& program);
  /// Sends a signal to a program ("SIGHUP" to nginx).
  Result<> signal(const std::string& node, const std::string& program, int signal_number);
  Result<std::vector<ProgramState>> programs();

  /// What a program wrote to its standard output and error, from `offset` on.
  Result<std::string> logs(const std::string& node, const std::string& program,
                           std::size_t offset = 0);

  /// Text that the lab remembers for later commands (which scenario it is, its plan):
  /// Errc::not_found when unset.
  Result<> put_note(const std::string& key, std::string_view text);
  Result<std::string> note(const std::string& key);

  /// The node's network namespace, for setns() or a name on the host.
  Result<Fd> network_namespace(const std::string& node);
  /// Process id of the lab's process 1, on the host.
  pid_t supervisor() const;

  /// Lets the lab live on after this process, found by its name (attach). Errc::usage when the name
  /// is taken.
  Result<> keep();
  /// Ends the lab; returns when its processes are gone. The time it took.
  Result<std::chrono::microseconds> down();

 private:
  friend Result<RunningLab> up(const Plan&, const UpOptions&);
  friend Result<RunningLab> attach(const std::string&);
  struct State;
  explicit RunningLab(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A command that runs in a node.
class RunningLab::Process {
 public:
  explicit Process(Fd reply) : reply_(std::move(reply)) {}
  /// Waits for its end; Errc::timeout when it still runs after `timeout` (0: wait for ever).
  Result<ExitStatus> wait(std::chrono::milliseconds timeout = std::chrono::milliseconds(0));
  Result<> signal(int signal_number);
  /// Readable when the command has ended.
  int fd() const { return reply_.get(); }

 private:
  Fd reply_;
};

/// Makes everything that `plan` says, all nodes at once, and returns when every program is ready.
///
/// Fails with Errc::unfit when this host can't (the message names what is missing and what to do),
/// Errc::config when the plan contradicts itself, Errc::timeout when something did not become ready
/// (the message names it and ends in the last lines of its log), else Errc::system. Nothing is left
/// after a failure.
Result<RunningLab> up(const Plan& plan, const UpOptions& options = {});

/// A lab that was kept. Errc::not_found when no lab of that name runs, Errc::usage when it is
/// another user's.
Result<RunningLab> attach(const std::string& name);

/// One lab that was kept, on this host.
struct LabSummary {
  std::string name;
  uid_t owner = 0;
  pid_t supervisor = 0;  ///< Process id on the host; 0 when it is another user's.
};
/// All labs that were kept, by name.
Result<std::vector<LabSummary>> running_labs();

/// From now on SIGINT, SIGTERM and SIGHUP end all labs that this process owns, then the process
/// with 128 + signal. To be called first thing in main, before any thread starts.
void end_labs_on_signals();

}  // namespace lab::orchestrator
