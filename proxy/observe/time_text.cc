#include "proxy/observe/time_text.h"

#include <cctype>
#include <ctime>

namespace lab::proxy {
namespace {

constexpr std::string_view kDefaultFormat = "%Y-%m-%dT%H:%M:%E3SZ";

struct Instant {
  std::int64_t seconds;
  std::string fraction;  // Nine digits.
};

Instant instant_of(std::chrono::system_clock::time_point time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(time - whole).count();
  std::string digits = std::to_string(1'000'000'000 + rest).substr(1);
  return {whole.time_since_epoch().count(), std::move(digits)};
}

std::string two_digits(int number) {
  return number < 10 ? "0" + std::to_string(number) : std::to_string(number);
}

/// Takes one of our own directives at the beginning of `rest` (after '%'); "" when it is none of
/// them.
std::string special(std::string_view& rest, const Instant& instant, const std::tm& broken_down) {
  const auto take = [&rest](std::size_t size) { rest.remove_prefix(size); };
  const auto digit = [&rest](std::size_t at) {
    return at < rest.size() && rest[at] >= '1' && rest[at] <= '9' ? rest[at] - '0' : 0;
  };
  const auto fraction = [&instant](int digits) { return instant.fraction.substr(0, digits); };
  const std::string seconds = two_digits(broken_down.tm_sec);
  if (rest.starts_with("ES")) return take(2), seconds;
  if (rest.starts_with("E*S")) {
    take(3);
    std::string all = instant.fraction;
    while (!all.empty() && all.back() == '0') all.pop_back();
    return all.empty() ? seconds : seconds + "." + all;
  }
  if (rest.starts_with("E") && digit(1) != 0 && rest.substr(2, 1) == "S") {
    const int digits = digit(1);
    return take(3), seconds + "." + fraction(digits);
  }
  if (rest.starts_with("f")) return take(1), instant.fraction;
  if (rest.starts_with("s")) return take(1), std::to_string(instant.seconds);
  if (digit(0) != 0 && rest.substr(1, 1) == "f") {
    const int digits = digit(0);
    return take(2), fraction(digits);
  }
  if (digit(0) != 0 && rest.substr(1, 1) == "s") {
    const int digits = digit(0);
    return take(2), std::to_string(instant.seconds) + fraction(digits);
  }
  return "";
}

/// One directive of strftime: '%', flags E or O, one letter.
std::string standard(std::string_view& rest, const std::tm& broken_down) {
  std::size_t size = 1;
  if (rest.size() > 1 && (rest[0] == 'E' || rest[0] == 'O')) size = 2;
  const std::string directive = "%" + std::string(rest.substr(0, size));
  rest.remove_prefix(std::min(size, rest.size()));
  char buffer[128];
  const std::size_t written =
      std::strftime(buffer, sizeof(buffer), directive.c_str(), &broken_down);
  return std::string(buffer, written);
}

std::string format_time(const Instant& instant, const std::tm& broken_down, std::string_view rest) {
  std::string result;
  while (!rest.empty()) {
    const char next = rest.front();
    rest.remove_prefix(1);
    if (next != '%' || rest.empty()) {
      result += next;
      continue;
    }
    const std::string text = special(rest, instant, broken_down);
    result += text.empty() ? standard(rest, broken_down) : text;
  }
  return result;
}

}  // namespace

std::string utc_text(std::chrono::system_clock::time_point instant, std::string_view format) {
  const Instant parts = instant_of(instant);
  const std::time_t seconds = parts.seconds;
  std::tm broken_down{};
  gmtime_r(&seconds, &broken_down);
  return format_time(parts, broken_down, format.empty() ? kDefaultFormat : format);
}

std::string local_text(std::chrono::system_clock::time_point instant, std::string_view format) {
  const Instant parts = instant_of(instant);
  const std::time_t seconds = parts.seconds;
  std::tm broken_down{};
  localtime_r(&seconds, &broken_down);
  return format_time(parts, broken_down, format.empty() ? kDefaultFormat : format);
}

}  // namespace lab::proxy
