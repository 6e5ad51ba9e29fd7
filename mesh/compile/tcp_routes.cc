#include "mesh/compile/tcp_routes.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/model/host.h"

namespace lab::compile {
namespace {

/// The part of a match that is decided here: gateway, source, port.
template <class Match>
bool applies(const Match& match, std::uint32_t port, const Proxy& proxy) {
  const bool gateway =
      match.gateways.empty() ||
      std::find(match.gateways.begin(), match.gateways.end(), kMeshGateway) != match.gateways.end();
  return gateway && model::selects(match.source_labels, proxy.workload.labels) &&
         (match.port == 0 || match.port == port) &&
         (match.source_namespace.empty() || match.source_namespace == proxy.workload.name_space);
}

std::vector<const VirtualService*> for_host(const TcpInput& input) {
  std::vector<const VirtualService*> found;
  for (const VirtualService* service : *input.virtual_services) {
    const bool fits = std::any_of(
        service->spec.hosts.begin(), service->spec.hosts.end(),
        [&](const std::string& host) { return model::hosts_overlap(host, input.service->host); });
    if (fits) found.push_back(service);
  }
  return found;
}

std::vector<model::Source> sources_of(const VirtualService& service, const Origin& place) {
  std::vector<model::Source> sources = service.sources;
  if (!sources.empty()) sources.front() = at(sources.front(), place);
  return sources;
}

/// The chain to the service itself. A listener port that the service does not have leads to its
/// only port.
ChainDraft default_chain(const TcpInput& input, const Proxy& proxy) {
  ChainDraft chain;
  const std::uint32_t port =
      input.service->ports.size() == 1 ? input.service->ports.front().number : input.listener_port;
  const std::string cluster = cluster_name(port, "", input.service->host);
  add_opaque(chain.filters, input.port->protocol,
             tcp_proxy(cluster, cluster, proxy, proxy.scope.rule_for(*input.service)));
  chain.destination_ranges = input.destination_ranges;
  chain.sources = input.service->sources;
  return chain;
}

bool needs_server_name(const TcpInput& input, const Proxy& proxy) {
  if (!proxy.profile().tls_by_service_host) return false;
  if (!input.destination_ranges.empty()) return true;
  return input.any_address && input.service->addresses.empty();
}

std::vector<ChainDraft> tls_chains(const TcpInput& input, const Proxy& proxy) {
  std::vector<ChainDraft> chains;
  std::vector<std::string> ranges = input.destination_ranges;
  std::set<std::string> handled;  // Conditions that connections can be told apart by, once each.
  for (const VirtualService* service : for_host(input)) {
    for (const crd::TlsRoute& route : service->spec.tls) {
      for (const crd::TlsMatch& match : route.match) {
        if (!applies(match, input.listener_port, proxy) || route.route.empty()) continue;
        if (!handled.insert(join(match.sni_hosts, ",") + "|" + join(match.destination_subnets, ","))
                 .second)
          continue;
        ChainDraft chain;
        chain.server_names = match.sni_hosts;
        // Subnets of one match stay in force for those after it, as in Istio.
        if (!match.destination_subnets.empty()) ranges = match.destination_subnets;
        chain.destination_ranges = ranges;
        chain.filters.push_back(tcp_proxy_to(route.route, *service, input.listener_port, proxy));
        chain.sources = sources_of(*service, match.origin);
        chains.push_back(std::move(chain));
      }
    }
  }
  if (!chains.empty()) return chains;
  chains.push_back(default_chain(input, proxy));
  if (needs_server_name(input, proxy)) chains.back().server_names = {input.service->host};
  return chains;
}

/// Chains of tcp routes; true when one of them takes every address, so that nothing comes after it.
bool add_tcp_route(const crd::TcpRoute& route, const VirtualService& service, const TcpInput& input,
                   const Proxy& proxy, std::vector<ChainDraft>& chains) {
  if (route.route.empty()) return false;
  ChainDraft chain;
  chain.sources = sources_of(service, route.origin);
  chain.destination_ranges = input.destination_ranges;
  bool everything = route.match.empty();
  std::vector<std::string> ranges;
  for (const crd::TcpMatch& match : route.match) {
    if (everything || !applies(match, input.listener_port, proxy)) continue;
    if (match.destination_subnets.empty()) {
      everything = true;
    } else {
      ranges.insert(ranges.end(), match.destination_subnets.begin(),
                    match.destination_subnets.end());
    }
  }
  if (!everything && ranges.empty()) return false;
  if (!everything) chain.destination_ranges = std::move(ranges);
  add_opaque(chain.filters, input.port->protocol,
             tcp_proxy_to(route.route, service, input.listener_port, proxy));
  chains.push_back(std::move(chain));
  return everything;
}

}  // namespace

std::vector<ChainDraft> tcp_chains(const TcpInput& input, const Proxy& proxy) {
  if (model::is_tls(input.port->protocol)) return tls_chains(input, proxy);
  std::vector<ChainDraft> chains;
  for (const VirtualService* service : for_host(input)) {
    for (const crd::TcpRoute& route : service->spec.tcp) {
      if (add_tcp_route(route, *service, input, proxy, chains)) return chains;
    }
  }
  ChainDraft rest = default_chain(input, proxy);
  const bool taken = std::any_of(chains.begin(), chains.end(), [&](const ChainDraft& chain) {
    return chain.conflicts_with(rest);
  });
  if (!taken) chains.push_back(std::move(rest));
  return chains;
}

}  // namespace lab::compile
