#include "proxy/net/address.h"

#include <arpa/inet.h>

#include <cstring>

namespace lab::proxy {

Address::Address(const sockaddr* address, socklen_t size) {
  std::memcpy(&storage_, address, std::min<std::size_t>(size, sizeof storage_));
  // The kernel shows IPv4 peers of a dual-stack socket as ::ffff:a.b.c.d; configuration means the
  // IPv4 address.
  if (family() == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&storage_.v6.sin6_addr)) {
    sockaddr_in mapped{};
    mapped.sin_family = AF_INET;
    mapped.sin_port = storage_.v6.sin6_port;
    std::memcpy(&mapped.sin_addr, &storage_.v6.sin6_addr.s6_addr[12], 4);
    storage_.v4 = mapped;
  }
}

Result<Address> Address::parse(std::string_view ip, std::uint16_t port) {
  const std::string text(ip);
  Address result;
  if (::inet_pton(AF_INET, text.c_str(), &result.storage_.v4.sin_addr) == 1) {
    result.storage_.v4.sin_family = AF_INET;
    result.storage_.v4.sin_port = htons(port);
    return result;
  }
  result = Address();
  if (::inet_pton(AF_INET6, text.c_str(), &result.storage_.v6.sin6_addr) == 1) {
    result.storage_.v6.sin6_family = AF_INET6;
    result.storage_.v6.sin6_port = htons(port);
    return result;
  }
  return fail(Errc::config, "malformed IP address: " + text);
}

Result<Address> Address::pipe(std::string_view path) {
  Address result;
  if (path.empty() || path.size() >= sizeof result.storage_.path.sun_path) {
    return fail(Errc::config, "a socket's path must have 1 to 107 bytes: " + std::string(path));
  }
  result.storage_.path.sun_family = AF_UNIX;
  std::memcpy(result.storage_.path.sun_path, path.data(), path.size());
  if (path[0] == '@') result.storage_.path.sun_path[0] = '\0';
  return result;
}

bool Address::is_wildcard() const {
  if (family() == AF_INET) return storage_.v4.sin_addr.s_addr == htonl(INADDR_ANY);
  return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&storage_.v6.sin6_addr);
}

bool Address::is_loopback() const {
  if (family() == AF_INET) return (ntohl(storage_.v4.sin_addr.s_addr) >> 24) == 127;
  return family() == AF_UNIX ||
         (family() == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&storage_.v6.sin6_addr));
}

std::uint16_t Address::port() const {
  if (family() == AF_INET) return ntohs(storage_.v4.sin_port);
  return family() == AF_INET6 ? ntohs(storage_.v6.sin6_port) : 0;
}

Address Address::with_port(std::uint16_t port) const {
  Address result = *this;
  if (family() == AF_INET) result.storage_.v4.sin_port = htons(port);
  if (family() == AF_INET6) result.storage_.v6.sin6_port = htons(port);
  return result;
}

std::string Address::ip() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) ::inet_ntop(AF_INET, &storage_.v4.sin_addr, text, sizeof text);
  if (family() == AF_INET6) ::inet_ntop(AF_INET6, &storage_.v6.sin6_addr, text, sizeof text);
  if (family() != AF_UNIX) return text;
  const char* path = storage_.path.sun_path;
  return path[0] == '\0' && path[1] != '\0' ? "@" + std::string(path + 1) : path;
}

std::string Address::text() const {
  if (family() == AF_INET) return ip() + ":" + std::to_string(port());
  return family() == AF_INET6 ? "[" + ip() + "]:" + std::to_string(port()) : ip();
}

socklen_t Address::size() const {
  if (family() == AF_INET) return sizeof storage_.v4;
  if (family() == AF_INET6) return sizeof storage_.v6;
  if (family() != AF_UNIX) return sizeof storage_.base;
  const char* path = storage_.path.sun_path;
  const std::size_t length = path[0] == '\0' ? 1 + std::strlen(path + 1) : std::strlen(path) + 1;
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
}

bool operator==(const Address& a, const Address& b) {
  if (a.family() != b.family() || a.port() != b.port()) return false;
  if (a.family() == AF_INET) return a.storage_.v4.sin_addr.s_addr == b.storage_.v4.sin_addr.s_addr;
  if (a.family() == AF_INET6) {
    return std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, sizeof(in6_addr)) == 0;
  }
  return a.ip() == b.ip();
}

}  // namespace lab::proxy
