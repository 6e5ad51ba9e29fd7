#include "mesh/compile/scope.h"

#include <set>

#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/model/host.h"

namespace lab::compile {
namespace {

/// "NAMESPACE/HOST" of a Sidecar.
struct ImportedHost {
  std::string name_space, host;

  bool takes(const std::string& owner, const std::string& own, const std::string& name) const {
    if (name_space == "~") return false;
    const bool here = name_space == "*" || (name_space == "." ? owner == own : owner == name_space);
    return here && model::hosts_overlap(name, host);
  }
};

std::vector<ImportedHost> imported_hosts(const crd::IstioEgressListener& listener) {
  std::vector<ImportedHost> hosts;
  for (const std::string& text : listener.hosts) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) {
      hosts.push_back({"*", text});
    } else {
      hosts.push_back({text.substr(0, slash), text.substr(slash + 1)});
    }
  }
  return hosts;
}

bool is_private(const VirtualService& service) {
  return service.spec.export_to.size() == 1 && service.spec.export_to.front() == ".";
}

void add_destinations(const VirtualService& service, std::vector<std::string>& hosts) {
  for (const crd::HttpRoute& route : service.spec.http) {
    for (const auto& target : route.route) hosts.push_back(target.destination.host);
    if (route.mirror) hosts.push_back(route.mirror->host);
    for (const auto& mirror : route.mirrors) hosts.push_back(mirror.destination.host);
  }
  for (const crd::TlsRoute& route : service.spec.tls) {
    for (const auto& target : route.route) hosts.push_back(target.destination.host);
  }
  for (const crd::TcpRoute& route : service.spec.tcp) {
    for (const auto& target : route.route) hosts.push_back(target.destination.host);
  }
}

}  // namespace

Scope::Scope(const Snapshot& snapshot, const model::Workload& workload)
    : snapshot_(snapshot), workload_(workload) {
  for (const Rule& rule : snapshot.rules) {
    if (model::is_wildcard(rule.spec.host)) {
      wildcard_rules_.push_back(&rule);
    } else {
      exact_rules_[rule.spec.host].push_back(&rule);
    }
  }
  if (workload.kind != model::WorkloadKind::gateway) select_sidecar();
  if (sidecar_ == nullptr || sidecar_->spec.egress.empty()) {
    add_everything();
  } else {
    for (const crd::IstioEgressListener& listener : sidecar_->spec.egress) add_listener(listener);
  }
  collect_services();
}

void Scope::select_sidecar() {
  const crd::Sidecar *for_all = nullptr, *for_mesh = nullptr;
  for (const crd::Sidecar* candidate : oldest_first(snapshot_.objects->sidecars)) {
    const std::string& owner = candidate->metadata.namespace_name;
    const auto& selector = candidate->spec.workload_selector;
    if (owner == workload_.name_space && selector && !selector->labels.empty()) {
      if (sidecar_ == nullptr && model::selects(selector->labels, workload_.labels))
        sidecar_ = candidate;
    } else if (!selector || selector->labels.empty()) {
      if (owner == workload_.name_space && for_all == nullptr) for_all = candidate;
      if (owner == snapshot_.mesh.root_namespace && for_mesh == nullptr) for_mesh = candidate;
    }
  }
  if (sidecar_ == nullptr) sidecar_ = for_all != nullptr ? for_all : for_mesh;
}

void Scope::add_everything() {
  Egress all;
  for (const model::Service& service : snapshot_.registry.services) {
    // Where namespaces hide nothing (1.0), all services of one host count, each with its ports.
    const bool seen =
        snapshot_.profile->rules_everywhere
            ? model::visible(service.export_to, service.name_space, workload_.name_space)
            : snapshot_.registry.find(service.host, workload_.name_space) == &service;
    if (seen) all.services.push_back(&service);
  }
  all.virtual_services = bound_to(std::string(kMeshGateway));
  egress_.push_back(std::move(all));
}

void Scope::add_listener(const crd::IstioEgressListener& listener) {
  Egress set;
  set.listener = &listener;
  const std::vector<ImportedHost> hosts = imported_hosts(listener);
  const auto imports = [&](const std::string& owner, const std::string& name) {
    return std::any_of(hosts.begin(), hosts.end(), [&](const ImportedHost& host) {
      return host.takes(owner, workload_.name_space, name);
    });
  };
  for (const VirtualService* service : bound_to(std::string(kMeshGateway))) {
    const bool wanted =
        std::any_of(service->spec.hosts.begin(), service->spec.hosts.end(),
                    [&](const std::string& name) { return imports(service->name_space, name); });
    if (wanted) set.virtual_services.push_back(service);
  }
  std::set<const model::Service*> chosen;
  for (const model::Service& service : snapshot_.registry.services) {
    if (!model::visible(service.export_to, service.name_space, workload_.name_space)) continue;
    if (!imports(service.name_space, service.host)) continue;
    const bool port_fits = !listener.port || service.port(listener.port->number) != nullptr ||
                           service.ports.size() == 1;
    if (port_fits) chosen.insert(&service);
  }
  // What a VirtualService sends to must be known too, whether it was imported or not.
  std::vector<std::string> targets;
  for (const VirtualService* service : set.virtual_services) add_destinations(*service, targets);
  for (const std::string& host : targets) {
    if (const model::Service* service = snapshot_.registry.find(host, workload_.name_space))
      chosen.insert(service);
  }
  std::set<std::string> seen;
  for (const model::Service& service : snapshot_.registry.services) {
    if (chosen.count(&service) == 0) continue;
    const model::Service* best = snapshot_.registry.find(service.host, workload_.name_space);
    const model::Service* taken = best != nullptr && chosen.count(best) != 0 ? best : &service;
    const bool imported = imports(service.name_space, service.host);
    if (seen.insert(service.host).second)
      set.services.push_back(imported ? only_port(*taken, listener) : taken);
  }
  egress_.push_back(std::move(set));
}

/// A listener for one port brings that port of a service alone. (With a single port a service is
/// taken as it is, whatever its number.)
const model::Service* Scope::only_port(const model::Service& service,
                                       const crd::IstioEgressListener& listener) {
  if (!listener.port || service.ports.size() < 2) return &service;
  const model::Port* port = service.port(listener.port->number);
  if (port == nullptr) return &service;
  model::Service& narrowed = narrowed_.emplace_back(service);
  narrowed.ports = {*port};
  return &narrowed;
}

void Scope::collect_services() {
  std::set<const model::Service*> known;
  for (const Egress& set : egress_) {
    for (const model::Service* service : set.services) {
      if (!known.insert(service).second) continue;
      std::vector<const model::Service*>& same = by_host_[service->host];
      // Of the same service the one that shows more ports comes first.
      const bool wider = !same.empty() && same.front()->name_space == service->name_space &&
                         same.front()->ports.size() < service->ports.size();
      same.insert(wider ? same.begin() : same.end(), service);
      services_.push_back(service);
    }
  }
}

const model::Service* Scope::find(const std::string& host) const {
  const std::vector<const model::Service*>& found = all(host);
  return found.empty() ? nullptr : found.front();
}

const std::vector<const model::Service*>& Scope::all(const std::string& host) const {
  static const std::vector<const model::Service*> none;
  const auto found = by_host_.find(host);
  return found == by_host_.end() ? none : found->second;
}

std::vector<const VirtualService*> Scope::bound_to(const std::string& gateway) const {
  std::vector<const VirtualService*> own, others;
  for (const VirtualService& service : snapshot_.virtual_services) {
    if (!service.is_bound_to(gateway)) continue;
    if (!model::visible(service.spec.export_to, service.name_space, workload_.name_space)) continue;
    (is_private(service) ? own : others).push_back(&service);
  }
  own.insert(own.end(), others.begin(), others.end());
  return own;
}

const Rule* Scope::best_rule(const std::string& host, const std::string& name_space,
                             bool exported) const {
  const auto usable = [&](const Rule* rule) {
    if (!name_space.empty() && rule->name_space != name_space) return false;
    if (rule->spec.workload_selector) {
      return rule->name_space == workload_.name_space &&
             model::selects(rule->spec.workload_selector->match_labels, workload_.labels);
    }
    return !exported ||
           model::visible(rule->spec.export_to, rule->name_space, workload_.name_space);
  };
  const Rule* best = nullptr;
  const auto consider = [&](const Rule* rule) {
    if (!usable(rule)) return;
    if (best != nullptr && best->spec.host == rule->spec.host) {
      // A rule for just these workloads wins over one for all.
      if (rule->spec.workload_selector && !best->spec.workload_selector) best = rule;
      return;
    }
    if (best == nullptr || model::more_specific(rule->spec.host, best->spec.host)) best = rule;
  };
  const auto exact = exact_rules_.find(host);
  if (exact != exact_rules_.end()) {
    for (const Rule* rule : exact->second) consider(rule);
  }
  if (best != nullptr) return best;
  for (const Rule* rule : wildcard_rules_) {
    if (model::host_within(host, rule->spec.host)) consider(rule);
  }
  return best;
}

const Rule* Scope::rule_for(const model::Service& service) const {
  const auto cached = rule_cache_.find(&service);
  if (cached != rule_cache_.end()) return cached->second;
  const Rule* rule = nullptr;
  if (snapshot_.profile->rules_everywhere) {
    rule = best_rule(service.host, "", true);
  } else {
    rule = best_rule(service.host, workload_.name_space, false);
    if (rule == nullptr) rule = best_rule(service.host, service.name_space, true);
    if (rule == nullptr) rule = best_rule(service.host, snapshot_.mesh.root_namespace, true);
  }
  rule_cache_.emplace(&service, rule);
  return rule;
}

const Rule* Scope::rule_for(const std::string& host) const {
  const model::Service* service = find(host);
  return service == nullptr ? nullptr : rule_for(*service);
}

model::UnmatchedTraffic Scope::unmatched() const {
  if (sidecar_ == nullptr || !sidecar_->spec.outbound_traffic_policy)
    return snapshot_.mesh.unmatched;
  return sidecar_->spec.outbound_traffic_policy->mode == crd::OutboundMode::ALLOW_ANY
             ? model::UnmatchedTraffic::allow_any
             : model::UnmatchedTraffic::registry_only;
}

const crd::Destination* Scope::egress_proxy() const {
  if (sidecar_ == nullptr || !sidecar_->spec.outbound_traffic_policy) return nullptr;
  const auto& proxy = sidecar_->spec.outbound_traffic_policy->egress_proxy;
  return proxy ? &*proxy : nullptr;
}

}  // namespace lab::compile
