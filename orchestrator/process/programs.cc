#include "orchestrator/process/programs.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "orchestrator/process/child.h"

namespace lab::orchestrator {
namespace {

using State = ProgramState::State;

/// A file in memory that the program may open again by way of /dev/stdout, whatever user it runs
/// as.
Result<Fd> make_log(const Program& program) {
  Fd log(::memfd_create(("log of " + program.name).c_str(), MFD_CLOEXEC));
  if (!log) return tl::unexpected(last_errno("make a log for " + program.name));
  ::fchmod(log.get(), 0666);
  ::fcntl(log.get(), F_SETFL, O_APPEND);
  return log;
}

std::string_view state_name(State state) {
  switch (state) {
    case State::running:
      return "running";
    case State::ready:
      return "ready";
    case State::exited:
      return "exited";
    case State::stopped:
      break;
  }
  return "stopped";
}

std::string describe(const ExitStatus& exit) {
  if (exit.signal != 0) return "was ended by signal " + std::to_string(exit.signal);
  return "ended with status " + std::to_string(exit.code);
}

}  // namespace

Programs::Programs(const std::vector<Program>& programs) {
  for (const Program& program : programs) {
    entries_.emplace_back();
    entries_.back().program = program;
  }
}

Programs::Entry* Programs::find(const std::string& name) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.program.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

void Programs::start(const std::string& name, TimePoint deadline, Started done) {
  Entry* entry = find(name);
  if (entry == nullptr)
    return done(fail(Errc::not_found, "no program \"" + name + "\" in this node"));
  if (entry->pid != 0) return done(fail(Errc::usage, name + " runs already"));
  if (!entry->log) {
    Result<Fd> log = make_log(entry->program);
    if (!log) return done(tl::unexpected(log.error()));
    entry->log = std::move(*log);
  }
  const Program& program = entry->program;
  const int log = entry->log.get();
  const Result<pid_t> pid =
      start_child({program.argv, program.env, program.uid, program.gid, program.cwd, -1, log, log});
  if (!pid) return done(tl::unexpected(pid.error()));
  entry->pid = *pid;
  entry->state = State::running;
  ++entry->starts;
  entry->started = std::move(done);
  entry->start_deadline = deadline;
  entry->probe.emplace(program.ready);
}

void Programs::finish_start(Entry& entry, const Result<>& result) {
  entry.probe.reset();
  entry.start_deadline = kNever;
  if (result) entry.state = State::ready;
  if (entry.started) std::exchange(entry.started, nullptr)(result);
}

void Programs::stop(const std::string& name, std::chrono::milliseconds grace, Stopped done) {
  Entry* entry = find(name);
  if (entry == nullptr)
    return done(fail(Errc::not_found, "no program \"" + name + "\" in this node"));
  if (entry->pid == 0) return done({});
  if (entry->stopped) return done(fail(Errc::usage, name + " is being stopped already"));
  entry->stopped = std::move(done);
  entry->kill_at = std::chrono::steady_clock::now() + grace;
  ::kill(-entry->pid, SIGTERM);
}

Result<> Programs::signal(const std::string& name, int number) {
  const Entry* entry = find(name);
  if (entry == nullptr) return fail(Errc::not_found, "no program \"" + name + "\" in this node");
  if (entry->pid == 0) return fail(Errc::usage, name + " does not run");
  if (::kill(entry->pid, number) == 0) return {};
  return tl::unexpected(last_errno("signal " + name));
}

Result<int> Programs::log(const std::string& name) const {
  const Entry* entry = const_cast<Programs*>(this)->find(name);
  if (entry == nullptr) return fail(Errc::not_found, "no program \"" + name + "\" in this node");
  if (!entry->log) return fail(Errc::not_found, name + " has not been started yet");
  return entry->log.get();
}

Value Programs::states() const {
  Value list{Value::Array()};
  for (const Entry& entry : entries_) {
    Value state;
    state.set("program", entry.program.name);
    state.set("state", state_name(entry.state));
    state.set("pid", static_cast<int>(entry.pid));
    state.set("code", entry.exit.code);
    state.set("signal", entry.exit.signal);
    state.set("restarts", entry.starts > 0 ? entry.starts - 1 : 0);
    list.push(std::move(state));
  }
  return list;
}

bool Programs::reaped(pid_t pid, int wait_status) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.pid == pid; });
  if (found == entries_.end()) return false;
  found->pid = 0;
  found->exit = exit_status(wait_status);
  found->kill_at = kNever;
  found->state = found->stopped ? State::stopped : State::exited;
  ::kill(-pid, SIGKILL);  // What it left behind in its process group: workers of a server.
  if (found->started) {
    finish_start(*found, fail(Errc::system, found->program.name + " " + describe(found->exit) +
                                                " before it was ready" + last_lines(*found)));
  }
  if (found->stopped) std::exchange(found->stopped, nullptr)({});
  return true;
}

void Programs::watch(std::vector<pollfd>& out) const {
  for (const Entry& entry : entries_) {
    if (entry.probe && entry.probe->watch().fd >= 0) out.push_back(entry.probe->watch());
  }
}

TimePoint Programs::next_due() const {
  TimePoint due = kNever;
  for (const Entry& entry : entries_) {
    due = std::min({due, entry.kill_at, entry.start_deadline});
    if (entry.probe) due = std::min(due, entry.probe->next_due());
  }
  return due;
}

void Programs::run() {
  const TimePoint now = std::chrono::steady_clock::now();
  for (Entry& entry : entries_) {
    if (entry.kill_at <= now) {
      entry.kill_at = kNever;
      ::kill(-entry.pid, SIGKILL);
    }
    if (entry.probe && entry.probe->run()) {
      finish_start(entry, {});
    } else if (entry.start_deadline <= now) {
      finish_start(entry,
                   fail(Errc::timeout, entry.program.name + " did not become ready in time: " +
                                           entry.probe->missing() + last_lines(entry)));
    }
  }
}

std::string Programs::last_lines(const Entry& entry) const {
  constexpr off_t kShown = 1500;
  struct stat status {};
  ::fstat(entry.log.get(), &status);
  const off_t from = std::max<off_t>(0, status.st_size - kShown);
  std::string text(static_cast<std::size_t>(status.st_size - from), '\0');
  const ssize_t got = ::pread(entry.log.get(), text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  while (text.ends_with('\n')) text.pop_back();
  return text.empty() ? ". It wrote nothing." : ". Its last words:\n" + text;
}

}  // namespace lab::orchestrator
