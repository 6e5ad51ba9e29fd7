#include <unistd.h>

#include <iostream>

#include "base/json.h"
#include "base/text.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/report/report.h"
#include "orchestrator/report/terminal.h"
#include "orchestrator/run/run_scenario.h"
#include "orchestrator/run/step_runner.h"

namespace lab::orchestrator {
namespace {

Result<int> up_scenario(const Arguments& arguments) {
  const auto selection = select_only(arguments.text("SCENARIO"));
  if (!selection) return report_no_selection(selection.error());
  const PrepareOptions options = TRY(prepare_options(arguments));
  const Prepared prepared = TRY(prepare(selection->path, options));
  for (const LabSummary& running : TRY(running_labs())) {
    if (running.name == prepared.built.plan.name) {
      return fail(Errc::usage, "lab \"" + running.name + "\" is up already: `lab down " +
                                   running.name + "` ends it.");
    }
  }
  ProgressLine progress(::isatty(2) == 1);
  UpOptions up_options;
  up_options.rootless = arguments.flag("--rootless");
  up_options.progress = [&](const Progress& what) { progress.show(what.node + " " + what.what); };
  auto lab = up(prepared.built.plan, up_options);
  if (!lab) return fail(lab.error().code, lab.error().message);
  progress.clear();
  TRY(remember_scenario(*lab, selection->path, options.overrides));
  TRY(remember_pki(*lab, prepared.built.facts.pki));
  TRY(lab->keep());
  std::cout
      << "lab " << lab->name() << " is up (" << duration_text(lab->up_duration())
      << "): " << join(lab->nodes(), ", ") << "\n"
      << "look around with `lab ps`, `lab shell NODE`, `lab config NODE`; end it with `lab down "
      << lab->name() << "`\n";
  return 0;
}

Result<int> down_labs(const Arguments& arguments) {
  std::vector<std::string> names = arguments.list("LAB");
  if (arguments.flag("--all")) {
    for (const LabSummary& lab : TRY(running_labs())) names.push_back(lab.name);
  } else if (names.empty()) {
    names.push_back("");
  }
  for (const std::string& name : names) {
    RunningLab lab = TRY(attach_to(name));
    const auto took = TRY(lab.down());
    std::cout << "lab " << lab.name() << " is down (" << duration_text(took) << ")\n";
  }
  return 0;
}

std::string_view state_name(ProgramState::State state) {
  switch (state) {
    case ProgramState::State::running:
      return "running";
    case ProgramState::State::ready:
      return "ready";
    case ProgramState::State::exited:
      return "exited";
    case ProgramState::State::stopped:
      return "stopped";
  }
  return "";
}

Result<int> list_programs(const Arguments& arguments) {
  const std::string format = output_format(arguments);
  std::vector<std::vector<std::string>> rows = {{"LAB", "NODE", "PROGRAM", "STATE", "PID"}};
  Value list{Value::Array{}};
  for (const LabSummary& summary : TRY(running_labs())) {
    if (arguments.has("LAB") && arguments.text("LAB") != summary.name) continue;
    RunningLab lab = TRY(attach(summary.name));
    for (const ProgramState& program : TRY(lab.programs())) {
      const std::string state(state_name(program.state));
      rows.push_back(
          {summary.name, program.node, program.program, state, std::to_string(program.pid)});
      Value one{Value::Object{}};
      one.set("lab", summary.name);
      one.set("node", program.node);
      one.set("program", program.program);
      one.set("state", state);
      one.set("pid", static_cast<std::int64_t>(program.pid));
      list.push(one);
    }
  }
  if (format == "text" || format == "wide")
    std::cout << table_text(rows);
  else
    print_value(list, format);
  return 0;
}

Result<int> restart_node(const Arguments& arguments) {
  AttachedNode node = TRY(attach_to_node(arguments.text("NODE")));
  for (const ProgramState& program : TRY(node.lab.programs())) {
    if (program.node == node.node) TRY(node.lab.restart(program.node, program.program));
  }
  std::cout << node.node << " restarted\n";
  return 0;
}

Result<int> check_lab(const Arguments& arguments) {
  RunningLab lab = TRY(attach_to(arguments.text("LAB")));
  const CompiledScenario compiled = TRY(scenario_of(lab));
  PrepareOptions options = TRY(prepare_options(arguments));
  Prepared prepared = TRY(prepare(compiled.scenario.folder, options));
  TRY(recall_pki(lab, prepared.built.facts));
  const auto steps = TRY(steps_to_run(prepared, ""));
  StepRunner runner(lab, prepared.built.facts,
                    {compiled.scenario.folder, lab.name(), std::chrono::seconds(10)});
  const TextReport text(
      {wants_color(ColorMode::automatic, 1), false, arguments.flag("--verbose"), false, true});
  ScenarioResult scenario;
  scenario.id = compiled.scenario.id;
  scenario.title = compiled.scenario.title;
  scenario.proxy = compiled.scenario.proxy;
  std::cout << text.heading(scenario);
  int code = 0;
  for (const Step& step : steps) {
    const StepResult result = runner.run(step);
    if (result.status != Status::passed) code = 1;
    std::cout << text.step(scenario, result) << std::flush;
  }
  return code;
}

}  // namespace

int command_up(const Arguments& arguments) {
  return code_of(up_scenario(arguments));
}
int command_down(const Arguments& arguments) {
  return code_of(down_labs(arguments));
}
int command_ps(const Arguments& arguments) {
  return code_of(list_programs(arguments));
}
int command_restart(const Arguments& arguments) {
  return code_of(restart_node(arguments));
}
int command_check(const Arguments& arguments) {
  return code_of(check_lab(arguments));
}

}  // namespace lab::orchestrator
