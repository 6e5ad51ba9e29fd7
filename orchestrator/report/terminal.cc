#include "orchestrator/report/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace lab::orchestrator {
namespace {

constexpr char kRed[] = "31";
constexpr char kGreen[] = "32";
constexpr char kYellow[] = "33";
constexpr char kDim[] = "2";
constexpr char kBold[] = "1";

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c >= ' ' && c != 127; });
}

std::string path_text(const StepResult& step) {
  std::vector<std::string> nodes = {step.from};
  for (const Hop& hop : step.observed.hops) {
    const bool known = step.observed.counts.empty()
                           ? hop.node == nodes.back()
                           : std::find(nodes.begin(), nodes.end(), hop.node) != nodes.end();
    if (!known) nodes.push_back(hop.node);
  }
  if (!step.observed.counts.empty()) return join(nodes, ", ");  // A load takes many paths.
  std::string text = join(nodes, " -> ");
  if (!step.observed.hops.empty() && !step.observed.hops.back().endpoint.empty()) {
    text += " -> " + step.observed.hops.back().endpoint;
  }
  return text;
}

std::string hop_text(const Hop& hop) {
  std::string text = hop.node + ": listener " + (hop.listener.empty() ? "-" : hop.listener);
  if (!hop.virtual_host.empty()) text += ", virtual host " + hop.virtual_host;
  text += ", cluster " + (hop.cluster.empty() ? std::string("none") : hop.cluster);
  if (!hop.endpoint.empty()) text += ", endpoint " + hop.endpoint;
  if (hop.status != 0) text += ", answered " + std::to_string(hop.status);
  if (!hop.flags.empty()) text += " [" + hop.flags + "]";
  if (!hop.details.empty()) text += " (" + hop.details + ")";
  if (hop.presented.present) {
    text += ", presented " +
            (hop.presented.subject.empty() ? hop.presented.file : hop.presented.subject);
  }
  if (!hop.transport_failure.empty()) text += ", TLS: " + hop.transport_failure;
  return text;
}

/// "200, 15 bytes" and the first line of a short body: for those who want to see it.
std::string answer_text(const Observation& seen) {
  constexpr std::size_t kShownBytes = 100;
  if (seen.status == 0) return "";
  const std::string line = seen.body.substr(0, seen.body.find('\n'));
  const bool shows = !line.empty() && line.size() <= kShownBytes && is_printable(line);
  return "          answered " + std::to_string(seen.status) + ", " +
         std::to_string(seen.body.size()) + " bytes" + (shows ? ": " + line : "") + "\n";
}

/// The hop at which what happened first left what was expected; the last one when only the answer
/// differs.
const Hop* first_differing_hop(const StepResult& step) {
  const auto& hops = step.observed.hops;
  if (hops.empty()) return nullptr;
  for (std::size_t i = 0; i < hops.size() && i < step.expected.hops.size(); ++i) {
    const HopExpectation& wanted = step.expected.hops[i];
    const bool same = (wanted.node.empty() || wanted.node == hops[i].node) &&
                      (wanted.cluster.empty() || wanted.cluster == hops[i].cluster);
    if (!same) return &hops[i];
  }
  if (step.expected.via) {
    const auto passed = via_of(step.observed, step.from);
    const std::size_t own = hops.size() - passed.size();
    const auto& wanted = step.expected.via->all;
    for (std::size_t i = 0; i < passed.size(); ++i) {
      if (i >= wanted.size() || wanted[i] != passed[i])
        return own + i > 0 ? &hops[own + i - 1] : &hops[0];
    }
    if (passed.size() < wanted.size()) return &hops.back();
  }
  return &hops.back();
}

}  // namespace

std::string hops_text(const StepResult& step) {
  std::string text;
  for (const Hop& hop : step.observed.hops) {
    text += "          at " + hop_text(hop) + "\n";
    for (const std::string& origin : hop.origins) text += "             made by " + origin + "\n";
  }
  return text;
}

bool wants_color(ColorMode mode, int fd) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_color != nullptr && *no_color != 0) return false;
  return ::isatty(fd) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string TextReport::paint(const char* code, const std::string& text) const {
  return options_.color ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
}

std::string TextReport::mark(Status status) const {
  switch (status) {
    case Status::passed:
      return paint(kGreen, "ok   ");
    case Status::failed:
      return paint(kRed, "FAIL ");
    case Status::skipped:
      return paint(kYellow, "skip ");
    case Status::error:
      return paint(kRed, "ERROR");
  }
  return "";
}

std::string TextReport::time(std::chrono::nanoseconds duration) const {
  return options_.stable ? "" : "  " + paint(kDim, duration_text(duration));
}

std::string TextReport::heading(const ScenarioResult& scenario) const {
  if (options_.quiet || !options_.per_step) return "";
  std::string text = paint(kBold, scenario.id) + "  " + scenario.title;
  if (!scenario.variant.empty()) text += " [" + scenario.variant + "]";
  if (scenario.proxy != "mesh") text += " (proxy: " + scenario.proxy + ")";
  return text + "\n";
}

std::string TextReport::step(const ScenarioResult& scenario, const StepResult& step) const {
  const bool good = step.status == Status::passed;
  if (good && (options_.quiet || !options_.per_step)) return "";
  std::string text = "  " + mark(step.status) + " ";
  if (!options_.per_step || options_.quiet) text += scenario.id + ": ";
  text += step.name + time(step.duration) + "\n";
  if (options_.verbose && !step.request.empty()) {
    text += "          " + step.request + "\n          " + path_text(step) + "\n";
    text += answer_text(step.observed);
  }
  return good ? text : text + failure(step);
}

std::string TextReport::failure(const StepResult& step) const {
  std::string text;
  const auto line = [&](const std::string& label, const std::string& value) {
    text += "          " + label + std::string(label.size() < 10 ? 10 - label.size() : 1, ' ') +
            value + "\n";
  };
  if (!step.reason.empty()) line("reason", step.reason);
  if (step.status == Status::skipped) return text;
  if (!step.request.empty()) line("sent", step.request + "  (from " + step.from + ")");
  for (const Difference& difference : step.differences) {
    line(difference.what, "expected " + difference.expected);
    line("", "got      " + difference.got);
  }
  if (!step.from.empty()) line("path", path_text(step));
  if (const Hop* hop = first_differing_hop(step)) {
    line("hop", hop_text(*hop));
    for (const std::string& origin : hop->origins) line("made by", origin);
  } else if (step.expected.via && !step.expected.via->empty()) {
    line("hop", "no proxy has seen this request");
  }
  if (step.attempts > 1) line("attempts", std::to_string(step.attempts));
  if (!step.origin.file.empty()) line("step", step.origin.text());
  if (!step.by_hand.empty()) line("by hand", step.by_hand);
  return text;
}

std::string TextReport::ending(const ScenarioResult& scenario) const {
  std::size_t passed = 0;
  for (const StepResult& step : scenario.steps) passed += step.status == Status::passed ? 1 : 0;
  if (options_.quiet && scenario.status == Status::passed) return "";
  std::string text = mark(scenario.status) + " " + scenario.id;
  if (!scenario.variant.empty()) text += " [" + scenario.variant + "]";
  if (scenario.proxy != "mesh") text += " (proxy: " + scenario.proxy + ")";
  text += "  " + std::to_string(passed) + " of " + std::to_string(scenario.steps.size()) +
          " steps held";
  if (!options_.stable) {
    text += paint(kDim, "  (up " + duration_text(scenario.up) + ", down " +
                            duration_text(scenario.down) + ", in all " +
                            duration_text(scenario.duration) + ")");
  }
  text += "\n";
  if (!scenario.reason.empty())
    text += "      " + replace_all(scenario.reason, "\n", "\n      ") + "\n";
  if (!scenario.kept.empty()) {
    text += "      the lab is still up: `lab ps " + scenario.kept + "`, `lab shell " +
            scenario.kept + "/NODE`, `lab down " + scenario.kept + "`\n";
  }
  if (!scenario.artifacts.empty()) text += "      evidence: " + scenario.artifacts + "\n";
  return text;
}

std::string TextReport::summary(const Report& report) const {
  const std::size_t failed = report.steps_with(Status::failed) + report.steps_with(Status::error);
  std::string text = std::to_string(report.scenarios.size()) +
                     (report.scenarios.size() == 1 ? " scenario, " : " scenarios, ") +
                     std::to_string(report.steps_with(Status::passed)) + " steps held";
  if (failed != 0) text += ", " + paint(kRed, std::to_string(failed) + " did not");
  const std::size_t skipped = report.steps_with(Status::skipped);
  if (skipped != 0) text += ", " + std::to_string(skipped) + " skipped";
  return text + (options_.stable ? "" : " in " + duration_text(report.duration)) + "\n";
}

void ProgressLine::show(const std::string& text) {
  if (!enabled_) return;
  const std::lock_guard guard(mutex_);
  const std::string line = "\r\033[K" + text.substr(0, 100);
  [[maybe_unused]] const auto written = ::write(2, line.data(), line.size());
  shown_ = true;
}

void ProgressLine::clear() {
  const std::lock_guard guard(mutex_);
  if (!shown_) return;
  [[maybe_unused]] const auto written = ::write(2, "\r\033[K", 4);
  shown_ = false;
}

}  // namespace lab::orchestrator
