#include "proxy/http/http1_body.h"

#include <algorithm>

#include "proxy/http/http1_chars.h"

namespace lab::proxy::http1 {

namespace {

using Event = BodyReader::Event;

void skip_space(std::string_view& text) {
  while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
}

bool skip_token(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && kToken[static_cast<unsigned char>(text[size])]) ++size;
  text.remove_prefix(size);
  return size > 0;
}

/// RFC 9110 section 5.6.4.
bool skip_quoted(std::string_view& text) {
  text.remove_prefix(1);
  while (!text.empty() && text[0] != '"') {
    if (text[0] == '\\') text.remove_prefix(1);
    if (text.empty() || !kFieldValue[static_cast<unsigned char>(text[0])]) return false;
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  text.remove_prefix(1);
  return true;
}

/// *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
bool are_extensions(std::string_view text) {
  while (!text.empty()) {
    skip_space(text);
    if (text.empty() || text[0] != ';') return false;
    text.remove_prefix(1);
    skip_space(text);
    if (!skip_token(text)) return false;
    std::string_view rest = text;
    skip_space(rest);
    if (rest.empty() || rest[0] != '=') continue;
    text = rest.substr(1);
    skip_space(text);
    if (text.empty()) return false;
    if (!(text[0] == '"' ? skip_quoted(text) : skip_token(text))) return false;
  }
  return true;
}

}  // namespace

std::optional<std::uint64_t> read_chunk_size(std::string_view line) {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  while (digits < line.size() && hex_value(static_cast<unsigned char>(line[digits])) >= 0) {
    if (digits == 15) return {};
    size = size * 16 +
           static_cast<std::uint64_t>(hex_value(static_cast<unsigned char>(line[digits++])));
  }
  if (digits == 0 || !are_extensions(line.substr(digits))) return {};
  return size;
}

void BodyReader::start(const Framing& framing, const Http1Options& options) {
  kind_ = framing.kind;
  remaining_ = framing.length;
  chunk_ = Chunk::size_line;
  scanned_ = extension_bytes_ = 0;
  block_.reset();
  trailers_.clear();
  max_header_bytes_ = options.max_header_bytes;
  max_header_fields_ = options.max_header_fields;
}

BodyReader::Step BodyReader::step(std::string_view bytes, std::size_t most) {
  switch (kind_) {
    case Framing::Kind::none:
      return {Event::end, 0, {}};
    case Framing::Kind::length:
      if (remaining_ == 0) return {Event::end, 0, {}};
      return step_length(bytes, most);
    case Framing::Kind::until_close:
    case Framing::Kind::tunnel: {
      const std::string_view data = bytes.substr(0, most);
      return {data.empty() ? Event::more : Event::data, data.size(), data};
    }
    case Framing::Kind::chunked:
      break;
  }
  switch (chunk_) {
    case Chunk::size_line:
      return step_size_line(bytes);
    case Chunk::data:
      return step_length(bytes, most);
    case Chunk::data_end:
      return step_data_end(bytes);
    case Chunk::trailers:
      break;
  }
  return step_trailers(bytes);
}

BodyReader::Piece BodyReader::read(std::string_view bytes, std::size_t most) {
  Piece piece;
  while (true) {
    // After data only framing is looked at (at most 0 bytes), to know whether the body ends with
    // it.
    const Step next = step(bytes.substr(piece.taken), piece.data.empty() ? most : 0);
    piece.taken += next.taken;
    piece.end = next.event == Event::end;
    piece.error = next.event == Event::error;
    if (next.event != Event::data) return piece;
    if (!next.data.empty()) piece.data = next.data;
  }
}

BodyReader::Step BodyReader::step_length(std::string_view bytes, std::size_t most) {
  const std::string_view data = bytes.substr(0, std::min<std::uint64_t>(remaining_, most));
  if (data.empty()) return {};
  remaining_ -= data.size();
  if (remaining_ == 0) chunk_ = Chunk::data_end;
  return {Event::data, data.size(), data};
}

BodyReader::Step BodyReader::step_size_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n', scanned_);
  const std::size_t length = std::min(end, bytes.size());
  if (length > limits::kMaxChunkLineBytes) return fail("a chunk size line is too long");
  if (end == std::string_view::npos) {
    scanned_ = bytes.size();
    // What can't become a size is told at once, not after a line's end that may never come.
    if (!bytes.empty() && hex_value(static_cast<unsigned char>(bytes[0])) < 0)
      return fail("a chunk has no size");
    return {};
  }
  scanned_ = 0;
  if (end == 0 || bytes[end - 1] != '\r') return fail("a chunk size line ends in a lone LF");
  const std::string_view line = bytes.substr(0, end - 1);
  const auto size = read_chunk_size(line);
  if (!size) return fail("a chunk size or extension is malformed");
  if (line.find(';') != std::string_view::npos) extension_bytes_ += line.size();
  if (extension_bytes_ > limits::kMaxChunkExtensionBytes)
    return fail("too many bytes of chunk extensions");
  remaining_ = *size;
  chunk_ = *size == 0 ? Chunk::trailers : Chunk::data;
  return {Event::data, end + 1, {}};
}

BodyReader::Step BodyReader::step_data_end(std::string_view bytes) {
  if (!bytes.empty() && bytes[0] != '\r') return fail("a chunk is longer than its size");
  if (bytes.size() < 2) return {};
  if (bytes[1] != '\n') return fail("a chunk is longer than its size");
  chunk_ = Chunk::size_line;
  return {Event::data, 2, {}};
}

BodyReader::Step BodyReader::step_trailers(std::string_view bytes) {
  const LineBlock::State state = block_.scan(bytes, max_header_bytes_, max_header_fields_);
  if (state == LineBlock::State::bare_lf) return fail("a trailer line ends in a lone LF");
  if (state == LineBlock::State::too_large || state == LineBlock::State::too_many) {
    const bool many = state == LineBlock::State::too_many;
    return fail(431, many ? "http1.too_many_headers" : "http1.trailers_too_large",
                "the trailers exceed the limit", "Request Header Fields Too Large");
  }
  if (state == LineBlock::State::more) return {};
  auto good = read_fields(block_, bytes, 0, max_header_fields_, false, trailers_, nullptr);
  if (!good)
    return fail(good.error().status, good.error().details, good.error().reason, good.error().body);
  kind_ = Framing::Kind::none;
  return {Event::end, block_.size(), {}};
}

BodyReader::Step BodyReader::fail(unsigned status, std::string_view details, std::string reason,
                                  std::string_view body) {
  error_ = BadRequest{status, details, std::move(reason), body};
  return {Event::error, 0, {}};
}

}  // namespace lab::proxy::http1
