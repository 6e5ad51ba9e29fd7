#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "proxy/http/codec.h"

/// The head of an HTTP/1 message (RFC 9112 sections 2 to 5), read in one pass once it is complete.
namespace lab::proxy::http1 {

/// Finds the end of a block of lines, however it is cut into pieces. Lines must end in CRLF (a lone
/// LF is refused: RFC 9112 section 2.2 allows either, but two readings of one message are what
/// smuggling needs).
class LineBlock {
 public:
  enum class State : std::uint8_t { more, complete, bare_lf, too_large, too_many };
  /// `bytes` begins where the block begins, and grows from call to call. Complete after the first
  /// empty line. The first fault in the order of the bytes counts, however many have come: what
  /// stands behind a limit isn't looked at.
  State scan(std::string_view bytes, std::size_t max_bytes, std::size_t max_lines);
  /// Bytes up to and including the empty line; only when complete.
  std::size_t size() const { return line_start_; }
  bool started() const { return scanned_ != 0; }
  std::size_t lines() const { return ends_.size(); }
  /// Line `index` without its end; the empty last line isn't one.
  std::string_view line(std::string_view bytes, std::size_t index) const {
    const std::size_t start = index == 0 ? 0 : ends_[index - 1] + 2;
    return bytes.substr(start, ends_[index] - start);
  }
  void reset() {
    ends_.clear();
    scanned_ = line_start_ = 0;
  }

 private:
  std::vector<std::uint32_t> ends_;  ///< Where the CR of each line stands.
  std::size_t scanned_ = 0;
  std::size_t line_start_ = 0;
};

/// What the fields of a head say about the message's framing and its connection.
struct Facts {
  bool close = false;          ///< Connection: close
  bool keep_alive = false;     ///< Connection: keep-alive
  bool upgrade_token = false;  ///< Connection: upgrade
  std::uint32_t hosts = 0;     ///< Number of Host fields.
  std::string host;
  std::string upgrade;  ///< The Upgrade field, lower case.
  std::uint32_t content_lengths = 0;
  std::optional<std::uint64_t> content_length;  ///< Nothing when absent or no number.
  bool has_transfer_encoding = false;
  std::string transfer_encoding;  ///< All its fields joined, lower case.
};

/// Status 400, with Envoy's response code details and a reason for people.
inline tl::unexpected<BadRequest> refuse(std::string_view details, std::string reason) {
  return tl::unexpected(BadRequest{400, details, std::move(reason)});
}

/// How many bytes of which kind follow a head.
struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked, until_close, tunnel };
  Kind kind = Kind::none;
  std::uint64_t length = 0;
};

using Checked = tl::expected<void, BadRequest>;

/// Reads lines `from`.. of a complete block as fields; `facts` may be nullptr (trailers). A
/// request's Host goes to the facts, not to `headers`.
Checked read_fields(const LineBlock& block, std::string_view bytes, std::size_t from,
                    std::size_t max_fields, bool is_request, HeaderMap& headers, Facts* facts);

/// Reads a complete request head; method, target, version, Host, fields; everything but the body's
/// framing.
Checked read_request(const LineBlock& block, std::string_view bytes, const Http1Options& options,
                     RequestHead& head, Facts& facts);
/// The body of a request (RFC 9112 section 6.3), refusing what two readers could take differently.
tl::expected<Framing, BadRequest> request_framing(const RequestHead& head, const Facts& facts);

/// Reads a complete response head.
Checked read_response(const LineBlock& block, std::string_view bytes, const Http1Options& options,
                      ResponseHead& head, Facts& facts);
/// The body of a response to `request_method`; for 101 and CONNECT's 2xx a tunnel.
tl::expected<Framing, BadRequest> response_framing(const ResponseHead& head, const Facts& facts,
                                                   std::string_view request_method);

/// True when the beginning of a still incomplete request can't become one: a TLS record, for
/// instance.
bool is_hopeless_request(std::string_view bytes);
/// True when a first line is words, but neither its method nor a version is HTTP's: the preface of
/// another protocol.
bool is_other_protocol(std::string_view line);

}  // namespace lab::proxy::http1
