#include "orchestrator/cli/commands.h"

namespace lab::orchestrator {
namespace {

using Kind = OptionSpec::Kind;

const OptionSpec kVariant = {
    "--variant", Kind::value, "NAME", "An alternative set of the scenario's objects", {}};
const OptionSpec kSet = {
    "--set", Kind::list, "NAME=VALUE", "Change one of the scenario's variables", {}};
const OptionSpec kFresh = {
    "--fresh-certs", Kind::flag, "", "Make every key anew instead of using the cache", {}};
const OptionSpec kApi = {"--api", Kind::value, "VERSION", "Shape of the output", {"v2", "v3"}};

std::vector<CommandSpec> test_commands() {
  return {
      {"run",
       "test",
       "Run scenarios: bring each up, send its requests, judge, take it down",
       {{"SELECTOR",
         "Id, number, range 01..15, folder, glob, tag:WORD, or any of these with /STEP; none: all",
         false, true}},
       {{"-j,--jobs", Kind::value, "N", "So many scenarios at a time", {}},
        {"--report", Kind::list, "KIND=FILE", "Also write a report: json, junit, tap or html", {}},
        {"--artifacts",
         Kind::value,
         "DIR",
         "Keep logs, configuration and admin dumps of failed scenarios",
         {}},
        {"--timeout", Kind::value, "TIME", "Limit of a step that has none of its own (10s)", {}},
        {"--keep", Kind::flag, "", "Leave the lab up", {}},
        {"--keep-on-failure", Kind::flag, "", "Leave the lab up when a step fails", {}},
        {"--fail-fast", Kind::flag, "", "Stop at the first step that fails", {}},
        {"--skip-unfit", Kind::flag, "", "Exit 77 instead of 4 where this host can't", {}},
        {"--stable", Kind::flag, "", "Output without times, the same in every run", {}},
        {"--watch", Kind::flag, "", "Run again whenever a file of the scenarios changes", {}},
        {"--from", Kind::value, "NODE", "For a folder without scenario.yaml: who sends", {}},
        {"--get", Kind::value, "URL", "For a folder without scenario.yaml: what is asked for", {}},
        kVariant,
        kSet,
        kFresh},
       command_run},
      {"demo",
       "test",
       "Walk through a scenario step by step: what is made, what is sent, which way it went and "
       "why",
       {{"SCENARIO", "As for run", true}},
       {{"--auto", Kind::flag, "", "Don't wait for Enter", {}},
        {"--stable", Kind::flag, "", "Output without times, the same in every run", {}},
        kVariant,
        kSet,
        kFresh},
       command_demo},
      {"plan",
       "test",
       "Show what a scenario would create",
       {{"SCENARIO", "As for run", true}},
       {kVariant, kSet, kFresh},
       command_plan},
      {"list",
       "test",
       "List the scenarios",
       {{"SELECTOR", "As for run", false, true}},
       {},
       command_list},
      {"check",
       "test",
       "Run a scenario's steps against a lab that is up",
       {{"LAB", "Name of the lab"}},
       {},
       command_check},
      {"mutate",
       "test",
       "Break a scenario in each way that its mutants section lists; every one must make a step "
       "fail",
       {{"SELECTOR", "As for run", false, true}},
       {kSet},
       command_mutate},
  };
}

std::vector<CommandSpec> live_commands() {
  return {
      {"up",
       "live",
       "Bring a scenario up and leave it",
       {{"SCENARIO", "As for run", true}},
       {kVariant, kSet, kFresh},
       command_up},
      {"apply",
       "live",
       "Change the objects of a lab that is up; the proxies take it without a restart",
       {{"LAB", "Name of the lab"}},
       {{"-f,--file", Kind::list, "FILE", "A file or folder of objects to add or replace", {}},
        {"--delete", Kind::list, "KIND/NAME", "An object to remove", {}}},
       command_apply},
      {"down",
       "live",
       "Take labs down",
       {{"LAB", "Name of the lab", false, true}},
       {{"--all", Kind::flag, "", "Every lab that is up", {}}},
       command_down},
      {"restart",
       "live",
       "Restart the programs of a node",
       {{"NODE", "[LAB/]NAME[.NAMESPACE]", true}},
       {},
       command_restart},
      {"ps",
       "live",
       "Show the programs of the labs that are up",
       {{"LAB", "Name of the lab"}},
       {},
       command_ps},
      {"gc", "live", "Remove what an earlier run may have left on this host", {}, {}, command_gc},
      {"doctor",
       "live",
       "Try everything that a lab needs of this host",
       {},
       {{"--install-envoy", Kind::flag, "", "Fetch a real Envoy for --proxy envoy", {}}},
       command_doctor},
  };
}

std::vector<CommandSpec> look_commands() {
  return {
      {"exec",
       "look",
       "Run a command in a node",
       {{"NODE", "[LAB/]NAME[.NAMESPACE]", true}, {"COMMAND", "After --", false, true}},
       {},
       command_exec},
      {"shell",
       "look",
       "A shell in a node",
       {{"NODE", "[LAB/]NAME[.NAMESPACE]", true}},
       {},
       command_shell},
      {"curl",
       "look",
       "curl from a node",
       {{"NODE", "[LAB/]NAME[.NAMESPACE]", true}, {"ARGUMENT", "curl's, after --", false, true}},
       {},
       command_curl},
      {"logs",
       "look",
       "What a node's programs wrote",
       {{"NODE", "[LAB/]NAME[.NAMESPACE]", true}, {"PROGRAM", "Only this one"}},
       {},
       command_logs},
      {"config",
       "look",
       "The configuration of a node's proxy",
       {{"NODE", "[LAB/]NAME[.NAMESPACE]", true},
        {"PART", "listeners, routes, clusters, endpoints, secrets (or one of them, /NAME) or all"}},
       {kApi, kVariant},
       command_config,
       {"pc"}},
      {"trace",
       "look",
       "Send a request and show every proxy that it passes",
       {{"NODE", "[LAB/]NAME[.NAMESPACE]", true},
        {"URL", "What is asked for", true},
        {"CURL-OPTION", "After --", false, true}},
       {},
       command_trace},
      {"explain",
       "look",
       "Send a request and tell why it ended as it did, down to the lines that said so",
       {{"NODE", "[LAB/]NAME[.NAMESPACE]", true},
        {"URL", "What is asked for", true},
        {"CURL-OPTION", "After --", false, true}},
       {},
       command_explain},
      {"certs",
       "look",
       "The certificates that the proxies use",
       {{"LAB", "Name of the lab"}},
       {},
       command_certs},
  };
}

std::vector<CommandSpec> author_commands() {
  return {
      {"init",
       "author",
       "Write a small scenario that passes, to start from",
       {{"FOLDER", "A new folder", true}},
       {},
       command_init},
      {"lint",
       "author",
       "Check scenarios and files of objects",
       {{"FILE", "Files or folders of objects, or scenarios", true, true}},
       {{"--validate-only",
         Kind::flag,
         "",
         "Only accept or reject, as the API server and istiod would",
         {}},
        {"--level",
         Kind::value,
         "LEVEL",
         "Findings below it are left out (default: warning); any other makes the exit code 1",
         {"info", "warning", "error"}}},
       command_lint},
      {"compile",
       "author",
       "Write the proxies' configuration for some objects, without a lab",
       {{"SCENARIO", "A scenario instead of files"}},
       {{"-f,--file", Kind::list, "FILE", "A file or folder of objects", {}},
        {"--node", Kind::list, "NAME", "Only these nodes", {}},
        kApi,
        kVariant,
        kSet},
       command_compile},
      {"diff",
       "author",
       "What differs in the configuration of two nodes; exit code 1 when anything does",
       {{"A", "A node of a lab that is up, or SCENARIO/NODE", true}, {"B", "Likewise", true}},
       {kApi, kVariant},
       command_diff},
      {"schema", "author", "The JSON Schema of scenario.yaml", {}, {}, command_schema},
      {"export",
       "author",
       "A node's configuration for other tools",
       {{"FORMAT", "envoy", true}, {"NODE", "SCENARIO/NODE, or a node of a lab that is up", true}},
       {{"--static", Kind::flag, "", "One bootstrap with everything in it", {}}, kVariant},
       command_export},
  };
}

std::vector<CommandSpec> meta_commands() {
  return {
      {"completion",
       "meta",
       "Completions for a shell",
       {{"SHELL", "bash, zsh or fish", true}},
       {},
       command_completion},
      {"version", "meta", "Print the version", {}, {}, command_version},
      {"help",
       "meta",
       "Show the commands, or one of them",
       {{"COMMAND", "Its name, or a code of lint (LAB0101)"}},
       {},
       command_help},
  };
}

}  // namespace

const std::vector<CommandSpec>& all_commands() {
  static const std::vector<CommandSpec> commands = [] {
    std::vector<CommandSpec> all;
    for (auto group :
         {test_commands, live_commands, look_commands, author_commands, meta_commands}) {
      for (CommandSpec& command : group()) all.push_back(std::move(command));
    }
    return all;
  }();
  return commands;
}

const std::vector<OptionSpec>& global_options() {
  static const std::vector<OptionSpec> options = {
      {"-o,--output",
       Kind::value,
       "FORMAT",
       "text, wide, json, yaml (config: envoy too); compile: a folder",
       {}},
      {"-q,--quiet", Kind::flag, "", "Only what went wrong", {}},
      {"-v,--verbose", Kind::flag, "", "Each request and its path", {}},
      {"--color", Kind::value, "WHEN", "auto, always or never", {"auto", "always", "never"}},
      {"-C,--chdir", Kind::value, "DIR", "Go there first", {}},
      {"--profile",
       Kind::value,
       "PROFILE",
       "Semantics and defaults of that Istio",
       {"istio-1.0", "istio-1.0.5", "istio-1.1", "istio-current"}},
      {"--proxy",
       Kind::value,
       "PROXY",
       "Which proxy carries the traffic",
       {"mesh", "envoy", "both"}},
      {"--rootless", Kind::flag, "", "Without privileges, in a user namespace", {}},
  };
  return options;
}

}  // namespace lab::orchestrator
