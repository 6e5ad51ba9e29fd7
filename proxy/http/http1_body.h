#pragma once

#include <cstdint>
#include <functional>

#include "proxy/http/http1_head.h"

namespace lab::proxy::http1 {

/// Takes one piece of an HTTP/1 body off the wire at a time (RFC 9112 sections 6 and 7).
class BodyReader {
 public:
  enum class Event : std::uint8_t {
    more,   ///< Nothing can be taken before more bytes come.
    data,   ///< `taken` bytes were understood; `data` holds body bytes, or nothing (framing).
    end,    ///< The body is complete; trailers() were read if it was chunked.
    error,  ///< error() says what is wrong; the framing is lost.
  };
  struct Step {
    Event event = Event::more;
    std::size_t taken = 0;  ///< Bytes to drop from the front, also with `more`.
    std::string_view data;
  };

  void start(const Framing& framing, const Http1Options& options);
  /// Looks at the bytes not taken before. `most` bounds the size of `data`.
  Step step(std::string_view bytes, std::size_t most);
  /// What can be taken at once: some data, and whether the body ends right after it.
  struct Piece {
    std::size_t taken = 0;
    std::string_view data;
    bool end = false;
    bool error = false;  ///< Next after `data`.
  };
  Piece read(std::string_view bytes, std::size_t most);
  /// True when the end of the connection is the end of the body.
  bool ends_with_connection() const {
    return kind_ == Framing::Kind::until_close || kind_ == Framing::Kind::tunnel;
  }
  HeaderMap& trailers() { return trailers_; }
  const BadRequest& error() const { return error_; }

 private:
  enum class Chunk : std::uint8_t { size_line, data, data_end, trailers };

  Step step_length(std::string_view bytes, std::size_t most);
  Step step_size_line(std::string_view bytes);
  Step step_data_end(std::string_view bytes);
  Step step_trailers(std::string_view bytes);
  Step fail(unsigned status, std::string_view details, std::string reason, std::string_view body);
  Step fail(std::string reason) {
    return fail(400, "http1.codec_error", std::move(reason), "Bad Request");
  }

  Framing::Kind kind_ = Framing::Kind::none;
  std::uint64_t remaining_ = 0;  ///< Of the body, or of the chunk at hand.
  Chunk chunk_ = Chunk::size_line;
  std::size_t scanned_ = 0;          ///< Of an incomplete size line.
  std::size_t extension_bytes_ = 0;  ///< In all size lines of this body.
  LineBlock block_;
  HeaderMap trailers_;
  BadRequest error_;
  std::size_t max_header_bytes_ = 0;
  std::size_t max_header_fields_ = 0;
};

/// The size that a chunk's first line (without CRLF) tells; nothing when the line is malformed. At
/// most 15 hexadecimal digits; extensions are checked against the grammar of RFC 9112 section 7.1.1
/// and otherwise ignored.
std::optional<std::uint64_t> read_chunk_size(std::string_view line);

}  // namespace lab::proxy::http1
