#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http/codec.h"
#include "proxy/http/http2_guard.h"

/// Between HTTP/2's lists of fields and our message heads (RFC 9113 section 8). No library, no
/// connection.
namespace lab::proxy::http2 {

/// The words of RST_STREAM and ours.
ErrorCode code_of(ResetReason reason);
ResetReason reason_of(ErrorCode code);

/// The fields of one decoded header block, as they come.
class FieldBlock {
 public:
  void clear();
  /// False when the block exceeds the limits (each field counts 32 more, RFC 9113 section 6.5.2).
  bool add(std::string_view name, std::string_view value, const Http2Options& options);

  std::string method, scheme, authority, path, protocol, host;
  unsigned status = 0;
  HeaderMap headers;

 private:
  std::size_t bytes_ = 0;
};

/// Turns a block into a request; "" or why it is malformed. Cookies are joined (section 8.2.3),
/// Host stands in for :authority, an extended CONNECT becomes an upgrade as HTTP/1 has it, so that
/// sessions know one kind.
std::string read_request(FieldBlock& block, RequestHead& head);

/// Turns a block into a response; "" or why it is malformed. `upgrade` is what an extended CONNECT
/// asked for: its 200 becomes a 101.
std::string read_response(FieldBlock& block, std::string_view upgrade, ResponseHead& head);

/// Fields to send; what had to be made for them lives as long as the list.
class FieldList {
 public:
  void add(std::string_view name, std::string_view value);
  const std::vector<HeaderField>& fields() const { return fields_; }
  /// The content-length that stands in the list.
  std::optional<std::uint64_t> length;

  void add_request(const RequestHead& head, bool has_body);
  /// `upgraded`: the answer to an extended CONNECT, whose 101 is a 200 here.
  void add_response(const ResponseHead& head, bool has_body, bool upgraded, bool is_head);
  void add_trailers(const HeaderMap& trailers) { add_fields(trailers, true); }

 private:
  void add_fields(const HeaderMap& headers, bool keep_length);
  std::vector<HeaderField> fields_;
  std::deque<std::string> made_;
};

}  // namespace lab::proxy::http2
