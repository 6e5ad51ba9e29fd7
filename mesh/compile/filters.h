#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/compile/routes.h"
#include "mesh/compile/secrets.h"
#include "mesh/config/bootstrap.h"

namespace lab::compile {

/// Which side of which proxy a filter chain stands on.
enum class Side : std::uint8_t { outbound, inbound, gateway };

/// What an HTTP connection manager needs to know.
struct HttpOptions {
  Side side = Side::outbound;
  std::string stat_prefix;
  std::string route_name;  ///< Of a dynamic route configuration; else:
  std::optional<config::RouteConfiguration> routes;
  bool http2 = false;          ///< The port is declared to speak HTTP/2.
  bool grpc_web = false;       ///< The port is declared to speak gRPC-Web.
  bool forward_proxy = false;  ///< Clients know that they speak to a proxy: absolute URLs.
  std::vector<config::HttpFilter> authorization;  ///< jwt_authn, rbac ...: before all others.
};

config::Filter http_connection(HttpOptions options, const Proxy& proxy);

/// Whether a DestinationRule's tunnel counts; not where TLS is passed through to the mesh.
enum class Tunnels : std::uint8_t { used, left_out };

/// tcp_proxy to one cluster; the rule of its service gives time limits and hash.
config::Filter tcp_proxy(const std::string& cluster, const std::string& stat_prefix,
                         const Proxy& proxy, const Rule* rule = nullptr,
                         const std::string& subset = "", Tunnels tunnels = Tunnels::used);
/// tcp_proxy for the destinations of a tcp or tls route.
config::Filter tcp_proxy_to(const std::vector<crd::RouteDestination>& targets,
                            const VirtualService& service, std::uint32_t port, const Proxy& proxy);
/// tcp_proxy for what no service claims: to where it wanted, or nowhere.
config::Filter tcp_unmatched(const Proxy& proxy);

/// Adds a tcp_proxy, behind the filter that reads the port's protocol where Istio has one: it knows
/// mongo by default, and redis and mysql only when it is told to.
void add_opaque(std::vector<config::Filter>& filters, model::Protocol protocol, config::Filter tcp);

config::TransportSocket downstream_tls(config::DownstreamTlsContext context);
config::Address socket_address(const std::string& address, std::uint32_t port);

/// The access log that the mesh asks for, if any.
std::vector<config::AccessLog> access_logs(const model::MeshOptions& mesh);

}  // namespace lab::compile
