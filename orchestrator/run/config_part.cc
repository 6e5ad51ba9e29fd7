#include "base/text.h"
#include "mesh/compile/files.h"
#include "orchestrator/run/prepare.h"

namespace lab::orchestrator {
namespace {

/// What people call a resource: its name, or the cluster's for endpoints.
std::string name_of(const Value& resource) {
  for (const char* key : {"name", "clusterName", "cluster_name"}) {
    const Value* name = resource.find(key);
    if (name != nullptr && name->is_string()) return name->string();
  }
  return "";
}

}  // namespace

Result<Value> config_part(const compile::NodeConfig& config, const std::string& part,
                          const std::string&) {
  const std::size_t slash = part.find('/');
  const std::string kind = part.substr(0, slash);
  const std::vector<std::string> kinds = {"listeners", "routes", "clusters", "endpoints", "secrets"};
  bool known = false;
  for (const std::string& one : kinds) known = known || one == kind;
  if (!known) {
    return fail(Errc::usage, "a proxy's configuration has " + join(kinds, ", ") + ", not \"" + kind + "\"." +
                                 did_you_mean(kind, kinds));
  }
  const Value all = compile::resources_of(config, kind);
  if (slash == std::string::npos) return all;
  const std::string name = part.substr(slash + 1);
  std::vector<std::string> names;
  for (const Value& resource : all.array()) {
    if (name_of(resource) == name) return resource;
    names.push_back(name_of(resource));
  }
  return fail(Errc::usage, "there is no \"" + name + "\" among the " + kind + "." + did_you_mean(name, names));
}

}  // namespace lab::orchestrator
