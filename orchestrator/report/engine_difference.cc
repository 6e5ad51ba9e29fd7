#include "orchestrator/report/engine_difference.h"

#include <algorithm>

namespace lab::orchestrator {
namespace {

std::string outcome_text(const StepResult& step) {
  std::string text(status_name(step.status));
  if (step.observed.status != 0)
    text += " " + std::to_string(step.observed.status);
  else if (!step.from.empty())
    text += " exit " + std::to_string(step.observed.exit);
  for (const auto& [status, count] : step.observed.counts)
    text += " " + status + "x" + std::to_string(count);
  return text;
}

/// A load's counts depend on timing, and so may curl's exit status when nothing came back (whether
/// the end of the connection is met while sending or while receiving): then only whether the
/// expectation held is compared.
bool same(const StepResult& a, const StepResult& b) {
  if (!a.observed.counts.empty()) return a.status == b.status;
  const bool both_held = a.status == Status::passed && b.status == Status::passed;
  if (both_held && a.observed.status == 0 && b.observed.status == 0) return true;
  return outcome_text(a) == outcome_text(b);
}

/// The steps that ran on both engines; `when: {proxy: ...}` may leave some to one of them.
std::string compare(const ScenarioResult& mesh, const ScenarioResult& envoy) {
  std::string text;
  for (const StepResult& ours : mesh.steps) {
    const auto theirs =
        std::find_if(envoy.steps.begin(), envoy.steps.end(),
                     [&](const StepResult& step) { return step.name == ours.name; });
    if (theirs == envoy.steps.end() || same(ours, *theirs)) continue;
    text += mesh.id + ": " + ours.name + ": our proxy " + outcome_text(ours) + ", envoy " +
            outcome_text(*theirs) + "\n";
  }
  if (mesh.exit_code != envoy.exit_code && text.empty()) {
    text = mesh.id + ": our proxy ends with exit code " + std::to_string(mesh.exit_code) +
           ", envoy with " + std::to_string(envoy.exit_code) + "\n";
  }
  return text;
}

std::string all_differences(const Report& report) {
  std::string text;
  for (const ScenarioResult& mesh : report.scenarios) {
    if (mesh.proxy != "mesh") continue;
    for (const ScenarioResult& envoy : report.scenarios) {
      if (envoy.proxy == "envoy" && envoy.path == mesh.path) text += compare(mesh, envoy);
    }
  }
  return text;
}

}  // namespace

std::string engine_differences(const Report& report) {
  const std::string text = all_differences(report);
  return text.empty() ? "both proxies came to the same outcomes\n" : "the proxies differ:\n" + text;
}

bool has_engine_differences(const Report& report) {
  return !all_differences(report).empty();
}

}  // namespace lab::orchestrator
