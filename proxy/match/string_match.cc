#include "proxy/match/string_match.h"

#include "base/text.h"

namespace lab::proxy {

bool begins_with(std::string_view text, std::string_view part, bool ignore_case) {
  if (text.size() < part.size()) return false;
  const std::string_view head = text.substr(0, part.size());
  return ignore_case ? equal_ignore_case(head, part) : head == part;
}

bool ends_with(std::string_view text, std::string_view part, bool ignore_case) {
  if (text.size() < part.size()) return false;
  const std::string_view tail = text.substr(text.size() - part.size());
  return ignore_case ? equal_ignore_case(tail, part) : tail == part;
}

Result<StringMatch> StringMatch::compile(const config::StringMatcher& source) {
  StringMatch result;
  result.ignore_case_ = source.ignore_case;
  const auto take = [&result](Kind kind, const std::optional<std::string>& text) {
    if (!text) return;
    result.kind_ = kind;
    result.text_ = *text;
  };
  take(Kind::exact, source.exact);
  take(Kind::prefix, source.prefix);
  take(Kind::suffix, source.suffix);
  take(Kind::contains, source.contains);
  if (source.safe_regex) {
    result.kind_ = Kind::regex;
    result.regex_ = TRY(Regex::compile(source.safe_regex->regex));
  }
  if (result.kind_ == Kind::contains && result.ignore_case_) result.text_ = to_lower(result.text_);
  return result;
}

bool StringMatch::matches(std::string_view text) const {
  switch (kind_) {
    case Kind::exact:
      return ignore_case_ ? equal_ignore_case(text, text_) : text == text_;
    case Kind::prefix:
      return begins_with(text, text_, ignore_case_);
    case Kind::suffix:
      return ends_with(text, text_, ignore_case_);
    case Kind::contains:
      if (ignore_case_) return to_lower(text).find(text_) != std::string::npos;
      return text.find(text_) != std::string_view::npos;
    case Kind::regex:
      return regex_->matches(text);
  }
  return false;
}

}  // namespace lab::proxy
