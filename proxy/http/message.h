#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/http/header_map.h"

namespace lab::proxy {

enum class Protocol : std::uint8_t { http10, http11, http2 };

/// "HTTP/1.0", "HTTP/1.1" or "HTTP/2": as %PROTOCOL% prints it.
std::string_view protocol_name(Protocol protocol);

/// A request without its body. `headers` has no pseudo-header fields and no Host: that is
/// `authority`.
struct RequestHead {
  Protocol protocol = Protocol::http11;
  std::string method;
  std::string scheme;  ///< "http" or "https"; HTTP/1 origin-form leaves it empty, the session knows
                       ///< the transport.
  std::string authority;     ///< Host or :authority; empty only in HTTP/1.0 without Host.
  bool server_wide = false;  ///< OPTIONS with an absolute target that has no path: the last proxy
                             ///< forwards "*" (RFC 9112 section 3.2.4); `path` is "/" for routing.
  std::string path;     ///< Path and query, "*" for OPTIONS *, empty for CONNECT without a path.
  std::string upgrade;  ///< Lower-case protocol of a valid HTTP/1 Upgrade, or :protocol of an
                        ///< extended CONNECT.
  HeaderMap headers;

  bool is_connect() const { return method == "CONNECT"; }
  /// Turns into a tunnel when the answer is 101 (HTTP/1 Upgrade) or 2xx (CONNECT).
  bool asks_tunnel() const { return !upgrade.empty() || is_connect(); }
  /// The value of a field, where ":method", ":path", ":authority" (also as "host"), ":scheme" and
  /// ":protocol" name the members above: what header matchers and formatters see. `name` is lower
  /// case.
  std::optional<std::string_view> field(std::string_view name) const;
  /// Sets what field() gives.
  void set_field(std::string_view name, std::string_view value);
  void clear();
};

/// A response without its body.
struct ResponseHead {
  Protocol protocol = Protocol::http11;
  std::uint16_t status = 0;
  HeaderMap headers;

  /// The value of a field; ":status" is the status.
  std::optional<std::string> field(std::string_view name) const;
  void clear();
};

/// Envoy's reason phrase of a status; "Unknown" for a status it has no word for.
std::string_view reason_phrase(unsigned status);

}  // namespace lab::proxy
