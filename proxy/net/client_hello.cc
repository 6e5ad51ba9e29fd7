#include "proxy/net/client_hello.h"

#include <cstdint>
#include <optional>

#include "base/text.h"

namespace lab::proxy {

namespace {

/// Takes big-endian fields off the front of some bytes; once something was missing, everything is.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool empty() const { return bytes_.empty(); }
  std::size_t number(int size) {
    std::size_t value = 0;
    for (const char c : take(static_cast<std::size_t>(size)))
      value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  /// A vector with a length of `size` bytes before it.
  Reader vector(int size) { return Reader(take(number(size))); }
  std::string_view rest() { return take(bytes_.size()); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHelloType = 1;
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kMaxRecord = 16384;

enum class Joined : std::uint8_t { more, whole, bad };

/// Joins the handshake message out of its records, as far as they end within `limit` bytes:
/// otherwise the verdict would depend on how many bytes each read brings.
Joined join_records(std::string_view all, std::size_t limit, std::string& message) {
  std::string_view bytes = all.substr(0, limit);
  while (!bytes.empty()) {
    if (static_cast<std::uint8_t>(bytes[0]) != kHandshakeRecord) return Joined::bad;
    if (bytes.size() > 1 && bytes[1] != 3) return Joined::bad;
    if (bytes.size() < kRecordHeader) return Joined::more;
    Reader header(bytes.substr(3, 2));
    const std::size_t size = header.number(2);
    if (size == 0 || size > kMaxRecord) return Joined::bad;
    const std::string_view body = bytes.substr(kRecordHeader, size);
    message += body;
    if (!message.empty() && message[0] != kClientHelloType) return Joined::bad;
    if (message.size() >= 4) {
      Reader lengths(std::string_view(message).substr(1, 3));
      const std::size_t wanted = lengths.number(3) + 4;
      if (wanted > limit) return Joined::bad;
      if (message.size() >= wanted) {
        message.resize(wanted);
        return Joined::whole;
      }
    }
    if (body.size() < size) return Joined::more;
    bytes.remove_prefix(kRecordHeader + size);
  }
  return Joined::more;
}

bool read_server_name(Reader extension, ClientHello& hello) {
  Reader list = extension.vector(2);
  while (!list.empty()) {
    const std::size_t type = list.number(1);
    Reader name = list.vector(2);
    if (type == 0 && hello.server_name.empty()) hello.server_name = to_lower(name.rest());
  }
  return list.ok();
}

bool read_alpn(Reader extension, ClientHello& hello) {
  Reader list = extension.vector(2);
  while (!list.empty()) hello.alpn.emplace_back(list.vector(1).rest());
  return list.ok();
}

bool read_body(std::string_view message, ClientHello& hello) {
  Reader reader(message.substr(4));
  reader.take(2 + 32);  // Version, random.
  reader.vector(1);     // Session id.
  reader.vector(2);     // Cipher suites.
  reader.vector(1);     // Compression methods.
  if (!reader.ok()) return false;
  if (reader.empty()) return true;  // No extensions: allowed before TLS 1.3.
  Reader extensions = reader.vector(2);
  while (!extensions.empty()) {
    const std::size_t type = extensions.number(2);
    Reader content = extensions.vector(2);
    if (type == 0 && !read_server_name(content, hello)) return false;
    if (type == 16 && !read_alpn(content, hello)) return false;
  }
  return reader.ok() && extensions.ok();
}

}  // namespace

ClientHello parse_client_hello(std::string_view bytes, std::size_t limit) {
  ClientHello hello;
  std::string message;
  switch (join_records(bytes, limit, message)) {
    case Joined::more:
      if (bytes.size() >= limit) hello.verdict = ClientHello::Verdict::not_tls;
      break;
    case Joined::bad:
      hello.verdict = ClientHello::Verdict::not_tls;
      break;
    case Joined::whole:
      hello.verdict =
          read_body(message, hello) ? ClientHello::Verdict::tls : ClientHello::Verdict::not_tls;
      break;
  }
  return hello;
}

}  // namespace lab::proxy
