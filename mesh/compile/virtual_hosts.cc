#include "mesh/compile/virtual_hosts.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/model/host.h"

namespace lab::compile {
namespace {

bool carries_http(const model::Port& port) {
  return model::is_http(port.protocol) || port.protocol == model::Protocol::sniffed;
}

/// Collects the virtual hosts of one port: first those of VirtualServices, then the services that
/// none names. Port 0 is a forward proxy's: all ports of the services, told apart by the port that
/// clients ask for.
class HostCollector {
 public:
  HostCollector(const Proxy& proxy, const Egress& egress, std::uint32_t port)
      : proxy_(proxy), egress_(egress), port_(port) {
    for (const model::Service* service : egress.services) {
      if (port != 0 && service->port(port) == nullptr) continue;
      const auto [place, fresh] = by_host_.emplace(to_lower(service->host), service);
      if (!fresh && proxy.profile().entries_before_services && !service->kubernetes)
        place->second = service;
    }
    for (const auto& [host, service] : by_host_) {
      if (service->resolution != model::Resolution::alias) known_names_.insert(host);
      if (model::is_wildcard(host)) wildcard_services_.push_back(host);
    }
    index_wildcards();
  }

  std::vector<config::VirtualHost> collect() {
    for (const VirtualService* service : egress_.virtual_services) add_virtual_service(*service);
    for (const model::Service* service : egress_.services) add_plain(*service);
    std::sort(hosts_.begin(), hosts_.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return std::move(hosts_);
  }

 private:
  /// For each service the VirtualService whose wildcard fits it most closely: it alone gets the
  /// service.
  void index_wildcards() {
    std::vector<std::pair<std::string, const VirtualService*>> wildcards;
    for (const VirtualService* service : egress_.virtual_services) {
      for (const std::string& host : service->spec.hosts) {
        if (model::is_wildcard(host)) wildcards.emplace_back(host, service);
      }
    }
    if (wildcards.empty()) return;
    for (const auto& [host, service] : by_host_) {
      const std::pair<std::string, const VirtualService*>* best = nullptr;
      for (const auto& candidate : wildcards) {
        if (!model::host_within(host, candidate.first)) continue;
        if (best == nullptr || model::more_specific(candidate.first, best->first))
          best = &candidate;
      }
      if (best != nullptr) wildcard_of_[host] = best->second;
    }
    for (const VirtualService* service : egress_.virtual_services) {
      for (const std::string& host : service->spec.hosts) {
        if (!model::is_wildcard(host)) exact_.insert(host);
      }
    }
  }

  /// Divides a VirtualService's hosts into services of this port and other names.
  void divide(const VirtualService& service, std::vector<const model::Service*>& services,
              std::vector<std::string>& others) const {
    for (const std::string& host : service.spec.hosts) {
      if (model::is_wildcard(host)) continue;
      const auto found = by_host_.find(host);
      if (found != by_host_.end()) {
        services.push_back(found->second);
      } else {
        others.push_back(host);
      }
    }
    for (const std::string& host : service.spec.hosts) {
      if (!model::is_wildcard(host)) continue;
      bool any = false;
      for (const auto& [name, candidate] : by_host_) {
        if (!model::host_within(name, host)) continue;
        any = true;
        const auto owner = wildcard_of_.find(name);
        if (owner != wildcard_of_.end() && owner->second == &service && exact_.count(name) == 0)
          services.push_back(candidate);
      }
      if (!any) others.push_back(host);
    }
  }

  bool concerns(const VirtualService& service) const {
    if (port_ == 80) return true;  // Names that are no services are reachable on port 80 alone.
    return std::any_of(
        service.spec.hosts.begin(), service.spec.hosts.end(), [&](const std::string& host) {
          if (by_host_.count(host) != 0) return true;
          if (!model::is_wildcard(host)) {
            return std::any_of(wildcard_services_.begin(), wildcard_services_.end(),
                               [&](const auto& name) { return model::host_within(name, host); });
          }
          return std::any_of(by_host_.begin(), by_host_.end(), [&](const auto& entry) {
            return model::host_within(entry.first, host);
          });
        });
  }

  void add_virtual_service(const VirtualService& service) {
    if (!concerns(service)) return;
    const RouteContext context{proxy_, port_, std::string(kMeshGateway), false,
                               [this](const std::string& host) { return target(host); }};
    const std::vector<config::Route> routes = http_routes(service, context);
    if (routes.empty()) return;
    std::vector<const model::Service*> services;
    std::vector<std::string> others;
    divide(service, services, others);
    std::map<std::uint32_t, std::vector<const model::Service*>> by_port;
    for (const model::Service* one : services) {
      taken_.insert(one);
      for (const model::Port* port : http_ports(*one)) by_port[port->number].push_back(one);
    }
    if (by_port.empty() && port_ == 80) by_port[80] = {};
    for (const auto& [number, those] : by_port) {
      for (const std::string& name : others)
        add(name, number, domains_of(name, number), routes, service.sources);
      for (const model::Service* one : those) {
        add(one->host, number, domains_of(*one, number), routes,
            join_sources(service.sources, one->sources));
      }
    }
  }

  /// The ports of a service that this listener serves.
  std::vector<const model::Port*> http_ports(const model::Service& service) const {
    std::vector<const model::Port*> ports;
    for (const model::Port& port : service.ports) {
      if ((port_ == 0 || port.number == port_) && carries_http(port)) ports.push_back(&port);
    }
    return ports;
  }

  bool names_have_ports() const { return port_ == 0 || proxy_.profile().domains_with_port; }

  std::vector<std::string> domains_of(const model::Service& service, std::uint32_t number) const {
    return with_port(service_domains(service, egress_, proxy_), number);
  }
  std::vector<std::string> domains_of(const std::string& name, std::uint32_t number) const {
    return with_port({name}, number);
  }
  /// "host" and "host:80". A forward proxy's clients mean port 80 when they say none.
  std::vector<std::string> with_port(std::vector<std::string> names, std::uint32_t number) const {
    if (!names_have_ports()) return names;
    std::vector<std::string> both;
    for (const std::string& name : names) {
      if (port_ != 0 || number == 80) both.push_back(name);
      both.push_back(host_and_port(name, number));
    }
    return both;
  }

  /// The service of a destination. Istio knows only those that have the listener's port here: to
  /// others a destination without a port gets the listener's.
  const model::Service* target(const std::string& host) const {
    const model::Service* service = proxy_.scope.find(host);
    if (service == nullptr || port_ == 0 || !proxy_.profile().detect_protocols) return service;
    return service->port(port_) == nullptr ? nullptr : service;
  }

  void add_plain(const model::Service& service) {
    if (taken_.count(&service) != 0 || service.resolution == model::Resolution::alias) return;
    for (const model::Port* port : http_ports(service)) {
      add(service.host, port->number, domains_of(service, port->number),
          {default_route(service, *port, proxy_)}, service.sources);
    }
  }

  void add(const std::string& host, std::uint32_t number, std::vector<std::string> domains,
           std::vector<config::Route> routes, const std::vector<model::Source>& sources) {
    config::VirtualHost virtual_host;
    virtual_host.name = host_and_port(host, number);
    if (!names_.insert(virtual_host.name).second) return;
    for (std::string& domain : domains) {
      // A short name never takes another service's full one.
      if (domain != host && known_names_.count(domain) != 0) continue;
      if (domains_.insert(to_lower(domain)).second)
        virtual_host.domains.push_back(std::move(domain));
    }
    if (virtual_host.domains.empty()) return;
    virtual_host.routes = std::move(routes);
    virtual_host.include_request_attempt_count = proxy_.profile().count_attempts;
    virtual_host.metadata = origins(sources);
    hosts_.push_back(std::move(virtual_host));
  }

  const Proxy& proxy_;
  const Egress& egress_;
  std::uint32_t port_;
  std::map<std::string, const model::Service*> by_host_;
  std::map<std::string, const VirtualService*> wildcard_of_;
  std::vector<std::string> wildcard_services_;
  std::set<std::string> exact_, names_, domains_, known_names_;
  std::set<const model::Service*> taken_;
  std::vector<config::VirtualHost> hosts_;
};

/// The egress set that a listener at that port belongs to.
const Egress& egress_for(const Proxy& proxy, std::uint32_t port) {
  for (const Egress& egress : proxy.scope.egress()) {
    if (egress.listener != nullptr && egress.listener->port &&
        egress.listener->port->number == port)
      return egress;
  }
  for (const Egress& egress : proxy.scope.egress()) {
    if (egress.listener == nullptr || !egress.listener->port) return egress;
  }
  return proxy.scope.egress().front();
}

/// The port whose hosts a listener gets: its own, or all of a forward proxy.
std::uint32_t port_of_hosts(const Egress& egress, std::uint32_t port) {
  const bool one = egress.listener == nullptr || !egress.listener->port || egress.for_one_port();
  return one ? port : 0;
}

}  // namespace

std::optional<config::VirtualHost> catch_all_host(const Proxy& proxy) {
  if (!proxy.profile().catch_all_host) return {};
  const bool allow = proxy.scope.unmatched() == model::UnmatchedTraffic::allow_any;
  config::VirtualHost host;
  host.name = allow ? "allow_any" : "block_all";
  host.domains = {"*"};
  host.include_request_attempt_count = proxy.profile().count_attempts;
  config::Route& route = host.routes.emplace_back();
  route.name = host.name;
  route.match.prefix = "/";
  if (allow) {
    config::RouteAction& action = route.route.emplace();
    const crd::Destination* egress = proxy.scope.egress_proxy();
    action.cluster =
        egress != nullptr ? destination_cluster(*egress, nullptr, 0) : std::string(kPassthrough);
    action.timeout = action.max_grpc_timeout = std::chrono::nanoseconds(0);
  } else {
    route.direct_response.emplace().status = 502;
  }
  return host;
}

const SidecarRoutes::Port& SidecarRoutes::at(std::uint32_t number) {
  const auto known = ports_.find(number);
  if (known != ports_.end()) return known->second;
  Port& port = ports_[number];
  const Egress& egress = egress_for(proxy_, number);
  port.hosts = HostCollector(proxy_, egress, port_of_hosts(egress, number)).collect();
  for (std::size_t i = 0; i < port.hosts.size(); ++i) {
    for (const std::string& domain : port.hosts[i].domains) port.by_domain.emplace(domain, i);
  }
  return port;
}

config::RouteConfiguration SidecarRoutes::make(const std::string& name) {
  config::RouteConfiguration routes;
  routes.name = name;
  routes.validate_clusters = false;
  const std::size_t colon = name.rfind(':');
  const bool one_service = colon != std::string::npos;
  const auto port = static_cast<std::uint32_t>(
      name == kForwardProxyRoutes ? 0 : std::stoul(one_service ? name.substr(colon + 1) : name));
  const Port& all = at(port);
  if (one_service) {
    const auto own = all.by_domain.find(name.substr(0, colon));
    if (own != all.by_domain.end()) {
      routes.virtual_hosts.push_back(all.hosts[own->second]);
      routes.virtual_hosts.back().domains = {"*"};
    }
  } else {
    routes.virtual_hosts = all.hosts;
    if (auto rest = catch_all_host(proxy_)) routes.virtual_hosts.push_back(std::move(*rest));
  }
  if (proxy_.profile().direct_response_bytes != 0) {
    routes.max_direct_response_body_size_bytes = proxy_.profile().direct_response_bytes;
  }
  routes.ignore_port_in_host_matching = !proxy_.profile().domains_with_port;
  return routes;
}

}  // namespace lab::compile
