#include <iostream>

#include "base/text.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/compose/describe.h"
#include "orchestrator/report/terminal.h"
#include "orchestrator/run/run_scenario.h"
#include "orchestrator/run/step_runner.h"

namespace lab::orchestrator {
namespace {

/// One walk through a scenario, on the terminal.
class Demo {
 public:
  Demo(Prepared prepared, const Arguments& arguments)
      : prepared_(std::move(prepared)), automatic_(arguments.flag("--auto")) {
    look_.color = wants_color(arguments.text("--color") == "always"  ? ColorMode::always
                              : arguments.text("--color") == "never" ? ColorMode::never
                                                                     : ColorMode::automatic,
                              1);
    look_.stable = arguments.flag("--stable");
    look_.verbose = true;
    rootless_ = arguments.flag("--rootless");
  }

  Result<int> run() {
    const Scenario& scenario = prepared_.scenario;
    say(scenario.title, scenario.summary.empty() ? "" : scenario.summary + "\n");
    pause("make the machines");
    UpOptions options;
    options.rootless = rootless_;
    RunningLab lab = TRY(up(prepared_.built.plan, options));
    show_machines(lab);
    pause("see how connections are bent to the proxies");
    TRY(show_redirect(lab));
    show_certificates();
    const int code = TRY(show_steps(lab));
    TRY(lab.down());
    std::cout << "\nEverything is gone again. The objects are in " << scenario.folder
              << "/mesh; `lab run " << scenario.id << "` runs all of this at once.\n";
    return code;
  }

 private:
  void say(const std::string& title, const std::string& text) const {
    const std::string head = look_.color ? "\033[1m" + title + "\033[0m" : title;
    std::cout << "\n" << head << "\n\n" << text << std::flush;
  }

  /// Waits for Enter; the end of the input lets the rest run through.
  void pause(const std::string& next) {
    if (automatic_) return;
    std::cout << "\n[Enter: " << next << "] " << std::flush;
    std::string ignored;
    if (!std::getline(std::cin, ignored)) automatic_ = true;
  }

  void show_machines(const RunningLab& lab) const {
    std::vector<std::vector<std::string>> rows = {{"NODE", "ADDRESS", "WHAT IT IS", "RUNS"}};
    for (const Node& node : prepared_.built.plan.nodes) {
      std::vector<std::string> programs;
      for (const Program& program : node.programs) programs.push_back(program.name);
      rows.push_back({node.name, node.interfaces.front().addresses.front(), kind_text(node),
                      programs.empty() ? "-" : join(programs, ", ")});
    }
    say("The machines" + (look_.stable ? "" : ", up in " + duration_text(lab.up_duration())),
        "Each has its own network, files and processes.\n\n" + table_text(rows));
  }

  static std::string kind_text(const Node& node) {
    switch (node.kind) {
      case NodeKind::gateway:
        return "gateway of the mesh";
      case NodeKind::external:
        return "outside the mesh";
      case NodeKind::outside:
        return "client outside the cluster";
      case NodeKind::workload:
        break;
    }
    return node.redirect.mode == Redirect::Mode::none ? "in the cluster"
                                                      : "workload with a sidecar";
  }

  /// The rules of the first workload that has any: they are the same in all.
  Result<> show_redirect(RunningLab& lab) const {
    for (const Node& node : prepared_.built.plan.nodes) {
      if (node.redirect.mode == Redirect::Mode::none) continue;
      ExecRequest request;
      request.argv = {"iptables", "-t", "nat", "-S"};
      const ExecResult rules = TRY(lab.exec(node.id(), request));
      say("The rules of " + node.name,
          "What the application sends is bent to its proxy on port 15001; the proxy itself (user "
          "1337) is exempt.\n\n" +
              rules.stdout_text);
      return {};
    }
    return {};
  }

  void show_certificates() {
    const auto& made = prepared_.built.facts.pki.descriptions;
    if (made.empty()) return;
    pause("see the certificates");
    std::vector<std::vector<std::string>> rows = {{"NAME", "SUBJECT", "ISSUER", "NAMES"}};
    for (const auto& [name, facts] : made) {
      rows.push_back(
          {name, facts.subject, facts.issuer, facts.names.empty() ? "-" : join(facts.names, ", ")});
    }
    say("The certificates", "Made afresh for this run.\n\n" + table_text(rows));
  }

  Result<int> show_steps(RunningLab& lab) {
    StepRunner runner(lab, prepared_.built.facts,
                      {prepared_.scenario.folder, prepared_.scenario.id});
    const TextReport text(look_);
    ScenarioResult all;
    all.id = prepared_.scenario.id;
    for (const Step& step : TRY(steps_to_run(prepared_, ""))) {
      pause(step.name);
      const StepResult result = runner.run(step);
      std::cout << "\n" << text.step(all, result);
      if (result.status == Status::passed) std::cout << hops_text(result);
      std::cout << std::flush;
      if (result.status != Status::passed) all.exit_code = 1;
    }
    return all.exit_code;
  }

  Prepared prepared_;
  bool automatic_, rootless_ = false;
  TextReport::Options look_;
};

Result<int> demo(const Arguments& arguments) {
  const Selection selection = TRY(select_only(arguments.text("SCENARIO")));
  Prepared prepared = TRY(prepare(selection.path, TRY(prepare_options(arguments))));
  return Demo(std::move(prepared), arguments).run();
}

}  // namespace

int command_demo(const Arguments& arguments) {
  return code_of(demo(arguments));
}

}  // namespace lab::orchestrator
