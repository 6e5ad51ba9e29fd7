#include <filesystem>
#include <iostream>

#include "base/text.h"
#include "mesh/crd/validate.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/cli/object_files.h"

namespace lab::orchestrator {
namespace {

constexpr int kBadInput = 65;

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

Result<int> lint(const Arguments& arguments) {
  std::vector<std::string> scenarios, names;
  sort_names(arguments.list("FILE"), scenarios, names);
  const auto verdicts = crd::validate_documents(TRY(object_files_of(names)));
  const std::string format = output_format(arguments);
  bool rejected = crd::any_rejected(verdicts);
  if (format == "json" || format == "yaml") {
    print_value(crd::verdicts_json(verdicts), format);
  } else {
    for (const crd::DocumentVerdict& verdict : verdicts) {
      if (verdict.accepted()) continue;
      for (const std::string& message : verdict.messages()) std::cout << message << "\n";
    }
  }
  for (const std::string& folder : scenarios) {
    const auto compiled = compile_scenario(folder, TRY(prepare_options(arguments)));
    if (compiled) continue;
    rejected = true;
    std::cerr << trim(compiled.error().message) << "\n";
  }
  return rejected ? kBadInput : 0;
}

}  // namespace

int command_lint(const Arguments& arguments) {
  const auto code = lint(arguments);
  return code ? *code : report_error(code.error());
}

}  // namespace lab::orchestrator
