#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/config/matcher.h"
#include "proxy/http/message.h"
#include "proxy/match/string_match.h"

namespace lab::proxy {

/// A header's value for matching: several fields of one name count as one, joined by "," (Envoy's
/// view); `scratch` holds the joined text while the result is used. Pseudo-header names (":path")
/// name the request line.
std::optional<std::string_view> joined_value(const RequestHead& head, std::string_view name,
                                             std::string& scratch);
std::optional<std::string_view> joined_value(const HeaderMap& headers, std::string_view name,
                                             std::string& scratch);

/// A compiled HeaderMatcher. Source: envoy.config.route.v3.HeaderMatcher.
class HeaderMatch {
 public:
  static Result<HeaderMatch> compile(const config::HeaderMatcher& source);
  bool matches(const RequestHead& head) const;
  /// For response headers (retriable_headers); `status` is what ":status" says.
  bool matches(const ResponseHead& head) const;

  const std::string& name() const { return name_; }

 private:
  bool matches_value(std::optional<std::string_view> value) const;

  enum class Kind : std::uint8_t { present, absent, range, text };
  std::string name_;
  Kind kind_ = Kind::present;
  bool invert_ = false;
  bool missing_is_empty_ = false;
  std::int64_t start_ = 0, end_ = 0;
  std::optional<StringMatch> text_;
};

Result<std::vector<HeaderMatch>> compile_header_matches(
    const std::vector<config::HeaderMatcher>& source);
/// All must match.
bool all_match(const std::vector<HeaderMatch>& matches, const RequestHead& head);

/// A compiled QueryParameterMatcher. Source: envoy.config.route.v3.QueryParameterMatcher.
class QueryParameterMatch {
 public:
  static Result<QueryParameterMatch> compile(const config::QueryParameterMatcher& source);
  bool matches(std::string_view path_and_query) const;

 private:
  std::string name_;
  bool present_ = true;
  std::optional<StringMatch> text_;
};

}  // namespace lab::proxy
