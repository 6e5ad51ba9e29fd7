#include "orchestrator/scenario/variables.h"

#include <gtest/gtest.h>

#include "orchestrator/scenario/load.h"

namespace lab::orchestrator {
namespace {

std::vector<Step> steps_of(const std::string& steps, Diagnostics& out) {
  const Scenario scenario =
      parse_scenario("id: a\ntitle: b\nvariables: {host: h}\nsteps:\n" + steps, "s.yaml", {}, out);
  return resolve_steps(scenario, scenario.variables, out);
}

TEST(ResolveSteps, ForEachMakesOneStepPerRow) {
  Diagnostics out;
  const auto steps = steps_of(
      "- name: asks\n  from: c\n  request: GET http://${host}${path}\n  expect: {status: 200, via: "
      "[]}\n"
      "  for-each:\n  - with: {path: /a}\n  - {with: {path: /b}, expect: {status: 404}}\n",
      out);
  ASSERT_TRUE(out.empty()) << out.text();
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].name, "asks (/a)");
  EXPECT_EQ(steps[0].request, "GET http://h/a");
  EXPECT_EQ(steps[0].expect->status.all, std::vector<int>{200});
  EXPECT_EQ(steps[1].expect->status.all, std::vector<int>{404})
      << "a row's expectation replaces the step's";
  EXPECT_TRUE(steps[1].expect->via.has_value()) << "and leaves the others";
}

TEST(ResolveSteps, MatrixMakesOneStepPerCell) {
  Diagnostics out;
  const auto steps = steps_of(
      "- name: m\n  request: GET http://${to}/\n  expect: {via: []}\n"
      "  matrix:\n    to: [a, b]\n    rows:\n      c: [200, exit 35]\n",
      out);
  ASSERT_TRUE(out.empty()) << out.text();
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].from, "c");
  EXPECT_EQ(steps[0].request, "GET http://a/");
  EXPECT_EQ(steps[0].expect->status.all, std::vector<int>{200});
  EXPECT_EQ(steps[1].expect->exit.all, std::vector<int>{35});
  EXPECT_EQ(steps[1].name, "m (c -> b)");
}

TEST(Substitute, LeavesWhatItDoesNotKnow) {
  std::vector<std::string> unknown;
  EXPECT_EQ(substitute(std::string_view("$a ${a} ${b} ${"), {{"a", "1"}}, &unknown),
            "$a 1 ${b} ${");
  EXPECT_EQ(unknown, std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace lab::orchestrator
