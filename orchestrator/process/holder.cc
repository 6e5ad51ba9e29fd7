#include "orchestrator/process/holder.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "orchestrator/netns/iptables.h"
#include "orchestrator/netns/node_root.h"
#include "orchestrator/process/child.h"
#include "orchestrator/process/node_requests.h"
#include "orchestrator/process/node_setup.h"
#include "orchestrator/process/programs.h"
#include "orchestrator/process/restore_rules.h"
#include "orchestrator/process/supervisor.h"

namespace lab::orchestrator {
namespace {

/// A command that runs for a client of the lab.
struct Session {
  pid_t pid = 0;
  Fd reply;
};

class Holder {
 public:
  Holder(const Node& node, const HolderContext& context, Fd socket)
      : node_(node), context_(context), socket_(std::move(socket)), programs_(node.programs) {}

  [[noreturn]] void run() {
    if (const Result<> made = set_up(); !made) failed(made.error());
    while (true) turn();
  }

 private:
  bool is_fabric() const { return node_.id() == kFabricNode; }
  Result<> set_up();
  void start_programs(bool of_proxy);
  void started(const std::string& name, const Result<>& result);
  void check_up();
  [[noreturn]] void failed(const Error& error);
  void event(const char* name, const std::string& what = "");
  void turn();
  void reap();
  void serve();
  void serve_request(Message request);
  void serve_exec(Message request);
  void serve_sessions();
  void end_session(pid_t pid, int wait_status);

  const Node& node_;
  const HolderContext& context_;
  Fd socket_, children_;
  Programs programs_;
  std::vector<Session> sessions_;
  std::optional<RulesWriter> rules_;
  std::size_t waiting_ = 0;  ///< Programs that are not ready yet.
  bool linked_ = false, up_ = false;
};

Result<> Holder::set_up() {
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  children_ = Fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  const std::string& hostname = node_.hostname.empty() ? node_.name : node_.hostname;
  if (::sethostname(hostname.data(), hostname.size()) != 0) {
    return tl::unexpected(last_errno("set the host name"));
  }
  if (!is_fabric()) TRY(apply_sysctls(node_.sysctls, false));
  TRY(enter_node_root(node_, *context_.staged));
  drop_host_capabilities();
  const bool routes = is_fabric() && !context_.plan->bridges.empty();
  const std::string rules =
      routes ? fabric_rules() : redirect_rules(node_.redirect) + service_rules(node_.services);
  if (!rules.empty()) {
    rules_.emplace(TRY(RulesWriter::start(rules)));
  }
  event("progress", "files placed");
  return {};
}

/// Its links exist: the node joins the network, and what waits for no rules starts.
void Holder::start_programs(bool of_proxy) {
  for (const Program& program : node_.programs) {
    const bool is_proxy = !rules_ || program.uid == node_.redirect.proxy_uid;
    if (is_proxy != of_proxy) continue;
    programs_.start(program.name, context_.deadline,
                    [this, name = program.name](const Result<>& result) { started(name, result); });
  }
}

void Holder::started(const std::string& name, const Result<>& result) {
  if (!result) failed(result.error());
  event("progress", name + " ready");
  --waiting_;
}

void Holder::check_up() {
  if (up_ || !linked_ || waiting_ > 0 || (rules_ && !rules_->finished())) return;
  up_ = true;
  event("ready");
}

void Holder::failed(const Error& error) {
  Value body = error_body({error.code, "node " + node_.id() + ": " + error.message});
  body.set("event", "failed");
  (void)send_message(socket_.get(), body);
  ::_exit(1);
}

void Holder::event(const char* name, const std::string& what) {
  Value body;
  body.set("event", name);
  if (!what.empty()) body.set("what", what);
  (void)send_message(socket_.get(), body);
}

void Holder::turn() {
  std::vector<pollfd> entries = {{socket_.get(), POLLIN, 0}, {children_.get(), POLLIN, 0}};
  for (const Session& session : sessions_) entries.push_back({session.reply.get(), POLLIN, 0});
  programs_.watch(entries);
  ::poll(entries.data(), entries.size(), poll_timeout(programs_.next_due()));
  if (entries[1].revents != 0) reap();
  if (entries[0].revents != 0) serve();
  serve_sessions();
  programs_.run();
  check_up();
}

void Holder::reap() {
  signalfd_siginfo information;
  while (::read(children_.get(), &information, sizeof(information)) > 0) {
  }
  int status = 0;
  for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (rules_ && rules_->reaped(pid, status)) {
      if (const Result<>& written = rules_->result(); !written) failed(written.error());
      if (rules_->finished()) {
        event("progress", "rules written");
        if (linked_) start_programs(false);
      }
    } else if (!programs_.reaped(pid, status)) {
      end_session(pid, status);
    }
  }
}

void Holder::serve() {
  Result<std::optional<Message>> message = receive_message(socket_.get());
  if (!message && message.error().code == Errc::config) return;
  if (!message || !*message) ::_exit(0);  // The supervisor has gone, and the lab with it.
  if ((*message)->text("op") != "linked") return serve_request(std::move(**message));
  linked_ = true;
  const Result<> configured =
      is_fabric() ? Result<>() : configure_interfaces(*context_.plan, node_);
  if (!configured) failed(configured.error());
  waiting_ = node_.programs.size();
  start_programs(true);
  if (rules_ && rules_->finished()) start_programs(false);
}

void Holder::serve_request(Message request) {
  if (request.fds.empty()) return;
  if (request.text("op") == "exec") return serve_exec(std::move(request));
  serve_node_request(std::move(request), programs_);
}

void Holder::serve_exec(Message request) {
  Result<StartedCommand> command = start_command(request);
  Fd reply = std::move(request.fds[0]);
  if (!command) {
    (void)send_message(reply.get(), error_body(command.error()));
    return;
  }
  Value body;
  body.set("pid", static_cast<int>(command->pid));
  const int terminal = command->terminal.get();
  (void)send_message(reply.get(), body,
                     terminal < 0 ? std::span<const int>() : std::span<const int>(&terminal, 1));
  sessions_.push_back({command->pid, std::move(reply)});
}

/// A client sends signals through its reply socket; when it closes that, the command has to go.
void Holder::serve_sessions() {
  for (Session& session : sessions_) {
    if (session.pid == 0 || !wait_readable(session.reply.get(), TimePoint::min())) continue;
    const Result<std::optional<Message>> message = receive_message(session.reply.get());
    if (message && *message) {
      ::kill(-session.pid, static_cast<int>((*message)->number("signal")));
    } else {
      ::kill(-session.pid, SIGKILL);
      session.reply.reset();
    }
  }
}

void Holder::end_session(pid_t pid, int wait_status) {
  const auto found = std::find_if(sessions_.begin(), sessions_.end(),
                                  [&](const Session& session) { return session.pid == pid; });
  if (found == sessions_.end()) return;  // An orphan that the node's process 1 inherited.
  const ExitStatus exit = exit_status(wait_status);
  Value body;
  body.set("code", exit.code);
  body.set("signal", exit.signal);
  if (found->reply) (void)send_message(found->reply.get(), body);
  sessions_.erase(found);
}

}  // namespace

void hold_node(const Node& node, const HolderContext& context, Fd socket) {
  ::prctl(PR_SET_NAME, "lab-node");
  Holder holder(node, context, std::move(socket));
  holder.run();
}

}  // namespace lab::orchestrator
