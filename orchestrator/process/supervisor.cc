#include "orchestrator/process/supervisor.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "orchestrator/netns/mounts.h"
#include "orchestrator/process/child.h"
#include "orchestrator/process/holder.h"
#include "orchestrator/process/node_setup.h"

namespace lab::orchestrator {
namespace {

struct NodeLink {
  std::string id;
  Fd socket;  ///< To the node's holder; none once it has died.
  bool ready = false;
};

class Supervisor {
 public:
  Supervisor(const Plan& plan, TimePoint deadline, Fd owner)
      : plan_(plan), owner_(std::move(owner)) {
    context_.plan = &plan;
    context_.deadline = deadline;
    fabric_.name = kFabricNode;
    fabric_.namespace_.clear();
    fabric_.default_route = false;
  }

  [[noreturn]] void run() {
    if (const Result<> made = make(); !made) {
      // A node's own failure is the cause of ours: its links can't be made when its process has
      // gone.
      for (NodeLink& node : nodes_) {
        while (node.socket && wait_readable(node.socket.get(), TimePoint::min())) hear(node);
      }
      failed(made.error());
    }
    while (true) turn();
  }

 private:
  Result<> make();
  Result<> start_holder(const Node& node, unsigned long long namespaces);
  [[noreturn]] void failed(const Error& error);
  void tell(const char* event, const std::string& node, const std::string& what);
  void turn();
  void check_up();
  void hear(NodeLink& node);
  void lost(NodeLink& node);
  void serve_owner();
  void accept_client();
  void serve_client(Fd& client);
  void serve(Message request);
  void pass_on(Message request, const std::string& id);
  Value summary() const;
  void answer_note(int reply, const std::string& key);
  void keep(Message request);

  const Plan& plan_;
  Node fabric_;
  HolderContext context_;
  StagedPaths staged_;
  Fd owner_, listener_, children_;
  std::vector<NodeLink> nodes_;  ///< In the plan's order; the fabric comes last.
  std::vector<pid_t> holders_;
  std::vector<Fd> clients_;
  std::map<std::string, std::string> notes_;
  bool linked_ = false, up_ = false, kept_ = false;
};

constexpr unsigned long long kInner = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;

Result<> Supervisor::make() {
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  children_ = Fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  std::vector<std::string> host_paths;
  for (const Node& node : plan_.nodes) {
    for (const HostMount& mount : node.mounts) host_paths.push_back(mount.host_path);
  }
  staged_ = TRY(enter_private_mounts(host_paths));
  context_.staged = &staged_;
  TRY(apply_sysctls({}, true));
  for (const Node& node : plan_.nodes) TRY(start_holder(node, kInner | CLONE_NEWNET));
  TRY(start_holder(fabric_, kInner));
  TRY(make_fabric(plan_));
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) TRY(link_node(plan_, i, holders_[i]));
  for (const Route& route : plan_.fabric_routes) TRY(add_fabric_route(plan_, route));
  tell("progress", "", "links made");
  Value linked;
  linked.set("op", "linked");
  for (const NodeLink& node : nodes_) TRY(send_message(node.socket.get(), linked));
  linked_ = true;
  return {};
}

Result<> Supervisor::start_holder(const Node& node, unsigned long long namespaces) {
  auto [ours, theirs] = TRY(socket_pair());
  const Clone clone = TRY(clone_process(namespaces));
  if (clone.pid == 0) {
    close_others({theirs.get()});
    hold_node(node, context_, std::move(theirs));
  }
  holders_.push_back(clone.pid);
  nodes_.push_back({node.id(), std::move(ours)});
  return {};
}

void Supervisor::failed(const Error& error) {
  Value body = error_body(error);
  body.set("event", "failed");
  (void)send_message(owner_.get(), body);
  ::_exit(1);
}

void Supervisor::tell(const char* event, const std::string& node, const std::string& what) {
  Value body;
  body.set("event", event);
  body.set("node", node);
  body.set("what", what);
  (void)send_message(owner_.get(), body);
}

void Supervisor::turn() {
  std::vector<pollfd> entries = {
      {owner_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}, {children_.get(), POLLIN, 0}};
  for (const NodeLink& node : nodes_) entries.push_back({node.socket.get(), POLLIN, 0});
  for (const Fd& client : clients_) entries.push_back({client.get(), POLLIN, 0});
  const std::size_t clients = clients_.size();
  ::poll(entries.data(), entries.size(), up_ ? -1 : 1);
  if (entries[2].revents != 0) {
    signalfd_siginfo information;
    while (::read(children_.get(), &information, sizeof(information)) > 0) {
    }
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (entries[3 + i].revents != 0) hear(nodes_[i]);
  }
  if (entries[0].revents != 0) serve_owner();
  for (std::size_t i = 0; i < clients; ++i) {
    if (entries[3 + nodes_.size() + i].revents != 0) serve_client(clients_[i]);
  }
  std::erase_if(clients_, [](const Fd& client) { return !client; });
  if (entries[1].revents != 0) accept_client();
  if (!up_) check_up();
}

void Supervisor::check_up() {
  const bool ready =
      std::all_of(nodes_.begin(), nodes_.end(), [](const NodeLink& node) { return node.ready; });
  if (!ready) return;
  const Result<bool> carrying = fabric_ready();
  if (!carrying) failed(carrying.error());
  if (!*carrying) return;
  up_ = true;
  tell("up", "", "");
}

void Supervisor::hear(NodeLink& node) {
  Result<std::optional<Message>> message = receive_message(node.socket.get());
  if (!message || !*message) return lost(node);
  const std::string event = (*message)->text("event");
  if (event == "ready") node.ready = true;
  if (event == "progress") tell("progress", node.id, (*message)->text("what"));
  if (event == "failed") failed(body_error((*message)->body).value_or(Error{}));
}

void Supervisor::lost(NodeLink& node) {
  node.socket.reset();
  if (linked_ && !up_)
    failed({Errc::system, "the process that holds node " + node.id + " has died"});
}

void Supervisor::serve_owner() {
  Result<std::optional<Message>> message = receive_message(owner_.get());
  if (!message && message.error().code == Errc::config) return;  // Not a message of ours: dropped.
  if (message && *message) return serve(std::move(**message));
  if (!kept_) ::_exit(0);
  owner_.reset();
}

void Supervisor::accept_client() {
  Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (!client) return;
  ::getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size);
  // An abstract name has no file mode: whoever asks must be the lab's owner, or root (0 in our user
  // namespace).
  if (peer.uid != ::geteuid() && peer.uid != 0) return;
  clients_.push_back(std::move(client));
}

void Supervisor::serve_client(Fd& client) {
  Result<std::optional<Message>> message = receive_message(client.get());
  if (!message && message.error().code == Errc::config) return;
  if (!message || !*message) return client.reset();
  serve(std::move(**message));
}

void Supervisor::serve(Message request) {
  if (request.fds.empty()) return;
  const std::string op = request.text("op"), node = request.text("node");
  if (!node.empty()) return pass_on(std::move(request), node);
  const int reply = request.fds[0].get();
  if (op == "down") ::_exit(0);
  if (op == "keep") return keep(std::move(request));
  if (op == "note") return answer_note(reply, request.text("key"));
  if (op == "put_note") {
    const Result<std::string> text = read_descriptor(request.fds.back().get());
    if (!text) return (void)send_message(reply, error_body(text.error()));
    notes_[request.text("key")] = *text;
  }
  (void)send_message(reply, summary());
}

void Supervisor::pass_on(Message request, const std::string& id) {
  const int reply = request.fds[0].get();
  const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](const NodeLink& node) { return node.id == id; });
  if (found == nodes_.end()) {
    return (void)send_message(reply,
                              error_body({Errc::not_found, "no node \"" + id + "\" in this lab"}));
  }
  std::vector<int> fds;
  for (const Fd& fd : request.fds) fds.push_back(fd.get());
  const Result<> sent = found->socket ? send_message(found->socket.get(), request.body, fds)
                                      : fail(Errc::system, "node " + id + " has died");
  if (!sent) (void)send_message(reply, error_body(sent.error()));
}

Value Supervisor::summary() const {
  Value body, ids{Value::Array()};
  for (const NodeLink& node : nodes_) {
    if (node.id != kFabricNode) ids.push(node.id);
  }
  body.set("name", plan_.name);
  body.set("nodes", std::move(ids));
  return body;
}

void Supervisor::answer_note(int reply, const std::string& key) {
  const auto found = notes_.find(key);
  if (found == notes_.end()) {
    return (void)send_message(reply,
                              error_body({Errc::not_found, "the lab has no note \"" + key + "\""}));
  }
  const Result<Fd> text = text_descriptor(found->second);
  if (!text) return (void)send_message(reply, error_body(text.error()));
  const int fd = text->get();
  (void)send_message(reply, summary(), {&fd, 1});
}

/// The second descriptor is a listening socket that the owner made on the host, where later
/// commands look for it.
void Supervisor::keep(Message request) {
  if (request.fds.size() < 2) return;
  listener_ = std::move(request.fds[1]);
  // Listening anew tells those who connect that we are at the other end, not the owner who made the
  // socket.
  ::listen(listener_.get(), 64);
  kept_ = true;
  (void)send_message(request.fds[0].get(), summary());
}

}  // namespace

void supervise(const Plan& plan, TimePoint deadline, Fd owner) {
  ::prctl(PR_SET_NAME, "lab-supervisor");
  ::umask(022);
  Supervisor supervisor(plan, deadline, std::move(owner));
  supervisor.run();
}

}  // namespace lab::orchestrator
