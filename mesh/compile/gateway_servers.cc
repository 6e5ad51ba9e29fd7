#include "mesh/compile/gateway_servers.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "mesh/compile/origins.h"
#include "mesh/compile/registry.h"

namespace lab::compile {
namespace {

using Mode = crd::ServerTlsMode;

bool is_redirect_only(const crd::Server& server) {
  return server.tls && server.tls->https_redirect;
}

std::vector<std::string> clean_hosts(const crd::Server& server, const std::string& name_space) {
  std::vector<std::string> hosts;
  for (const std::string& host : server.hosts) {
    if (host.rfind("./", 0) == 0) {
      hosts.push_back(name_space + host.substr(1));
    } else if (host.rfind("*/", 0) == 0) {
      hosts.push_back(host.substr(2));
    } else {
      hosts.push_back(host);
    }
  }
  return hosts;
}

std::vector<std::string> bare_names(const std::vector<std::string>& hosts) {
  std::vector<std::string> names;
  for (const std::string& host : hosts) {
    const std::size_t slash = host.find('/');
    std::string name = slash == std::string::npos ? host : host.substr(slash + 1);
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  }
  return names;
}

std::string route_name(const GatewayServer& server, const crd::Metadata& metadata,
                       const Profile& profile) {
  const std::string bind = server.server->bind.empty() ? "" : "." + server.server->bind;
  if (server.speaks_http()) return "http." + std::to_string(server.port) + bind;
  if (!server.ends_https()) return "";
  // The server's own port; plain HTTP above is named after the one that the workload listens on.
  std::string name =
      "https." + std::to_string(server.server->port.number) + "." + server.server->port.name;
  if (profile.gateway_in_route_name) name += "." + metadata.name + "." + metadata.namespace_name;
  return name + bind;
}

/// A server names the port of the gateway's Service; the workload listens at that port's target.
std::vector<std::uint32_t> listening_ports(std::uint32_t number, const Proxy& proxy) {
  std::set<std::uint32_t> ports;
  for (const model::Service& service : proxy.snapshot.registry.services) {
    const model::Port* port = service.port(number);
    if (port == nullptr) continue;
    for (const model::Endpoint& endpoint : service.endpoints) {
      if (endpoint.port_name == port->name && endpoint.address == proxy.workload.address)
        ports.insert(endpoint.port);
    }
  }
  if (ports.empty()) ports.insert(number);
  return {ports.begin(), ports.end()};
}

bool can_share(const std::string& a, const std::string& b) {
  const model::Protocol first = model::protocol_of_word(a), second = model::protocol_of_word(b);
  return (model::is_http(first) && model::is_http(second)) || first == second;
}

class Merger {
 public:
  void add(GatewayServer server) {
    const crd::Server& source = *server.server;
    if (server.has_tls() && is_taken(server)) return;
    for (GatewayPort& port : ports_) {
      if (port.port != server.port || port.bind != source.bind) continue;
      const bool plain = !port.servers.front().has_tls();
      if (plain != !server.has_tls()) return;
      if (plain) {
        if (!can_share(port.protocol, source.port.protocol) || server.route_name.empty()) return;
        port.servers.push_back(std::move(server));
        return;
      }
      if (port.protocol != source.port.protocol) continue;
      port.servers.push_back(std::move(server));
      return;
    }
    GatewayPort& fresh = ports_.emplace_back();
    fresh.port = server.port;
    fresh.bind = source.bind;
    fresh.protocol = source.port.protocol;
    fresh.route_name = server.route_name;
    fresh.servers.push_back(std::move(server));
  }

  std::vector<GatewayPort> take() { return std::move(ports_); }

 private:
  /// Two chains for one server name would be refused by Envoy.
  bool is_taken(const GatewayServer& server) {
    std::set<std::string>& known = tls_hosts_[listener_key(server)];
    const bool taken = std::any_of(server.hosts.begin(), server.hosts.end(),
                                   [&](const std::string& host) { return known.count(host) != 0; });
    if (!taken) known.insert(server.hosts.begin(), server.hosts.end());
    return taken;
  }
  static std::string listener_key(const GatewayServer& server) {
    return server.server->bind + "_" + std::to_string(server.port);
  }

  std::vector<GatewayPort> ports_;
  std::map<std::string, std::set<std::string>> tls_hosts_;
};

}  // namespace

bool GatewayServer::speaks_http() const {
  const model::Protocol protocol = model::protocol_of_word(server->port.protocol);
  return model::is_http(protocol) && (!server->tls || is_redirect_only(*server));
}
bool GatewayServer::has_tls() const {
  return server->tls && !speaks_http();
}
bool GatewayServer::passes_tls() const {
  return has_tls() &&
         (server->tls->mode == Mode::PASSTHROUGH || server->tls->mode == Mode::AUTO_PASSTHROUGH);
}
bool GatewayServer::ends_https() const {
  return has_tls() && !passes_tls() &&
         model::protocol_of_word(server->port.protocol) == model::Protocol::https;
}

bool host_for(const std::string& server_host, const std::string& name_space, std::string& bare) {
  const std::size_t slash = server_host.find('/');
  bare = slash == std::string::npos ? server_host : server_host.substr(slash + 1);
  return slash == std::string::npos || server_host.substr(0, slash) == name_space;
}

std::vector<GatewayPort> gateway_ports(const Proxy& proxy) {
  Merger merger;
  for (const crd::Gateway* gateway : oldest_first(proxy.snapshot.objects->gateways)) {
    if (!model::selects(gateway->spec.selector, proxy.workload.labels)) continue;
    for (const crd::Server& source : gateway->spec.servers) {
      for (const std::uint32_t port : listening_ports(source.port.number, proxy)) {
        GatewayServer server;
        server.server = &source;
        server.gateway = gateway->metadata.namespace_name + "/" + gateway->metadata.name;
        server.name_space = gateway->metadata.namespace_name;
        server.hosts = clean_hosts(source, server.name_space);
        server.server_names = bare_names(server.hosts);
        server.port = port;
        server.source = at(source_of(*gateway), source.origin);
        server.route_name = route_name(server, gateway->metadata, proxy.profile());
        merger.add(std::move(server));
      }
    }
  }
  return merger.take();
}

}  // namespace lab::compile
