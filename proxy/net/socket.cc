#include "proxy/net/socket.h"

#include <linux/netfilter_ipv4.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace lab::proxy {

namespace {

constexpr int kIp6OriginalDestination =
    80;  // IP6T_SO_ORIGINAL_DST: its header clashes with <netinet/in.h>.

Result<Fd> open_socket(int family) {
  Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return tl::unexpected(last_errno("create a socket"));
  return fd;
}

void set_int(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

}  // namespace

Result<Fd> listen_socket(const Address& address, bool reuse_port, int backlog,
                         const std::vector<SocketOption>& options) {
  Fd fd = TRY(open_socket(address.family()));
  if (address.is_ip()) set_int(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.is_ip() && reuse_port) set_int(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  TRY(apply_options(fd.get(), options));
  if (address.family() == AF_UNIX && address.ip()[0] != '@') ::unlink(address.ip().c_str());
  if (::bind(fd.get(), address.get(), address.size()) != 0) {
    return tl::unexpected(last_errno("cannot bind '" + address.text() + "'"));
  }
  if (::listen(fd.get(), backlog) != 0) {
    return tl::unexpected(last_errno("cannot listen on '" + address.text() + "'"));
  }
  return fd;
}

Result<Fd> connect_socket(const Address& address, const ConnectOptions& options) {
  Fd fd = TRY(open_socket(address.family()));
  if (address.is_ip()) set_no_delay(fd.get());
  TRY(apply_options(fd.get(), options.options));
  if (options.keepalive) apply_keepalive(fd.get(), *options.keepalive);
  if (options.source) {
    // The port is chosen at connect, with the peer known: bind() alone would run out of ports 65k
    // connections earlier.
    set_int(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    if (::bind(fd.get(), options.source->get(), options.source->size()) != 0) {
      return tl::unexpected(last_errno("bind to source " + options.source->text()));
    }
  }
  if (::connect(fd.get(), address.get(), address.size()) != 0 && errno != EINPROGRESS) {
    return tl::unexpected(last_errno("connect to " + address.text()));
  }
  return fd;
}

int socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

Address local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return {reinterpret_cast<const sockaddr*>(&storage), size};
}

Address peer_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return {reinterpret_cast<const sockaddr*>(&storage), size};
}

std::optional<Address> original_destination(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockopt(fd, SOL_IP, SO_ORIGINAL_DST, &storage, &size) == 0 ||
      ::getsockopt(fd, SOL_IPV6, kIp6OriginalDestination, &storage, &size) == 0) {
    return Address(reinterpret_cast<const sockaddr*>(&storage), size);
  }
  return std::nullopt;
}

void set_no_delay(int fd) {
  set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

Result<> apply_options(int fd, const std::vector<SocketOption>& options) {
  for (const SocketOption& option : options) {
    if (::setsockopt(fd, option.level, option.name, option.value.data(),
                     static_cast<socklen_t>(option.value.size())) != 0) {
      return tl::unexpected(last_errno("set socket option level " + std::to_string(option.level) +
                                       " name " + std::to_string(option.name)));
    }
  }
  return {};
}

void apply_keepalive(int fd, const TcpKeepalive& keepalive) {
  set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (keepalive.probes) set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, static_cast<int>(*keepalive.probes));
  if (keepalive.time_seconds)
    set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(*keepalive.time_seconds));
  if (keepalive.interval_seconds) {
    set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(*keepalive.interval_seconds));
  }
}

void set_reset_on_close(int fd) {
  const linger reset{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

}  // namespace lab::proxy
