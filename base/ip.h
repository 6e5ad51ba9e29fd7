#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lab {

/// An IPv4 or IPv6 address, without port and zone.
class IpAddress {
 public:
  IpAddress() = default;  ///< 0.0.0.0
  /// "192.0.2.1" or "2001:db8::1", without brackets; nothing when the text is no address.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);

  bool is_v4() const { return v4_; }
  bool is_v6() const { return !v4_; }
  /// Network byte order; the first 4 bytes are used for IPv4.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::uint8_t bits() const { return v4_ ? 32 : 128; }
  bool is_loopback() const;
  /// 0.0.0.0 or ::
  bool is_any() const;
  /// Inside 10/8, 172.16/12, 192.168/16, 127/8, or for IPv6 fc00::/7 and ::1 (Envoy's default
  /// "internal" ranges).
  bool is_private() const;
  std::string text() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  bool v4_ = true;
  std::array<std::uint8_t, 16> bytes_{};
};

/// An address with a port.
struct IpPort {
  IpAddress ip;
  std::uint16_t port = 0;

  /// "192.0.2.1:80" or "[2001:db8::1]:80"; nothing for anything else.
  static std::optional<IpPort> parse(std::string_view text);
  std::string text() const;
  friend auto operator<=>(const IpPort&, const IpPort&) = default;
};

/// All addresses that share their first `prefix_bits` bits with `address`.
struct CidrRange {
  IpAddress address;
  std::uint8_t prefix_bits = 0;

  /// Nothing when the text is no address. A prefix beyond the address' width means the whole width,
  /// as in Envoy.
  static std::optional<CidrRange> make(std::string_view address, std::uint32_t prefix_bits);
  bool contains(const IpAddress& other) const;
};

}  // namespace lab
