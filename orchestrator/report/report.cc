#include "orchestrator/report/report.h"

#include <algorithm>

namespace lab::orchestrator {

std::string_view status_name(Status status) {
  switch (status) {
    case Status::passed:
      return "passed";
    case Status::failed:
      return "failed";
    case Status::skipped:
      return "skipped";
    case Status::error:
      return "error";
  }
  return "error";
}

std::size_t Report::steps_with(Status status) const {
  std::size_t count = 0;
  for (const ScenarioResult& scenario : scenarios) {
    for (const StepResult& step : scenario.steps) count += step.status == status ? 1 : 0;
  }
  return count;
}

int Report::exit_code(bool skip_unfit) const {
  for (int code : {130, 143, 2, 65, 5, 4, 1}) {
    const bool occurred = std::any_of(scenarios.begin(), scenarios.end(),
                                      [&](const ScenarioResult& s) { return s.exit_code == code; });
    if (occurred) return code == 4 && skip_unfit ? 77 : code;
  }
  return 0;
}

std::string duration_text(std::chrono::nanoseconds duration) {
  const double milliseconds = static_cast<double>(duration.count()) / 1e6;
  char text[32];
  if (milliseconds < 10)
    std::snprintf(text, sizeof text, "%.1f ms", milliseconds);
  else if (milliseconds < 1000)
    std::snprintf(text, sizeof text, "%.0f ms", milliseconds);
  else
    std::snprintf(text, sizeof text, "%.2f s", milliseconds / 1000);
  return text;
}

}  // namespace lab::orchestrator
