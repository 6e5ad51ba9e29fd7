#include "orchestrator/report/engine_difference.h"

namespace lab::orchestrator {
namespace {

std::string outcome(const StepResult& step) {
  std::string text(status_name(step.status));
  if (step.observed.status != 0)
    text += " " + std::to_string(step.observed.status);
  else if (!step.from.empty())
    text += " exit " + std::to_string(step.observed.exit);
  for (const auto& [status, count] : step.observed.counts)
    text += " " + status + "x" + std::to_string(count);
  return text;
}

/// A load's counts depend on timing: only whether its expectation held is compared.
bool same(const StepResult& a, const StepResult& b) {
  if (!a.observed.counts.empty()) return a.status == b.status;
  return outcome(a) == outcome(b);
}

std::string compare(const ScenarioResult& mesh, const ScenarioResult& envoy) {
  std::string text;
  if (mesh.steps.size() != envoy.steps.size()) {
    text += mesh.id + ": our proxy ran " + std::to_string(mesh.steps.size()) + " steps, envoy " +
            std::to_string(envoy.steps.size()) + "\n";
  }
  for (std::size_t i = 0; i < mesh.steps.size() && i < envoy.steps.size(); ++i) {
    if (same(mesh.steps[i], envoy.steps[i])) continue;
    text += mesh.id + ": " + mesh.steps[i].name + ": our proxy " + outcome(mesh.steps[i]) +
            ", envoy " + outcome(envoy.steps[i]) + "\n";
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
