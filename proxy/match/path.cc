#include "proxy/match/path.h"

#include <vector>

#include "base/text.h"

namespace lab::proxy {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that "%XX" at `at` stands for, or -1.
int encoded_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || text[at] != '%') return -1;
  const int high = hex_digit(text[at + 1]);
  const int low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool is_unreserved(int byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

bool needs_encoding(unsigned char byte) {
  return byte <= ' ' || byte > '~' ||
         std::string_view("\"<>^`{|}").find(static_cast<char>(byte)) != std::string_view::npos;
}

void append_encoded(std::string& out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

/// Spells each character of one segment in its only way; false for an encoded NUL.
bool append_segment(std::string& out, std::string_view segment) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const auto byte = static_cast<unsigned char>(segment[i]);
    const int encoded = encoded_byte(segment, i);
    if (encoded == 0 || byte == 0) return false;
    if (encoded > 0 && is_unreserved(encoded)) {
      out += static_cast<char>(encoded);
      i += 2;
    } else if (needs_encoding(byte)) {
      append_encoded(out, byte);
    } else {
      out += segment[i];
    }
  }
  return true;
}

/// 1 for ".", 2 for "..", 0 for anything else. Written out they may carry ";parameters", which some
/// servers ignore.
int dots_of(std::string_view segment) {
  const std::string_view name = segment.substr(0, segment.find(';'));
  if (name == ".") return 1;
  if (name == "..") return 2;
  int dots = 0;
  for (std::size_t i = 0; i < segment.size(); ++i, ++dots) {
    if (segment[i] == '.') continue;
    if (encoded_byte(segment, i) != '.') return 0;
    i += 2;
  }
  return dots <= 2 ? dots : 0;
}

}  // namespace

std::optional<std::string> canonical_path(std::string_view path) {
  if (path.empty() || (path[0] != '/' && path[0] != '\\')) return {};
  std::string out = "/";
  std::size_t at = 1;
  while (true) {
    const std::size_t end = std::min(path.find_first_of("/\\", at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    const bool last = end == path.size();
    const int dots = dots_of(segment);
    if (dots == 2 && out.size() > 1) {
      // Drops the segment before, with its slash: "/a/b/" becomes "/a/".
      out.resize(out.rfind('/', out.size() - 2) + 1);
    }
    if (dots == 0) {
      if (!append_segment(out, segment)) return {};
      if (!last) out += '/';
    }
    if (last) return out;
    at = end + 1;
  }
}

std::string merge_slashes(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || out.empty() || out.back() != '/') out += c;
  }
  return out;
}

std::optional<std::string> unescape_slashes(std::string_view path) {
  std::string out;
  bool found = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const int byte = encoded_byte(path, i);
    if (byte != '/' && byte != '\\') {
      out += path[i];
      continue;
    }
    out += static_cast<char>(byte);
    found = true;
    i += 2;
  }
  if (!found) return {};
  return out;
}

PathRules PathRules::of(const config::HttpConnectionManager& manager) {
  using Action = config::HttpConnectionManager::PathWithEscapedSlashesAction;
  PathRules rules;
  rules.normalize = manager.normalize_path.value_or(false);
  rules.merge_slashes = manager.merge_slashes;
  const auto action = manager.path_with_escaped_slashes_action;
  const bool unset = action == Action::implementation_specific_default;
  rules.escaped_slashes = unset ? Action::keep_unchanged : action;
  return rules;
}

PathVerdict normalize_path(const PathRules& rules, std::string& path_and_query) {
  using Action = config::HttpConnectionManager::PathWithEscapedSlashesAction;
  if (path_and_query.empty()) return PathVerdict::keep;
  if (path_and_query.find('#') != std::string::npos) return PathVerdict::reject;
  const std::size_t question = std::min(path_and_query.find('?'), path_and_query.size());
  std::string path = path_and_query.substr(0, question);
  PathVerdict verdict = PathVerdict::keep;
  if (rules.escaped_slashes != Action::keep_unchanged) {
    if (auto unescaped = unescape_slashes(path)) {
      if (rules.escaped_slashes == Action::reject_request) return PathVerdict::reject;
      if (rules.escaped_slashes == Action::unescape_and_redirect) verdict = PathVerdict::redirect;
      path = std::move(*unescaped);
    }
  }
  if (rules.normalize) {
    auto canonical = canonical_path(path);
    if (!canonical) return PathVerdict::reject;
    path = std::move(*canonical);
  }
  if (rules.merge_slashes) path = merge_slashes(path);
  path_and_query.replace(0, question, path);
  return verdict;
}

}  // namespace lab::proxy
