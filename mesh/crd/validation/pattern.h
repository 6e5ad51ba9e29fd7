#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace lab::crd {

/// A regular expression in RE2's syntax.
class Pattern {
 public:
  /// Fails with Errc::config and RE2's reason.
  static Result<Pattern> compile(std::string_view text);
  /// True when it matches some part of `text`.
  bool found_in(std::string_view text) const;
  const std::string& text() const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> regex) : regex_(std::move(regex)) {}
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace lab::crd
