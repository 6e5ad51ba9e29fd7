#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "orchestrator/process/lab_client.h"
#include "orchestrator/process/terminal.h"

namespace lab::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;

Result<std::pair<Fd, Fd>> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return tl::unexpected(last_errno("make a pipe"));
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

ExitStatus status_of(const Message& message) {
  return {static_cast<int>(message.number("code")), static_cast<int>(message.number("signal"))};
}

/// Feeds a command's input and gathers what it writes until it has ended.
class Gatherer {
 public:
  Gatherer(const ExecRequest& request, Fd reply, Fd input, Fd output, Fd errors)
      : request_(request),
        reply_(std::move(reply)),
        input_(std::move(input)),
        outputs_{std::move(output), std::move(errors)},
        start_(Clock::now()) {
    for (const Fd* fd : {&input_, &outputs_[0], &outputs_[1]}) {
      ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
    }
    if (request.stdin_text.empty()) input_.reset();
    if (request.timeout.count() > 0) deadline_ = start_ + request.timeout;
  }

  Result<ExecResult> run() {
    while (!ended_) TRY(turn());
    drain(0);
    drain(1);
    result_.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_);
    return std::move(result_);
  }

 private:
  Result<> turn() {
    // Some programs write byte by byte (curl its facts): between two looks at what they wrote only
    // their end wakes us.
    constexpr int kPauseMs = 1;
    pollfd end{reply_.get(), POLLIN, 0};
    if (drained_) ::poll(&end, 1, kPauseMs);
    drained_ = false;
    pollfd entries[4] = {{reply_.get(), POLLIN, 0},
                         {input_.get(), POLLOUT, 0},
                         {outputs_[0].get(), POLLIN, 0},
                         {outputs_[1].get(), POLLIN, 0}};
    const int ready = ::poll(entries, 4, poll_timeout(deadline_));
    if (ready == 0 && Clock::now() >= deadline_) TRY(give_up());
    if (entries[1].revents != 0) feed();
    if (entries[2].revents != 0) drain(0);
    if (entries[3].revents != 0) drain(1);
    if (entries[0].revents != 0) TRY(hear());
    return {};
  }

  /// Too late: the command and its children are killed; its end is reported as usual.
  Result<> give_up() {
    deadline_ = kNever;
    result_.timed_out = true;
    Value body;
    body.set("signal", SIGKILL);
    return send_message(reply_.get(), body);
  }

  void feed() {
    const std::string& text = request_.stdin_text;
    const ssize_t written = ::write(input_.get(), text.data() + fed_, text.size() - fed_);
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (written > 0) fed_ += static_cast<std::size_t>(written);
    if (written < 0 || fed_ == text.size()) input_.reset();  // It may end without reading all.
  }

  static constexpr ssize_t kFull = 4096;

  void drain(int which) {
    std::string& text = which == 0 ? result_.stdout_text : result_.stderr_text;
    std::array<char, 64 << 10> bytes;
    while (outputs_[which]) {
      const ssize_t got = ::read(outputs_[which].get(), bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return;  // EAGAIN: nothing more for now.
      if (got == 0) return outputs_[which].reset();
      const std::size_t room = request_.max_output_bytes - text.size();
      if (static_cast<std::size_t>(got) > room) result_.truncated = true;
      text.append(bytes.data(), std::min(room, static_cast<std::size_t>(got)));
      drained_ = got < kFull;
    }
  }

  Result<> hear() {
    const Message message = TRY(receive_answer(reply_.get(), kNever));
    if (message.body.find("code") == nullptr) return {};  // It has started.
    result_.exit = status_of(message);
    ended_ = true;
    return {};
  }

  const ExecRequest& request_;
  Fd reply_, input_;
  std::array<Fd, 2> outputs_;
  TimePoint start_, deadline_ = kNever;
  std::size_t fed_ = 0;
  bool drained_ = false;  ///< Just now, of little: more of it will come.
  bool ended_ = false;
  ExecResult result_;
};

}  // namespace

Value exec_body(const ExecRequest& request, bool terminal) {
  Value body = operation("exec");
  body.set("arguments", static_cast<std::int64_t>(request.argv.size()));
  body.set("uid", static_cast<std::int64_t>(request.uid));
  body.set("gid", static_cast<std::int64_t>(request.gid));
  body.set("cwd", request.cwd);
  body.set("terminal", terminal);
  return body;
}

/// Arguments and environment may be any bytes but zeros, and long: they travel as a descriptor.
Result<Fd> exec_strings(const ExecRequest& request) {
  std::string text;
  for (const std::string& argument : request.argv) text += argument + '\0';
  for (const auto& [name, value] : request.env) text += name + "=" + value + '\0';
  return text_descriptor(text);
}

Result<ExecResult> RunningLab::exec(const std::string& node, const ExecRequest& request) {
  auto [input_far, input] = TRY(make_pipe());
  auto [output, output_far] = TRY(make_pipe());
  auto [errors, errors_far] = TRY(make_pipe());
  const Fd strings = TRY(exec_strings(request));
  Fd reply =
      TRY(state_->request(exec_body(request, false), node,
                          {strings.get(), input_far.get(), output_far.get(), errors_far.get()}));
  for (Fd* far : {&input_far, &output_far, &errors_far}) far->reset();
  return Gatherer(request, std::move(reply), std::move(input), std::move(output), std::move(errors))
      .run();
}

Result<RunningLab::Process> RunningLab::spawn(const std::string& node, const ExecRequest& request,
                                              int stdin_fd, int stdout_fd, int stderr_fd) {
  const Fd strings = TRY(exec_strings(request));
  Fd reply = TRY(state_->request(exec_body(request, false), node,
                                 {strings.get(), stdin_fd, stdout_fd, stderr_fd}));
  TRY(receive_answer(reply.get(), kNever));
  return Process(std::move(reply));
}

Result<ExitStatus> RunningLab::Process::wait(std::chrono::milliseconds timeout) {
  const TimePoint deadline = timeout.count() == 0 ? kNever : Clock::now() + timeout;
  return status_of(TRY(receive_answer(reply_.get(), deadline)));
}

Result<> RunningLab::Process::signal(int signal_number) {
  Value body;
  body.set("signal", signal_number);
  return send_message(reply_.get(), body);
}

Result<ExitStatus> RunningLab::exec_interactive(const std::string& node,
                                                const ExecRequest& request) {
  if (::isatty(0) == 0) {
    Process process = TRY(spawn(node, request, 0, 1, 2));
    return process.wait();
  }
  ExecRequest with_terminal = request;
  if (const char* kind = std::getenv("TERM"); kind != nullptr)
    with_terminal.env.emplace("TERM", kind);
  const Fd strings = TRY(exec_strings(with_terminal));
  const Fd reply = TRY(state_->request(exec_body(with_terminal, true), node, {strings.get()}));
  Message answer = TRY(receive_answer(reply.get(), kNever));
  if (answer.fds.empty()) return fail(Errc::system, "the lab did not hand over a terminal");
  TRY(relay_terminal(answer.fds[0].get(), reply.get()));
  return status_of(TRY(receive_answer(reply.get(), kNever)));
}

}  // namespace lab::orchestrator
