#include "orchestrator/process/node_requests.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "orchestrator/netns/node_root.h"
#include "orchestrator/process/child.h"

namespace lab::orchestrator {
namespace {

void answer(int reply, const Result<>& result, std::span<const int> fds = {}) {
  if (!result) {
    (void)send_message(reply, error_body(result.error()));
    return;
  }
  Value body;
  body.set("done", true);
  (void)send_message(reply, body, fds);
}

/// Connecting is begun here and ended by the client, which owns the socket from then on.
Result<Fd> begin_connect(const Message& request) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(request.number("port")));
  if (::inet_pton(AF_INET, request.text("address").c_str(), &address.sin_addr) != 1) {
    return fail(Errc::usage, "\"" + request.text("address") + "\" is no IPv4 address");
  }
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return tl::unexpected(last_errno("make a socket"));
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), generic, sizeof(address)) != 0 && errno != EINPROGRESS) {
    return tl::unexpected(last_errno("connect to " + request.text("address") + " port " +
                                     std::to_string(request.number("port"))));
  }
  return socket;
}

Result<> write_request(const Message& request) {
  if (request.fds.size() < 2) return fail(Errc::usage, "a write request without content");
  File file{request.text("path"), TRY(read_descriptor(request.fds[1].get()))};
  struct stat status {};
  const std::string folder = file.path.substr(0, file.path.rfind('/'));
  if (::stat(file.path.c_str(), &status) == 0) {
    file.mode = status.st_mode & 07777;
  } else if (::stat(folder.c_str(), &status) != 0) {
    return place_file(file);
  }
  file.uid = status.st_uid;
  file.gid = status.st_gid;
  return place_file(file);
}

Result<> remove_request(const Message& request) {
  if (::unlink(request.text("path").c_str()) == 0) return {};
  Error error = last_errno("remove " + request.text("path"));
  if (errno == ENOENT) error.code = Errc::not_found;
  return tl::unexpected(error);
}

Result<Fd> open_request(const Message& request) {
  Fd file(::open(request.text("path").c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file) return file;
  Error error = last_errno("read " + request.text("path"));
  if (errno == ENOENT) error.code = Errc::not_found;
  return tl::unexpected(error);
}

void answer_fd(int reply, const Result<Fd>& fd) {
  if (!fd) return answer(reply, tl::unexpected(fd.error()));
  const int number = fd->get();
  answer(reply, {}, {&number, 1});
}

void log_request(int reply, const std::string& program, const Programs& programs) {
  const Result<int> log = programs.log(program);
  if (!log) return answer(reply, tl::unexpected(log.error()));
  answer(reply, {}, {&*log, 1});
}

void programs_request(int reply, const Programs& programs) {
  Value body;
  body.set("programs", programs.states());
  (void)send_message(reply, body);
}

/// An answer that comes later: the reply socket lives as long as the callback does.
std::function<void(const Result<>&)> later(Fd reply) {
  auto shared = std::make_shared<Fd>(std::move(reply));
  return [shared](const Result<>& result) { answer(shared->get(), result); };
}

Result<std::pair<Fd, Fd>> open_terminal() {
  Fd near(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!near) return tl::unexpected(last_errno("open a terminal"));
  int unlocked = 0;
  if (::ioctl(near.get(), TIOCSPTLCK, &unlocked) != 0) {
    return tl::unexpected(last_errno("unlock a terminal"));
  }
  Fd far(::ioctl(near.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!far) return tl::unexpected(last_errno("open a terminal's far side"));
  return std::pair(std::move(near), std::move(far));
}

/// Arguments, then NAME=VALUE pairs, each ended by a zero byte.
Result<> read_strings(const Message& request, ChildSpec& spec) {
  if (request.fds.size() < 2) return fail(Errc::usage, "an exec request without arguments");
  std::vector<std::string> strings = split(TRY(read_descriptor(request.fds[1].get())), '\0');
  strings.pop_back();
  const auto count = static_cast<std::size_t>(request.number("arguments"));
  for (std::size_t i = 0; i < strings.size(); ++i) {
    const std::size_t equals = strings[i].find('=');
    if (i < count) {
      spec.argv.push_back(strings[i]);
    } else {
      spec.env[strings[i].substr(0, equals)] = strings[i].substr(equals + 1);
    }
  }
  spec.uid = static_cast<uid_t>(request.number("uid"));
  spec.gid = static_cast<gid_t>(request.number("gid"));
  spec.cwd = request.text("cwd");
  return {};
}

}  // namespace

void serve_node_request(Message request, Programs& programs) {
  const std::string op = request.text("op"), program = request.text("program");
  Fd reply = std::move(request.fds[0]);
  const int out = reply.get();
  const std::chrono::milliseconds time(request.number("milliseconds"));
  if (op == "connect") return answer_fd(out, begin_connect(request));
  if (op == "write") return answer(out, write_request(request));
  if (op == "remove") return answer(out, remove_request(request));
  if (op == "read") return answer_fd(out, open_request(request));
  if (op == "logs") return log_request(out, program, programs);
  if (op == "programs") return programs_request(out, programs);
  if (op == "stop") return programs.stop(program, time, later(std::move(reply)));
  if (op == "start") {
    return programs.start(program, std::chrono::steady_clock::now() + time,
                          later(std::move(reply)));
  }
  if (op == "signal") {
    return answer(out, programs.signal(program, static_cast<int>(request.number("signal"))));
  }
  answer(out, fail(Errc::usage,
                   "the lab does not know \"" + op + "\"; was it started by another version?"));
}

Result<StartedCommand> start_command(const Message& request) {
  ChildSpec spec;
  TRY(read_strings(request, spec));
  StartedCommand command;
  Fd far;
  if (request.flag("terminal")) {
    std::tie(command.terminal, far) = TRY(open_terminal());
    spec.terminal = true;
    spec.stdin_fd = spec.stdout_fd = spec.stderr_fd = far.get();
  } else if (request.fds.size() >= 5) {
    spec.stdin_fd = request.fds[2].get();
    spec.stdout_fd = request.fds[3].get();
    spec.stderr_fd = request.fds[4].get();
  }
  command.pid = TRY(start_child(spec));
  return command;
}

}  // namespace lab::orchestrator
