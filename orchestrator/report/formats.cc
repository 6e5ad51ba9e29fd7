#include "base/text.h"
#include "orchestrator/report/report.h"

namespace lab::orchestrator {
namespace {

/// A text in XML or HTML: markup quoted, characters that XML 1.0 forbids replaced.
std::string markup_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default: {
        const bool forbidden = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
        result += forbidden ? '?' : c;
      }
    }
  }
  return result;
}

std::string seconds(std::chrono::nanoseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(duration.count()) / 1e9);
  return text;
}

std::string differences_text(const StepResult& step) {
  std::string text;
  for (const Difference& difference : step.differences) {
    text +=
        difference.what + ": expected " + difference.expected + ", got " + difference.got + "\n";
  }
  return text + (step.reason.empty() ? "" : step.reason + "\n");
}

std::size_t count(const ScenarioResult& scenario, Status status) {
  std::size_t result = 0;
  for (const StepResult& step : scenario.steps) result += step.status == status ? 1 : 0;
  return result;
}

/// A scenario that never came to its steps is one test case of its own.
bool has_own_case(const ScenarioResult& scenario) {
  return scenario.steps.empty() ||
         (scenario.status == Status::error && count(scenario, Status::error) == 0);
}

std::string label_of(const ScenarioResult& scenario) {
  std::string label = scenario.id;
  if (!scenario.variant.empty()) label += "/" + scenario.variant;
  return scenario.proxy == "mesh" ? label : label + " (" + scenario.proxy + ")";
}

std::string junit_case(const std::string& class_name, const std::string& name,
                       std::chrono::nanoseconds time, Status status, const std::string& details) {
  std::string text = "    <testcase classname=\"" + markup_text(class_name) + "\" name=\"" +
                     markup_text(name) + "\" time=\"" + seconds(time) + "\"";
  if (status == Status::passed) return text + "/>\n";
  text += ">\n";
  const std::string first_line = details.substr(0, details.find('\n'));
  if (status == Status::skipped) {
    text += "      <skipped message=\"" + markup_text(first_line) + "\"/>\n";
  } else {
    const char* element = status == Status::failed ? "failure" : "error";
    text += std::string("      <") + element + " message=\"" + markup_text(first_line) + "\">" +
            markup_text(details) + "</" + element + ">\n";
  }
  return text + "    </testcase>\n";
}

std::string junit_suite(const ScenarioResult& scenario) {
  const std::string label = label_of(scenario);
  const bool own = has_own_case(scenario);
  const auto number = [&](Status status) {
    return std::to_string(count(scenario, status) + (own && scenario.status == status ? 1 : 0));
  };
  std::string text = "  <testsuite name=\"" + markup_text(label) + "\" tests=\"" +
                     std::to_string(scenario.steps.size() + (own ? 1 : 0)) + "\" failures=\"" +
                     number(Status::failed) + "\" errors=\"" + number(Status::error) +
                     "\" skipped=\"" + number(Status::skipped) + "\" time=\"" +
                     seconds(scenario.duration) + "\">\n";
  if (own)
    text += junit_case(label, "scenario", scenario.duration, scenario.status, scenario.reason);
  for (const StepResult& step : scenario.steps) {
    text += junit_case(label, step.name, step.duration, step.status, differences_text(step));
  }
  return text + "  </testsuite>\n";
}

std::string tap_line(std::size_t number, const std::string& name, Status status,
                     const std::string& details) {
  const bool good = status == Status::passed || status == Status::skipped;
  std::string text =
      (good ? "ok " : "not ok ") + std::to_string(number) + " - " + replace_all(name, "#", "\\#");
  if (status == Status::skipped) text += " # SKIP " + details.substr(0, details.find('\n'));
  text += "\n";
  if (good) return text;
  text += "  ---\n  message: |\n";
  for (const std::string& line : split(trim(details), '\n')) text += "    " + line + "\n";
  return text + "  ...\n";
}

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}td{border-top:1px solid #ddd;padding:.3em "
    ".6em;vertical-align:top}"
    ".passed{color:#176b2c}.failed,.error{color:#a81313}.skipped{color:#666}pre{white-space:pre-"
    "wrap;margin:0}";

std::string html_scenario(const ScenarioResult& scenario) {
  const std::string status(status_name(scenario.status));
  std::string text = "<h2>" + markup_text(label_of(scenario)) + " <span class=\"" + status + "\">" +
                     status + "</span></h2><p>" + markup_text(scenario.title) + " &middot; up " +
                     duration_text(scenario.up) + " &middot; down " + duration_text(scenario.down) +
                     " &middot; " + duration_text(scenario.duration) + "</p><p>" +
                     markup_text(scenario.reason) + "</p><table>\n";
  for (const StepResult& step : scenario.steps) {
    const std::string outcome(status_name(step.status));
    std::string path;
    for (const Hop& hop : step.observed.hops) path += (path.empty() ? "" : " → ") + hop.node;
    text += "<tr><td class=\"" + outcome + "\">" + outcome + "</td><td>" + markup_text(step.name) +
            "<br><code>" + markup_text(step.request) + "</code><br>" + markup_text(path) + "<pre>" +
            markup_text(differences_text(step)) + "</pre></td><td>" + duration_text(step.duration) +
            "</td></tr>\n";
  }
  return text + "</table>\n";
}

}  // namespace

std::string report_junit(const Report& report) {
  std::string suites;
  for (const ScenarioResult& scenario : report.scenarios) suites += junit_suite(scenario);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lab\" time=\"" +
         seconds(report.duration) + "\">\n" + suites + "</testsuites>\n";
}

std::string report_tap(const Report& report) {
  std::string lines;
  std::size_t number = 0;
  for (const ScenarioResult& scenario : report.scenarios) {
    const std::string label = label_of(scenario);
    if (has_own_case(scenario))
      lines += tap_line(++number, label, scenario.status, scenario.reason);
    for (const StepResult& step : scenario.steps) {
      lines += tap_line(++number, label + ": " + step.name, step.status, differences_text(step));
    }
  }
  return "TAP version 14\n1.." + std::to_string(number) + "\n" + lines;
}

std::string report_html(const Report& report) {
  std::string body;
  for (const ScenarioResult& scenario : report.scenarios) body += html_scenario(scenario);
  return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>lab "
         "report</title><style>" +
         std::string(kStyle) + "</style><h1>lab report</h1><p>" +
         std::to_string(report.steps_with(Status::passed)) + " passed, " +
         std::to_string(report.steps_with(Status::failed)) + " failed, " +
         std::to_string(report.steps_with(Status::skipped)) + " skipped, " +
         std::to_string(report.steps_with(Status::error)) + " errors in " +
         duration_text(report.duration) + "</p>\n" + body + "</html>\n";
}

}  // namespace lab::orchestrator
