#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mesh/config/http_connection_manager.h"

namespace lab::proxy {

/// A path without dot segments and with one spelling of each character, as Envoy's normalize_path
/// makes it:
///   "." and ".." segments (also with "%2e", or followed by ";parameters") are resolved, never
///   above "/";
///   '\' becomes '/'; percent-encoded letters, digits and "-._~" are decoded;
///   space, '"', '<', '>', '^', '`', '{', '|', '}' and bytes above 126 are encoded; the rest stays
///   as it is.
/// Nothing when the path does not begin with '/' or '\', or contains an encoded NUL. `path` has no
/// query. Source: RFC 3986 section 6.2.2; WHATWG URL's path state; Envoy 1.40's answers
/// (tests/unit/proxy/match/path_test.cc).
std::optional<std::string> canonical_path(std::string_view path);

/// "/a//b" becomes "/a/b"; a slash at the end stays. `path` has no query.
std::string merge_slashes(std::string_view path);

/// "%2F" becomes '/' and "%5C" becomes '\', in any case of letters; nothing when there is neither.
std::optional<std::string> unescape_slashes(std::string_view path);

/// What a connection manager does with a path.
struct PathRules {
  bool normalize = false;
  bool merge_slashes = false;
  config::HttpConnectionManager::PathWithEscapedSlashesAction escaped_slashes =
      config::HttpConnectionManager::PathWithEscapedSlashesAction::keep_unchanged;

  static PathRules of(const config::HttpConnectionManager& manager);
};

enum class PathVerdict : std::uint8_t {
  keep,      ///< Go on with the path as it now is.
  reject,    ///< 400, path_normalization_failed.
  redirect,  ///< 307 to the path as it now is.
};

/// Applies the rules to a path with query, in Envoy's order. A path with a fragment ('#') is
/// refused.
PathVerdict normalize_path(const PathRules& rules, std::string& path_and_query);

}  // namespace lab::proxy
