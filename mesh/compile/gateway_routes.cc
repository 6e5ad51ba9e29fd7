#include "mesh/compile/gateway_routes.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/model/host.h"

namespace lab::compile {
namespace {

/// The hosts that a server and a VirtualService both name; of two that cover each other the
/// narrower. A host that two of the server's patterns cover is there twice, and so are its routes.
std::vector<std::string> shared_hosts(const GatewayServer& server, const VirtualService& service) {
  std::vector<std::string> shared;
  for (const std::string& server_host : server.hosts) {
    std::string bare;
    if (!host_for(server_host, service.name_space, bare)) continue;
    for (const std::string& host : service.spec.hosts) {
      if (model::host_within(bare, host)) {
        shared.push_back(to_lower(bare));
      } else if (model::host_within(host, bare)) {
        shared.push_back(to_lower(host));
      }
    }
  }
  return shared;
}

/// A virtual host being put together from servers and VirtualServices.
struct HostDraft {
  config::VirtualHost host;
  std::vector<std::string> parts;  ///< Which routes it is made of: equal lists mean equal routes.
  std::vector<model::Source> sources;
};

class RouteCollector {
 public:
  RouteCollector(const Proxy& proxy) : proxy_(proxy) {}

  void add(const GatewayServer& server) {
    for (const VirtualService* service : proxy_.scope.bound_to(server.gateway))
      add_service(server, *service);
    if (!server.server->tls || !server.server->tls->https_redirect) return;
    for (const std::string& host : server.hosts) {
      draft(to_lower(host), server).host.require_tls = config::VirtualHost::TlsRequirementType::all;
    }
  }

  std::vector<config::VirtualHost> finish(std::uint32_t port) {
    std::vector<config::VirtualHost> hosts;
    std::map<std::string, std::size_t> known;
    for (const std::string& name : sorted_names()) {
      HostDraft& one = drafts_[name];
      if (proxy_.profile().collapse_hosts) {
        const std::string key =
            join(one.parts, "\n") +
            (one.host.require_tls == config::VirtualHost::TlsRequirementType::all ? "!" : "");
        const auto [place, fresh] = known.emplace(key, hosts.size());
        if (!fresh && !one.parts.empty()) {
          auto& domains = hosts[place->second].domains;
          domains.insert(domains.end(), one.host.domains.begin(), one.host.domains.end());
          continue;
        }
      }
      std::stable_partition(one.host.routes.begin(), one.host.routes.end(),
                            [](const config::Route& route) { return !takes_everything(route); });
      one.host.metadata = origins(one.sources);
      hosts.push_back(std::move(one.host));
    }
    if (hosts.empty()) {
      config::VirtualHost& nothing = hosts.emplace_back();
      nothing.name = host_and_port("blackhole", port);
      nothing.domains = {"*"};
    }
    std::sort(hosts.begin(), hosts.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return hosts;
  }

 private:
  /// The most specific names first: of hosts with the same routes the first gives its name.
  std::vector<std::string> sorted_names() const {
    std::vector<std::string> names;
    for (const auto& [name, one] : drafts_) names.push_back(name);
    std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
      return model::more_specific(a, b);
    });
    return names;
  }

  HostDraft& draft(const std::string& host, const GatewayServer& server) {
    HostDraft& one = drafts_[host];
    one.sources = join_sources(std::move(one.sources), {server.source});
    if (!one.host.name.empty()) return one;
    one.host.name = host_and_port(host, server.server->port.number);
    one.host.domains = {host};
    if (proxy_.profile().domains_with_port && host != "*")
      one.host.domains.push_back(one.host.name);
    one.host.include_request_attempt_count = proxy_.profile().count_attempts;
    return one;
  }

  void add_service(const GatewayServer& server, const VirtualService& service) {
    const std::vector<std::string> hosts = shared_hosts(server, service);
    if (hosts.empty()) return;
    const std::uint32_t port = server.server->port.number;
    const RouteContext context{proxy_, port, server.gateway, server.server->tls.has_value(),
                               [&](const std::string& host) { return find(host, service); }};
    const std::string part = server.gateway + " " + service.name_space + "/" + service.name;
    if (routes_.count(part) == 0) routes_[part] = http_routes(service, context);
    const std::vector<config::Route>& routes = routes_[part];
    if (routes.empty()) return;
    for (const std::string& host : hosts) {
      HostDraft& one = draft(host, server);
      one.host.routes.insert(one.host.routes.end(), routes.begin(), routes.end());
      one.parts.push_back(part);
      one.sources = join_sources(std::move(one.sources), service.sources);
      if (server.server->tls && server.server->tls->https_redirect) {
        one.host.require_tls = config::VirtualHost::TlsRequirementType::all;
      }
    }
  }

  /// A destination is looked for in the VirtualService's namespace first, then as the gateway sees
  /// it.
  const model::Service* find(const std::string& host, const VirtualService& service) const {
    for (const model::Service* candidate : proxy_.snapshot.registry.all(host)) {
      const bool seen =
          model::visible(candidate->export_to, candidate->name_space, proxy_.workload.name_space);
      if (candidate->name_space == service.name_space && seen) return candidate;
    }
    return proxy_.scope.find(host);
  }

  const Proxy& proxy_;
  std::map<std::string, HostDraft> drafts_;
  std::map<std::string, std::vector<config::Route>> routes_;
};

}  // namespace

config::RouteConfiguration gateway_routes(const std::string& name,
                                          const std::vector<const GatewayServer*>& servers,
                                          const Proxy& proxy) {
  config::RouteConfiguration routes;
  routes.name = name;
  routes.validate_clusters = false;
  RouteCollector collector(proxy);
  for (const GatewayServer* server : servers) collector.add(*server);
  routes.virtual_hosts = collector.finish(servers.front()->server->port.number);
  if (proxy.profile().direct_response_bytes != 0) {
    routes.max_direct_response_body_size_bytes = proxy.profile().direct_response_bytes;
  }
  routes.ignore_port_in_host_matching = !proxy.profile().domains_with_port;
  return routes;
}

}  // namespace lab::compile
