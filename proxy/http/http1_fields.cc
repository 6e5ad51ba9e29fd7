#include <cstring>

#include "base/text.h"
#include "proxy/http/forward.h"
#include "proxy/http/http1_chars.h"
#include "proxy/http/http1_head.h"

namespace lab::proxy::http1 {

namespace {

/// RFC 9110 section 8.6: digits only; nothing when it is none or exceeds 63 bits.
std::optional<std::uint64_t> read_length(std::string_view text) {
  if (text.empty() || text.size() > 18) return {};
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(static_cast<unsigned char>(c))) return {};
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

void note_connection(std::string_view value, Facts& facts) {
  facts.close = facts.close || has_token(value, "close");
  facts.keep_alive = facts.keep_alive || has_token(value, "keep-alive");
  facts.upgrade_token = facts.upgrade_token || has_token(value, "upgrade");
}

/// Keeps what the codec itself must know. `name` is lower case.
void note(std::string_view name, std::string_view value, Facts& facts) {
  switch (name.size()) {
    case 7:
      if (name == "upgrade") facts.upgrade = to_lower(value);
      break;
    case 10:
      if (name == "connection") note_connection(value, facts);
      break;
    case 14:
      if (name != "content-length") break;
      ++facts.content_lengths;
      facts.content_length = read_length(value);
      break;
    case 17:
      if (name != "transfer-encoding") break;
      if (facts.has_transfer_encoding) facts.transfer_encoding += ',';
      facts.has_transfer_encoding = true;
      facts.transfer_encoding += to_lower(value);
      break;
    default:
      break;
  }
}

/// One "name: value" line; RFC 9112 section 5.1.
Checked read_field(std::string_view line, bool is_request, HeaderMap& headers, Facts* facts) {
  std::size_t colon = 0;
  while (colon < line.size() && kToken[static_cast<unsigned char>(line[colon])]) ++colon;
  if (colon == 0 || colon == line.size() || line[colon] != ':') {
    // Section 5.1: white space before the colon; 5.2: a folded line begins with white space.
    if (colon == 0 && !line.empty() && (line[0] == ' ' || line[0] == '\t')) {
      return refuse("http1.codec_error", "a folded field line");
    }
    return refuse("http1.codec_error", "a field line without a valid name");
  }
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  if (!is_field_value(value)) {
    return refuse("http1.invalid_characters", "a field value has a control character");
  }
  if (is_request && facts != nullptr && name.size() == 4 && equal_ignore_case(name, "host")) {
    ++facts->hosts;
    facts->host.assign(value);
    return {};
  }
  headers.add(name, value);
  if (facts != nullptr) note(headers.at(headers.size() - 1).name, value, *facts);
  return {};
}

}  // namespace

LineBlock::State LineBlock::scan(std::string_view all, std::size_t max_bytes,
                                 std::size_t max_lines) {
  const std::string_view bytes = all.substr(0, max_bytes);
  while (scanned_ < bytes.size()) {
    const void* found = std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_);
    if (found == nullptr) {
      scanned_ = bytes.size();
      break;
    }
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    scanned_ = at + 1;
    if (at == line_start_ || bytes[at - 1] != '\r') return State::bare_lf;
    const std::size_t end = at - 1;
    const bool is_empty = end == line_start_;
    line_start_ = at + 1;
    if (is_empty) return State::complete;
    ends_.push_back(static_cast<std::uint32_t>(end));
    if (ends_.size() > max_lines) return State::too_many;
  }
  return all.size() > max_bytes ? State::too_large : State::more;
}

Checked read_fields(const LineBlock& block, std::string_view bytes, std::size_t from,
                    std::size_t max_fields, bool is_request, HeaderMap& headers, Facts* facts) {
  if (block.lines() > max_fields + from) {
    return tl::unexpected(BadRequest{431, "http1.too_many_headers", "more fields than the limit",
                                     "Request Header Fields Too Large"});
  }
  // What is forwarded gets some fields more: x-request-id, x-forwarded-proto and the like.
  constexpr std::size_t kMoreFields = 12, kMoreText = 256;
  headers.reserve(block.lines() + kMoreFields, block.size() + kMoreText);
  for (std::size_t i = from; i < block.lines(); ++i) {
    if (auto good = read_field(block.line(bytes, i), is_request, headers, facts); !good)
      return good;
  }
  return {};
}

}  // namespace lab::proxy::http1
