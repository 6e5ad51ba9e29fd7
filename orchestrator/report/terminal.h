#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "orchestrator/report/report.h"

namespace lab::orchestrator {

enum class ColorMode : std::uint8_t { automatic, always, never };

/// Whether text written to `fd` may hold colours: a terminal, and no NO_COLOR in the environment.
bool wants_color(ColorMode mode, int fd);

/// Every proxy that a step's request passed, a line each, and the objects that made its route.
std::string hops_text(const StepResult& step);

/// Words for a person: steps as they end, the summary, and failures in full.
class TextReport {
 public:
  struct Options {
    bool color = false;
    bool quiet = false;    ///< Only failures and the summary.
    bool verbose = false;  ///< Each step's request and path too.
    bool stable = false;   ///< Without times and addresses that differ between runs.
    bool per_step = true;  ///< One line per step; else one per scenario.
  };
  explicit TextReport(Options options) : options_(options) {}

  /// "scenario15  Mutual TLS ..." before its steps.
  std::string heading(const ScenarioResult& scenario) const;
  /// The line (and, after a failure, the paragraph) of one step.
  std::string step(const ScenarioResult& scenario, const StepResult& step) const;
  /// The line of one scenario, after its steps.
  std::string ending(const ScenarioResult& scenario) const;
  std::string summary(const Report& report) const;

 private:
  std::string mark(Status status) const;
  std::string paint(const char* code, const std::string& text) const;
  std::string failure(const StepResult& step) const;
  std::string time(std::chrono::nanoseconds duration) const;

  Options options_;
};

/// One line at the bottom of a terminal that says what is going on; nothing when standard error is
/// no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool enabled) : enabled_(enabled) {}
  ~ProgressLine() { clear(); }
  void show(const std::string& text);
  void clear();

 private:
  std::mutex mutex_;
  bool enabled_;
  bool shown_ = false;
};

}  // namespace lab::orchestrator
