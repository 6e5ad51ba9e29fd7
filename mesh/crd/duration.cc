#include "mesh/crd/duration.h"

#include <array>
#include <charconv>
#include <limits>

namespace lab::crd {
namespace {

using Wide = __int128;  // A duration's nanoseconds times a fraction's digits do not fit in 64 bits.
constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
// Longer names first, so that "ms" is not taken for "m".
constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1'000},
                                         {"µs", 1'000},
                                         {"μs", 1'000},
                                         {"ms", 1'000'000},
                                         {"s", 1'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"h", 3'600'000'000'000}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes digits off the front; false when the number does not fit.
bool take_digits(std::string_view& text, Wide& number, Wide* scale) {
  while (!text.empty() && is_digit(text.front())) {
    // Digits of a fraction beyond what a duration can hold are dropped, as Go does.
    if (scale == nullptr || *scale < Wide{1'000'000'000} * 1'000'000) {
      number = number * 10 + (text.front() - '0');
      if (scale != nullptr) *scale *= 10;
    }
    if (number > kMost + 1) return false;
    text.remove_prefix(1);
  }
  return true;
}

const Unit* take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (text.substr(0, unit.name.size()) != unit.name) continue;
    const std::string_view rest = text.substr(unit.name.size());
    if (!rest.empty() && rest.front() != '.' && !is_digit(rest.front())) continue;
    text = rest;
    return &unit;
  }
  return nullptr;
}

/// Takes "1.5h" off the front and adds it to `total`.
bool take_part(std::string_view& text, Wide& total) {
  const std::size_t before = text.size();
  Wide whole = 0;
  Wide fraction = 0;
  Wide scale = 1;
  if (!take_digits(text, whole, nullptr)) return false;
  bool digits = text.size() != before;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const std::size_t after_point = text.size();
    if (!take_digits(text, fraction, &scale)) return false;
    digits = digits || text.size() != after_point;
  }
  const Unit* unit = digits ? take_unit(text) : nullptr;
  if (unit == nullptr) return false;
  total += whole * unit->nanoseconds + fraction * unit->nanoseconds / scale;
  return total <= kMost;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text == "0") return Duration();
  if (text.empty()) return {};
  Wide total = 0;
  while (!text.empty()) {
    if (!take_part(text, total)) return {};
  }
  const auto count = static_cast<std::int64_t>(total);
  return Duration(std::chrono::nanoseconds(negative ? -count : count));
}

}  // namespace lab::crd

namespace lab {

bool Codec<crd::Duration>::decode(const Value& value, DecodeContext& context,
                                  crd::Duration& target) {
  const auto parsed = value.is_string() ? crd::parse_duration(value.string()) : std::nullopt;
  if (!parsed) {
    context.error(value.mark, "expected a duration like \"1h30m\", \"1.5s\" or \"500ms\".");
    return false;
  }
  target = *parsed;
  return true;
}

std::optional<Value> Codec<crd::Duration>::encode(crd::Duration source) {
  return Codec<std::chrono::nanoseconds>::encode(source);
}

}  // namespace lab
