// Compiles files without a lab, for scripts and goldens: compile_tool [-p PROFILE] [-n NODE]...
// [-v2] [-x] -o DIR FILE... -x writes the proxy's own files to DIR/NODE/, and static.json beside
// them.
#include <sys/stat.h>

#include <cstring>
#include <iostream>

#include "base/file.h"
#include "base/json.h"
#include "mesh/compile/compile.h"
#include "mesh/compile/files.h"
#include "mesh/compile/render_v2.h"
#include "mesh/crd/load.h"

namespace {

using namespace lab;

struct Options {
  std::string profile = "istio-current", out, folder;
  std::vector<std::string> nodes, files;
  bool proxy_files = false, old_dumps = false;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (word == "-p") {
      options.profile = next();
    } else if (word == "-n") {
      options.nodes.push_back(next());
    } else if (word == "-o") {
      options.out = next();
    } else if (word == "-f") {
      options.folder = next();
    } else if (word == "-v2") {
      options.old_dumps = true;
    } else if (word == "-x") {
      options.proxy_files = true;
    } else {
      options.files.push_back(word);
    }
  }
  return options;
}

Result<> write_proxy_files(const std::string& folder, const compile::NodeConfig& node) {
  for (const char* part : {"", "/rds", "/eds", "/sds"}) ::mkdir((folder + part).c_str(), 0755);
  for (const auto& [name, content] : compile::files_of(node))
    TRY(write_file(folder + "/" + name, content));
  return write_file(folder + "/static.json", write_json(compile::fold_static(node), 1));
}

Result<> run(const Options& options) {
  Diagnostics findings;
  const crd::Objects objects = crd::load_files(options.files, findings);
  compile::Input input{objects, options.profile, options.nodes, "/etc/lab/proxy"};
  if (!options.folder.empty()) input.folder = options.folder;
  const compile::NodeConfigs nodes = TRY(compile::compile(input, findings));
  std::cerr << findings.text();
  if (!options.out.empty()) ::mkdir(options.out.c_str(), 0755);
  for (const auto& [name, node] : nodes) {
    for (const char* kind : {"listeners", "routes", "clusters", "endpoints"}) {
      const std::string text = write_json(
          options.old_dumps ? compile::render_v2(node, kind) : compile::resources_of(node, kind),
          1);
      if (!options.out.empty())
        TRY(write_file(options.out + "/" + name + "." + kind + ".json", text));
    }
    if (options.proxy_files) TRY(write_proxy_files(options.out + "/" + name, node));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const Result<> result = run(parse(argc, argv));
  if (result) return 0;
  std::cerr << result.error().message << "\n";
  return 1;
}
