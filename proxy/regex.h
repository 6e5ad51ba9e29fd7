#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mesh/config/matcher.h"

namespace lab::proxy {

/// A compiled RE2 expression; cheap to copy, safe to use from all threads.
class Regex {
 public:
  /// Fails with Errc::config and RE2's reason.
  static Result<Regex> compile(const std::string& pattern);
  /// True when the whole of `text` matches.
  bool matches(std::string_view text) const;
  /// True when any part of `text` matches.
  bool finds(std::string_view text) const;
  /// `text` with every match replaced; "\1" in `substitution` is the first group.
  std::string replace_all(std::string_view text, const std::string& substitution) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// A pattern with what replaces its matches.
struct RegexRewrite {
  Regex pattern;
  std::string substitution;

  static Result<RegexRewrite> compile(const config::RegexMatchAndSubstitute& source);
  std::string apply(std::string_view text) const { return pattern.replace_all(text, substitution); }
};

}  // namespace lab::proxy
