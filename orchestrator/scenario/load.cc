#include "orchestrator/scenario/load.h"

#include <fnmatch.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"

namespace lab::orchestrator {
namespace {

/// "FILE:LINE:COLUMN: reason" of a parser, as a finding.
void add_parse_error(const std::string& path, const Error& error, Diagnostics& out) {
  std::string message = error.message;
  Mark mark;
  if (message.rfind(path + ":", 0) == 0) {
    unsigned line = 0, column = 0;
    int used = 0;
    const char* rest = message.c_str() + path.size() + 1;
    if (std::sscanf(rest, "%u:%u: %n", &line, &column, &used) == 2 && used > 0) {
      mark = Mark{line, column};
      message = rest + used;
    }
  }
  out.add(Origin{path, mark}, message);
}

void apply_overrides(const Overrides& overrides, Scenario& scenario, Diagnostics& out) {
  if (!overrides.profile.empty()) scenario.profile = overrides.profile;
  if (!overrides.proxy.empty()) scenario.proxy = overrides.proxy;
  std::vector<std::string> names;
  for (const auto& [name, value] : scenario.variables) names.push_back(name);
  for (const auto& [name, value] : overrides.set) {
    if (scenario.variables.count(name) == 0) {
      out.add(scenario.origin, "--set " + name + ": the scenario has no such variable (it has " +
                                   (names.empty() ? "none" : join(names, ", ")) + ")." +
                                   did_you_mean(name, names));
    }
    scenario.variables[name] = value;
  }
}

std::vector<std::string> glob_files(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), GLOB_ERR, nullptr, &found) == 0) {
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return files;
}

}  // namespace

Scenario parse_scenario(const std::string& text, const std::string& path,
                        const Overrides& overrides, Diagnostics& out) {
  Scenario scenario;
  scenario.path = path;
  scenario.folder = std::filesystem::path(path).parent_path().string();
  if (scenario.folder.empty()) scenario.folder = ".";
  scenario.origin = Origin{path, {}};
  auto documents = parse_yaml(text, path);
  if (!documents) {
    add_parse_error(path, documents.error(), out);
    return scenario;
  }
  if (documents->size() != 1) {
    out.add(Origin{path, {1, 1}}, documents->empty()
                                      ? "the file is empty. Run `lab init` for an example."
                                      : "a scenario is one YAML document. Remove the \"---\".");
    return scenario;
  }
  const Value& root = documents->front().root;
  decode(root, path, out, scenario);
  if (const Value* steps = root.find("steps")) scenario.raw_steps = *steps;
  apply_overrides(overrides, scenario, out);
  return scenario;
}

Scenario load_scenario(const std::string& folder, const Overrides& overrides, Diagnostics& out) {
  const std::string path = (std::filesystem::path(folder) / "scenario.yaml").string();
  auto text = read_file(path);
  if (!text) {
    out.add(Origin{path, {}}, text.error().message);
    Scenario none;
    none.folder = folder;
    none.path = path;
    return none;
  }
  return parse_scenario(*text, path, overrides, out);
}

std::vector<std::string> object_files(const Scenario& scenario, const std::string& variant,
                                      Diagnostics& out) {
  static const std::vector<std::string> kUsual = {"mesh/*.yaml", "mesh/*.yml", "mesh/*.json"};
  const std::vector<std::string>* patterns = scenario.mesh.empty() ? &kUsual : &scenario.mesh;
  Origin origin = scenario.origin;
  for (const VariantSpec& candidate : scenario.variants) {
    if (candidate.name != variant) continue;
    patterns = &candidate.mesh;
    origin = candidate.origin;
  }
  std::vector<std::string> files;
  for (const std::string& pattern : *patterns) {
    const auto found = glob_files((std::filesystem::path(scenario.folder) / pattern).string());
    if (found.empty() && patterns != &kUsual) {
      out.add(origin, "mesh: no file matches \"" + pattern + "\" in " + scenario.folder + ".");
    }
    files.insert(files.end(), found.begin(), found.end());
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

std::string find_template(const Scenario& scenario, const std::string& name,
                          const std::string& shared) {
  for (const std::string& folder : {scenario.folder, shared}) {
    const auto path = std::filesystem::path(folder) / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path.string();
  }
  return "";
}

}  // namespace lab::orchestrator
