#pragma once

#include <cstdint>

#include "base/buffer.h"
#include "proxy/http/http1_head.h"

/// Writing HTTP/1 messages the way Envoy does: names in lower case (or Proper-Case), Host first,
/// framing fields last.
namespace lab::proxy::http1 {

/// How the body that follows a written head is framed.
struct Outgoing {
  Framing::Kind kind = Framing::Kind::none;
  std::uint64_t length = 0;  ///< Of Kind::length.
};

/// Writes a request head. `has_body` is false when the request ends with its head.
Outgoing write_request(const RequestHead& head, bool has_body, bool proper_case, Buffer& out);

/// What a server must know of the request it answers.
struct AnswerTo {
  Protocol protocol = Protocol::http11;
  bool is_head = false;
  bool is_connect = false;
  bool close = false;  ///< Say "connection: close" (or leave out HTTP/1.0's keep-alive).
};

/// Writes a response head, 1xx included; `has_body` as above.
Outgoing write_response(const ResponseHead& head, const AnswerTo& request, bool has_body,
                        bool proper_case, Buffer& out);

/// Writes the body after a head, keeping to what the head said.
class BodyWriter {
 public:
  void start(Outgoing outgoing) { outgoing_ = outgoing; }
  Framing::Kind kind() const { return outgoing_.kind; }
  /// False when there are more bytes than the head declared; nothing is written then.
  bool write(std::string_view data, Buffer& out);
  /// False when bytes are missing. Trailers (or nullptr) are written after chunks only.
  bool finish(const HeaderMap* trailers, bool proper_case, Buffer& out);

 private:
  Outgoing outgoing_;
};

}  // namespace lab::proxy::http1
