#pragma once

#include <chrono>
#include <string>

#include "base/record.h"

namespace lab::config {

using Duration = std::chrono::nanoseconds;

/// Bytes that need not be text; base64 in JSON.
struct Bytes {
  std::string data;
};

}  // namespace lab::config

namespace lab {

/// Reads base64 of both alphabets, padded or not; writes the standard one, padded.
template <>
struct Codec<config::Bytes> {
  static bool decode(const Value& value, DecodeContext& context, config::Bytes& target);
  static std::optional<Value> encode(const config::Bytes& source);
  static TypeInfo type() { return Codec<std::string>::type(); }
};

}  // namespace lab
