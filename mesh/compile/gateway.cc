#include <algorithm>
#include <map>

#include "mesh/compile/authorization.h"
#include "mesh/compile/gateway_routes.h"
#include "mesh/compile/listeners.h"
#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/config/foreign.h"
#include "mesh/model/host.h"

namespace lab::compile {
namespace {

/// Whether a tcp or tls match is for this server.
template <class Match>
bool is_for(const Match& match, const GatewayServer& server) {
  if (match.port != 0 && match.port != server.server->port.number) return false;
  return match.gateways.empty() || std::find(match.gateways.begin(), match.gateways.end(),
                                             server.gateway) != match.gateways.end();
}

bool names_host_of(const VirtualService& service, const GatewayServer& server) {
  return std::any_of(server.hosts.begin(), server.hosts.end(), [&](const std::string& server_host) {
    std::string bare;
    if (!host_for(server_host, service.name_space, bare)) return false;
    return std::any_of(service.spec.hosts.begin(), service.spec.hosts.end(),
                       [&](const std::string& host) { return model::hosts_overlap(host, bare); });
  });
}

class GatewayBuilder {
 public:
  GatewayBuilder(const Proxy& proxy, Secrets& secrets, Diagnostics& beyond_proxy)
      : proxy_(proxy), secrets_(secrets) {
    if (proxy.profile().inbound_port != 0) checks_ = authorization_for(proxy, beyond_proxy);
  }

  GatewayOutput build() {
    const std::vector<GatewayPort> ports = gateway_ports(proxy_);
    std::map<std::string, std::vector<const GatewayServer*>> by_route;
    for (const GatewayPort& port : ports) {
      config::Listener& listener = listener_for(port);
      for (ChainDraft& chain : chains_of(port)) add_chain(listener, std::move(chain));
      for (const GatewayServer& server : port.servers) {
        if (!server.route_name.empty()) by_route[server.route_name].push_back(&server);
      }
    }
    GatewayOutput out;
    for (auto& [name, listener] : listeners_) {
      if (!listener.filter_chains.empty()) out.listeners.push_back(std::move(listener));
    }
    for (const auto& [name, servers] : by_route)
      out.routes.push_back(gateway_routes(name, servers, proxy_));
    return out;
  }

 private:
  config::Listener& listener_for(const GatewayPort& port) {
    const std::string address = port.bind.empty() ? std::string(kAnyAddress) : port.bind;
    config::Listener& listener = listeners_[listener_name(address, port.port)];
    if (!listener.name.empty()) return listener;
    listener.name = listener_name(address, port.port);
    listener.address = socket_address(address, port.port);
    listener.traffic_direction = config::TrafficDirection::outbound;
    if (proxy_.mesh().proxy_protocol) {
      listener.listener_filters.push_back(
          {"envoy.filters.listener.proxy_protocol",
           config::foreign<config::ProxyProtocolListenerFilter>(Value(Value::Object{})),
           {}});
    }
    if (proxy_.profile().capture_blocks_itself)
      listener.max_connections_to_accept_per_socket_event = 1;
    std::vector<model::Source> sources;
    for (const GatewayServer& server : port.servers)
      sources = join_sources(std::move(sources), {server.source});
    listener.metadata = origins(sources);
    return listener;
  }

  void add_chain(config::Listener& listener, ChainDraft chain) {
    const bool asks_tls = !chain.server_names.empty() || chain.transport_socket.has_value();
    const bool inspects = std::any_of(
        listener.listener_filters.begin(), listener.listener_filters.end(),
        [](const auto& filter) { return filter.name == "envoy.filters.listener.tls_inspector"; });
    if (asks_tls && !inspects) listener.listener_filters.push_back(tls_inspector());
    listener.filter_chains.push_back(finish_chain(std::move(chain), proxy_.profile()));
  }

  std::vector<ChainDraft> chains_of(const GatewayPort& port) {
    std::vector<ChainDraft> chains;
    if (port.servers.front().speaks_http()) {
      chains.push_back(http_chain(port.servers.front(), port.route_name));
      for (const GatewayServer& server : port.servers)
        chains.back().sources = join_sources(chains.back().sources, {server.source});
      return chains;
    }
    for (const GatewayServer& server : port.servers) {
      if (server.ends_https()) {
        ChainDraft chain = http_chain(server, server.route_name);
        chain.server_names = server.server_names;
        chain.transport_socket =
            downstream_tls(server_tls(*server.server->tls, false, proxy_, secrets_));
        chains.push_back(std::move(chain));
      } else if (server.passes_tls()) {
        for (ChainDraft& chain : passed_chains(server)) chains.push_back(std::move(chain));
      } else {
        add_tcp_chain(server, chains);
      }
    }
    return chains;
  }

  ChainDraft http_chain(const GatewayServer& server, const std::string& route_name) {
    HttpOptions options;
    options.side = Side::gateway;
    const std::string bind =
        server.server->bind.empty() ? std::string(kAnyAddress) : server.server->bind;
    options.stat_prefix = "outbound_" + listener_name(bind, server.port) + ";";
    options.route_name = route_name;
    options.authorization = checks_.http;
    options.grpc_web =
        model::protocol_of_word(server.server->port.protocol) == model::Protocol::grpc_web;
    ChainDraft chain;
    chain.filters.push_back(http_connection(std::move(options), proxy_));
    chain.sources = {server.source};
    return chain;
  }

  std::vector<config::Filter> tcp_filters(config::Filter last) const {
    std::vector<config::Filter> filters = checks_.tcp;
    filters.push_back(std::move(last));
    return filters;
  }

  /// Opaque bytes, perhaps after TLS ended here: the first tcp route that is for this server.
  void add_tcp_chain(const GatewayServer& server, std::vector<ChainDraft>& chains) {
    for (const VirtualService* service : proxy_.scope.bound_to(server.gateway)) {
      if (!names_host_of(*service, server)) continue;
      for (const crd::TcpRoute& route : service->spec.tcp) {
        const bool fits = route.match.empty() || std::any_of(route.match.begin(), route.match.end(),
                                                             [&](const crd::TcpMatch& match) {
                                                               return is_for(match, server);
                                                             });
        if (!fits || route.route.empty()) continue;
        ChainDraft chain;
        chain.filters =
            tcp_filters(tcp_proxy_to(route.route, *service, server.server->port.number, proxy_));
        chain.sources = join_sources({server.source}, service->sources);
        if (server.has_tls()) {
          const bool mutual = server.server->tls->mode == crd::ServerTlsMode::ISTIO_MUTUAL;
          chain.server_names = server.server_names;
          chain.transport_socket =
              downstream_tls(server_tls(*server.server->tls, mutual, proxy_, secrets_));
        }
        chains.push_back(std::move(chain));
        return;
      }
    }
  }

  /// TLS that is passed on: by the server names of tls routes.
  std::vector<ChainDraft> passed_chains(const GatewayServer& server) {
    if (server.server->tls->mode == crd::ServerTlsMode::AUTO_PASSTHROUGH)
      return automatic_chains(server);
    std::vector<ChainDraft> chains;
    for (const VirtualService* service : proxy_.scope.bound_to(server.gateway)) {
      if (!names_host_of(*service, server)) continue;
      for (const crd::TlsRoute& route : service->spec.tls) {
        for (const crd::TlsMatch& match : route.match) {
          if (!is_for(match, server) || route.route.empty()) continue;
          if (!reserve(server, match.sni_hosts)) continue;
          ChainDraft chain;
          chain.server_names = match.sni_hosts;
          chain.filters =
              tcp_filters(tcp_proxy_to(route.route, *service, server.server->port.number, proxy_));
          std::vector<model::Source> sources = service->sources;
          if (!sources.empty()) sources.front() = at(sources.front(), match.origin);
          chain.sources = join_sources({server.source}, sources);
          chains.push_back(std::move(chain));
        }
      }
    }
    return chains;
  }

  /// Each server name leads one way on a port; a second claim is left out.
  bool reserve(const GatewayServer& server, const std::vector<std::string>& names) {
    std::set<std::string>& known = names_[std::to_string(server.port) + server.server->bind];
    for (const std::string& name : names) {
      if (known.count(name) != 0) return false;
    }
    known.insert(names.begin(), names.end());
    return true;
  }

  /// AUTO_PASSTHROUGH: the server name is the cluster's, as proxies in the mesh send it.
  std::vector<ChainDraft> automatic_chains(const GatewayServer& server) {
    std::vector<ChainDraft> chains;
    for (const model::Service* service : proxy_.scope.services()) {
      const bool wanted = std::any_of(
          server.server_names.begin(), server.server_names.end(),
          [&](const std::string& name) { return model::host_within(service->host, name); });
      if (service->external || !wanted) continue;
      for (const model::Port& port : service->ports) {
        if (port.protocol == model::Protocol::udp) continue;
        const Rule* rule = proxy_.scope.rule_for(*service);
        std::vector<std::string> subsets{""};
        if (rule != nullptr) {
          for (const crd::Subset& subset : rule->spec.subsets) subsets.push_back(subset.name);
        }
        for (const std::string& subset : subsets) {
          const std::string name = dns_cluster_name(port.number, subset, service->host);
          ChainDraft chain;
          chain.server_names = {name};
          chain.application_protocols = kMutualAny;
          chain.filters.push_back(tcp_proxy(name, name, proxy_, rule, subset, Tunnels::left_out));
          chain.sources = join_sources({server.source}, service->sources);
          chains.push_back(std::move(chain));
        }
      }
    }
    return chains;
  }

  const Proxy& proxy_;
  Secrets& secrets_;
  Authorization checks_;
  std::map<std::string, config::Listener> listeners_;
  std::map<std::string, std::set<std::string>> names_;
};

}  // namespace

GatewayOutput gateway_listeners(const Proxy& proxy, Secrets& secrets, Diagnostics& beyond_proxy) {
  return GatewayBuilder(proxy, secrets, beyond_proxy).build();
}

}  // namespace lab::compile
