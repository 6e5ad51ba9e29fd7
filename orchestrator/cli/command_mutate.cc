#include <filesystem>
#include <iostream>

#include "base/file.h"
#include "base/text.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/inspect/temporary_folder.h"
#include "orchestrator/report/terminal.h"
#include "orchestrator/run/run_scenario.h"

namespace lab::orchestrator {
namespace {

namespace fs = std::filesystem;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + part.size()))
    ++count;
  return count;
}

/// Copies the scenario and breaks the copy as the mutant says.
Result<> break_copy(const Scenario& scenario, const MutantSpec& mutant, const fs::path& copy) {
  std::error_code error;
  fs::copy(scenario.folder, copy,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  if (error) return fail(Errc::system, "copy " + scenario.folder + ": " + error.message());
  const std::string name = mutant.file.empty() ? "scenario.yaml" : mutant.file;
  std::string text = TRY(read_file((copy / name).string()));
  std::size_t head = 0;  // The mutants' own section must not be taken for what it changes.
  if (mutant.file.empty()) head = text.find("\nmutants:");
  std::string body = text.substr(0, head == 0 ? std::string::npos : head);
  const std::size_t count = count_of(body, mutant.replace);
  if (count != mutant.times) {
    return fail(Errc::config, mutant.origin.text() + ": the text to replace occurs " +
                                  std::to_string(count) + " times in " + name + ", not " +
                                  std::to_string(mutant.times) + " times.");
  }
  body = replace_all(body, mutant.replace, mutant.with);
  return write_file((copy / name).string(), body);
}

struct MutantResult {
  bool caught = false;
  std::string line;  ///< What the failure said.
};

Result<MutantResult> try_mutant(const Scenario& scenario, const MutantSpec& mutant,
                                const RunOptions& options) {
  const TemporaryFolder copy;
  if (copy.path().empty()) return tl::unexpected(last_errno("make a temporary folder"));
  TRY(break_copy(scenario, mutant, copy.path()));
  const TextReport text({});
  std::string report;
  RunWatcher watcher;
  watcher.step = [&](const ScenarioResult& result, const StepResult& step) {
    if (step.status == Status::failed || step.status == Status::error)
      report += text.step(result, step);
  };
  const ScenarioResult result = run_scenario(copy.path().string(), options, watcher);
  if (result.status == Status::error) report += result.reason;
  MutantResult outcome;
  outcome.caught = result.exit_code == 1 || result.exit_code == 65;
  outcome.line = report;
  if (result.exit_code == 4 || result.exit_code == 5)
    return fail(Errc::unfit, mutant.name + ": " + result.reason);
  if (outcome.caught && !mutant.says.empty() && report.find(mutant.says) == std::string::npos) {
    outcome.caught = false;
    outcome.line = "the failure does not say \"" + mutant.says + "\":\n" + report;
  }
  return outcome;
}

Result<int> mutate(const Arguments& arguments) {
  RunOptions options;
  options.prepare = TRY(prepare_options(arguments));
  options.rootless = arguments.flag("--rootless");
  options.fail_fast = true;
  const auto folders = list_scenarios(options.prepare.host.scenarios());
  std::size_t caught = 0, all = 0;
  const auto selections = select_scenarios(folders, arguments.list("SELECTOR"));
  if (!selections) return report_no_selection(selections.error());
  for (const Selection& selection : *selections) {
    Diagnostics out;
    const Scenario scenario = load_scenario(selection.path, options.prepare.overrides, out);
    TRY(out.result());
    for (const MutantSpec& mutant : scenario.mutants) {
      if (!selection.step.empty() && mutant.name != selection.step) continue;
      const MutantResult result = TRY(try_mutant(scenario, mutant, options));
      ++all;
      caught += result.caught ? 1 : 0;
      std::cout << (result.caught ? "caught  " : "MISSED  ") << scenario.id << ": " << mutant.name
                << "\n";
      if (!result.caught || arguments.flag("--verbose")) std::cout << result.line;
      std::cout << std::flush;
    }
  }
  std::cout << caught << " of " << all << " mutants caught\n";
  return caught == all ? 0 : 1;
}

}  // namespace

int command_mutate(const Arguments& arguments) {
  return code_of(mutate(arguments));
}

}  // namespace lab::orchestrator
