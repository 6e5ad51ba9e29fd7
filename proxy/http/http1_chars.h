#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Which bytes may stand where in HTTP/1 (RFC 9110 section 5, RFC 9112, RFC 3986), as tables.
namespace lab::proxy::http1 {

using CharTable = std::array<bool, 256>;

template <class Predicate>
constexpr CharTable make_table(Predicate allowed) {
  CharTable table{};
  for (unsigned c = 0; c < 256; ++c) table[c] = allowed(static_cast<unsigned char>(c));
  return table;
}

constexpr bool is_digit(unsigned char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_one_of(unsigned char c, std::string_view set) {
  return set.find(static_cast<char>(c)) != std::string_view::npos;
}
/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(unsigned char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// RFC 9110 section 5.6.2: methods, field names, chunk extension names.
inline constexpr CharTable kToken = make_table(
    [](unsigned char c) { return is_digit(c) || is_alpha(c) || is_one_of(c, "!#$%&'*+-.^_`|~"); });
/// RFC 9110 section 5.5: VCHAR, obs-text, SP, HTAB.
inline constexpr CharTable kFieldValue =
    make_table([](unsigned char c) { return c == '\t' || (c >= ' ' && c != 0x7f); });
/// Visible ASCII but "#": wider than RFC 3986's path and query, as clients send "|", "{" and "\""
/// unescaped.
inline constexpr CharTable kTarget =
    make_table([](unsigned char c) { return c > ' ' && c < 0x7f && c != '#'; });
/// RFC 3986 section 3.2.2, reg-name: unreserved, sub-delims; "%" is checked by its digits.
inline constexpr CharTable kRegName = make_table(
    [](unsigned char c) { return is_digit(c) || is_alpha(c) || is_one_of(c, "-._~!$&'()*+,;=%"); });

/// True when each byte is in the table.
inline bool all_in(const CharTable& table, std::string_view text) {
  for (const char c : text) {
    if (!table[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

/// all_in(kFieldValue, text), eight bytes at a time.
inline bool is_field_value(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  while (text.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    const std::uint64_t control = (word - kOnes * 0x20) & ~word;
    const std::uint64_t other = word ^ kOnes * 0x7f;
    const std::uint64_t del = (other - kOnes) & ~other;
    // A borrow may raise a false alarm, never hide a byte; HTAB is one on purpose.
    if (((control | del) & kHigh) != 0 && !all_in(kFieldValue, text.substr(0, 8))) return false;
    text.remove_prefix(8);
  }
  return all_in(kFieldValue, text);
}

}  // namespace lab::proxy::http1
