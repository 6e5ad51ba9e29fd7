#include "orchestrator/scenario/select.h"

#include <gtest/gtest.h>

namespace lab::orchestrator {
namespace {

std::vector<ScenarioFolder> folders() {
  return {{"scenario01", "01-ingress", "s/01-ingress", "", {"ingress"}},
          {"scenario02", "02-egress", "s/02-egress", "", {"egress"}},
          {"scenario15", "15-mtls", "s/15-mtls", "", {"egress", "mtls"}}};
}

TEST(SelectScenarios, EveryWayOfNamingThem) {
  struct Case {
    const char* why;
    std::vector<std::string> selectors;
    std::vector<std::string> paths;
    const char* step;
  };
  const Case cases[] = {
      {"nothing is all", {}, {"s/01-ingress", "s/02-egress", "s/15-mtls"}, ""},
      {"an id", {"scenario15"}, {"s/15-mtls"}, ""},
      {"a number", {"15"}, {"s/15-mtls"}, ""},
      {"a number without its zero", {"1"}, {"s/01-ingress"}, ""},
      {"a folder's name", {"02-egress"}, {"s/02-egress"}, ""},
      {"a range, of those that exist", {"02..20"}, {"s/02-egress", "s/15-mtls"}, ""},
      {"a glob over ids and names", {"*egress"}, {"s/02-egress"}, ""},
      {"a tag", {"tag:egress"}, {"s/02-egress", "s/15-mtls"}, ""},
      {"each once, in the order named",
       {"15", "scenario01", "15"},
       {"s/15-mtls", "s/01-ingress"},
       ""},
      {"one step", {"15/nginx accepts"}, {"s/15-mtls"}, "nginx accepts"},
  };
  for (const Case& c : cases) {
    const auto selections = select_scenarios(folders(), c.selectors);
    ASSERT_TRUE(selections) << c.why;
    std::vector<std::string> paths;
    for (const Selection& selection : *selections) paths.push_back(selection.path);
    EXPECT_EQ(paths, c.paths) << c.why;
    EXPECT_EQ(selections->front().step, c.step) << c.why;
  }
}

TEST(SelectScenarios, WhatDoesNotExist) {
  struct Case {
    const char* why;
    const char* selector;
    Errc code;
    const char* message;
  };
  const Case cases[] = {
      {"a name nobody has: the nearest", "scenario16", Errc::usage, "Did you mean \"scenario15\""},
      {"a path without scenario.yaml", "./nowhere", Errc::usage,
       "no scenario.yaml in \"./nowhere\""},
      {"a glob that matches nothing", "x*", Errc::not_found, "no scenario matches"},
      {"a range without members", "30..40", Errc::not_found, "no scenario matches"},
      {"a tag nobody has", "tag:x", Errc::not_found, "no scenario matches"},
  };
  for (const Case& c : cases) {
    const auto selections = select_scenarios(folders(), {c.selector});
    ASSERT_FALSE(selections) << c.why;
    EXPECT_EQ(selections.error().code, c.code) << c.why;
    EXPECT_NE(selections.error().message.find(c.message), std::string::npos)
        << selections.error().message;
  }
}

}  // namespace
}  // namespace lab::orchestrator
