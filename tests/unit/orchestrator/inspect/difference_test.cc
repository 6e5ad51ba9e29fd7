#include "orchestrator/inspect/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace lab::orchestrator {
namespace {

TEST(Difference, Lines) {
  struct Case {
    const char *why, *a, *b;
    std::vector<std::string> lines;
  };
  const Case cases[] = {
      {"the same", R"({"a":[1]})", R"({"a":[1]})", {}},
      {"a value", R"({"a":1})", R"({"a":2})", {"~ .a: 1 -> 2"}},
      {"members come and go", R"({"a":1})", R"({"b":1})", {"- .a: 1", "+ .b: 1"}},
      {"named elements are matched by name, wherever they stand",
       R"([{"name":"x","v":1},{"name":"y"}])",
       R"([{"name":"y"},{"name":"x","v":2}])",
       {"~ [x].v: 1 -> 2"}},
      {"others by position", "[1,2]", "[1,3,4]", {"~ [1]: 2 -> 3", "+ [2]: 4"}},
      {"another kind of value", R"({"a":{}})", R"({"a":[]})", {"~ .a: {} -> []"}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(difference(*parse_json(c.a, "a"), *parse_json(c.b, "b")), c.lines) << c.why;
  }
}

}  // namespace
}  // namespace lab::orchestrator
