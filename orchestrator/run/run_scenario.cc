#include "orchestrator/run/run_scenario.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "orchestrator/run/artifacts.h"
#include "orchestrator/run/step_runner.h"

namespace lab::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;

bool contains(const Words& words, const std::string& word) {
  return words.empty() || std::find(words.begin(), words.end(), word) != words.end();
}

bool takes_place(const Step& step, const Prepared& prepared) {
  const std::string variant = prepared.variant.empty() ? "base" : prepared.variant;
  return contains(step.when.profile, prepared.scenario.profile) &&
         contains(step.when.proxy, prepared.scenario.proxy) && contains(step.when.variant, variant);
}

bool is_executable_in_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  const char* path = std::getenv("PATH");
  std::vector<std::string> folders = split(path == nullptr ? "" : path, ':');
  folders.insert(folders.end(), {"/usr/sbin", "/sbin", "/usr/bin", "/bin"});
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return ::access((folder + "/" + program).c_str(), X_OK) == 0;
  });
}

/// One run, member by member of its result.
class Run {
 public:
  Run(const std::string& folder, const RunOptions& options, const RunWatcher& watcher)
      : folder_(folder), options_(options), watcher_(watcher) {}

  ScenarioResult go() {
    const auto start = Clock::now();
    result_.path = folder_;
    result_.id = folder_;
    result_.proxy =
        options_.prepare.overrides.proxy.empty() ? "mesh" : options_.prepare.overrides.proxy;
    auto prepared = prepare(folder_, options_.prepare);
    if (!prepared) {
      stop(prepared.error());
    } else {
      take_head(*prepared);
      if (is_fit(*prepared)) run(*prepared);
    }
    result_.duration = Clock::now() - start;
    return std::move(result_);
  }

 private:
  void stop(const Error& error) {
    result_.status = error.code == Errc::unfit ? Status::skipped : Status::error;
    result_.reason = error.message;
    result_.exit_code = exit_code_of(error);
  }

  void take_head(const Prepared& prepared) {
    result_.id = prepared.scenario.id;
    result_.title = prepared.scenario.title;
    result_.variant = prepared.variant;
    result_.proxy = prepared.scenario.proxy;
    if (watcher_.began) watcher_.began(result_);
  }

  bool is_fit(const Prepared& prepared) {
    std::vector<std::string> missing;
    for (const std::string& program : prepared.scenario.requires_) {
      if (!is_executable_in_path(program)) missing.push_back(program);
    }
    if (missing.empty()) return true;
    stop({Errc::unfit,
          "this host lacks " + join(missing, ", ") + ": `lab doctor` says how to install it."});
    return false;
  }

  void run(Prepared& prepared) {
    auto steps = steps_to_run(prepared, options_.step);
    if (!steps) return stop(steps.error());
    UpOptions up_options;
    up_options.rootless = options_.rootless;
    up_options.progress = [&](const Progress& progress) {
      say(progress.node.empty() ? progress.what : progress.node + ": " + progress.what);
    };
    auto lab = up(prepared.built.plan, up_options);
    if (!lab) {
      stop(lab.error());
      if (result_.exit_code == 1 || result_.exit_code == 2) result_.exit_code = 5;
      return;
    }
    result_.up = lab->up_duration();
    run_steps(*lab, prepared, *steps);
    end(*lab, prepared);
  }

  void say(const std::string& what) const {
    if (watcher_.progress) watcher_.progress(result_.id + ": " + what);
  }

  void run_steps(RunningLab& lab, Prepared& prepared, const std::vector<Step>& steps) {
    StepRunner runner(lab, prepared.built.facts, {folder_, prepared.scenario.id, options_.timeout});
    bool stopped = false;
    for (const Step& step : steps) {
      if (stopped) {
        StepResult skipped;
        skipped.name = step.name;
        skipped.from = step.from;
        skipped.status = Status::skipped;
        skipped.reason = "an earlier step failed (--fail-fast)";
        take(std::move(skipped));
        continue;
      }
      say(step.name);
      StepResult one = runner.run(step);
      stopped = options_.fail_fast && one.status != Status::passed;
      take(std::move(one));
    }
  }

  void take(StepResult step) {
    if (step.status == Status::failed || step.status == Status::error) {
      result_.status = Status::failed;
      result_.exit_code = 1;
    }
    if (watcher_.step) watcher_.step(result_, step);
    result_.steps.push_back(std::move(step));
  }

  void end(RunningLab& lab, const Prepared& prepared) {
    const bool failed = result_.status != Status::passed;
    if (failed && !options_.artifacts.empty()) {
      const auto kept = keep_artifacts(lab, prepared.built, result_, options_.artifacts);
      if (kept)
        result_.artifacts = *kept;
      else
        result_.reason = "the evidence could not be kept: " + kept.error().message;
    }
    if (options_.keep || (failed && options_.keep_on_failure)) {
      const auto kept = lab.keep();
      if (kept)
        result_.kept = lab.name();
      else
        result_.reason = "the lab could not be left up: " + kept.error().message;
      if (kept) return;
    }
    const auto down = lab.down();
    if (down) result_.down = *down;
  }

  const std::string& folder_;
  const RunOptions& options_;
  const RunWatcher& watcher_;
  ScenarioResult result_;
};

}  // namespace

int exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::usage:
      return 2;
    case Errc::not_found:
      return 2;
    case Errc::config:
      return 65;
    case Errc::unfit:
      return 4;
    case Errc::timeout:
    case Errc::system:
    case Errc::tls:
    case Errc::protocol:
      break;
  }
  return 5;
}

Result<std::vector<Step>> steps_to_run(const Prepared& prepared, const std::string& only) {
  Diagnostics out;
  std::vector<Step> steps;
  std::vector<std::string> names;
  for (Step& step : resolve_steps(prepared.scenario, prepared.built.facts.variables, out)) {
    if (!takes_place(step, prepared)) continue;
    names.push_back(step.name);
    if (only.empty() || step.name == only || step.name.rfind(only, 0) == 0)
      steps.push_back(std::move(step));
  }
  TRY(out.result());
  if (steps.empty() && !only.empty()) {
    return fail(Errc::usage, "there is no step \"" + only + "\" in " + prepared.scenario.id + "." +
                                 did_you_mean(only, names));
  }
  return steps;
}

ScenarioResult run_scenario(const std::string& folder, const RunOptions& options,
                            const RunWatcher& watcher) {
  return Run(folder, options, watcher).go();
}

}  // namespace lab::orchestrator
