#include "mesh/compile/scope.h"

#include <map>
#include <set>

#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/model/host.h"

namespace lab::compile {
namespace {

/// "NAMESPACE/HOST" of a Sidecar.
struct ImportedHost {
  std::string name_space, host;

  bool holds(const std::string& owner, const std::string& own) const {
    if (name_space == "~") return false;
    return name_space == "*" || (name_space == "." ? owner == own : owner == name_space);
  }
};

using ImportedHosts = std::vector<ImportedHost>;

/// A service must lie within a host of the listener; "a.com" does not bring "*.com".
bool imports_service(const ImportedHosts& hosts, const std::string& owner, const std::string& own,
                     const std::string& name) {
  return std::any_of(hosts.begin(), hosts.end(), [&](const ImportedHost& host) {
    return host.holds(owner, own) && model::host_within(name, host.host);
  });
}

/// For a VirtualService it is enough that one of its hosts and one of the listener's overlap.
bool imports_routes(const ImportedHosts& hosts, const VirtualService& service,
                    const std::string& own) {
  return std::any_of(hosts.begin(), hosts.end(), [&](const ImportedHost& host) {
    return host.holds(service.name_space, own) &&
           std::any_of(service.spec.hosts.begin(), service.spec.hosts.end(),
                       [&](const auto& name) { return model::hosts_overlap(name, host.host); });
  });
}

ImportedHosts imported_hosts(const crd::IstioEgressListener& listener) {
  ImportedHosts hosts;
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

/// VirtualServices and rules that only their own namespace sees.
template <class Config>
bool is_private(const Config& config) {
  return config.spec.export_to.size() == 1 && config.spec.export_to.front() == ".";
}

/// Hosts that VirtualServices send to, with the ports that they name; port 0 stands for all.
using Destinations = std::map<std::string, std::set<std::uint32_t>>;

void add_destination(const crd::Destination& destination, Destinations& all) {
  all[destination.host].insert(destination.port ? destination.port->number : 0);
}

/// A route whose matches all ask for other namespaces is never taken here.
bool may_come_from(const crd::HttpRoute& route, const std::string& own) {
  bool others = false;
  for (const crd::HttpMatch& match : route.match) {
    if (match.source_namespace == own) return true;
    others = others || !match.source_namespace.empty();
  }
  return !others;
}

void add_destinations(const VirtualService& service, const std::string& own, Destinations& all) {
  for (const crd::HttpRoute& route : service.spec.http) {
    if (!may_come_from(route, own)) continue;
    for (const auto& target : route.route) add_destination(target.destination, all);
    if (route.mirror) add_destination(*route.mirror, all);
    for (const auto& mirror : route.mirrors) add_destination(mirror.destination, all);
  }
  for (const crd::TlsRoute& route : service.spec.tls) {
    for (const auto& target : route.route) add_destination(target.destination, all);
  }
  for (const crd::TcpRoute& route : service.spec.tcp) {
    for (const auto& target : route.route) add_destination(target.destination, all);
  }
}

}  // namespace

bool Egress::for_one_port() const {
  return listener != nullptr && listener->port && listener->port->number != 0 &&
         model::protocol_of_word(listener->port->protocol) != model::Protocol::http_proxy;
}

bool Egress::imports(const std::string& name, const std::string& owner,
                     const std::string& own) const {
  return listener == nullptr || imports_service(imported_hosts(*listener), owner, own, name);
}

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
  const ImportedHosts hosts = imported_hosts(listener);
  for (const VirtualService* service : bound_to(std::string(kMeshGateway))) {
    if (imports_routes(hosts, *service, workload_.name_space))
      set.virtual_services.push_back(service);
  }
  std::set<const model::Service*> chosen;
  for (const model::Service& service : snapshot_.registry.services) {
    if (!model::visible(service.export_to, service.name_space, workload_.name_space)) continue;
    if (!imports_service(hosts, service.name_space, workload_.name_space, service.host)) continue;
    if (!set.for_one_port() || service.port(listener.port->number) != nullptr)
      chosen.insert(&service);
  }
  std::set<std::string> seen;
  for (const model::Service& service : snapshot_.registry.services) {
    if (chosen.count(&service) == 0) continue;
    const model::Service* best = snapshot_.registry.find(service.host, workload_.name_space);
    const model::Service* taken = best != nullptr && chosen.count(best) != 0 ? best : &service;
    if (!seen.insert(service.host).second) continue;
    set.services.push_back(set.for_one_port() ? with_ports(*taken, {listener.port->number})
                                              : taken);
  }
  add_referenced(set);
  egress_.push_back(std::move(set));
}

/// What a VirtualService sends to must be known too, whether it was imported or not: it gets
/// clusters for the ports that are named, and neither listeners nor virtual hosts.
void Scope::add_referenced(Egress& set) {
  Destinations targets;
  for (const VirtualService* service : set.virtual_services)
    add_destinations(*service, workload_.name_space, targets);
  for (const auto& [host, ports] : targets) {
    const model::Service* service = snapshot_.registry.find(host, workload_.name_space);
    if (service == nullptr) continue;
    if (set.for_one_port()) {
      service = with_ports(*service, {set.listener->port->number});
    } else if (ports.count(0) == 0) {
      service = with_ports(*service, ports);
    }
    if (service != nullptr) set.referenced.push_back(service);
  }
}

/// The service with those of its ports alone; nullptr when it has none of them.
const model::Service* Scope::with_ports(const model::Service& service,
                                        const std::set<std::uint32_t>& numbers) {
  std::vector<model::Port> ports;
  for (const model::Port& port : service.ports) {
    if (numbers.count(port.number) != 0) ports.push_back(port);
  }
  if (ports.size() == service.ports.size()) return &service;
  if (ports.empty()) return nullptr;
  model::Service& narrowed = narrowed_.emplace_back(service);
  narrowed.ports = std::move(ports);
  return &narrowed;
}

void Scope::collect_services() {
  std::set<const model::Service*> known;
  for (const Egress& set : egress_) {
    std::vector<const model::Service*> all = set.services;
    all.insert(all.end(), set.referenced.begin(), set.referenced.end());
    for (const model::Service* service : all) {
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
                             Reach reach) const {
  const auto usable = [&](const Rule* rule) {
    if (!name_space.empty() && rule->name_space != name_space) return false;
    const bool local = rule->spec.workload_selector || is_private(*rule);
    if (reach == Reach::local && !local) return false;
    if (rule->spec.workload_selector) {
      return rule->name_space == workload_.name_space &&
             model::selects(rule->spec.workload_selector->match_labels, workload_.labels);
    }
    return reach != Reach::exported ||
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
    rule = best_rule(service.host, "", Reach::exported);
  } else {
    // The root namespace holds rules for the whole mesh: its own workloads (gateways stand there)
    // do not prefer them to a service's own, but for those that nobody else sees.
    const std::string& root = snapshot_.mesh.root_namespace;
    const bool in_root = workload_.name_space == root;
    rule = best_rule(service.host, workload_.name_space, in_root ? Reach::local : Reach::any);
    if (rule == nullptr) rule = best_rule(service.host, service.name_space, Reach::exported);
    if (rule == nullptr) rule = best_rule(service.host, root, Reach::exported);
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
