#include "orchestrator/process/readiness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <sstream>

#include "base/file.h"
#include "base/text.h"

namespace lab::orchestrator {
namespace {

constexpr std::chrono::milliseconds kLongestPause{20};

/// Whether a UDP socket is bound to the port, which can't be asked by connecting.
bool udp_bound(std::uint16_t port) {
  char wanted[8];
  std::snprintf(wanted, sizeof(wanted), ":%04X", port);
  const Result<std::string> table = read_file("/proc/net/udp");
  if (!table) return false;
  std::istringstream lines(*table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string slot, local;
    if (fields >> slot >> local && local.ends_with(wanted)) return true;
  }
  return false;
}

}  // namespace

Probe::Probe(const Readiness& readiness) : readiness_(readiness) {}

bool Probe::run() {
  if (state_ == State::waiting && std::chrono::steady_clock::now() >= due_) state_ = connect();
  if (state_ == State::connecting) state_ = finish_connect();
  if (state_ == State::reading) state_ = read_answer();
  return state_ == State::ready;
}

pollfd Probe::watch() const {
  const short events = state_ == State::connecting ? POLLOUT : POLLIN;
  return {state_ == State::waiting ? -1 : socket_.get(), events, 0};
}

Probe::State Probe::connect() {
  if (readiness_.kind == Readiness::Kind::none) return State::ready;
  if (readiness_.kind == Readiness::Kind::udp) {
    return udp_bound(readiness_.port) ? State::ready : retry();
  }
  socket_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(readiness_.port);
  ::inet_pton(AF_INET, readiness_.address.c_str(), &address.sin_addr);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  due_ = kNever;
  if (::connect(socket_.get(), generic, sizeof(address)) == 0 || errno == EINPROGRESS) {
    return State::connecting;
  }
  return retry();
}

Probe::State Probe::finish_connect() {
  pollfd entry{socket_.get(), POLLOUT, 0};
  if (::poll(&entry, 1, 0) == 0) return State::connecting;
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return retry();
  if (readiness_.kind == Readiness::Kind::port) {
    socket_.reset();
    return State::ready;
  }
  const std::string request =
      "GET " + readiness_.path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return retry();
  answer_.clear();
  return State::reading;
}

Probe::State Probe::read_answer() {
  char bytes[512];
  const ssize_t got = ::recv(socket_.get(), bytes, sizeof(bytes), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return State::reading;
  if (got > 0) answer_.append(bytes, static_cast<std::size_t>(got));
  const bool complete = answer_.find('\n') != std::string::npos;
  if (!complete && got > 0) return State::reading;
  const bool ready = complete && answer_.starts_with("HTTP/1.") && answer_.substr(8, 4) == " 200";
  if (!ready) return retry();
  socket_.reset();
  return State::ready;
}

Probe::State Probe::retry() {
  socket_.reset();
  due_ = std::chrono::steady_clock::now() + pause_;
  // Most programs are ready within some milliseconds; one that takes seconds is not worth asking
  // every one of them.
  if (pause_ < kLongestPause && ++attempts_ % 16 == 0) pause_ *= 2;
  return State::waiting;
}

std::string Probe::missing() const {
  const std::string port = std::to_string(readiness_.port);
  switch (readiness_.kind) {
    case Readiness::Kind::none:
      return "it has not started";
    case Readiness::Kind::port:
      return "nothing accepts connections on " + readiness_.address + ":" + port;
    case Readiness::Kind::udp:
      return "no UDP socket is bound to port " + port;
    case Readiness::Kind::http:
      break;
  }
  const std::string line = answer_.substr(0, answer_.find_first_of("\r\n"));
  return "GET http://" + readiness_.address + ":" + port + readiness_.path +
         (line.empty() ? " is not answered" : " is answered \"" + line + "\"");
}

}  // namespace lab::orchestrator
