#include <filesystem>
#include <iostream>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "mesh/crd/load.h"
#include "mesh/crd/objects.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/cli/object_files.h"

namespace lab::orchestrator {
namespace {

namespace fs = std::filesystem;

Result<> write_node(const fs::path& folder, const CompiledMesh& mesh, const std::string& name,
                    const std::string& api) {
  for (const char* kind : {"listeners", "routes", "clusters", "endpoints"}) {
    const Value part = TRY(config_part(mesh, name, kind, api));
    TRY(write_file((folder / (name + "." + kind + ".json")).string(), write_json(part, 2) + "\n"));
  }
  return {};
}

Result<CompiledMesh> mesh_to_compile(const Arguments& arguments) {
  if (arguments.has("SCENARIO")) {
    const Selection selection = TRY(select_only(arguments.text("SCENARIO")));
    return TRY(compile_scenario(selection.path, TRY(prepare_options(arguments)))).mesh;
  }
  if (!arguments.has("--file"))
    return fail(Errc::usage, "nothing to compile. Give a scenario or -f FILE.");
  Diagnostics out;
  const crd::Objects objects = crd::load_files(TRY(object_files_of(arguments.list("--file"))), out);
  const std::string profile = arguments.text("--profile");
  CompiledMesh mesh = compile_objects(objects, profile.empty() ? "istio-current" : profile, out);
  TRY(out.result());
  return mesh;
}

Result<int> compile_to_folder(const Arguments& arguments) {
  const CompiledMesh mesh = TRY(mesh_to_compile(arguments));
  const fs::path folder = arguments.text("--output").empty() ? "." : arguments.text("--output");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Errc::system, "make " + folder.string() + ": " + error.message());
  const auto names = configured_nodes(mesh);
  std::vector<std::string> wanted = arguments.list("--node");
  if (wanted.empty()) wanted = names;
  for (const std::string& text : wanted) {
    const NodeAddress node = TRY(find_node({{"", names}}, text));
    TRY(write_node(folder, mesh, node.node, arguments.text("--api")));
    if (!arguments.flag("--quiet"))
      std::cerr << "wrote " << (folder / node.node).string() << ".*.json\n";
  }
  return 0;
}

}  // namespace

int command_compile(const Arguments& arguments) {
  return code_of(compile_to_folder(arguments));
}

}  // namespace lab::orchestrator
