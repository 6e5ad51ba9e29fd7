#include <filesystem>
#include <iostream>

#include "base/json.h"
#include "base/text.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/configured_node.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/cli/object_files.h"
#include "orchestrator/inspect/difference.h"
#include "orchestrator/run/actions.h"

namespace lab::orchestrator {
namespace {

constexpr char kChangesNote[] = "changes";  ///< Objects applied and removed so far, in order.

std::vector<std::string> strings_at(const Value& value, const char* key) {
  std::vector<std::string> strings;
  const Value* list = value.find(key);
  if (list == nullptr || !list->is_array()) return strings;
  for (const Value& one : list->array()) strings.push_back(one.string());
  return strings;
}

Value strings_value(const std::vector<std::string>& strings) {
  Value list{Value::Array{}};
  for (const std::string& one : strings) list.push(one);
  return list;
}

/// Adds and removes objects of a running lab, as a step of its scenario would.
Result<int> apply_to_lab(const Arguments& arguments) {
  RunningLab lab = TRY(attach_to(arguments.text("LAB")));
  Step step;
  for (const std::string& file : TRY(object_files_of(arguments.list("--file"))))
    step.apply.push_back(std::filesystem::absolute(file).string());
  step.remove = arguments.list("--delete");
  if (step.apply.empty() && step.remove.empty())
    return fail(Errc::usage, "nothing to change. Give -f FILE or --delete KIND/NAME.");
  const std::string folder = TRY(scenario_of(lab)).scenario.folder;
  Prepared prepared = TRY(prepare(folder, TRY(prepare_options(arguments))));
  LabFacts& facts = prepared.built.facts;
  TRY(recall_pki(lab, facts));
  Value changes{Value::Array{}};
  if (const auto note = lab.note(kChangesNote)) changes = TRY(parse_json(*note, "note"));
  for (const Value& change : changes.array())
    facts.proxy_files =
        TRY(facts.recompile(strings_at(change, "apply"), strings_at(change, "remove")));
  TRY(run_action(lab, facts, step, folder));
  Value change;
  change.set("apply", strings_value(step.apply));
  change.set("remove", strings_value(step.remove));
  changes.push(std::move(change));
  TRY(lab.put_note(kChangesNote, write_json(changes)));
  std::cout << "the proxies of lab " << lab.name() << " have taken it\n";
  return 0;
}

Result<Value> whole_config(const ConfiguredNode& node, const std::string& api) {
  Value all{Value::Object{}};
  for (const char* kind : {"listeners", "routes", "clusters", "endpoints", "secrets"})
    all.set(kind, TRY(config_part(node.compiled.mesh, node.name, kind, api)));
  return all;
}

/// Exit code 1 when they differ, as diff's.
Result<int> compare_nodes(const Arguments& arguments) {
  const std::string api = arguments.text("--api");
  const Value a = TRY(whole_config(TRY(configured_node(arguments, arguments.text("A"))), api));
  const Value b = TRY(whole_config(TRY(configured_node(arguments, arguments.text("B"))), api));
  const auto lines = difference(a, b);
  for (const std::string& line : lines) std::cout << line << "\n";
  return lines.empty() ? 0 : 1;
}

}  // namespace

int command_apply(const Arguments& arguments) {
  return code_of(apply_to_lab(arguments));
}
int command_diff(const Arguments& arguments) {
  return code_of(compare_nodes(arguments));
}

}  // namespace lab::orchestrator
