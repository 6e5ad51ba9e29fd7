#include "base/text.h"
#include "mesh/config/bootstrap.h"
#include "orchestrator/run/prepare.h"

namespace lab::orchestrator {
namespace {

/// The members of one kind, by name.
struct Section {
  std::vector<std::string> names;
  std::vector<Value> values;

  template <class T, class Name>
  void fill(const std::vector<T>& list, Name name) {
    for (const T& one : list) {
      names.push_back(name(one));
      values.push_back(encode(one));
    }
  }
};

Section section_of(const compile::NodeConfig& config, const std::string& kind) {
  Section section;
  const auto by_name = [](const auto& one) { return one.name; };
  if (kind == "listeners") section.fill(config.listeners, by_name);
  if (kind == "routes") section.fill(config.routes, by_name);
  if (kind == "clusters") section.fill(config.clusters, by_name);
  if (kind == "endpoints")
    section.fill(config.endpoints, [](const auto& one) { return one.cluster_name; });
  if (kind == "secrets") section.fill(config.secrets, by_name);
  return section;
}

}  // namespace

Result<Value> config_part(const compile::NodeConfig& config, const std::string& part,
                          const std::string&) {
  const std::size_t slash = part.find('/');
  const std::string kind = part.substr(0, slash);
  const std::vector<std::string> kinds = {"listeners", "routes", "clusters", "endpoints",
                                          "secrets"};
  bool known = false;
  for (const std::string& one : kinds) known = known || one == kind;
  if (!known) {
    return fail(Errc::usage, "a proxy's configuration has " + join(kinds, ", ") + ", not \"" +
                                 kind + "\"." + did_you_mean(kind, kinds));
  }
  Section section = section_of(config, kind);
  if (slash == std::string::npos) return Value(std::move(section.values));
  const std::string name = part.substr(slash + 1);
  for (std::size_t i = 0; i < section.names.size(); ++i) {
    if (section.names[i] == name) return section.values[i];
  }
  return fail(Errc::usage, "there is no \"" + name + "\" among the " + kind + "." +
                               did_you_mean(name, section.names));
}

}  // namespace lab::orchestrator
