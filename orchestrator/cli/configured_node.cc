#include "orchestrator/cli/configured_node.h"

#include "orchestrator/cli/context.h"

namespace lab::orchestrator {

Result<ConfiguredNode> configured_node(const Arguments& arguments, const std::string& text) {
  auto attached = attach_to_node(text);
  ConfiguredNode result;
  if (attached) {
    result.compiled = TRY(scenario_of(attached->lab));
    result.name = attached->node;
  } else {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return tl::unexpected(attached.error());
    const auto selection = select_only(text.substr(0, slash));
    if (!selection) return tl::unexpected(attached.error());
    result.name = text.substr(slash + 1);
  }
  const std::string profile = arguments.text("--profile");
  if (!attached || !profile.empty()) {
    const std::string folder = attached ? result.compiled.scenario.folder
                                        : TRY(select_only(text.substr(0, text.find('/')))).path;
    result.compiled = TRY(compile_scenario(folder, TRY(prepare_options(arguments))));
  }
  const auto names = configured_nodes(result.compiled.mesh);
  const NodeAddress found = TRY(find_node({{result.compiled.scenario.id, names}},
                                          result.name.substr(0, result.name.find('.'))));
  result.name = found.node;
  return result;
}

}  // namespace lab::orchestrator
