#include <filesystem>
#include <iostream>

#include "base/text.h"
#include "mesh/crd/lint.h"
#include "mesh/crd/load.h"
#include "mesh/crd/validate.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/cli/object_files.h"

namespace lab::orchestrator {
namespace {

constexpr int kBadInput = 65;
constexpr int kFindings = 1;

bool is_scenario(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(std::filesystem::path(path) / "scenario.yaml", ignored);
}

/// Scenarios among the names, by folder or selector; the others are files of objects.
void sort_names(const std::vector<std::string>& names, std::vector<std::string>& scenarios,
                std::vector<std::string>& files) {
  for (const std::string& name : names) {
    std::error_code ignored;
    if (is_scenario(name)) {
      scenarios.push_back(name);
    } else if (name == "-" || std::filesystem::exists(name, ignored)) {
      files.push_back(name);
    } else if (const auto selection = select_only(name)) {
      scenarios.push_back(selection->path);
    } else {
      files.push_back(name);
    }
  }
}

/// What a cluster would refuse, and of the rest what does not do what it seems to say.
std::vector<crd::LintFinding> findings_in(const std::vector<std::string>& files,
                                          crd::LintLevel least, bool& rejected) {
  const auto verdicts = crd::validate_documents(files);
  rejected = rejected || crd::any_rejected(verdicts);
  std::vector<crd::LintFinding> findings = crd::refusals(verdicts);
  Diagnostics ignored;  // Validation has told it already.
  for (crd::LintFinding& finding : crd::lint(crd::load_files(files, ignored), {least}))
    findings.push_back(std::move(finding));
  return findings;
}

void print_findings(const std::vector<crd::LintFinding>& findings, const std::string& format) {
  if (format == "json" || format == "yaml")
    return print_value(crd::findings_json(findings), format);
  for (const crd::LintFinding& finding : findings) std::cout << crd::text_of(finding) << "\n";
}

/// Accept or reject, document by document; true when one is rejected.
bool print_verdicts(const std::vector<std::string>& files, const std::string& format) {
  const auto verdicts = crd::validate_documents(files);
  if (format == "json" || format == "yaml") {
    print_value(crd::verdicts_json(verdicts), format);
    return crd::any_rejected(verdicts);
  }
  for (const crd::DocumentVerdict& verdict : verdicts) {
    if (verdict.accepted()) continue;
    for (const std::string& message : verdict.messages()) std::cout << message << "\n";
  }
  return crd::any_rejected(verdicts);
}

Result<int> lint(const Arguments& arguments) {
  std::vector<std::string> scenarios, names;
  sort_names(arguments.list("FILE"), scenarios, names);
  std::vector<std::string> files = TRY(object_files_of(names));
  const std::string format = output_format(arguments);
  bool rejected = false;
  for (const std::string& folder : scenarios) {
    const auto compiled = compile_scenario(folder, TRY(prepare_options(arguments)));
    if (compiled) {
      Diagnostics ignored;
      const auto own = object_files(compiled->scenario, compiled->variant, ignored);
      files.insert(files.end(), own.begin(), own.end());
      continue;
    }
    rejected = true;
    std::cerr << trim(compiled.error().message) << "\n";
  }
  const bool only_verdicts = arguments.flag("--validate-only");
  if (only_verdicts) return print_verdicts(files, format) || rejected ? kBadInput : 0;
  const auto least = crd::level_of(arguments.text("--level"));
  const auto findings = findings_in(files, least.value_or(crd::LintLevel::warning), rejected);
  print_findings(findings, format);
  if (rejected) return kBadInput;
  return findings.empty() ? 0 : kFindings;
}

}  // namespace

int command_lint(const Arguments& arguments) {
  return code_of(lint(arguments));
}

}  // namespace lab::orchestrator
