#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/observe/format.h"

/// Helpers of the operators_*.cc files.
namespace lab::proxy {

inline constexpr OperatorSyntax kPlain{OperatorSyntax::Parameters::none, false};
inline constexpr OperatorSyntax kOptional{OperatorSyntax::Parameters::optional, false};
inline constexpr OperatorSyntax kRequired{OperatorSyntax::Parameters::required, false};
inline constexpr OperatorSyntax kRequiredWithLength{OperatorSyntax::Parameters::required, true};

/// An operator without parameters.
inline Operator plain(std::string_view name, Fact fact) {
  return {name, kPlain, [fact](std::string_view) -> Result<Fact> { return fact; }};
}

/// Null for an empty text: what is empty was not there.
inline Value text_or_null(std::string_view text) {
  return text.empty() ? Value() : Value(text);
}

inline Value number(std::uint64_t value) {
  return Value(static_cast<std::int64_t>(value));
}

/// Splits "a:b:c" once: what stands before the first separator, and the rest.
std::pair<std::string_view, std::string_view> split_once(std::string_view text, char separator);

/// The value at "namespace:key:key" in metadata; null when there is none.
Value metadata_at(const Value* root, std::string_view path);
/// The same in typed metadata.
Value metadata_at(const config::Metadata* metadata, std::string_view path);

}  // namespace lab::proxy
