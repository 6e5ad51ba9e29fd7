#include "mesh/compile/peer_authentication.h"

#include "mesh/compile/registry.h"

namespace lab::compile {
namespace {

std::optional<MutualTls> mode_of(crd::MutualTlsMode mode) {
  switch (mode) {
    case crd::MutualTlsMode::DISABLE:
      return MutualTls::disable;
    case crd::MutualTlsMode::PERMISSIVE:
      return MutualTls::permissive;
    case crd::MutualTlsMode::STRICT:
      return MutualTls::strict;
    case crd::MutualTlsMode::UNSET:
      break;
  }
  return {};
}

/// The oldest policy of each level.
struct Levels {
  const crd::PeerAuthentication *mesh = nullptr, *name_space = nullptr, *workload = nullptr;
};

Levels find_levels(const model::Labels* labels, const std::string& name_space,
                   const Snapshot& snapshot) {
  Levels levels;
  const std::string& root = snapshot.mesh.root_namespace;
  for (const crd::PeerAuthentication* policy :
       oldest_first(snapshot.objects->peer_authentications)) {
    const std::string& owner = policy->metadata.namespace_name;
    const bool for_all = !policy->spec.selector || policy->spec.selector->match_labels.empty();
    if (for_all) {
      if (owner == root && levels.mesh == nullptr) levels.mesh = policy;
      if (owner == name_space && owner != root && levels.name_space == nullptr)
        levels.name_space = policy;
    } else if (owner == name_space && owner != root && levels.workload == nullptr &&
               labels != nullptr && model::selects(policy->spec.selector->match_labels, *labels)) {
      levels.workload = policy;
    }
  }
  return levels;
}

void narrow(PeerSettings& settings, const crd::PeerAuthentication* policy) {
  if (policy == nullptr) return;
  settings.sources.push_back(source_of(*policy));
  if (!policy->spec.mtls) return;
  if (const auto mode = mode_of(policy->spec.mtls->mode)) settings.mode = *mode;
}

}  // namespace

MutualTls PeerSettings::at(std::uint32_t port) const {
  const auto own = by_port.find(port);
  return own == by_port.end() ? mode : own->second;
}

PeerSettings peer_settings(const model::Labels& labels, const std::string& name_space,
                           const Snapshot& snapshot) {
  const Levels levels = find_levels(&labels, name_space, snapshot);
  PeerSettings settings;
  narrow(settings, levels.mesh);
  narrow(settings, levels.name_space);
  narrow(settings, levels.workload);
  if (levels.workload == nullptr) return settings;
  for (const auto& [port, mutual] : levels.workload->spec.port_level_mtls) {
    settings.by_port[static_cast<std::uint32_t>(std::stoul(port))] =
        mode_of(mutual.mode).value_or(settings.mode);
  }
  return settings;
}

namespace {

bool target_fits(const crd::PolicyTarget& target, const model::Service& service, std::uint32_t port,
                 bool& by_port) {
  if (target.name != service.name) return false;
  by_port = !target.ports.empty();
  if (!by_port) return true;
  const model::Port* known = service.port(port);
  return std::any_of(target.ports.begin(), target.ports.end(),
                     [&](const crd::LegacyPortSelector& wanted) {
                       return (wanted.number && *wanted.number == port) ||
                              (wanted.name && known != nullptr && *wanted.name == known->name);
                     });
}

/// How closely a policy fits: 0 not at all, then mesh, namespace, service, port of the service.
int closeness(const crd::AuthenticationPolicy& policy, const model::Service& service,
              std::uint32_t port) {
  if (policy.kind == "MeshPolicy") return policy.metadata.name == "default" ? 1 : 0;
  if (policy.metadata.namespace_name != service.name_space) return 0;
  if (policy.spec.targets.empty()) return 2;
  int best = 0;
  for (const crd::PolicyTarget& target : policy.spec.targets) {
    bool by_port = false;
    if (target_fits(target, service, port, by_port)) best = std::max(best, by_port ? 4 : 3);
  }
  return best;
}

}  // namespace

MutualTls policy_mode(const model::Service& service, std::uint32_t port, const Snapshot& snapshot,
                      std::vector<model::Source>& sources) {
  const crd::AuthenticationPolicy* best = nullptr;
  int best_closeness = 0;
  for (const crd::AuthenticationPolicy* policy :
       oldest_first(snapshot.objects->authentication_policies)) {
    const int close = closeness(*policy, service, port);
    if (close > best_closeness) {
      best = policy;
      best_closeness = close;
    }
  }
  if (best == nullptr) return MutualTls::disable;
  sources.push_back(source_of(*best));
  for (const crd::PeerMethod& peer : best->spec.peers) {
    if (!peer.mtls) continue;
    const bool lenient =
        peer.mtls->mode == crd::LegacyMutualTlsMode::PERMISSIVE || best->spec.peer_is_optional;
    return lenient ? MutualTls::permissive : MutualTls::strict;
  }
  return MutualTls::disable;
}

bool service_speaks_mutual_tls(const model::Service& service, const crd::TrafficPolicy& policy,
                               std::uint32_t port, const Snapshot& snapshot) {
  const bool by_address = service.resolution == model::Resolution::passthrough ||
                          (policy.load_balancer &&
                           policy.load_balancer->simple == crd::SimpleLoadBalancer::PASSTHROUGH);
  if (by_address) {
    const model::Port* wanted = service.port(port);
    bool any = false;
    for (const model::Endpoint& endpoint : service.endpoints) {
      if (wanted == nullptr || endpoint.port_name != wanted->name) continue;
      if (!endpoint.mutual_tls) return false;
      any = true;
    }
    if (!any) return false;
  }
  PeerSettings settings;
  const Levels levels = find_levels(nullptr, service.name_space, snapshot);
  narrow(settings, levels.mesh);
  narrow(settings, levels.name_space);
  return settings.mode != MutualTls::disable;
}

}  // namespace lab::compile
