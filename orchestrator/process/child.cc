#include "orchestrator/process/child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "orchestrator/netns/ids.h"

namespace lab::orchestrator {
namespace {

constexpr char kPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Everything that the new process needs, made before it exists: between vfork and exec it shares
/// our memory and may only call the kernel.
struct Prepared {
  std::vector<std::string> candidates;  ///< Where the program may be.
  std::vector<std::string> environment;
  std::vector<char*> argv, envp;
};

Prepared prepare(const ChildSpec& spec) {
  std::map<std::string, std::string> env = {{"PATH", kPath},
                                            {"HOME", spec.uid == 0 ? "/root" : "/"},
                                            {"LANG", "C.UTF-8"},
                                            {"TERM", "dumb"}};
  for (const auto& [name, value] : spec.env) env[name] = value;
  Prepared result;
  const std::string& program = spec.argv[0];
  if (program.find('/') != std::string::npos) {
    result.candidates.push_back(program);
  } else {
    for (const std::string& folder : split(env["PATH"], ':')) {
      result.candidates.push_back(folder + "/" + program);
    }
  }
  for (const auto& [name, value] : env) result.environment.push_back(name + "=" + value);
  for (const std::string& text : spec.argv) result.argv.push_back(const_cast<char*>(text.c_str()));
  for (const std::string& text : result.environment) {
    result.envp.push_back(const_cast<char*>(text.c_str()));
  }
  result.argv.push_back(nullptr);
  result.envp.push_back(nullptr);
  return result;
}

/// The step that failed in the new process, for the message.
struct Failure {
  const char* step = nullptr;
  int error = 0;
};

/// The C library's setuid calls would tell other threads, which a process between vfork and exec
/// must not.
bool become(const ChildSpec& spec, Failure& failure) {
  const bool root = spec.uid == 0 && spec.gid == 0;
  if (::syscall(SYS_setgroups, 0, nullptr) != 0 && !root) failure.step = "drop groups for";
  if (::syscall(SYS_setresgid, spec.gid, spec.gid, spec.gid) != 0)
    failure.step = "change the group for";
  if (::syscall(SYS_setresuid, spec.uid, spec.uid, spec.uid) != 0)
    failure.step = "change the user for";
  return failure.step == nullptr;
}

void default_signals() {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) {
    ::sigaction(number, &standard, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// In the new process; `fds` are all above 2.
[[noreturn]] void run(const ChildSpec& spec, const Prepared& prepared, const int* fds,
                      Failure& failure) {
  ::setsid();
  for (int i = 0; i < 3; ++i) ::dup2(fds[i], i);
  if (spec.terminal) ::ioctl(0, TIOCSCTTY, 0);
  default_signals();
  if (::chdir(spec.cwd.c_str()) != 0) failure.step = "enter the folder for";
  if (failure.step == nullptr && become(spec, failure)) {
    failure.step = "run";
    int kept = ENOENT;
    for (const std::string& candidate : prepared.candidates) {
      ::execve(candidate.c_str(), prepared.argv.data(), prepared.envp.data());
      if (errno != ENOENT && errno != ENOTDIR) kept = errno;
    }
    errno = kept;
  }
  failure.error = errno;
  ::_exit(127);
}

__attribute__((noinline)) pid_t start(const ChildSpec& spec, const Prepared& prepared,
                                      const int* fds, Failure& failure) {
  const pid_t pid = ::vfork();
  if (pid == 0) run(spec, prepared, fds, failure);
  return pid;
}

}  // namespace

Result<pid_t> start_child(const ChildSpec& wanted_spec) {
  ChildSpec spec = wanted_spec;
  spec.uid = existing_or_root(spec.uid);
  spec.gid = existing_or_root(spec.gid);
  if (spec.argv.empty()) return fail(Errc::usage, "there is no command to run");
  const Prepared prepared = prepare(spec);
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  Fd copies[3];
  int fds[3];
  const int wanted[3] = {spec.stdin_fd, spec.stdout_fd, spec.stderr_fd};
  for (int i = 0; i < 3; ++i) {
    copies[i] = Fd(::fcntl(wanted[i] >= 0 ? wanted[i] : null.get(), F_DUPFD_CLOEXEC, 3));
    fds[i] = copies[i].get();
  }
  Failure failure;
  const pid_t pid = start(spec, prepared, fds, failure);
  if (pid < 0) return tl::unexpected(last_errno("start a process"));
  if (failure.error == 0) return pid;
  ::waitpid(pid, nullptr, 0);
  Error error =
      errno_error(std::string("cannot ") + failure.step + " " + spec.argv[0], failure.error);
  if (failure.error == ENOENT) error.code = Errc::not_found;
  return tl::unexpected(error);
}

ExitStatus exit_status(int wait_status) {
  if (WIFSIGNALED(wait_status)) return {128 + WTERMSIG(wait_status), WTERMSIG(wait_status)};
  return {WEXITSTATUS(wait_status), 0};
}

Result<Clone> clone_process(unsigned long long flags) {
  int pidfd = -1;
  clone_args arguments{};
  arguments.flags = flags | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  // The parent's SIGCHLD rules when CLONE_PARENT is asked for: the kernel wants none here then.
  arguments.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
  const long pid = ::syscall(SYS_clone3, &arguments, sizeof(arguments));
  if (pid < 0) {
    Error error = last_errno("make new namespaces");
    if (errno == EPERM || errno == ENOSPC || errno == EINVAL || errno == ENOSYS)
      error.code = Errc::unfit;
    return tl::unexpected(error);
  }
  return Clone{static_cast<pid_t>(pid), Fd(pid == 0 ? -1 : pidfd)};
}

void close_others(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned first = 3;
  for (const int fd : kept) {
    if (fd < 3) continue;
    if (static_cast<unsigned>(fd) > first) ::syscall(SYS_close_range, first, fd - 1, 0);
    first = static_cast<unsigned>(fd) + 1;
  }
  ::syscall(SYS_close_range, first, ~0U, 0);
}

void detach_standard_streams() {
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  if (null > 2) ::close(null);
}

}  // namespace lab::orchestrator
