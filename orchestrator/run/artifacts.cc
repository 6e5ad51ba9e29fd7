#include "orchestrator/run/artifacts.h"

#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "orchestrator/run/trace_reader.h"

namespace lab::orchestrator {
namespace {

namespace fs = std::filesystem;

Result<> write_below(const fs::path& folder, const std::string& name, const std::string& content) {
  const fs::path path = folder / name;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error)
    return fail(Errc::system, "make " + path.parent_path().string() + ": " + error.message());
  return write_file(path.string(), content);
}

Result<> keep_node(RunningLab& lab, const Node& node, const NodeFacts* facts,
                   const fs::path& folder) {
  for (const Program& program : node.programs) {
    const auto log = lab.logs(node.id(), program.name);
    if (log) TRY(write_below(folder, program.name + ".log", *log));
  }
  if (facts == nullptr || !facts->has_proxy) return {};
  for (const char* page : {"config_dump", "clusters", "stats", "certs", "lab/trace?since=0"}) {
    const auto answer = lab.http_get(node.id(), kAdminPort, "/" + std::string(page));
    if (!answer || answer->status != 200) continue;
    const std::string name = page[0] == 'l' ? "trace" : page;
    TRY(write_below(folder, "admin/" + name, answer->body));
  }
  return {};
}

}  // namespace

Result<std::string> keep_artifacts(RunningLab& lab, const BuiltPlan& built,
                                   const ScenarioResult& result, const std::string& folder) {
  std::string name = result.id;
  if (!result.variant.empty()) name += "-" + result.variant;
  if (result.proxy != "mesh") name += "-" + result.proxy;
  const fs::path target = fs::path(folder) / name;
  for (const Node& node : built.plan.nodes) {
    const NodeFacts* facts = nullptr;
    for (const auto& [known, candidate] : built.facts.nodes) {
      if (candidate.id == node.id()) facts = &candidate;
    }
    TRY(keep_node(lab, node, facts, target / node.name));
  }
  for (const auto& [node, files] : built.facts.proxy_files) {
    for (const auto& [file, content] : files)
      TRY(write_below(target / node / "config", file, content));
  }
  Report report;
  report.scenarios = {result};
  TRY(write_below(target, "report.json", write_json(report_json(report), 2) + "\n"));
  return target.string();
}

}  // namespace lab::orchestrator
