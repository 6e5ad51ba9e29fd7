#include "base/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace lab {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() >= sizeof(buffer)) return {};
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  IpAddress result;
  if (inet_pton(AF_INET, buffer, result.bytes_.data()) == 1) return result;
  if (inet_pton(AF_INET6, buffer, result.bytes_.data()) != 1) return {};
  result.v4_ = false;
  return result;
}

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress result;
  for (int i = 0; i < 4; ++i) {
    result.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return result;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress result;
  result.v4_ = false;
  result.bytes_ = bytes;
  return result;
}

bool IpAddress::is_loopback() const {
  if (v4_) return bytes_[0] == 127;
  return *this == *parse("::1");
}

bool IpAddress::is_any() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_private() const {
  if (!v4_) return (bytes_[0] & 0xfe) == 0xfc || is_loopback();
  return bytes_[0] == 10 || bytes_[0] == 127 || (bytes_[0] == 192 && bytes_[1] == 168) ||
         (bytes_[0] == 172 && (bytes_[1] & 0xf0) == 16);
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  return inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof(buffer));
}

std::optional<IpPort> IpPort::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  IpPort result;
  const auto ip = IpAddress::parse(host);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (!ip || ip->is_v6() != bracketed) return {};
  if (error != std::errc() || end != digits.data() + digits.size()) return {};
  result.ip = *ip;
  return result;
}

std::string IpPort::text() const {
  const std::string port_text = ":" + std::to_string(port);
  return ip.is_v4() ? ip.text() + port_text : "[" + ip.text() + "]" + port_text;
}

std::optional<CidrRange> CidrRange::make(std::string_view address, std::uint32_t prefix_bits) {
  const auto ip = IpAddress::parse(address);
  if (!ip) return {};
  const auto most = std::uint32_t{ip->bits()};
  return CidrRange{*ip, static_cast<std::uint8_t>(std::min(prefix_bits, most))};
}

bool CidrRange::contains(const IpAddress& other) const {
  if (other.is_v4() != address.is_v4()) return false;
  const std::size_t whole = prefix_bits / 8;
  if (std::memcmp(address.bytes().data(), other.bytes().data(), whole) != 0) return false;
  if (prefix_bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - prefix_bits % 8));
  return ((address.bytes()[whole] ^ other.bytes()[whole]) & mask) == 0;
}

}  // namespace lab
