#include "mesh/crd/duration.h"

#include <gtest/gtest.h>

namespace lab::crd {
namespace {

using namespace std::chrono_literals;

TEST(CrdDuration, GoForm) {
  struct Case {
    const char* why;
    std::string_view text;
    std::optional<std::chrono::nanoseconds> value;
  };
  const Case cases[] = {
      {"one unit", "5s", 5s},
      {"units add up", "1h30m", 90min},
      {"fractions", "1.5s", 1500ms},
      {"a fraction needs no whole part", ".5s", 500ms},
      {"nor digits after the point", "1.s", 1s},
      {"ms is not m", "100ms", 100ms},
      {"micro sign", "3µs", 3us},
      {"greek mu", "3μs", 3us},
      {"zero needs no unit", "0", 0s},
      {"sign", "-1.5h", -90min},
      {"digits beyond nanoseconds are dropped", "0.1234567891234567891234s", 123456789ns},
      {"the longest", "2562047h47m16.854775807s", std::chrono::nanoseconds::max()},
      {"one more does not fit", "2562047h47m16.854775808s", std::nullopt},
      {"a number needs a unit", "5", std::nullopt},
      {"days don't exist", "1d", std::nullopt},
      {"no blanks", "1 s", std::nullopt},
      {"empty", "", std::nullopt},
      {"only a sign", "-", std::nullopt},
      {"only a point", ".s", std::nullopt},
      {"only a unit", "s", std::nullopt},
      {"a huge number is refused, not wrapped", "99999999999999999999999s", std::nullopt},
  };
  for (const Case& c : cases) {
    const auto parsed = parse_duration(c.text);
    ASSERT_EQ(parsed.has_value(), c.value.has_value()) << c.why;
    if (parsed) {
      EXPECT_EQ(parsed->count(), c.value->count()) << c.why;
    }
  }
}

}  // namespace
}  // namespace lab::crd
