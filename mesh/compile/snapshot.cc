#include "mesh/compile/snapshot.h"

#include <unordered_map>

#include "mesh/compile/registry.h"
#include "mesh/model/host.h"

namespace lab::compile {

Snapshot make_snapshot(const crd::Objects& objects, const Profile& profile, Diagnostics& out) {
  Snapshot snapshot;
  snapshot.objects = &objects;
  snapshot.profile = &profile;
  snapshot.mesh = mesh_options(objects, profile, out);
  snapshot.locality = mesh_locality(objects, profile, out);
  snapshot.registry = make_registry(objects, snapshot.mesh, profile);
  snapshot.virtual_services = resolve_virtual_services(objects, snapshot.mesh, out);
  snapshot.rules = merge_rules(objects, snapshot.mesh);
  return snapshot;
}

namespace {

bool same_scope(const crd::DestinationRuleSpec& a, const crd::DestinationRuleSpec& b) {
  const bool has_a = a.workload_selector.has_value(), has_b = b.workload_selector.has_value();
  if (has_a != has_b ||
      (has_a && a.workload_selector->match_labels != b.workload_selector->match_labels))
    return false;
  return a.export_to == b.export_to;
}

void merge_into(Rule& merged, const crd::DestinationRule& later) {
  for (const crd::Subset& subset : later.spec.subsets) {
    const bool known =
        std::any_of(merged.spec.subsets.begin(), merged.spec.subsets.end(),
                    [&](const crd::Subset& other) { return other.name == subset.name; });
    if (!known) merged.spec.subsets.push_back(subset);
  }
  if (!merged.spec.traffic_policy) merged.spec.traffic_policy = later.spec.traffic_policy;
  merged.sources.push_back(source_of(later));
}

}  // namespace

std::vector<Rule> merge_rules(const crd::Objects& objects, const model::MeshOptions& mesh) {
  std::vector<Rule> rules;
  std::unordered_map<std::string, std::vector<std::size_t>> by_host;  // "NAMESPACE/HOST".
  for (const crd::DestinationRule* source : oldest_first(objects.destination_rules)) {
    Rule rule;
    rule.name = source->metadata.name;
    rule.name_space = source->metadata.namespace_name;
    rule.spec = source->spec;
    rule.spec.host = model::full_host(source->spec.host, rule.name_space, mesh.domain);
    if (rule.spec.export_to.empty()) rule.spec.export_to = mesh.default_destination_rule_export_to;
    std::vector<std::size_t>& same_host = by_host[rule.name_space + "/" + rule.spec.host];
    const auto earlier = std::find_if(same_host.begin(), same_host.end(), [&](std::size_t place) {
      return same_scope(rules[place].spec, rule.spec);
    });
    if (earlier != same_host.end()) {
      merge_into(rules[*earlier], *source);
      continue;
    }
    same_host.push_back(rules.size());
    rule.sources.push_back(source_of(*source));
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace lab::compile
