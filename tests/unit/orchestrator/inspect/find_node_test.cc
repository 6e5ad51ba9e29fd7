#include "orchestrator/inspect/find_node.h"

#include <gtest/gtest.h>

namespace lab::orchestrator {
namespace {

TEST(FindNode, BestNameWins) {
  const std::vector<LabNodes> labs = {
      {"scenario15", {"sleep.default", "sleep-v1.default", "gateway-v1.istio-system", "nginx01"}},
      {"scenario14", {"sleep-v1.default", "web.a", "web.b"}}};
  struct Case {
    const char* why;
    const char* text;
    const char* found;  ///< "LAB/ID", or "" for an error.
  };
  const Case cases[] = {
      {"a name", "nginx01", "scenario15/nginx01"},
      {"a whole name wins over suffixes", "sleep", "scenario15/sleep.default"},
      {"a suffix that only one has", "way-v1", "scenario15/gateway-v1.istio-system"},
      {"the lab chooses", "scenario14/sleep-v1", "scenario14/sleep-v1.default"},
      {"two labs have it", "sleep-v1", ""},
      {"the namespace chooses", "web.b", "scenario14/web.b"},
      {"two namespaces have it", "web", ""},
      {"nobody has it", "wed", ""},
      {"no such lab", "scenario16/web", ""},
  };
  for (const Case& c : cases) {
    const auto found = find_node(labs, c.text);
    EXPECT_EQ(found ? found->lab + "/" + found->node : "", c.found) << c.why;
  }
  EXPECT_NE(find_node(labs, "wed").error().message.find("Did you mean \"web\""), std::string::npos);
}

}  // namespace
}  // namespace lab::orchestrator
