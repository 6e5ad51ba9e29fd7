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

Result<> write_part(const fs::path& folder, const std::string& node, const std::string& kind,
                    const Value& part) {
  return write_file((folder / (node + "." + kind + ".json")).string(), write_json(part, 2) + "\n");
}

void tell_written(const Arguments& arguments, const fs::path& folder, const std::string& node) {
  if (!arguments.flag("--quiet")) std::cerr << "wrote " << (folder / node).string() << ".*.json\n";
}

/// Files of objects may be a mesh of thousands of workloads: only what is wanted is compiled.
Result<> compile_files(const Arguments& arguments, const fs::path& folder) {
  if (!arguments.has("--file"))
    return fail(Errc::usage, "nothing to compile. Give a scenario or -f FILE.");
  Diagnostics out;
  const crd::Objects objects = crd::load_files(TRY(object_files_of(arguments.list("--file"))), out);
  const std::string profile = arguments.text("--profile");
  return compile_parts(objects, profile.empty() ? "istio-current" : profile,
                       arguments.list("--node"), arguments.text("--api"), out,
                       [&](const std::string& node, const std::string& kind, const Value& part) {
                         if (kind == "endpoints") tell_written(arguments, folder, node);
                         return write_part(folder, node, kind, part);
                       });
}

Result<> compile_lesson(const Arguments& arguments, const fs::path& folder) {
  const Selection selection = TRY(select_only(arguments.text("SCENARIO")));
  const CompiledMesh mesh =
      TRY(compile_scenario(selection.path, TRY(prepare_options(arguments)))).mesh;
  const auto names = configured_nodes(mesh);
  std::vector<std::string> wanted = arguments.list("--node");
  if (wanted.empty()) wanted = names;
  for (const std::string& text : wanted) {
    const std::string node = TRY(find_node({{"", names}}, text)).node;
    for (const char* kind : {"listeners", "routes", "clusters", "endpoints"}) {
      const Value part = TRY(config_part(mesh, node, kind, arguments.text("--api")));
      TRY(write_part(folder, node, kind, part));
    }
    tell_written(arguments, folder, node);
  }
  return {};
}

Result<int> compile_to_folder(const Arguments& arguments) {
  const fs::path folder = arguments.text("--output").empty() ? "." : arguments.text("--output");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Errc::system, "make " + folder.string() + ": " + error.message());
  TRY(arguments.has("SCENARIO") ? compile_lesson(arguments, folder)
                                : compile_files(arguments, folder));
  return 0;
}

}  // namespace

int command_compile(const Arguments& arguments) {
  return code_of(compile_to_folder(arguments));
}

}  // namespace lab::orchestrator
