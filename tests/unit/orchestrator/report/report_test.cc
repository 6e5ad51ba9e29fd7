#include "orchestrator/report/report.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "orchestrator/report/engine_difference.h"
#include "orchestrator/report/terminal.h"

namespace lab::orchestrator {
namespace {

StepResult step(const std::string& name, Status status) {
  StepResult result;
  result.name = name;
  result.from = "sleep-v1";
  result.request = "curl http://a/";
  result.status = status;
  if (status == Status::failed) result.differences = {{"status", "200", "403 <&>"}};
  if (status == Status::skipped) result.reason = "not on this host";
  return result;
}

Report report() {
  ScenarioResult scenario;
  scenario.id = "scenario15";
  scenario.proxy = "mesh";
  scenario.status = Status::failed;
  scenario.exit_code = 1;
  scenario.steps = {step("first", Status::passed), step("second & last", Status::failed),
                    step("third", Status::skipped)};
  Report result;
  result.scenarios = {scenario};
  return result;
}

TEST(ReportJson, HasTheContractsMembers) {
  const Value json = report_json(report());
  const auto text = [&](const char* path) {
    const Value* value = json.at_path(path);
    return value == nullptr ? std::string("(nothing)") : write_json(*value);
  };
  EXPECT_EQ(text("schemaVersion"), "1");
  EXPECT_EQ(text("summary/scenarios"), "1");
  EXPECT_EQ(text("summary/steps"), R"({"passed":1,"failed":1,"skipped":1,"error":0})");
  EXPECT_EQ(text("scenarios/0/status"), R"("failed")");
  for (const char* member :
       {"name", "from", "request", "status", "expected", "observed", "hops", "durationMs"}) {
    EXPECT_NE(json.at_path("scenarios/0/steps/0/" + std::string(member)), nullptr) << member;
  }
  EXPECT_EQ(text("scenarios/0/steps/0/observed/bodySha256"),
            R"("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")")
      << "of an empty body";
}

TEST(ReportJunit, CountsAndQuotes) {
  const std::string xml = report_junit(report());
  EXPECT_NE(xml.find(R"(tests="3" failures="1" errors="0" skipped="1")"), std::string::npos) << xml;
  EXPECT_NE(xml.find(R"(name="second &amp; last")"), std::string::npos);
  EXPECT_NE(xml.find("got 403 &lt;&amp;&gt;"), std::string::npos);
}

TEST(ReportTap, OneLinePerStep) {
  const std::string tap = report_tap(report());
  EXPECT_EQ(tap.rfind("TAP version 14\n1..3\nok 1 - scenario15: first\nnot ok 2 - ", 0), 0u) << tap;
  EXPECT_NE(tap.find("ok 3 - scenario15: third # SKIP not on this host\n"), std::string::npos);
}

TEST(ReportExitCode, FirstOfTheContractsOrder) {
  struct Case {
    const char* why;
    std::vector<int> codes;
    int exit_code;
  };
  const Case cases[] = {
      {"nothing went wrong", {0, 0}, 0},
      {"one failed", {0, 1, 0}, 1},
      {"unfit comes before failed", {1, 4}, 4},
      {"a bad file before a lab that did not come up", {5, 65, 1}, 65},
      {"a step that does not exist is no success", {0, 2}, 2},
      {"a signal before everything", {65, 143, 130}, 130},
  };
  for (const Case& c : cases) {
    Report all;
    for (const int code : c.codes) all.scenarios.emplace_back().exit_code = code;
    EXPECT_EQ(all.exit_code(false), c.exit_code) << c.why;
  }
}

TEST(TextReport, AFailureTellsEverything) {
  Report all = report();
  StepResult& failed = all.scenarios[0].steps[1];
  Hop hop;
  hop.node = "sleep-v1";
  hop.cluster = "outbound|80||a";
  hop.origins = {"VirtualService a (mesh/a.yaml:7)"};
  failed.observed.hops = {hop};
  failed.by_hand = "lab exec scenario15/sleep-v1 -- curl http://a/";
  const std::string text = TextReport({}).step(all.scenarios[0], failed);
  for (const char* part :
       {"FAIL", "second & last", "curl http://a/  (from sleep-v1)", "expected 200", "got      403",
        "cluster outbound|80||a", "mesh/a.yaml:7", "lab exec scenario15/sleep-v1"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in:\n" << text;
  }
}

TEST(EngineDifferences, SameStepOtherOutcome) {
  Report all = report();
  all.scenarios.push_back(all.scenarios[0]);
  all.scenarios[1].proxy = "envoy";
  EXPECT_FALSE(has_engine_differences(all));
  all.scenarios[1].steps[0].observed.status = 503;
  EXPECT_TRUE(has_engine_differences(all));
}

}  // namespace
}  // namespace lab::orchestrator
