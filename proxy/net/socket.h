#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "proxy/net/address.h"

namespace lab::proxy {

/// One setsockopt(2) as configuration gives it.
struct SocketOption {
  int level = 0;
  int name = 0;
  std::string value;  ///< The bytes of the value: an int in host order, or what the option takes.
};

/// TCP keepalive as configuration gives it; what is absent is the kernel's.
struct TcpKeepalive {
  std::optional<std::uint32_t> probes;
  std::optional<std::uint32_t> time_seconds;
  std::optional<std::uint32_t> interval_seconds;
};

/// How a connection to an upstream is opened.
struct ConnectOptions {
  std::optional<Address> source;
  std::vector<SocketOption> options;
  std::optional<TcpKeepalive> keepalive;
};

/// A non-blocking listening socket; with `reuse_port` several may listen on one address and share
/// its connections.
Result<Fd> listen_socket(const Address& address, bool reuse_port, int backlog,
                         const std::vector<SocketOption>& options = {});

/// Begins a non-blocking connection: the descriptor becomes writable when it stands or has failed.
Result<Fd> connect_socket(const Address& address, const ConnectOptions& options = {});

/// The error that a connection attempt ended with; 0 when it stands.
int socket_error(int fd);

Address local_address(int fd);
Address peer_address(int fd);

/// Where a connection went before a redirect rule bent it here (SO_ORIGINAL_DST); nothing when it
/// was not redirected.
std::optional<Address> original_destination(int fd);

/// Small writes leave at once.
void set_no_delay(int fd);
Result<> apply_options(int fd, const std::vector<SocketOption>& options);
void apply_keepalive(int fd, const TcpKeepalive& keepalive);
/// close() will send a reset instead of the orderly end.
void set_reset_on_close(int fd);

}  // namespace lab::proxy
