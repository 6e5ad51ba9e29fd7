#include "orchestrator/process/running_lab.h"

#include <sys/socket.h>
#include <unistd.h>

#include "orchestrator/plan/check.h"
#include "orchestrator/process/lab_client.h"
#include "orchestrator/process/launch.h"
#include "orchestrator/process/user_namespace.h"

namespace lab::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::microseconds since(TimePoint start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
}

/// Reports progress until the lab is up.
Result<> await_up(int control, TimePoint start, const UpOptions& options) {
  // The holders give up at the deadline and name what they waited for; the margin leaves them the
  // word.
  const TimePoint deadline = start + options.timeout + std::chrono::milliseconds(500);
  while (true) {
    const std::optional<Message> message = TRY(receive_message(control, deadline));
    if (!message) return fail(Errc::system, "the lab's supervisor died while the lab came up");
    if (const auto error = body_error(message->body)) return tl::unexpected(*error);
    if (message->text("event") == "up") return {};
    if (options.progress && message->text("event") == "progress") {
      options.progress({message->text("node"), message->text("what"), since(start)});
    }
  }
}

/// Where only root exists, the owner of a connection tells nothing: the proxy's are told by their
/// mark. And servers have nobody to become.
Plan for_root_alone(Plan plan) {
  for (Node& node : plan.nodes) {
    if (!node.redirect.exempt_mark) node.redirect.exempt_mark = kProxyMark;
    for (Program& program : node.programs) {
      std::vector<std::string>& argv = program.argv;
      if (argv.empty()) continue;
      if (argv[0] == "nginx") argv.insert(argv.end(), {"-g", "user root;"});
      if (argv[0] == "dnsmasq") argv.push_back("--no-daemon");  // Then it stays who it is.
    }
  }
  return plan;
}

}  // namespace

Value operation(const char* op) {
  Value body;
  body.set("op", op);
  return body;
}

Result<Message> receive_answer(int reply, TimePoint deadline) {
  std::optional<Message> message = TRY(receive_message(reply, deadline));
  if (!message) return fail(Errc::system, "the lab, or this node of it, has died");
  if (const auto error = body_error(message->body)) return tl::unexpected(*error);
  return std::move(*message);
}

Result<Fd> RunningLab::State::request(Value body, const std::string& node,
                                      std::vector<int> fds) const {
  auto [ours, theirs] = TRY(socket_pair());
  if (!node.empty()) body.set("node", node);
  fds.insert(fds.begin(), theirs.get());
  if (const Result<> sent = send_message(control.get(), body, fds); !sent) {
    return fail(sent.error().code, "lab " + name + " does not answer: " + sent.error().message);
  }
  return std::move(ours);
}

Result<Message> RunningLab::State::call(Value body, const std::string& node, std::vector<int> fds,
                                        TimePoint deadline) const {
  const Fd reply = TRY(request(std::move(body), node, std::move(fds)));
  return receive_answer(reply.get(), deadline);
}

RunningLab::RunningLab(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunningLab::RunningLab(RunningLab&&) noexcept = default;
RunningLab& RunningLab::operator=(RunningLab&& other) noexcept {
  std::swap(state_, other.state_);  // What was ours ends with the other.
  return *this;
}

RunningLab::~RunningLab() {
  if (state_ && !state_->kept) (void)down();
}

const std::string& RunningLab::name() const {
  return state_->name;
}
std::chrono::microseconds RunningLab::up_duration() const {
  return state_->up_duration;
}
std::vector<std::string> RunningLab::nodes() const {
  return state_->nodes;
}

Result<> RunningLab::write_file(const std::string& node, const std::string& path,
                                std::string_view content) {
  const Fd text = TRY(text_descriptor(content));
  Value body = operation("write");
  body.set("path", path);
  TRY(state_->call(std::move(body), node, {text.get()}));
  return {};
}

Result<> RunningLab::remove_file(const std::string& node, const std::string& path) {
  Value body = operation("remove");
  body.set("path", path);
  TRY(state_->call(std::move(body), node));
  return {};
}

Result<std::string> RunningLab::read_file(const std::string& node, const std::string& path) {
  Value body = operation("read");
  body.set("path", path);
  const Message answer = TRY(state_->call(std::move(body), node));
  if (answer.fds.empty()) return fail(Errc::system, "the lab did not open " + path);
  return read_descriptor(answer.fds[0].get());
}

Result<Fd> RunningLab::network_namespace(const std::string& node) {
  Value body = operation("read");
  body.set("path", "/proc/self/ns/net");
  Message answer = TRY(state_->call(std::move(body), node));
  if (answer.fds.empty()) return fail(Errc::system, "the lab did not hand over a namespace");
  return std::move(answer.fds[0]);
}

pid_t RunningLab::supervisor() const {
  return state_->pid;
}

Result<> RunningLab::put_note(const std::string& key, std::string_view text) {
  const Fd content = TRY(text_descriptor(text));
  Value body = operation("put_note");
  body.set("key", key);
  TRY(state_->call(std::move(body), "", {content.get()}));
  return {};
}

Result<std::string> RunningLab::note(const std::string& key) {
  Value body = operation("note");
  body.set("key", key);
  const Message answer = TRY(state_->call(std::move(body), ""));
  if (answer.fds.empty()) return fail(Errc::system, "the lab did not hand over its note");
  return read_descriptor(answer.fds[0].get());
}

Result<> RunningLab::keep() {
  const Fd listener = TRY(listen_for_commands(state_->name));
  TRY(state_->call(operation("keep"), "", {listener.get()}));
  state_->kept = true;
  remember_owned(state_->pidfd.get(), false);
  return {};
}

Result<std::chrono::microseconds> RunningLab::down() {
  const TimePoint start = Clock::now();
  if (state_->pidfd) {
    if (!state_->is_child) (void)state_->request(operation("down"), "");
    end_supervisor(state_->pidfd.get(), state_->is_child);
    remember_owned(state_->pidfd.get(),
                   false);  // Not before: a signal has to wait for the end, too.
  }
  state_->control.reset();
  state_->pidfd.reset();
  state_->kept = true;  // Nothing is owned any more.
  return since(start);
}

Result<RunningLab> up(const Plan& wanted, const UpOptions& options) {
  TRY(check(wanted));
  const Plan plan = options.rootless && !rootless_maps_users() ? for_root_alone(wanted) : wanted;
  const TimePoint start = Clock::now();
  Launched launched = TRY(launch_supervisor(plan, start + options.timeout, options.rootless));
  remember_owned(launched.pidfd.get(), true);
  auto state = std::make_unique<RunningLab::State>();
  state->name = plan.name;
  for (const Node& node : plan.nodes) state->nodes.push_back(node.id());
  state->control = std::move(launched.control);
  state->pidfd = std::move(launched.pidfd);
  state->pid = launched.pid;
  state->is_child = true;
  RunningLab lab(std::move(state));  // Ends the lab when what follows fails.
  TRY(await_up(lab.state_->control.get(), start, options));
  lab.state_->up_duration = since(start);
  return lab;
}

}  // namespace lab::orchestrator
