#include "orchestrator/plan/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace lab::orchestrator {
namespace {

Plan good_plan() {
  Plan plan;
  plan.name = "good";
  plan.bridges = {{"pods", "10.234.0.1", 16}};
  Node node;
  node.name = "a";
  node.interfaces = {{"eth0", "pods", {"10.234.0.2"}}};
  plan.nodes = {node};
  return plan;
}

TEST(PlanCheck, FindsWhatContradictsItself) {
  struct Case {
    const char* why;
    std::function<void(Plan&)> spoil;
    const char* message;  // "": the plan is good.
  };
  const Case cases[] = {
      {"nothing is wrong", [](Plan&) {}, ""},
      {"the name becomes a socket's", [](Plan& plan) { plan.name = "a/b"; },
       "\"a/b\" must not be empty"},
      {"the kernel's limit for names of links",
       [](Plan& plan) { plan.bridges[0].name = "a-very-long-name"; }, "1 to 15 characters"},
      {"no IPv4 address", [](Plan& plan) { plan.bridges[0].address = "::1"; },
       "\"::1\" is no IPv4 address"},
      {"the same node twice", [](Plan& plan) { plan.nodes.push_back(plan.nodes[0]); },
       "node a.default is there twice"},
      {"the same address twice",
       [](Plan& plan) { plan.nodes[0].interfaces[0].addresses = {"10.234.0.1"}; },
       "10.234.0.1 is taken"},
      {"an address outside its network",
       [](Plan& plan) { plan.nodes[0].interfaces[0].addresses = {"10.235.0.2"}; },
       "10.235.0.2 is outside 10.234.0.1/16 of bridge pods"},
      {"an unknown bridge", [](Plan& plan) { plan.nodes[0].interfaces[0].bridge = "none"; },
       "there is no bridge \"none\""},
      {"the fabric's own name", [](Plan& plan) { plan.nodes[0].name = "fabric"; },
       "choose another name"},
      {"a relative path",
       [](Plan& plan) {
         plan.nodes[0].files = {{"etc/x", ""}};
       },
       "\"etc/x\" must be an absolute path"},
      {"a way out", [](Plan& plan) { plan.nodes[0].directories = {{"/etc/../x"}}; },
       "without \"..\""},
      {"a sysctl of the whole kernel",
       [](Plan& plan) {
         plan.nodes[0].sysctls = {{"kernel.panic", "1"}};
       },
       "only those below net. are"},
      {"a program without a command",
       [](Plan& plan) {
         plan.nodes[0].programs = {Program{"p", {}, {}, 0, 0, "/", {}}};
       },
       "program p has no command"},
      {"a range that is none",
       [](Plan& plan) { plan.nodes[0].redirect.excluded_outbound_ranges = {"10.0.0.0/33"}; },
       "\"10.0.0.0/33\" is no IPv4 range"},
      {"a route to nowhere",
       [](Plan& plan) {
         plan.nodes[0].routes = {{"x", ""}};
       },
       "\"x\" is no IPv4 range"},
  };
  for (const Case& c : cases) {
    Plan plan = good_plan();
    c.spoil(plan);
    const Result<> result = check(plan);
    if (*c.message == '\0') {
      EXPECT_TRUE(result) << c.why << ": " << result.error().message;
      continue;
    }
    ASSERT_FALSE(result) << c.why;
    EXPECT_EQ(result.error().code, Errc::config) << c.why;
    EXPECT_THAT(result.error().message, testing::HasSubstr(c.message)) << c.why;
  }
}

TEST(PlanCheck, TellsEverythingAtOnce) {
  Plan plan = good_plan();
  plan.name = "";
  plan.nodes[0].interfaces[0].bridge = "none";
  plan.nodes[0].files = {{"x", ""}};
  const std::string message = check(plan).error().message;
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 3);
}

}  // namespace
}  // namespace lab::orchestrator
