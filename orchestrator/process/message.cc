#include "orchestrator/process/message.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/json.h"

namespace lab::orchestrator {
namespace {

constexpr std::size_t kMaxTextBytes = 160u
                                      << 10;  // Below the default limit of a unix socket's buffer.
constexpr std::size_t kMaxFds = 8;

union FdSpace {
  char bytes[CMSG_SPACE(sizeof(int) * kMaxFds)];
  cmsghdr alignment;
};

void take_fds(msghdr& header, std::vector<Fd>& out) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      out.emplace_back(fd);
    }
  }
}

}  // namespace

std::string Message::text(std::string_view key) const {
  const Value* value = body.find(key);
  return value != nullptr && value->is_string() ? value->string() : std::string();
}

std::int64_t Message::number(std::string_view key) const {
  const Value* value = body.find(key);
  return value != nullptr && value->is_integer() ? value->integer() : 0;
}

bool Message::flag(std::string_view key) const {
  const Value* value = body.find(key);
  return value != nullptr && value->is_bool() && value->boolean();
}

Result<std::pair<Fd, Fd>> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return tl::unexpected(last_errno("make a pair of sockets"));
  }
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

Result<> send_message(int socket, const Value& body, std::span<const int> fds) {
  const std::string text = write_json(body);
  if (text.size() > kMaxTextBytes) return fail(Errc::usage, "the request to the lab is too long");
  LAB_ASSERT(fds.size() <= kMaxFds);
  iovec part{const_cast<char*>(text.data()), text.size()};
  FdSpace space{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!fds.empty()) {
    header.msg_control = space.bytes;
    header.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(rights), fds.data(), fds.size_bytes());
  }
  ssize_t sent;
  do {
    sent = ::sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return tl::unexpected(last_errno("send to a process of the lab"));
  return {};
}

Result<std::optional<Message>> receive_message(int socket, TimePoint deadline) {
  if (!wait_readable(socket, deadline)) {
    return fail(Errc::timeout, "a process of the lab did not answer in time");
  }
  // Asked for first: most messages are short, and clearing the longest one's room for each costs
  // more than all the rest.
  ssize_t size;
  do {
    size = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC);
  } while (size < 0 && errno == EINTR);
  std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  iovec part{text.data(), text.size()};
  FdSpace space{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = space.bytes;
  header.msg_controllen = sizeof(space.bytes);
  ssize_t got;
  do {
    got = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno != ECONNRESET) return tl::unexpected(last_errno("receive from the lab"));
  if (got <= 0) return std::optional<Message>();
  Message message;
  take_fds(header, message.fds);
  text.resize(static_cast<std::size_t>(got));
  message.body = TRY(parse_json(text, "message"));
  return std::optional<Message>(std::move(message));
}

Value error_body(const Error& error) {
  Value body;
  body.set("error", static_cast<int>(error.code));
  body.set("message", error.message);
  return body;
}

std::optional<Error> body_error(const Value& body) {
  const Value* code = body.find("error");
  const Value* message = body.find("message");
  if (code == nullptr || message == nullptr) return {};
  return Error{static_cast<Errc>(code->integer()), message->string()};
}

Result<Fd> text_descriptor(std::string_view text) {
  Fd fd(::memfd_create("lab", MFD_CLOEXEC));
  if (!fd) return tl::unexpected(last_errno("get memory for a message"));
  while (!text.empty()) {
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written <= 0) return tl::unexpected(last_errno("fill a message"));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fd;
}

Result<std::string> read_descriptor(int fd, std::size_t offset) {
  std::string content;
  std::string part(64 << 10, '\0');
  while (true) {
    const auto at = static_cast<off_t>(offset + content.size());
    const ssize_t got = ::pread(fd, part.data(), part.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(last_errno("read from the lab"));
    if (got == 0) return content;
    content.append(part.data(), static_cast<std::size_t>(got));
  }
}

int poll_timeout(TimePoint deadline) {
  if (deadline == kNever) return -1;
  const TimePoint now = std::chrono::steady_clock::now();
  if (deadline <= now) return 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
  return static_cast<int>(std::min<std::int64_t>(left.count(), 1 << 30));
}

bool wait_readable(int fd, TimePoint deadline) {
  pollfd entry{fd, POLLIN, 0};
  while (true) {
    const int ready = ::poll(&entry, 1, poll_timeout(deadline));
    if (ready > 0) return true;
    if (ready == 0 && std::chrono::steady_clock::now() >= deadline) return false;
    if (ready < 0 && errno != EINTR) return true;  // The read that follows tells what is wrong.
  }
}

}  // namespace lab::orchestrator
