#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lab::proxy {

/// A socket's address: IPv4, IPv6 or a path.
class Address {
 public:
  Address() { storage_.base.sa_family = AF_UNSPEC; }
  Address(const sockaddr* address, socklen_t size);

  /// An address in text form with a port; Errc::config for what is no IPv4 or IPv6 address.
  static Result<Address> parse(std::string_view ip, std::uint16_t port);
  /// A path in the file system, or an abstract name with a leading '@'.
  static Result<Address> pipe(std::string_view path);

  int family() const { return storage_.base.sa_family; }
  bool is_ip() const { return family() == AF_INET || family() == AF_INET6; }
  bool is_wildcard() const;  ///< 0.0.0.0 or ::.
  bool is_loopback() const;
  std::uint16_t port() const;
  Address with_port(std::uint16_t port) const;
  std::string ip() const;    ///< "10.0.0.1", "2001:db8::1"; a path as it is.
  std::string text() const;  ///< "10.0.0.1:80", "[2001:db8::1]:80"; a path as it is.

  const sockaddr* get() const { return &storage_.base; }
  sockaddr* get() { return &storage_.base; }
  socklen_t size() const;
  static constexpr socklen_t kMaxSize = sizeof(sockaddr_un);

  friend bool operator==(const Address& a, const Address& b);
  friend bool operator!=(const Address& a, const Address& b) { return !(a == b); }

 private:
  union {
    sockaddr base;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un path;
  } storage_{};
};

}  // namespace lab::proxy
