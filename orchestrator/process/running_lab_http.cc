#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>

#include "base/text.h"
#include "orchestrator/process/lab_client.h"

namespace lab::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;

Result<> wait_for(int fd, short events, TimePoint deadline, const std::string& what) {
  pollfd entry{fd, events, 0};
  while (true) {
    const int ready = ::poll(&entry, 1, poll_timeout(deadline));
    if (ready > 0) return {};
    if (ready == 0) return fail(Errc::timeout, what + ": no answer in time");
    if (errno != EINTR) return tl::unexpected(last_errno(what));
  }
}

Result<> send_all(int fd, std::string_view text, TimePoint deadline, const std::string& what) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      TRY(wait_for(fd, POLLOUT, deadline, what));
    } else if (errno != EINTR) {
      return tl::unexpected(last_errno(what));
    }
  }
  return {};
}

Result<std::string> receive_all(int fd, TimePoint deadline, const std::string& what) {
  std::string text;
  char bytes[64 << 10];
  while (true) {
    TRY(wait_for(fd, POLLIN, deadline, what));
    const ssize_t got = ::recv(fd, bytes, sizeof(bytes), 0);
    if (got == 0) return text;
    if (got > 0) {
      text.append(bytes, static_cast<std::size_t>(got));
    } else if (errno == ECONNRESET && !text.empty()) {
      return text;
    } else if (errno != EAGAIN && errno != EINTR) {
      return tl::unexpected(last_errno(what));
    }
  }
}

/// The chunks' content joined; extensions and trailers are dropped.
Result<std::string> unchunked(std::string_view body, const std::string& what) {
  std::string content;
  while (true) {
    const std::size_t line = body.find("\r\n");
    if (line == std::string_view::npos) break;
    const std::size_t size = std::strtoul(std::string(body.substr(0, line)).c_str(), nullptr, 16);
    if (size == 0) return content;
    if (body.size() < line + 2 + size + 2) break;
    content += body.substr(line + 2, size);
    body.remove_prefix(line + 2 + size + 2);
  }
  return fail(Errc::protocol, what + ": the answer ends in the middle of a chunk");
}

/// An answer that ended with its connection. Enough for admin interfaces, which is all that comes
/// this way.
Result<HttpAnswer> parsed(const std::string& text, const std::string& what) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos || !text.starts_with("HTTP/1.")) {
    return fail(Errc::protocol, what + ": the answer is not HTTP");
  }
  HttpAnswer answer;
  answer.status = std::atoi(text.substr(9, 3).c_str());
  answer.body = text.substr(end + 4);
  for (const std::string& line : split(to_lower(text.substr(0, end)), '\n')) {
    if (line.starts_with("transfer-encoding:") && line.find("chunked") != std::string::npos) {
      answer.body = TRY(unchunked(answer.body, what));
      break;
    }
  }
  return answer;
}

Result<HttpAnswer> exchange(RunningLab& lab, const std::string& method, const std::string& node,
                            std::uint16_t port, const std::string& path,
                            std::chrono::milliseconds timeout) {
  const TimePoint deadline = Clock::now() + timeout;
  const std::string what =
      method + " http://127.0.0.1:" + std::to_string(port) + path + " in node " + node;
  const Fd socket = TRY(lab.connect(node, "127.0.0.1", port, timeout));
  const std::string length = method == "POST" ? "Content-Length: 0\r\n" : "";
  TRY(send_all(socket.get(),
               method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + length +
                   "Connection: close\r\n\r\n",
               deadline, what));
  return parsed(TRY(receive_all(socket.get(), deadline, what)), what);
}

}  // namespace

Result<Fd> RunningLab::connect(const std::string& node, const std::string& address,
                               std::uint16_t port, std::chrono::milliseconds timeout) {
  const TimePoint deadline = Clock::now() + timeout;
  const std::string what = "connect to " + address + " port " + std::to_string(port);
  Value body = operation("connect");
  body.set("address", address);
  body.set("port", static_cast<int>(port));
  Message answer = TRY(state_->call(std::move(body), node, {}, deadline));
  if (answer.fds.empty()) return fail(Errc::system, "the lab did not hand over a socket");
  Fd socket = std::move(answer.fds[0]);
  TRY(wait_for(socket.get(), POLLOUT, deadline, what));
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return tl::unexpected(errno_error(what, error));
  return socket;
}

Result<HttpAnswer> RunningLab::http_get(const std::string& node, std::uint16_t port,
                                        const std::string& path,
                                        std::chrono::milliseconds timeout) {
  return exchange(*this, "GET", node, port, path, timeout);
}

Result<HttpAnswer> RunningLab::http_post(const std::string& node, std::uint16_t port,
                                         const std::string& path,
                                         std::chrono::milliseconds timeout) {
  return exchange(*this, "POST", node, port, path, timeout);
}

}  // namespace lab::orchestrator
