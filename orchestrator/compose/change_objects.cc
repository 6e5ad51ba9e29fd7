#include "orchestrator/compose/change_objects.h"

#include <algorithm>

#include "base/text.h"
#include "mesh/crd/load.h"

namespace lab::orchestrator {
namespace {

/// Calls `visit` with the same list of both containers, for every kind.
template <class Visit>
void for_each_kind(crd::Objects& a, crd::Objects& b, Visit visit) {
  visit(a.namespaces, b.namespaces);
  visit(a.service_accounts, b.service_accounts);
  visit(a.config_maps, b.config_maps);
  visit(a.secrets, b.secrets);
  visit(a.services, b.services);
  visit(a.endpoints, b.endpoints);
  visit(a.endpoint_slices, b.endpoint_slices);
  visit(a.pods, b.pods);
  visit(a.deployments, b.deployments);
  visit(a.virtual_services, b.virtual_services);
  visit(a.destination_rules, b.destination_rules);
  visit(a.gateways, b.gateways);
  visit(a.service_entries, b.service_entries);
  visit(a.workload_entries, b.workload_entries);
  visit(a.sidecars, b.sidecars);
  visit(a.peer_authentications, b.peer_authentications);
  visit(a.authorization_policies, b.authorization_policies);
  visit(a.request_authentications, b.request_authentications);
  visit(a.authentication_policies, b.authentication_policies);
  visit(a.rbac_configs, b.rbac_configs);
  visit(a.service_roles, b.service_roles);
  visit(a.service_role_bindings, b.service_role_bindings);
  visit(a.others, b.others);
}

bool same_object(const crd::Object& a, const crd::Object& b) {
  return a.kind == b.kind && a.metadata.name == b.metadata.name &&
         a.metadata.namespace_name == b.metadata.namespace_name;
}

}  // namespace

void apply_objects(crd::Objects& objects, const std::vector<std::string>& files, Diagnostics& out) {
  crd::Objects added = crd::load_files(files, out);
  for_each_kind(objects, added, [](auto& present, auto& fresh) {
    for (auto& object : fresh) {
      const auto same = std::find_if(present.begin(), present.end(),
                                     [&](const auto& other) { return same_object(other, object); });
      if (same == present.end())
        present.push_back(std::move(object));
      else
        *same = std::move(object);
    }
  });
}

bool remove_object(crd::Objects& objects, const std::string& name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return false;
  const std::string kind = name.substr(0, slash);
  const std::string rest = name.substr(slash + 1);
  bool removed = false;
  crd::Objects none;
  for_each_kind(objects, none, [&](auto& present, auto&) {
    const auto is_meant = [&](const crd::Object& object) {
      const crd::Metadata& metadata = object.metadata;
      return equal_ignore_case(object.kind, kind) &&
             (metadata.name == rest || metadata.name + "." + metadata.namespace_name == rest);
    };
    const auto kept = std::remove_if(present.begin(), present.end(), is_meant);
    removed = removed || kept != present.end();
    present.erase(kept, present.end());
  });
  return removed;
}

}  // namespace lab::orchestrator
