#pragma once

#include <cstdint>
#include <memory>

#include "mesh/config/listener.h"
#include "proxy/net/connection.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

class Listener;

/// Puts the address that a redirected connection was sent to in place of the listener's.
void restore_destination(ConnectionInfo& info, int fd);

/// The first steps of an accepted connection: the listener filters look at it. What they read is
/// kept for the session.
class Inspection final : public Deletable {
 public:
  Inspection(Listener& listener, Fd fd, std::shared_ptr<ConnectionInfo> info, Buffer early);

  /// Runs filters until one has to wait for bytes; the listener is told when all are done.
  void start();

  Fd take_fd() { return std::move(fd_); }
  Buffer take_bytes() { return std::move(bytes_); }
  const std::shared_ptr<ConnectionInfo>& info() const { return info_; }

 private:
  enum class Step : std::uint8_t { done, more };
  void run();
  Step run_filter(const config::ListenerFilter& filter);
  Step inspect_tls();
  Step inspect_http();
  void on_readable(std::uint32_t);
  void on_timeout();
  void finish(bool good);

  Listener& listener_;
  Fd fd_;
  std::shared_ptr<ConnectionInfo> info_;
  Buffer bytes_;
  Watch watch_;
  Timer timer_;
  std::size_t next_ = 0;
  bool ended_ = false;
  bool finished_ = false;
};

}  // namespace lab::proxy
