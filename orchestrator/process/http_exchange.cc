#include "orchestrator/process/http_exchange.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include "base/text.h"

namespace lab::orchestrator {
namespace {

/// How the content of an answer ends.
struct Framing {
  bool chunked = false;
  std::optional<std::size_t> length;  ///< Neither: with the connection.
};

Framing framing_of(const std::string& head) {
  Framing framing;
  for (const std::string& line : split(to_lower(head), '\n')) {
    if (line.starts_with("transfer-encoding:") && line.find("chunked") != std::string::npos) {
      framing.chunked = true;
    } else if (line.starts_with("content-length:")) {
      framing.length =
          std::strtoul(line.c_str() + std::string_view("content-length:").size(), nullptr, 10);
    }
  }
  return framing;
}

/// The chunks' content joined, once the last one is there; extensions and trailers are dropped.
std::optional<std::string> unchunked(std::string_view body) {
  std::string content;
  while (true) {
    const std::size_t line = body.find("\r\n");
    if (line == std::string_view::npos) return {};
    const std::size_t size = std::strtoul(std::string(body.substr(0, line)).c_str(), nullptr, 16);
    const std::size_t end = line + 2 + size + 2;
    if (body.size() < end) return {};
    if (size == 0) return content;
    content += body.substr(line + 2, size);
    body.remove_prefix(end);
  }
}

/// The answer, when `text` holds all of it; `ended` says that no more will come.
std::optional<HttpAnswer> parsed(const std::string& text, bool ended) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos || !text.starts_with("HTTP/1.")) return {};
  const Framing framing = framing_of(text.substr(0, end));
  HttpAnswer answer;
  answer.status = std::atoi(text.substr(9, 3).c_str());
  answer.body = text.substr(end + 4);
  if (framing.chunked) {
    const auto content = unchunked(answer.body);
    if (!content) return {};
    answer.body = *content;
  } else if (framing.length ? answer.body.size() < *framing.length : !ended) {
    return {};
  }
  return answer;
}

}  // namespace

Result<> wait_for_socket(int fd, short events, TimePoint deadline, const std::string& what) {
  pollfd entry{fd, events, 0};
  while (true) {
    const int ready = ::poll(&entry, 1, poll_timeout(deadline));
    if (ready > 0) return {};
    if (ready == 0) return fail(Errc::timeout, what + ": no answer in time");
    if (errno != EINTR) return tl::unexpected(last_errno(what));
  }
}

Result<> send_http_request(int fd, const std::string& method, const std::string& path, bool keep,
                           TimePoint deadline, const std::string& what) {
  const std::string request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
                              (method == "POST" ? "Content-Length: 0\r\n" : "") +
                              (keep ? "" : "Connection: close\r\n") + "\r\n";
  std::string_view left = request;
  while (!left.empty()) {
    const ssize_t sent = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      left.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      TRY(wait_for_socket(fd, POLLOUT, deadline, what));
    } else if (errno != EINTR) {
      return tl::unexpected(last_errno(what));
    }
  }
  return {};
}

Result<HttpAnswer> receive_http_answer(int fd, TimePoint deadline, const std::string& what) {
  std::string text;
  char bytes[16 << 10];
  while (true) {
    TRY(wait_for_socket(fd, POLLIN, deadline, what));
    const ssize_t got = ::recv(fd, bytes, sizeof(bytes), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0 && (errno != ECONNRESET || text.empty())) return tl::unexpected(last_errno(what));
    if (got > 0) text.append(bytes, static_cast<std::size_t>(got));
    if (auto answer = parsed(text, got <= 0)) return std::move(*answer);
    if (got <= 0) return fail(Errc::protocol, what + ": the answer is not HTTP, or ends too early");
  }
}

}  // namespace lab::orchestrator
