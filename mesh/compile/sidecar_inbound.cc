#include <algorithm>
#include <map>

#include "mesh/compile/authorization.h"
#include "mesh/compile/listeners.h"
#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/compile/peer_authentication.h"

namespace lab::compile {
namespace {

using model::Protocol;

enum class Accepts : std::uint8_t { http, tcp, sniffed };

Accepts accepts_of(Protocol protocol) {
  if (model::is_http(protocol)) return Accepts::http;
  return protocol == Protocol::sniffed ? Accepts::sniffed : Accepts::tcp;
}

/// One of the filter chains that a port needs to take plain and protected connections of each kind.
struct ChainKind {
  std::vector<std::string> application_protocols;
  const char* transport = "";
  bool http = false;
  bool tls = false;  ///< The chain ends TLS itself.
};

const std::vector<std::string> kPlainHttp = {"http/1.1", "h2c"};
const std::vector<std::string> kMutualHttp = {"istio-http/1.0", "istio-http/1.1", "istio-h2"};
const std::vector<std::string> kMutualTcp = {"istio-peer-exchange", "istio"};

/// Which chains: by what the port accepts and what clients must speak. Source: Istio,
/// PeerAuthentication; protocol selection.
std::vector<ChainKind> chain_kinds(MutualTls mode, Accepts accepts) {
  const auto plain = [](bool http, std::vector<std::string> protocols = {}) {
    return ChainKind{std::move(protocols), "raw_buffer", http, false};
  };
  const auto tls = [](bool http, bool ends, std::vector<std::string> protocols = {}) {
    return ChainKind{std::move(protocols), "tls", http, ends};
  };
  const bool strict = mode == MutualTls::strict;
  switch (accepts) {
    case Accepts::http:
      if (strict) return {tls(true, true)};
      if (mode == MutualTls::permissive) return {tls(true, true, kMutualAny), plain(true)};
      return {plain(true)};
    case Accepts::tcp:
      if (strict) return {tls(false, true)};
      if (mode == MutualTls::permissive)
        return {tls(false, true, kMutualAny), plain(false), tls(false, false)};
      return {plain(false)};
    case Accepts::sniffed:
      break;
  }
  if (strict) return {tls(true, true, kMutualHttp), tls(false, true)};
  if (mode == MutualTls::disable) return {plain(true, kPlainHttp), plain(false)};
  return {tls(true, true, kMutualHttp), plain(true, kPlainHttp), tls(false, true, kMutualTcp),
          plain(false), tls(false, false)};
}

/// What an inbound chain leads to.
struct Destination {
  std::string cluster, chain_name, http_chain_name, stat_prefix, operation, virtual_host;
  std::uint32_t match_port = 0;  ///< 0: any.
  Protocol protocol = Protocol::sniffed;
  bool passthrough = false;
  std::vector<model::Source> sources;
};

class InboundBuilder {
 public:
  InboundBuilder(const Proxy& proxy, Secrets& secrets, Diagnostics& beyond_proxy)
      : proxy_(proxy), secrets_(secrets) {
    authorization_ = authorization_for(proxy, beyond_proxy);
    peers_ = peer_settings(proxy.workload.labels, proxy.workload.name_space, proxy.snapshot);
  }

  config::Listener virtual_listener(const std::vector<InboundTarget>& targets,
                                    std::vector<config::Listener>& own) {
    config::Listener listener;
    listener.name = "virtualInbound";
    listener.address = socket_address(std::string(kAnyAddress), proxy_.profile().inbound_port);
    listener.traffic_direction = config::TrafficDirection::inbound;
    listener.max_connections_to_accept_per_socket_event = 1;
    listener.filter_chains.push_back(black_hole());
    add_passthrough(listener, targets);
    std::set<std::uint32_t> done;
    for (const InboundTarget& target : targets) {
      if (!done.insert(target.target).second) continue;
      add_target(listener, target, own);
    }
    finish(listener, true);
    return listener;
  }

 private:
  config::FilterChain black_hole() const {
    config::FilterChain chain;
    chain.name = "virtualInbound-blackhole";
    chain.filter_chain_match.emplace().destination_port = proxy_.profile().inbound_port;
    chain.filters.push_back(tcp_proxy(std::string(kBlackHole), std::string(kBlackHole), proxy_));
    return chain;
  }

  /// Ports that no service leads to: passed on to where they wanted, under the workload's policy.
  void add_passthrough(config::Listener& listener, const std::vector<InboundTarget>& targets) {
    Destination rest;
    rest.cluster = kInboundPassthrough;
    rest.chain_name = "virtualInbound";
    rest.http_chain_name = "virtualInbound-catchall-http";
    rest.stat_prefix = std::string(kInboundPassthrough) + ";";
    rest.operation = ":0";
    rest.virtual_host = "inbound|http|0";
    rest.passthrough = true;
    add_chains(listener, rest, peers_.mode, Accepts::sniffed);
    for (const auto& [port, mode] : peers_.by_port) {
      const bool served =
          std::any_of(targets.begin(), targets.end(),
                      [port = port](const InboundTarget& target) { return target.target == port; });
      if (served) continue;
      Destination one = rest;
      one.match_port = port;
      add_chains(listener, one, mode, Accepts::sniffed);
    }
  }

  Destination destination_of(const InboundTarget& target) const {
    Destination to;
    to.cluster = inbound_cluster_name(target, proxy_.profile());
    std::string bind(kAnyAddress);
    if (target.ingress != nullptr)
      bind = target.ingress->bind.empty() ? proxy_.workload.address : target.ingress->bind;
    to.chain_name = to.http_chain_name = listener_name(bind, target.target);
    to.stat_prefix = "inbound_" + to.chain_name + ";";
    to.operation = host_and_port(target.host, target.port.number);
    to.virtual_host = "inbound|http|" + std::to_string(target.port.number);
    to.match_port = target.target;
    to.protocol = target.port.protocol;
    if (target.service != nullptr) to.sources = target.service->sources;
    return to;
  }

  void add_target(config::Listener& listener, const InboundTarget& target,
                  std::vector<config::Listener>& own) {
    const Destination to = destination_of(target);
    const MutualTls mode = peers_.at(target.target);
    const bool user_tls =
        target.ingress != nullptr && target.ingress->tls && mode == MutualTls::disable;
    const bool binds =
        target.ingress != nullptr && target.ingress->capture_mode == crd::CaptureMode::NONE;
    config::Listener alone;
    config::Listener& holder = binds ? alone : listener;
    if (user_tls) {
      add_user_tls(holder, to, *target.ingress->tls);
    } else {
      add_chains(holder, to, mode, accepts_of(target.port.protocol));
    }
    if (!binds) return;
    alone.name = to.chain_name;
    alone.address = socket_address(
        target.ingress->bind.empty() ? std::string(kAnyAddress) : target.ingress->bind,
        target.target);
    alone.traffic_direction = config::TrafficDirection::inbound;
    alone.max_connections_to_accept_per_socket_event = 1;
    finish(alone, false);
    own.push_back(std::move(alone));
  }

  void add_user_tls(config::Listener& listener, const Destination& to,
                    const crd::ServerTlsSettings& tls) {
    const bool http = model::is_http(to.protocol) || to.protocol == Protocol::https;
    config::FilterChain chain = make_chain(to, {{}, "tls", http, false});
    chain.transport_socket = downstream_tls(server_tls(tls, false, proxy_, secrets_));
    listener.filter_chains.push_back(std::move(chain));
  }

  void add_chains(config::Listener& listener, const Destination& to, MutualTls mode,
                  Accepts accepts) {
    for (const ChainKind& kind : chain_kinds(mode, accepts)) {
      config::FilterChain chain = make_chain(to, kind);
      if (kind.tls) chain.transport_socket = mesh_tls(kind.http);
      listener.filter_chains.push_back(std::move(chain));
    }
  }

  config::FilterChain make_chain(const Destination& to, const ChainKind& kind) const {
    config::FilterChain chain;
    config::FilterChainMatch& match = chain.filter_chain_match.emplace();
    match.application_protocols = kind.application_protocols;
    match.transport_protocol = kind.transport;
    if (to.match_port != 0) match.destination_port = to.match_port;
    chain.name = kind.http ? to.http_chain_name : to.chain_name;
    chain.metadata = origins(join_sources(to.sources, peers_.sources));
    if (kind.http) {
      chain.filters.push_back(http_filter(to));
    } else {
      chain.filters = authorization_.tcp;
      add_opaque(chain.filters, to.protocol, tcp_proxy(to.cluster, to.cluster, proxy_));
    }
    return chain;
  }

  config::Filter http_filter(const Destination& to) const {
    HttpOptions options;
    options.side = Side::inbound;
    options.stat_prefix = to.stat_prefix;
    options.http2 = model::is_http2(to.protocol);
    options.grpc_web = to.protocol == Protocol::grpc_web;
    options.authorization = authorization_.http;
    config::RouteConfiguration& routes = options.routes.emplace();
    routes.name = to.cluster;
    routes.validate_clusters = false;
    config::VirtualHost& host = routes.virtual_hosts.emplace_back();
    host.name = to.virtual_host;
    host.domains = {"*"};
    const bool grpc = to.protocol == Protocol::grpc || to.protocol == Protocol::grpc_web;
    host.routes.push_back(inbound_route(to.cluster, to.operation, grpc, proxy_.profile()));
    return http_connection(std::move(options), proxy_);
  }

  config::TransportSocket mesh_tls(bool http) {
    config::DownstreamTlsContext context;
    config::CommonTlsContext common;
    config::TlsParameters& parameters = common.tls_params.emplace();
    parameters.tls_minimum_protocol_version = proxy_.mesh().tls_13
                                                  ? config::TlsParameters::TlsProtocol::tlsv1_3
                                                  : config::TlsParameters::TlsProtocol::tlsv1_2;
    parameters.tls_maximum_protocol_version = config::TlsParameters::TlsProtocol::tlsv1_3;
    parameters.cipher_suites = {"ECDHE-ECDSA-AES256-GCM-SHA384",
                                "ECDHE-RSA-AES256-GCM-SHA384",
                                "ECDHE-ECDSA-AES128-GCM-SHA256",
                                "ECDHE-RSA-AES128-GCM-SHA256",
                                "AES256-GCM-SHA384",
                                "AES128-GCM-SHA256"};
    if (!proxy_.mesh().cipher_suites.empty())
      parameters.cipher_suites = proxy_.mesh().cipher_suites;
    secrets_.add_mesh_identity(common);
    secrets_.trust_mesh(common, trust_domains());
    if (!http && proxy_.profile().peer_exchange)
      common.alpn_protocols.emplace_back("istio-peer-exchange");
    common.alpn_protocols.emplace_back("h2");
    common.alpn_protocols.emplace_back("http/1.1");
    context.common_tls_context = std::move(common);
    context.require_client_certificate = true;
    return downstream_tls(std::move(context));
  }

  std::vector<config::StringMatcher> trust_domains() const {
    std::vector<config::StringMatcher> names;
    names.emplace_back().prefix = "spiffe://" + proxy_.mesh().trust_domain + "/";
    for (const std::string& alias : proxy_.mesh().trust_domain_aliases) {
      names.emplace_back().prefix = "spiffe://" + alias + "/";
    }
    return names;
  }

  /// Inspectors run on the ports that need them: by default on all, except those whose chains never
  /// ask.
  void finish(config::Listener& listener, bool captured) const {
    std::map<std::uint32_t, bool> tls, http;
    for (const config::FilterChain& chain : listener.filter_chains) {
      const config::FilterChainMatch& match = *chain.filter_chain_match;
      const std::uint32_t port = match.destination_port.value_or(0);
      const auto& protocols = match.application_protocols;
      tls[port] = tls[port] || match.transport_protocol == "tls";
      http[port] = http[port] ||
                   std::find(protocols.begin(), protocols.end(), "http/1.1") != protocols.end();
    }
    if (captured) listener.listener_filters.push_back(original_destination());
    const auto any = [](const auto& needs) {
      return std::any_of(needs.begin(), needs.end(), [](const auto& need) { return need.second; });
    };
    if (any(tls)) listener.listener_filters.push_back(inspector_on(tls_inspector(), tls, !tls[0]));
    if (any(http)) listener.listener_filters.push_back(inspector_on(http_inspector(), http, false));
    listener.listener_filters_timeout = proxy_.mesh().protocol_detection_timeout;
    listener.continue_on_listener_filters_timeout = true;
  }

  static config::ListenerFilterChainMatchPredicate port_predicate(std::uint32_t port) {
    config::ListenerFilterChainMatchPredicate predicate;
    predicate.destination_port_range.emplace();
    predicate.destination_port_range->start = static_cast<std::int32_t>(port);
    predicate.destination_port_range->end = static_cast<std::int32_t>(port + 1);
    return predicate;
  }

  /// `only`: off everywhere but on the ports that need it; else on everywhere but on those that
  /// don't.
  static config::ListenerFilter inspector_on(config::ListenerFilter filter,
                                             const std::map<std::uint32_t, bool>& needs,
                                             bool only) {
    config::ListenerFilterPredicateSet ports;
    for (const auto& [port, needed] : needs) {
      if (needed == only && port != 0) ports.rules.push_back(port_predicate(port));
    }
    if (ports.rules.empty()) return filter;
    config::ListenerFilterChainMatchPredicate predicate = ports.rules.front();
    if (ports.rules.size() > 1) {
      predicate = {};
      predicate.or_match = std::move(ports);
    }
    if (only) {
      config::ListenerFilterChainMatchPredicate inverse;
      inverse.not_match = Box<config::ListenerFilterChainMatchPredicate>(std::move(predicate));
      predicate = std::move(inverse);
    }
    filter.filter_disabled = std::move(predicate);
    return filter;
  }

  const Proxy& proxy_;
  Secrets& secrets_;
  Authorization authorization_;
  PeerSettings peers_;
};

}  // namespace

std::vector<config::Listener> inbound_listeners(const Proxy& proxy,
                                                const std::vector<InboundTarget>& targets,
                                                Secrets& secrets, Diagnostics& beyond_proxy) {
  if (proxy.is_gateway()) return {};
  if (proxy.profile().inbound_port == 0) return address_listeners(proxy, targets, secrets);
  std::vector<config::Listener> own;
  std::vector<config::Listener> listeners{
      InboundBuilder(proxy, secrets, beyond_proxy).virtual_listener(targets, own)};
  for (config::Listener& listener : own) listeners.push_back(std::move(listener));
  return listeners;
}

}  // namespace lab::compile
