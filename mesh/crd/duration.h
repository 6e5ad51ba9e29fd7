#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/record.h"

namespace lab::crd {

/// A duration as Istio's and Kubernetes' objects spell it: "1h30m", "500ms", "1.5s" (Go's
/// time.ParseDuration). A type of its own, because Envoy's durations are spelled otherwise.
struct Duration : std::chrono::nanoseconds {
  constexpr Duration() : std::chrono::nanoseconds(0) {}
  constexpr Duration(std::chrono::nanoseconds value) : std::chrono::nanoseconds(value) {}
};

/// Reads Go's form; nothing when it is malformed or does not fit. Source: Go, package time,
/// ParseDuration.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace lab::crd

namespace lab {

template <>
struct Codec<crd::Duration> {
  static bool decode(const Value& value, DecodeContext& context, crd::Duration& target);
  static std::optional<Value> encode(crd::Duration source);
  static TypeInfo type() { return {TypeInfo::Kind::duration, nullptr, {}, nullptr}; }
};

}  // namespace lab
