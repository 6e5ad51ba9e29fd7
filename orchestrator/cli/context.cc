#include "orchestrator/cli/context.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"
#include "certs/key_cache.h"
#include "orchestrator/process/doctor.h"
#include "orchestrator/process/user_namespace.h"
#include "orchestrator/run/run_scenario.h"

namespace lab::orchestrator {
namespace {

namespace fs = std::filesystem;

constexpr char kScenarioNote[] = "scenario";
constexpr char kPkiNote[] = "pki";

Value strings_value(const std::map<std::string, std::string>& strings) {
  Value value{Value::Object{}};
  for (const auto& [name, text] : strings) value.set(name, text);
  return value;
}

std::map<std::string, std::string> strings_of(const Value& value) {
  std::map<std::string, std::string> strings;
  for (const Member& member : value.object()) strings[member.key] = member.value.string();
  return strings;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string find_envoy() {
  const std::string named = environment("LAB_ENVOY");
  if (!named.empty()) return named;
  const std::string cached = installed_envoy(cache_folder() + "/envoy");
  std::error_code ignored;
  return fs::exists(cached, ignored) ? cached : "";
}

}  // namespace

std::string cache_folder() {
  return fs::path(certs::default_key_folder()).parent_path().string();
}

HostPaths host_paths() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  HostPaths paths;
  paths.root = environment("LAB_ROOT");
  if (paths.root.empty()) {
    fs::path folder = program.parent_path();
    while (folder != folder.root_path() && !fs::is_directory(folder / "scenarios", ignored)) {
      folder = folder.parent_path();
    }
    paths.root = folder.string();
  }
  paths.proxy = (program.parent_path() / "proxy").string();
  paths.envoy = find_envoy();
  return paths;
}

Result<PrepareOptions> prepare_options(const Arguments& arguments) {
  PrepareOptions options;
  options.host = host_paths();
  options.overrides.profile = arguments.text("--profile");
  options.overrides.proxy = arguments.text("--proxy");
  options.overrides.variant = arguments.text("--variant");
  options.fresh_certificates = arguments.flag("--fresh-certs");
  options.root_alone = arguments.flag("--rootless") && !rootless_maps_users();
  for (const std::string& pair : arguments.list("--set")) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos)
      return fail(Errc::usage, "--set wants NAME=VALUE, not \"" + pair + "\".");
    options.overrides.set[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return options;
}

int report_error(const Error& error) {
  std::cout.flush();
  const bool is_findings = error.code == Errc::config;
  std::cerr << (is_findings ? "" : "lab: ") << trim(error.message) << "\n";
  return exit_code_of(error);
}

int report_no_selection(const Error& error) {
  constexpr int kNoMatch = 3;
  const int code = report_error(error);
  return error.code == Errc::not_found ? kNoMatch : code;
}

int code_of(const Result<int>& result) {
  return result ? *result : report_error(result.error());
}

std::string output_format(const Arguments& arguments) {
  const std::string format = arguments.text("--output");
  return format.empty() ? "text" : format;
}

void print_value(const Value& value, const std::string& format) {
  if (format == "yaml")
    std::cout << write_yaml(value);
  else
    std::cout << write_json(value, 2) << "\n";
}

Result<std::vector<LabNodes>> labs_and_nodes() {
  std::vector<LabNodes> result;
  for (const LabSummary& summary : TRY(running_labs())) {
    auto lab = attach(summary.name);
    if (lab) result.push_back({summary.name, lab->nodes()});
  }
  return result;
}

Result<RunningLab> attach_to(const std::string& name) {
  std::vector<std::string> names;
  for (const LabSummary& summary : TRY(running_labs())) names.push_back(summary.name);
  if (name.empty() && names.size() == 1) return attach(names.front());
  if (names.empty()) return fail(Errc::usage, "no lab is up. Start one with `lab up SCENARIO`.");
  if (name.empty())
    return fail(Errc::usage, "several labs are up: " + join(names, ", ") + ". Name one of them.");
  for (const std::string& known : names) {
    if (known == name) return attach(name);
  }
  const auto selection = select_only(name);  // "15" means scenario15.
  if (selection) {
    for (const ScenarioFolder& folder : list_scenarios(host_paths().scenarios())) {
      if (folder.path == selection->path && folder.id != name) return attach_to(folder.id);
    }
  }
  return fail(Errc::usage, "there is no lab \"" + name + "\" (up: " + join(names, ", ") + ")." +
                               did_you_mean(name, names));
}

Result<AttachedNode> attach_to_node(const std::string& text) {
  const NodeAddress address = TRY(find_node(TRY(labs_and_nodes()), text));
  return AttachedNode{TRY(attach(address.lab)), address.node};
}

Result<> remember_scenario(RunningLab& lab, const std::string& folder, const Overrides& overrides) {
  Value note{Value::Object{}};
  std::error_code ignored;
  note.set("folder", fs::absolute(folder, ignored).string());
  note.set("profile", overrides.profile);
  note.set("proxy", overrides.proxy);
  note.set("variant", overrides.variant);
  Value set{Value::Object{}};
  for (const auto& [name, value] : overrides.set) set.set(name, value);
  note.set("set", set);
  return lab.put_note(kScenarioNote, write_json(note));
}

Result<CompiledScenario> scenario_of(RunningLab& lab) {
  const Value note = TRY(parse_json(TRY(lab.note(kScenarioNote)), "note"));
  PrepareOptions options;
  options.host = host_paths();
  options.overrides.profile = note.find("profile")->string();
  options.overrides.proxy = note.find("proxy")->string();
  options.overrides.variant = note.find("variant")->string();
  for (const Member& member : note.find("set")->object())
    options.overrides.set[member.key] = member.value.string();
  return compile_scenario(note.find("folder")->string(), options);
}

Result<> remember_pki(RunningLab& lab, const Pki& pki) {
  Value note{Value::Object{}};
  note.set("files", strings_value(pki.files));
  note.set("fingerprints", strings_value(pki.fingerprints));
  note.set("variables", strings_value(pki.variables));
  return lab.put_note(kPkiNote, write_json(note));
}

Result<> recall_pki(RunningLab& lab, LabFacts& facts) {
  const Value note = TRY(parse_json(TRY(lab.note(kPkiNote)), "note"));
  facts.pki.files = strings_of(*note.find("files"));
  facts.pki.fingerprints = strings_of(*note.find("fingerprints"));
  facts.pki.variables = strings_of(*note.find("variables"));
  for (const auto& [name, value] : facts.pki.variables) facts.variables[name] = value;
  return {};
}

Result<Selection> select_only(const std::string& selector) {
  const auto folders = list_scenarios(host_paths().scenarios());
  const auto selections = TRY(select_scenarios(folders, {selector}));
  if (selections.size() == 1) return selections.front();
  std::vector<std::string> names;
  for (const Selection& selection : selections)
    names.push_back(fs::path(selection.path).filename().string());
  return fail(Errc::usage,
              "\"" + selector + "\" means several scenarios: " + join(names, ", ") + ".");
}

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - row[i].size() + 3, ' ');
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace lab::orchestrator
