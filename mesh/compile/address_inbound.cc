#include "mesh/compile/authorization.h"
#include "mesh/compile/listeners.h"
#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/compile/peer_authentication.h"

/// Inbound listeners as Istio 1.0 made them: one for each address and port of the workload, reached
/// through the capture port like the outbound ones.
namespace lab::compile {
namespace {

config::TransportSocket mesh_tls(const Proxy&, Secrets& secrets) {
  config::DownstreamTlsContext context;
  config::CommonTlsContext common;
  secrets.add_mesh_identity(common);
  secrets.trust_mesh(common, {});
  common.alpn_protocols = {"h2", "http/1.1"};
  context.common_tls_context = std::move(common);
  context.require_client_certificate = true;
  return downstream_tls(std::move(context));
}

/// The filters of one port; plain and protected chains have the same.
std::vector<config::Filter> filters_for(const InboundTarget& target, const std::string& listener,
                                        const Proxy& proxy) {
  const std::string cluster = inbound_cluster_name(target, proxy.profile());
  Authorization checks;
  if (target.service != nullptr) checks = service_roles_for(proxy, *target.service, target.target);
  std::vector<config::Filter> filters;
  if (!model::is_http(target.port.protocol)) {
    filters = std::move(checks.tcp);
    filters.push_back(tcp_proxy(cluster, cluster, proxy));
    return filters;
  }
  HttpOptions options;
  options.side = Side::inbound;
  options.stat_prefix = listener;
  options.http2 = model::is_http2(target.port.protocol);
  options.authorization = std::move(checks.http);
  config::RouteConfiguration& routes = options.routes.emplace();
  routes.name = cluster;
  routes.validate_clusters = false;
  config::VirtualHost& host = routes.virtual_hosts.emplace_back();
  host.name = "inbound|http|" + std::to_string(target.port.number);
  host.domains = {"*"};
  host.routes.push_back(inbound_route(cluster, host_and_port(target.host, target.port.number),
                                      false, proxy.profile()));
  filters.push_back(http_connection(std::move(options), proxy));
  return filters;
}

void add_chains(config::Listener& listener, const InboundTarget& target, MutualTls mode,
                const std::vector<model::Source>& sources, const Proxy& proxy, Secrets& secrets) {
  const auto add = [&](const char* transport, bool tls) {
    config::FilterChain& chain = listener.filter_chains.emplace_back();
    if (transport != nullptr) chain.filter_chain_match.emplace().transport_protocol = transport;
    chain.filters = filters_for(target, listener.name, proxy);
    chain.metadata = origins(sources);
    if (tls) chain.transport_socket = mesh_tls(proxy, secrets);
  };
  if (mode == MutualTls::strict) return add(nullptr, true);
  if (mode == MutualTls::disable) return add(nullptr, false);
  listener.listener_filters.push_back(tls_inspector());
  if (proxy.profile().permissive_by_alpn) {
    add(nullptr, true);
    listener.filter_chains.back().filter_chain_match.emplace().application_protocols = {"istio"};
    add(nullptr, false);
    listener.filter_chains.back().filter_chain_match.emplace();
    return;
  }
  add("raw_buffer", false);
  add("tls", true);
}

}  // namespace

std::vector<config::Listener> address_listeners(const Proxy& proxy,
                                                const std::vector<InboundTarget>& targets,
                                                Secrets& secrets) {
  std::vector<config::Listener> listeners;
  std::set<std::string> known;
  for (const InboundTarget& target : targets) {
    config::Listener listener;
    const bool own_bind = target.ingress != nullptr && !target.ingress->bind.empty();
    const std::string address = own_bind ? target.ingress->bind : proxy.workload.address;
    listener.name = listener_name(address, target.target);
    if (!known.insert(listener.name).second) continue;
    listener.address = socket_address(address, target.target);
    listener.traffic_direction = config::TrafficDirection::inbound;
    listener.bind_to_port = false;
    std::vector<model::Source> sources;
    MutualTls mode = MutualTls::disable;
    if (target.service != nullptr) {
      sources = target.service->sources;
      mode = policy_mode(*target.service, target.port.number, proxy.snapshot, sources);
    }
    add_chains(listener, target, mode, sources, proxy, secrets);
    listener.metadata = origins(sources);
    listeners.push_back(std::move(listener));
  }
  return listeners;
}

}  // namespace lab::compile
