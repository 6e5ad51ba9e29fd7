#include "orchestrator/process/launch.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "orchestrator/process/child.h"
#include "orchestrator/process/supervisor.h"
#include "orchestrator/process/user_namespace.h"

namespace lab::orchestrator {
namespace {

constexpr unsigned long long kOuter =
    CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;

[[noreturn]] void give_up(int control, const Error& error) {
  Value body = error_body(error);
  body.set("event", "failed");
  (void)send_message(control, body);
  ::_exit(1);
}

/// A new user namespace, in which we are root once the launching process has written the maps of
/// ids.
Result<> enter_user_namespace(int control) {
  if (::unshare(CLONE_NEWUSER) != 0) {
    return fail(Errc::unfit, last_errno("cannot make a user namespace").message + ". " +
                                 user_namespace_advice());
  }
  Value body;
  body.set("event", "map");
  TRY(send_message(control, body));
  const std::optional<Message> answer = TRY(receive_message(control));
  if (!answer) ::_exit(1);
  if (::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0) {
    return tl::unexpected(last_errno("become root of the user namespace"));
  }
  return {};
}

/// Between the launching process, which may have threads, and the supervisor: has one thread and
/// may clone. The supervisor becomes the launching process's child, so that nobody else has to wait
/// for it.
[[noreturn]] void stand_between(const Plan& plan, TimePoint deadline, bool rootless, Fd control) {
  close_others({control.get()});
  detach_standard_streams();
  ::setsid();  // The terminal's Ctrl-C is for the launching process, which ends the lab in order.
  if (rootless) {
    if (const Result<> entered = enter_user_namespace(control.get()); !entered) {
      give_up(control.get(), entered.error());
    }
  }
  if (!rootless && ::geteuid() == 0 && !missing_capabilities().empty()) {
    give_up(control.get(), {Errc::unfit, "cannot make a lab. " + namespace_advice(false)});
  }
  Result<Clone> clone = clone_process(kOuter | CLONE_PARENT);
  if (!clone) {
    give_up(control.get(),
            {clone.error().code, clone.error().message + ". " + namespace_advice(rootless)});
  }
  if (clone->pid == 0) {
    // What it has to tell must not overtake the message that says who it is.
    const Result<std::optional<Message>> go = receive_message(control.get());
    if (!go || !*go) ::_exit(1);
    supervise(plan, deadline, std::move(control));
  }
  Value body;
  body.set("event", "launched");
  body.set("pid", static_cast<int>(clone->pid));
  const int pidfd = clone->pidfd.get();
  (void)send_message(control.get(), body, {&pidfd, 1});
  ::_exit(0);
}

Result<Launched> await_launch(pid_t between, Fd control, TimePoint deadline) {
  while (true) {
    Result<std::optional<Message>> message = receive_message(control.get(), deadline);
    if (!message) return tl::unexpected(message.error());
    if (!*message) return fail(Errc::system, "the lab's supervisor died while it was started");
    const std::string event = (*message)->text("event");
    if (event == "failed") return tl::unexpected(*body_error((*message)->body));
    if (event == "map") {
      TRY(write_id_maps(between));
      TRY(send_message(control.get(), Value(Value::Object())));
    }
    if (event != "launched" || (*message)->fds.empty()) continue;
    Launched launched;
    launched.pidfd = std::move((*message)->fds[0]);
    launched.pid = static_cast<pid_t>((*message)->number("pid"));
    TRY(send_message(control.get(), Value(Value::Object())));  // Now it may begin.
    launched.control = std::move(control);
    return launched;
  }
}

}  // namespace

Result<Launched> launch_supervisor(const Plan& plan, TimePoint deadline, bool rootless) {
  auto [ours, theirs] = TRY(socket_pair());
  const pid_t between = ::fork();
  if (between < 0) return tl::unexpected(last_errno("start a process"));
  if (between == 0) stand_between(plan, deadline, rootless, std::move(theirs));
  theirs.reset();
  Result<Launched> launched = await_launch(between, std::move(ours), deadline);
  if (!launched) ::kill(between, SIGKILL);
  ::waitpid(between, nullptr, 0);
  return launched;
}

void end_supervisor(int pidfd, bool is_child) {
  ::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0);
  if (!is_child) {
    (void)wait_readable(pidfd, kNever);
    return;
  }
  siginfo_t information{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &information, WEXITED) != 0 &&
         errno == EINTR) {
  }
}

}  // namespace lab::orchestrator
