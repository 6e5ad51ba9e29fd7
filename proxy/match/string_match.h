#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/config/matcher.h"
#include "proxy/regex.h"

namespace lab::proxy {

/// A compiled StringMatcher. Source: envoy.type.matcher.v3.StringMatcher.
class StringMatch {
 public:
  static Result<StringMatch> compile(const config::StringMatcher& source);
  bool matches(std::string_view text) const;

 private:
  enum class Kind : std::uint8_t { exact, prefix, suffix, contains, regex };
  Kind kind_ = Kind::exact;
  bool ignore_case_ = false;
  std::string text_;
  std::optional<Regex> regex_;
};

/// True when `text` begins (ends) with `part`; ASCII case counts unless told otherwise.
bool begins_with(std::string_view text, std::string_view part, bool ignore_case);
bool ends_with(std::string_view text, std::string_view part, bool ignore_case);

}  // namespace lab::proxy
