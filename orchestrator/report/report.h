#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "orchestrator/run/judge.h"
#include "orchestrator/run/observation.h"
#include "orchestrator/scenario/expectation.h"

namespace lab::orchestrator {

enum class Status : std::uint8_t { passed, failed, skipped, error };
std::string_view status_name(Status status);

/// What became of one step.
struct StepResult {
  std::string name, from;
  std::string request;  ///< As a person types it.
  std::string by_hand;  ///< The command that repeats it: "lab exec NODE -- ...".
  Status status = Status::passed;
  std::string reason;  ///< Of a skip or error.
  Expectation expected;
  bool has_expectation = false;
  Observation observed;
  std::vector<Difference> differences;
  std::chrono::nanoseconds duration{};
  unsigned attempts = 1;
  Origin origin;
};

/// What became of one scenario with one engine.
struct ScenarioResult {
  std::string id, title, path;
  std::string proxy;    ///< "mesh" or "envoy".
  std::string variant;  ///< "" is the scenario's own objects.
  Status status = Status::passed;
  std::string reason;  ///< Of a skip or error.
  int exit_code = 0;   ///< As design.md's table: 0, 1, 4, 5, 65.
  std::vector<StepResult> steps;
  std::chrono::nanoseconds up{}, down{}, duration{};
  std::string kept;  ///< Name of the lab that was left running.
  std::string artifacts;
};

/// What became of a whole run.
struct Report {
  std::vector<ScenarioResult> scenarios;
  std::chrono::nanoseconds duration{};

  std::size_t steps_with(Status status) const;
  /// The first of 130/143, 2 (a step that does not exist), 65, 5, 4, 1, 0 that occurred; a skip
  /// counts as 4 unless `skip_unfit`, then 77.
  int exit_code(bool skip_unfit) const;
};

/// The JSON report of docs/reports.md, schemaVersion 1.
Value report_json(const Report& report);
/// JUnit XML: a testsuite per scenario, a testcase per step.
std::string report_junit(const Report& report);
/// Test Anything Protocol, version 14.
std::string report_tap(const Report& report);
/// One self-contained page.
std::string report_html(const Report& report);

constexpr char kVersion[] = "0.1.0";

/// "12 ms", "3.4 s".
std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace lab::orchestrator
