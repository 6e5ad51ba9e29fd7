#pragma once

#include <chrono>
#include <functional>

#include "orchestrator/report/report.h"
#include "orchestrator/run/trace_reader.h"

namespace lab::orchestrator {

/// Runs steps against a lab, one after the other.
class StepRunner {
 public:
  struct Options {
    std::string folder;     ///< Of the scenario.
    std::string shown_lab;  ///< How a person names the lab in a command: "scenario15".
    std::chrono::nanoseconds timeout =
        std::chrono::seconds(10);  ///< For a step that has none of its own.
  };
  StepRunner(RunningLab& lab, LabFacts& facts, Options options)
      : lab_(lab), facts_(facts), options_(std::move(options)), traces_(lab, facts) {}

  StepResult run(const Step& step);

 private:
  using Clock = std::chrono::steady_clock;

  void act(const Step& step, StepResult& result);
  void ask(const Step& step, StepResult& result);
  Observation observe(const Step& step, Clock::time_point deadline);
  void run_probe(const Step& step, Clock::time_point deadline, Observation& seen);
  void read_config(const Step& step, Observation& seen);
  void describe(const Step& step, StepResult& result) const;

  RunningLab& lab_;
  LabFacts& facts_;
  Options options_;
  TraceReader traces_;
};

}  // namespace lab::orchestrator
