#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sstream>

#include "base/file.h"
#include "base/text.h"
#include "orchestrator/process/lab_client.h"

namespace lab::orchestrator {
namespace {

// Abstract socket names: they exist as long as the lab does and leave no file behind.
constexpr char kPrefix[] = "lab/";

std::string socket_name(uid_t owner, const std::string& lab) {
  return kPrefix + std::to_string(owner) + "/" + lab;
}

struct AbstractAddress {
  sockaddr_un address{};
  socklen_t size = 0;
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Result<AbstractAddress> abstract_address(const std::string& name) {
  AbstractAddress result;
  if (name.size() + 1 > sizeof(result.address.sun_path)) {
    return fail(Errc::usage,
                "the name \"" + name + "\" is too long; choose one of at most 80 characters");
  }
  result.address.sun_family = AF_UNIX;
  std::memcpy(result.address.sun_path + 1, name.data(), name.size());
  result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return result;
}

Result<Fd> new_socket() {
  Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) return tl::unexpected(last_errno("make a socket"));
  return socket;
}

/// Whoever has taken the name must be the user that we mean: names of abstract sockets are free for
/// all.
Result<ucred> trusted_peer(int socket, const std::string& lab) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return tl::unexpected(last_errno("ask who runs lab " + lab));
  }
  if (peer.uid == ::geteuid() || ::geteuid() == 0) return peer;
  return fail(Errc::usage,
              "lab " + lab + " is another user's (uid " + std::to_string(peer.uid) + ")");
}

/// Sockets of kept labs, as /proc/net/unix lists them: "@lab/UID/NAME".
Result<std::vector<LabSummary>> listed() {
  std::istringstream lines(TRY(read_file("/proc/net/unix")));
  std::vector<LabSummary> labs;
  const std::string prefix = std::string(" @") + kPrefix;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.rfind(prefix);
    if (at == std::string::npos) continue;
    const std::string name = line.substr(at + prefix.size());
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) continue;
    LabSummary lab;
    lab.name = name.substr(slash + 1);
    lab.owner = static_cast<uid_t>(std::strtoul(name.c_str(), nullptr, 10));
    labs.push_back(std::move(lab));
  }
  const auto order = [](const LabSummary& a, const LabSummary& b) {
    return std::tie(a.name, a.owner) < std::tie(b.name, b.owner);
  };
  const auto same = [](const LabSummary& a, const LabSummary& b) {
    return a.name == b.name &&
           a.owner == b.owner;  // A connection in use is listed beside its listener.
  };
  std::sort(labs.begin(), labs.end(), order);
  labs.erase(std::unique(labs.begin(), labs.end(), same), labs.end());
  return labs;
}

Result<Fd> connect_to(uid_t owner, const std::string& lab) {
  Fd socket = TRY(new_socket());
  const AbstractAddress address = TRY(abstract_address(socket_name(owner, lab)));
  if (::connect(socket.get(), address.generic(), address.size) == 0) return socket;
  Error error = last_errno("reach lab " + lab);
  if (errno == ECONNREFUSED) error = {Errc::not_found, "no lab " + lab + " is running"};
  return tl::unexpected(error);
}

/// Own labs come first; root also finds those of others.
Result<uid_t> owner_of(const std::string& lab) {
  std::optional<uid_t> other;
  for (const LabSummary& found : TRY(listed())) {
    if (found.name != lab) continue;
    if (found.owner == ::geteuid()) return found.owner;
    other = found.owner;
  }
  if (!other)
    return fail(Errc::not_found,
                "no lab \"" + lab + "\" is running; `lab ps` lists those that are");
  if (::geteuid() == 0) return *other;
  return fail(Errc::usage, "lab " + lab + " is another user's (uid " + std::to_string(*other) +
                               "); run the command as that user, or with sudo");
}

}  // namespace

Result<Fd> listen_for_commands(const std::string& name) {
  Fd socket = TRY(new_socket());
  const AbstractAddress address = TRY(abstract_address(socket_name(::geteuid(), name)));
  if (::bind(socket.get(), address.generic(), address.size) != 0) {
    if (errno != EADDRINUSE) return tl::unexpected(last_errno("name lab " + name));
    return fail(Errc::usage,
                "lab " + name + " is running already; end it with `lab down " + name + "`");
  }
  if (::listen(socket.get(), 64) != 0) return tl::unexpected(last_errno("listen for commands"));
  return socket;
}

Result<std::vector<LabSummary>> running_labs() {
  std::vector<LabSummary> labs = TRY(listed());
  for (LabSummary& lab : labs) {
    const Result<Fd> socket = connect_to(lab.owner, lab.name);
    if (!socket) continue;
    if (const Result<ucred> peer = trusted_peer(socket->get(), lab.name))
      lab.supervisor = peer->pid;
  }
  return labs;
}

Result<RunningLab> attach(const std::string& name) {
  auto state = std::make_unique<RunningLab::State>();
  state->name = name;
  state->control = TRY(connect_to(TRY(owner_of(name)), name));
  const ucred peer = TRY(trusted_peer(state->control.get(), name));
  state->kept = true;
  state->pid = peer.pid;
  state->pidfd = Fd(static_cast<int>(::syscall(SYS_pidfd_open, peer.pid, 0)));
  if (!state->pidfd) return tl::unexpected(last_errno("find the supervisor of lab " + name));
  const Message answer = TRY(state->call(operation("summary"), ""));
  for (const Value& node : answer.body.find("nodes")->array())
    state->nodes.push_back(node.string());
  return RunningLab(std::move(state));
}

}  // namespace lab::orchestrator
