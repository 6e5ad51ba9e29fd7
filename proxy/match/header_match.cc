#include "proxy/match/header_match.h"

#include <charconv>

#include "base/text.h"
#include "proxy/http/target.h"

namespace lab::proxy {

std::optional<std::string_view> joined_value(const HeaderMap& headers, std::string_view name,
                                             std::string& scratch) {
  const std::size_t first = headers.find(name);
  if (first == HeaderMap::kNone) return {};
  if (headers.find(name, first + 1) == HeaderMap::kNone) return headers.at(first).value;
  scratch = *headers.get_all(name);
  return scratch;
}

std::optional<std::string_view> joined_value(const RequestHead& head, std::string_view name,
                                             std::string& scratch) {
  if (name.starts_with(':') || name == "host") return head.field(name);
  return joined_value(head.headers, name, scratch);
}

namespace {

/// The older spellings of string_match, of which at most one is set.
std::optional<config::StringMatcher> string_matcher_of(const config::HeaderMatcher& source) {
  if (source.string_match) return source.string_match;
  config::StringMatcher result;
  result.exact = source.exact_match;
  result.prefix = source.prefix_match;
  result.suffix = source.suffix_match;
  result.contains = source.contains_match;
  result.safe_regex = source.safe_regex_match;
  if (result.exact || result.prefix || result.suffix || result.contains || result.safe_regex) {
    return result;
  }
  return {};
}

std::optional<std::int64_t> signed_number(std::string_view text) {
  std::int64_t number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

/// A repeated field matches when one of its values does, and inverted when none does (Envoy 1.40).
template <class Judge>
bool any_value(const HeaderMap& headers, std::string_view name, bool invert, Judge judge) {
  const std::size_t first = headers.find(name);
  if (first == HeaderMap::kNone) return judge(std::nullopt);
  for (std::size_t i = first; i != HeaderMap::kNone; i = headers.find(name, i + 1)) {
    if (judge(std::optional(headers.at(i).value)) != invert) return !invert;
  }
  return invert;
}

}  // namespace

Result<HeaderMatch> HeaderMatch::compile(const config::HeaderMatcher& source) {
  HeaderMatch result;
  result.name_ = to_lower(source.name);
  result.invert_ = source.invert_match;
  result.missing_is_empty_ = source.treat_missing_header_as_empty;
  if (source.present_match) {
    result.kind_ = *source.present_match ? Kind::present : Kind::absent;
  } else if (source.range_match) {
    result.kind_ = Kind::range;
    result.start_ = source.range_match->start;
    result.end_ = source.range_match->end;
  } else if (const auto text = string_matcher_of(source)) {
    result.kind_ = Kind::text;
    result.text_ = TRY(StringMatch::compile(*text));
  }
  return result;
}

bool HeaderMatch::matches_value(std::optional<std::string_view> value) const {
  if (!value && missing_is_empty_) value = std::string_view();
  if (kind_ == Kind::present) return value.has_value() != invert_;
  if (kind_ == Kind::absent) return value.has_value() == invert_;
  // A missing header matches nothing, and inverting does not change that (Envoy's rule).
  if (!value) return false;
  if (kind_ == Kind::text) return text_->matches(*value) != invert_;
  const auto number = signed_number(*value);
  return (number && *number >= start_ && *number < end_) != invert_;
}

bool HeaderMatch::matches(const RequestHead& head) const {
  if (name_.starts_with(':') || name_ == "host") return matches_value(head.field(name_));
  return any_value(head.headers, name_, invert_,
                   [this](std::optional<std::string_view> value) { return matches_value(value); });
}

bool HeaderMatch::matches(const ResponseHead& head) const {
  if (name_ == ":status") return matches_value(std::to_string(head.status));
  return any_value(head.headers, name_, invert_,
                   [this](std::optional<std::string_view> value) { return matches_value(value); });
}

Result<std::vector<HeaderMatch>> compile_header_matches(
    const std::vector<config::HeaderMatcher>& source) {
  std::vector<HeaderMatch> result;
  for (const auto& matcher : source) result.push_back(TRY(HeaderMatch::compile(matcher)));
  return result;
}

bool all_match(const std::vector<HeaderMatch>& matches, const RequestHead& head) {
  for (const HeaderMatch& match : matches) {
    if (!match.matches(head)) return false;
  }
  return true;
}

Result<QueryParameterMatch> QueryParameterMatch::compile(
    const config::QueryParameterMatcher& source) {
  QueryParameterMatch result;
  result.name_ = source.name;
  if (source.present_match) result.present_ = *source.present_match;
  if (source.string_match) result.text_ = TRY(StringMatch::compile(*source.string_match));
  return result;
}

bool QueryParameterMatch::matches(std::string_view path_and_query) const {
  const auto value = query_parameter(path_and_query, name_);
  if (text_) return value && text_->matches(*value);
  return value.has_value() == present_;
}

}  // namespace lab::proxy
