#include <filesystem>
#include <iostream>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/compose/describe.h"
#include "orchestrator/inspect/starter.h"
#include "orchestrator/scenario/schema.h"

namespace lab::orchestrator {
namespace {

namespace fs = std::filesystem;

Result<int> list_all(const Arguments& arguments) {
  const auto folders = list_scenarios(host_paths().scenarios());
  std::vector<std::vector<std::string>> rows = {{"ID", "FOLDER", "TITLE"}};
  Value list{Value::Array{}};
  const auto selections = select_scenarios(folders, arguments.list("SELECTOR"));
  if (!selections) return report_no_selection(selections.error());
  for (const Selection& selection : *selections) {
    for (const ScenarioFolder& folder : folders) {
      if (folder.path != selection.path) continue;
      rows.push_back({folder.id, folder.name, folder.title});
      Value one{Value::Object{}};
      one.set("id", folder.id);
      one.set("folder", folder.path);
      one.set("title", folder.title);
      Value tags{Value::Array{}};
      for (const std::string& tag : folder.tags) tags.push(tag);
      one.set("tags", tags);
      list.push(one);
    }
  }
  const std::string format = output_format(arguments);
  if (format == "text" || format == "wide")
    std::cout << table_text(rows);
  else
    print_value(list, format);
  return 0;
}

Result<int> show_plan(const Arguments& arguments) {
  const auto selection = select_only(arguments.text("SCENARIO"));
  if (!selection) return report_no_selection(selection.error());
  const Prepared prepared = TRY(prepare(selection->path, TRY(prepare_options(arguments))));
  const std::string format = output_format(arguments);
  if (format == "text" || format == "wide")
    std::cout << plan_text(prepared.built.plan);
  else
    print_value(plan_value(prepared.built.plan), format);
  return 0;
}

Result<int> write_schema(const Arguments&) {
  std::cout << write_json(json_schema(record_of(static_cast<const Scenario*>(nullptr))), 2) << "\n";
  return 0;
}

Result<int> make_starter(const Arguments& arguments) {
  const fs::path folder = arguments.text("FOLDER");
  std::error_code error;
  if (fs::exists(folder / "scenario.yaml", error)) {
    return fail(Errc::usage,
                folder.string() + " has a scenario.yaml already. Choose another folder.");
  }
  for (const auto& [name, content] : starter_files(folder.filename().string())) {
    const fs::path path = folder / name;
    fs::create_directories(path.parent_path(), error);
    if (error)
      return fail(Errc::system, "make " + path.parent_path().string() + ": " + error.message());
    TRY(write_file(path.string(), content));
    std::cout << "wrote " << path.string() << "\n";
  }
  std::cout << "now: lab run ./" << folder.string() << "\n";
  return 0;
}

}  // namespace

int command_list(const Arguments& arguments) {
  return code_of(list_all(arguments));
}
int command_plan(const Arguments& arguments) {
  return code_of(show_plan(arguments));
}
int command_schema(const Arguments& arguments) {
  return code_of(write_schema(arguments));
}
int command_init(const Arguments& arguments) {
  return code_of(make_starter(arguments));
}

}  // namespace lab::orchestrator
