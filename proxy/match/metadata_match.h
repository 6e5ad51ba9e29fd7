#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
#include "mesh/config/core.h"
#include "mesh/config/matcher.h"
#include "proxy/match/string_match.h"

namespace lab::proxy {

/// A compiled ValueMatcher. Source: envoy.type.matcher.v3.ValueMatcher.
class ValueMatch {
 public:
  static Result<ValueMatch> compile(const config::ValueMatcher& source);
  bool matches(const Value& value) const;

 private:
  enum class Kind : std::uint8_t {
    null,
    exact_number,
    range,
    text,
    boolean,
    present,
    list,
    any_of
  };
  Kind kind_ = Kind::null;
  double start_ = 0, end_ = 0;
  bool wanted_ = false;
  std::optional<StringMatch> text_;
  std::vector<ValueMatch> children_;
};

/// A compiled MetadataMatcher, applied to dynamic metadata (an object by namespace).
class MetadataMatch {
 public:
  static Result<MetadataMatch> compile(const config::MetadataMatcher& source);
  bool matches(const Value& metadata) const;
  /// The same on the metadata of a configuration object; null means it has none.
  bool matches(const config::Metadata* metadata) const;

 private:
  bool matches_below(const Value* value) const;
  std::string filter_;
  std::vector<std::string> path_;
  ValueMatch value_;
  bool invert_ = false;
};

}  // namespace lab::proxy
