#pragma once

#include <cstdint>
#include <string>

/// HTTP/2 frames written by hand (RFC 9113 section 4.1), for what no library would send.
namespace lab::proxy::http2_bytes {

enum Type : std::uint8_t {
  kData,
  kHeaders,
  kPriority,
  kRstStream,
  kSettings,
  kPushPromise,
  kPing,
  kGoaway,
  kWindowUpdate,
  kContinuation
};
inline constexpr int kEndStream = 1, kAck = 1, kEndHeaders = 4;

inline const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

inline std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

inline std::string frame(int type, int flags, std::uint32_t stream,
                         const std::string& payload = "") {
  return number(payload.size(), 3) + number(static_cast<std::uint64_t>(type), 1) +
         number(static_cast<std::uint64_t>(flags), 1) + number(stream, 4) + payload;
}

/// A literal field without indexing (RFC 7541 section 6.2.2); below 127 bytes each.
inline std::string field(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + number(name.size(), 1) + name + number(value.size(), 1) + value;
}

inline std::string request_fields(const std::string& method = "GET",
                                  const std::string& path = "/") {
  return field(":method", method) + field(":scheme", "http") + field(":path", path) +
         field(":authority", "a");
}

inline std::string get(std::uint32_t stream) {
  return frame(kHeaders, kEndHeaders | kEndStream, stream, request_fields());
}
inline std::string post(std::uint32_t stream) {
  return frame(kHeaders, kEndHeaders, stream, request_fields("POST"));
}

inline std::string start() {
  return kPreface + frame(kSettings, 0, 0);
}

}  // namespace lab::proxy::http2_bytes
