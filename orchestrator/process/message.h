#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "base/value.h"

/// How the processes of a lab talk: one JSON text per packet on a unix socket, with descriptors
/// beside it. What is large (file contents) travels as a descriptor, never in the text.
namespace lab::orchestrator {

using TimePoint = std::chrono::steady_clock::time_point;
constexpr TimePoint kNever = TimePoint::max();

struct Message {
  Value body;
  std::vector<Fd> fds;

  /// Members of the body; "" and 0 when absent.
  std::string text(std::string_view key) const;
  std::int64_t number(std::string_view key) const;
  bool flag(std::string_view key) const;
};

/// Two connected packet sockets, closed on exec.
Result<std::pair<Fd, Fd>> socket_pair();

/// Sends without ever waiting: a peer that does not read is Errc::system, so that nothing hangs on
/// a stopped process.
Result<> send_message(int socket, const Value& body, std::span<const int> fds = {});
/// Nothing: the peer has closed its end. Waits until `deadline`, then Errc::timeout.
Result<std::optional<Message>> receive_message(int socket, TimePoint deadline = kNever);

/// An answer that carries a failure: {"error": code, "message": text}.
Value error_body(const Error& error);
/// The failure that an answer carries, if it does.
std::optional<Error> body_error(const Value& body);

/// A descriptor in memory that holds `text`: how what is large travels.
Result<Fd> text_descriptor(std::string_view text);
/// All that a descriptor holds, from its start on; its own position stays.
Result<std::string> read_descriptor(int fd, std::size_t offset = 0);

/// poll()s one descriptor for reading; false at the deadline.
bool wait_readable(int fd, TimePoint deadline);
/// Milliseconds for poll(): -1 for kNever, rounded up, never below 0.
int poll_timeout(TimePoint deadline);

}  // namespace lab::orchestrator
