#pragma once

#include <set>
#include <string>
#include <vector>

#include "mesh/compile/filters.h"
#include "mesh/compile/inbound_target.h"

namespace lab::compile {

/// The listeners for what leaves the workload, and the capture listener that hands connections to
/// them. `routes` gets the names of the route configurations that they use.
std::vector<config::Listener> outbound_listeners(const Proxy& proxy, std::set<std::string>& routes);

/// The listeners for what comes to the workload.
std::vector<config::Listener> inbound_listeners(const Proxy& proxy,
                                                const std::vector<InboundTarget>& targets,
                                                Secrets& secrets, Diagnostics& beyond_proxy);

/// The same for a profile without an inbound port: a listener at each of the workload's addresses
/// and ports.
std::vector<config::Listener> address_listeners(const Proxy& proxy,
                                                const std::vector<InboundTarget>& targets,
                                                Secrets& secrets);

/// A gateway's listeners and route configurations.
struct GatewayOutput {
  std::vector<config::Listener> listeners;
  std::vector<config::RouteConfiguration> routes;
};
GatewayOutput gateway_listeners(const Proxy& proxy, Secrets& secrets, Diagnostics& beyond_proxy);

/// TLS of a server that an object describes (a Gateway's server, a Sidecar's ingress).
/// `http` offers HTTP protocols; `tcp_mutual` is a TCP server with the mesh's own TLS.
config::DownstreamTlsContext server_tls(const crd::ServerTlsSettings& tls, bool tcp_mutual,
                                        const Proxy& proxy, Secrets& secrets);

/// A filter chain before it is known whether it needs a match at all.
struct ChainDraft {
  std::vector<std::string> server_names;
  std::vector<std::string> destination_ranges;  ///< CIDR.
  std::vector<std::string> application_protocols;
  std::string transport_protocol;
  std::vector<config::Filter> filters;
  std::optional<config::TransportSocket> transport_socket;
  std::vector<model::Source> sources;
  std::string name;

  /// Whether every connection fits.
  bool takes_everything() const;
  /// Whether both have the same conditions, so that Envoy would refuse them beside each other.
  bool conflicts_with(const ChainDraft& other) const;
  std::optional<config::FilterChainMatch> match() const;
};

config::FilterChain finish_chain(ChainDraft draft, const Profile& profile);
/// What clients with mutual TLS of the mesh offer by ALPN, whatever they carry.
inline const std::vector<std::string> kMutualAny = {"istio", "istio-peer-exchange",
                                                    "istio-http/1.0", "istio-http/1.1", "istio-h2"};
config::ListenerFilter tls_inspector();
config::ListenerFilter http_inspector();
config::ListenerFilter original_destination();

}  // namespace lab::compile
