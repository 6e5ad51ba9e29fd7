#include <iostream>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/configured_node.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/run/admin_connections.h"

namespace lab::orchestrator {
namespace {

Result<int> exec_words(const std::string& node_text, const std::vector<std::string>& words) {
  if (words.empty())
    return fail(Errc::usage, "no command given. Write `lab exec NODE -- COMMAND`.");
  AttachedNode node = TRY(attach_to_node(node_text));
  ExecRequest request;
  request.argv = words;
  const ExitStatus status = TRY(node.lab.exec_interactive(node.node, request));
  return status.signal != 0 ? 128 + status.signal : status.code;
}

Result<int> show_logs(const Arguments& arguments) {
  AttachedNode node = TRY(attach_to_node(arguments.text("NODE")));
  bool any = false;
  for (const ProgramState& program : TRY(node.lab.programs())) {
    const bool wanted = !arguments.has("PROGRAM") || arguments.text("PROGRAM") == program.program;
    if (program.node != node.node || !wanted) continue;
    any = true;
    std::cout << TRY(node.lab.logs(node.node, program.program));
  }
  if (!any) return fail(Errc::usage, "no such program in " + node.node + ". `lab ps` shows all.");
  return 0;
}

/// The files that a node's proxy reads.
Result<Value> envoy_files(const CompiledScenario& compiled, const std::string& name) {
  const auto own = compiled.mesh.files.find(name);
  if (own == compiled.mesh.files.end())
    return fail(Errc::usage, "node \"" + name + "\" has no proxy.");
  Value result{Value::Object{}};
  for (const auto& [file, content] : own->second) result.set(file, TRY(parse_json(content, file)));
  return result;
}

/// The head lines of `lab config NODE`: what there is, by name.
std::string overview(const CompiledMesh& mesh, const std::string& node) {
  std::string text;
  for (const char* kind : {"listeners", "routes", "clusters", "endpoints", "secrets"}) {
    text += std::string(kind) + ":\n";
    for (const std::string& name : config_names(mesh, node, kind)) text += "  " + name + "\n";
  }
  return text;
}

Result<int> show_config(const Arguments& arguments) {
  const ConfiguredNode node = TRY(configured_node(arguments, arguments.text("NODE")));
  const CompiledMesh& mesh = node.compiled.mesh;
  const std::string format = output_format(arguments);
  const std::string part = arguments.text("PART");
  if (format == "envoy") {
    std::cout << write_json(TRY(envoy_files(node.compiled, node.name)), 2) << "\n";
    return 0;
  }
  const bool everything = part.empty() || part == "all";
  if (format == "text" && everything) {
    std::cout << overview(mesh, node.name);
    return 0;
  }
  const std::string api = arguments.text("--api");
  if (!everything) {
    print_value(TRY(config_part(mesh, node.name, part, api)), format);
    return 0;
  }
  Value all{Value::Object{}};
  for (const char* name : {"listeners", "routes", "clusters", "endpoints", "secrets"}) {
    all.set(name, TRY(config_part(mesh, node.name, name, api)));
  }
  print_value(all, format);
  return 0;
}

Result<int> export_node(const Arguments& arguments) {
  const std::string format = arguments.text("FORMAT");
  if (format != "envoy")
    return fail(Errc::usage, "there is an export for envoy, not for \"" + format + "\".");
  const ConfiguredNode node = TRY(configured_node(arguments, arguments.text("NODE")));
  const bool folded = arguments.flag("--static");
  const Value value = folded ? TRY(static_bootstrap(node.compiled.mesh, node.name))
                             : TRY(envoy_files(node.compiled, node.name));
  const std::string text = write_json(value, 2) + "\n";
  const std::string file = arguments.text("--output");
  if (file.empty() || file == "json")
    std::cout << text;
  else
    TRY(write_file(file, text));
  return 0;
}

Result<int> show_certificates(const Arguments& arguments) {
  const std::string lab_name = arguments.text("LAB");
  RunningLab lab = TRY(attach_to(lab_name));
  Value all{Value::Object{}};
  for (const std::string& node : lab.nodes()) {
    const auto answer = lab.http_get(node, kAdminPort, "/certs");
    if (!answer || answer->status != 200) continue;
    all.set(node, TRY(parse_json(answer->body, "certs of " + node)));
  }
  print_value(all, output_format(arguments));
  return 0;
}

}  // namespace

int command_exec(const Arguments& arguments) {
  return code_of(exec_words(arguments.text("NODE"), arguments.list("COMMAND")));
}
int command_shell(const Arguments& arguments) {
  return code_of(exec_words(arguments.text("NODE"), {"/bin/bash", "-i"}));
}
int command_curl(const Arguments& arguments) {
  std::vector<std::string> words = {"curl"};
  for (const std::string& word : arguments.list("ARGUMENT")) words.push_back(word);
  return code_of(exec_words(arguments.text("NODE"), words));
}
int command_logs(const Arguments& arguments) {
  return code_of(show_logs(arguments));
}
int command_config(const Arguments& arguments) {
  return code_of(show_config(arguments));
}
int command_export(const Arguments& arguments) {
  return code_of(export_node(arguments));
}
int command_certs(const Arguments& arguments) {
  return code_of(show_certificates(arguments));
}

}  // namespace lab::orchestrator
