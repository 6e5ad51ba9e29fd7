#include <unistd.h>

#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/cli/wrap_objects.h"
#include "orchestrator/inspect/temporary_folder.h"
#include "orchestrator/report/engine_difference.h"
#include "orchestrator/report/terminal.h"
#include "orchestrator/run/run_scenario.h"
#include "orchestrator/run/watch_files.h"

namespace lab::orchestrator {
namespace {

/// One scenario with one engine.
struct Job {
  Selection selection;
  std::string proxy;  ///< "" is what the scenario says.
};

struct ReportTarget {
  std::string kind, file;
};

/// A report that can't be written must be known before the run, not after it.
Result<> check_writable(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  const std::string place = folder.empty() ? "." : folder.string();
  if (std::filesystem::is_directory(file) || ::access(place.c_str(), W_OK) != 0) {
    return fail(Errc::usage, "--report: " + file + " can't be written: " +
                                 (std::filesystem::is_directory(file)
                                      ? "it is a folder."
                                      : last_errno("folder " + place).message + "."));
  }
  return {};
}

Result<std::vector<ReportTarget>> report_targets(const Arguments& arguments) {
  std::vector<ReportTarget> targets;
  for (const std::string& text : arguments.list("--report")) {
    const std::size_t equals = text.find('=');
    const std::string kind = text.substr(0, equals);
    const std::vector<std::string> kinds = {"json", "junit", "tap", "html"};
    bool known = false;
    for (const std::string& one : kinds) known = known || one == kind;
    if (!known || equals == std::string::npos || equals + 1 == text.size()) {
      return fail(Errc::usage, "--report wants KIND=FILE with KIND one of " + join(kinds, ", ") +
                                   ", not \"" + text + "\"." + did_you_mean(kind, kinds));
    }
    targets.push_back({kind, text.substr(equals + 1)});
    TRY(check_writable(targets.back().file));
  }
  return targets;
}

std::string render(const Report& report, const std::string& kind) {
  if (kind == "junit") return report_junit(report);
  if (kind == "tap") return report_tap(report);
  if (kind == "html") return report_html(report);
  return write_json(report_json(report), 2) + "\n";
}

/// "1.5s", "500ms", "2m" or plain seconds.
Result<std::chrono::nanoseconds> parse_time(const std::string& text) {
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  const std::string unit = rest;
  double seconds = -1;
  if (rest != text.c_str() && number > 0) {
    if (unit == "s" || unit.empty()) seconds = number;
    if (unit == "ms") seconds = number / 1000;
    if (unit == "m") seconds = number * 60;
  }
  if (seconds <= 0 || seconds > 86400)
    return fail(Errc::usage, "\"" + text + "\" is no time. Write 10s, 500ms or 2m.");
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

/// How many scenarios at a time.
Result<unsigned> parse_jobs(const Arguments& arguments) {
  if (!arguments.has("--jobs")) return 1;
  const std::string text = arguments.text("--jobs");
  const bool digits = !text.empty() && text.size() <= 3 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && std::stoul(text) > 0) return static_cast<unsigned>(std::stoul(text));
  return fail(Errc::usage, "-j wants a number from 1 to 999, not \"" + text + "\".");
}

Result<RunOptions> run_options(const Arguments& arguments) {
  RunOptions options;
  options.prepare = TRY(prepare_options(arguments));
  if (arguments.has("--timeout")) options.timeout = TRY(parse_time(arguments.text("--timeout")));
  options.keep = arguments.flag("--keep");
  options.keep_on_failure = arguments.flag("--keep-on-failure");
  options.fail_fast = arguments.flag("--fail-fast");
  options.rootless = arguments.flag("--rootless");
  options.artifacts = arguments.text("--artifacts");
  return options;
}

/// Runs jobs on some threads and tells about each.
class Runner {
 public:
  Runner(RunOptions options, TextReport text, bool to_stdout, bool live)
      : options_(std::move(options)),
        text_(text),
        to_stdout_(to_stdout),
        live_(live),
        progress_(::isatty(2) == 1) {}

  Report run(const std::vector<Job>& jobs, unsigned parallel) {
    const auto start = std::chrono::steady_clock::now();
    results_.resize(jobs.size());
    std::vector<std::thread> threads;
    const std::size_t count = std::min<std::size_t>(std::max(1u, parallel), jobs.size());
    for (std::size_t i = 1; i < count; ++i) threads.emplace_back([&] { work(jobs); });
    work(jobs);
    for (std::thread& thread : threads) thread.join();
    progress_.clear();
    Report report;
    report.scenarios = std::move(results_);
    report.duration = std::chrono::steady_clock::now() - start;
    return report;
  }

 private:
  void work(const std::vector<Job>& jobs) {
    for (std::size_t i = next_++; i < jobs.size(); i = next_++) {
      if (options_.fail_fast && failed_) {
        results_[i].id = jobs[i].selection.path;
        results_[i].status = Status::skipped;
        results_[i].reason = "an earlier scenario failed (--fail-fast)";
        continue;
      }
      results_[i] = run_one(jobs[i]);
      if (results_[i].status != Status::passed) failed_ = true;
    }
  }

  ScenarioResult run_one(const Job& job) {
    RunOptions options = options_;
    options.step = job.selection.step;
    if (!job.proxy.empty()) options.prepare.overrides.proxy = job.proxy;
    std::string block;
    RunWatcher watcher;
    watcher.progress = [&](const std::string& what) { progress_.show(what); };
    watcher.began = [&](const ScenarioResult& scenario) { tell(text_.heading(scenario), block); };
    watcher.step = [&](const ScenarioResult& scenario, const StepResult& step) {
      tell(text_.step(scenario, step), block);
    };
    ScenarioResult result = run_scenario(job.selection.path, options, watcher);
    tell(text_.ending(result), block);
    if (!live_) print(block);
    return result;
  }

  void tell(const std::string& text, std::string& block) {
    if (live_)
      print(text);
    else
      block += text;
  }

  void print(const std::string& text) {
    if (text.empty()) return;
    progress_.clear();
    const std::lock_guard guard(mutex_);
    (to_stdout_ ? std::cout : std::cerr) << text << std::flush;
  }

  RunOptions options_;
  TextReport text_;
  bool to_stdout_, live_;
  ProgressLine progress_;
  std::mutex mutex_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::vector<ScenarioResult> results_;
};

std::vector<Job> jobs_for(const std::vector<Selection>& selections, const std::string& proxy) {
  std::vector<Job> jobs;
  for (const Selection& selection : selections) {
    if (proxy == "both") {
      jobs.push_back({selection, "mesh"});
      jobs.push_back({selection, "envoy"});
    } else {
      jobs.push_back({selection, proxy});
    }
  }
  return jobs;
}

/// A scenario around a folder that has only objects.
Result<std::vector<Selection>> wrapped(const Arguments& arguments, const TemporaryFolder& wrapper) {
  const auto folders = arguments.list("SELECTOR");
  if (folders.size() != 1) {
    return fail(Errc::usage,
                "--get wants one folder of objects: lab run ./FOLDER --from client "
                "--get http://HOST/");
  }
  const std::string from = arguments.text("--from").empty() ? "client" : arguments.text("--from");
  TRY(wrap_objects({folders.front(), from, arguments.text("--get")}, wrapper.path()));
  return std::vector<Selection>{{wrapper.path().string(), ""}};
}

Result<std::vector<Selection>> selected(const Arguments& arguments, const HostPaths& host,
                                        const TemporaryFolder& wrapper) {
  if (arguments.has("--get")) return wrapped(arguments, wrapper);
  return select_scenarios(list_scenarios(host.scenarios()), arguments.list("SELECTOR"));
}

Result<int> run(const Arguments& arguments) {
  const RunOptions options = TRY(run_options(arguments));
  const auto targets = TRY(report_targets(arguments));
  const TemporaryFolder wrapper;
  const auto selections = selected(arguments, options.prepare.host, wrapper);
  if (!selections) return report_no_selection(selections.error());
  const std::string proxy = arguments.text("--proxy");
  if (proxy != "mesh" && !proxy.empty() && options.prepare.host.envoy.empty()) {
    return fail(Errc::unfit,
                "--proxy " + proxy +
                    " needs a real Envoy: set LAB_ENVOY, or run `lab doctor --install-envoy`.");
  }
  const auto jobs = jobs_for(*selections, proxy);
  const unsigned parallel = TRY(parse_jobs(arguments));
  const std::string format = output_format(arguments);
  const bool is_text = format == "text" || format == "wide";
  TextReport::Options look;
  look.color = wants_color(arguments.text("--color") == "always"  ? ColorMode::always
                           : arguments.text("--color") == "never" ? ColorMode::never
                                                                  : ColorMode::automatic,
                           is_text ? 1 : 2);
  look.quiet = arguments.flag("--quiet");
  look.verbose = arguments.flag("--verbose") || format == "wide" || arguments.has("--get");
  look.stable = arguments.flag("--stable");
  look.per_step = jobs.size() == 1 || parallel == 1;
  const TextReport text(look);
  Runner runner(options, text, is_text, parallel == 1 || jobs.size() == 1);
  const Report report = runner.run(jobs, parallel);
  if (is_text) {
    if (proxy == "both") std::cout << engine_differences(report);
    std::cout << text.summary(report);
  } else {
    print_value(report_json(report), format);
  }
  for (const ReportTarget& target : targets)
    TRY(write_file(target.file, render(report, target.kind)));
  const int code = report.exit_code(arguments.flag("--skip-unfit"));
  if (code == 0 && proxy == "both" && has_engine_differences(report)) return 1;
  return code;
}

/// Runs again whenever a file changes, until a signal ends it.
Result<int> run_and_watch(const Arguments& arguments) {
  const HostPaths host = host_paths();
  const TemporaryFolder wrapper;
  std::vector<std::string> folders = {host.templates()};
  for (const Selection& selection : TRY(selected(arguments, host, wrapper)))
    folders.push_back(selection.path);
  if (arguments.has("--get")) folders.push_back(arguments.text("SELECTOR"));
  while (true) {
    const auto code = run(arguments);
    if (!code) report_error(code.error());
    std::cerr << "waiting for a file to change (Ctrl-C ends)\n";
    TRY(wait_for_change(folders));
  }
}

}  // namespace

int command_run(const Arguments& arguments) {
  return code_of(arguments.flag("--watch") ? run_and_watch(arguments) : run(arguments));
}

}  // namespace lab::orchestrator
