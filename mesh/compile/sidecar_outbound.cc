#include <algorithm>
#include <map>

#include "mesh/compile/listeners.h"
#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/compile/tcp_routes.h"

namespace lab::compile {
namespace {

using model::Protocol;

/// What a listener is taken for so far; mixed ones look at the first bytes.
enum class Carries : std::uint8_t { http, tcp, mixed };

struct Entry {
  std::string address;
  std::uint32_t port = 0;
  Protocol protocol = Protocol::tcp;  ///< Of the first service.
  Carries carries = Carries::tcp;
  bool locked = false;  ///< The user named this port: no further services.
  bool binds = false;   ///< A real port, not reached by capture.
  std::vector<ChainDraft> chains;
};

/// One service's port on its way to a listener.
struct Candidate {
  const model::Service* service = nullptr;
  const model::Port* port = nullptr;
  std::uint32_t number = 0;
  Protocol protocol = Protocol::tcp;
  std::string bind;  ///< Empty: where the service is.
  bool binds = false;
  const Egress* egress = nullptr;
};

bool server_speaks_first(Protocol protocol) {
  return protocol == Protocol::mongo || protocol == Protocol::mysql;
}

/// Collects listeners by address and port. HTTP services of a port share one at 0.0.0.0; TCP ones
/// stand at their own addresses; where both meet, the first bytes decide.
class OutboundBuilder {
 public:
  OutboundBuilder(const Proxy& proxy, std::set<std::string>& routes)
      : proxy_(proxy), routes_(routes) {}

  void add_egress(const Egress& egress) {
    const crd::IstioEgressListener* listener = egress.listener;
    const bool binds = listener != nullptr && listener->capture_mode == crd::CaptureMode::NONE;
    std::string bind = listener != nullptr ? listener->bind : "";
    if (bind.empty() && binds) bind = "127.0.0.1";
    if (listener != nullptr && listener->port) {
      add_user_port(egress, *listener->port, bind, binds);
      return;
    }
    for (auto& [key, entry] : entries_) entry.locked = true;
    for (const model::Service* service : egress.services) {
      for (const model::Port& port : service->ports) {
        add_service_port({service, &port, port.number, port.protocol, bind, binds, &egress});
      }
    }
  }

  std::vector<config::Listener> finish() {
    std::vector<config::Listener> listeners;
    for (auto& [key, entry] : entries_) listeners.push_back(build(entry));
    return listeners;
  }

 private:
  void add_user_port(const Egress& egress, const crd::Port& port, const std::string& bind,
                     bool binds) {
    const Protocol protocol = model::protocol_of_word(port.protocol);
    const std::string address = bind.empty() ? std::string(kAnyAddress) : bind;
    if (model::is_http(protocol)) {
      const model::Service* first = egress.services.empty() ? nullptr : egress.services.front();
      Candidate candidate{first, nullptr, port.number, protocol, address, binds, &egress};
      add_http(candidate);
      return;
    }
    for (const model::Service* service : egress.services) {
      const model::Port* own = service->port(port.number);
      if (own == nullptr && service->ports.size() == 1) own = &service->ports.front();
      if (own == nullptr) continue;
      add({service, own, port.number, protocol, bind, binds, &egress});
    }
  }

  /// Services without an address of their own have a listener for each endpoint, when it matters
  /// which one is meant.
  void add_service_port(const Candidate& candidate) {
    const model::Service& service = *candidate.service;
    const bool opaque =
        model::is_tcp(candidate.protocol) || candidate.protocol == Protocol::sniffed;
    const bool by_endpoint = proxy_.profile().headless_per_endpoint && candidate.bind.empty() &&
                             opaque && service.resolution == model::Resolution::passthrough &&
                             service.addresses.empty();
    if (!by_endpoint) return add(candidate);
    bool any = false;
    for (const model::Endpoint& endpoint : service.endpoints) {
      if (endpoint.port_name != candidate.port->name) continue;
      any = true;
      if (endpoint.address == proxy_.workload.address) continue;
      Candidate one = candidate;
      one.bind = endpoint.address;
      add(one);
    }
    if (!any && !service.kubernetes && service.selector.empty()) add(candidate);
  }

  void add(const Candidate& candidate) {
    if (candidate.service->resolution == model::Resolution::alias) return;
    if (candidate.protocol == Protocol::udp) return;
    if (model::is_http(candidate.protocol)) return add_http(candidate);
    if (!candidate.bind.empty()) return add_opaque(candidate, candidate.bind, "");
    if (candidate.service->addresses.empty())
      return add_opaque(candidate, std::string(kAnyAddress), "");
    for (const std::string& address : candidate.service->addresses) {
      const bool range = address.find('/') != std::string::npos;
      add_opaque(candidate, range ? std::string(kAnyAddress) : address, range ? address : "");
    }
  }

  ChainDraft http_chain(const Candidate& candidate, const std::string& route_name,
                        const std::string& listener, bool sniffed) {
    HttpOptions options;
    options.side = Side::outbound;
    options.stat_prefix = "outbound_" + listener + ";";
    options.route_name = route_name;
    options.grpc_web = candidate.protocol == Protocol::grpc_web;
    routes_.insert(route_name);
    ChainDraft chain;
    chain.filters.push_back(http_connection(std::move(options), proxy_));
    if (sniffed) {
      chain.application_protocols = {"http/1.1", "h2c"};
      chain.transport_protocol = "raw_buffer";
    }
    if (candidate.service != nullptr) chain.sources = candidate.service->sources;
    return chain;
  }

  void add_http(const Candidate& candidate) {
    const std::string address = candidate.bind.empty() ? std::string(kAnyAddress) : candidate.bind;
    const std::string name = listener_name(address, candidate.number);
    Entry* entry = find(address, candidate.number);
    if (entry != nullptr && (entry->locked || entry->carries != Carries::tcp)) {
      if (!entry->locked) note(*entry, candidate);
      return;
    }
    const bool sniffs = proxy_.profile().sniff_http && address == kAnyAddress &&
                        candidate.protocol != Protocol::http_proxy;
    if (entry == nullptr) {
      Entry& fresh = create(address, candidate, sniffs ? Carries::mixed : Carries::http);
      fresh.chains.push_back(http_chain(candidate, std::to_string(candidate.number), name, sniffs));
      return;
    }
    if (!proxy_.profile().sniff_http || server_speaks_first(entry->protocol)) return;
    entry->chains.push_back(http_chain(candidate, std::to_string(candidate.number), name, true));
    entry->carries = Carries::mixed;
  }

  void add_opaque(const Candidate& candidate, const std::string& address,
                  const std::string& range) {
    Entry* entry = find(address, candidate.number);
    if (entry != nullptr && entry->locked) return;
    TcpInput input;
    input.service = candidate.service;
    model::Port port = *candidate.port;
    port.protocol = candidate.protocol;
    input.port = &port;
    input.listener_port = candidate.number;
    if (!range.empty()) input.destination_ranges = {range};
    input.any_address = address == kAnyAddress;
    input.virtual_services = &candidate.egress->virtual_services;
    std::vector<ChainDraft> chains = tcp_chains(input, proxy_);
    const bool sniffed = candidate.protocol == Protocol::sniffed;
    if (sniffed) {
      if (entry != nullptr && entry->carries == Carries::mixed) return;
      const bool shared = address == kAnyAddress;
      const std::string number = std::to_string(candidate.number);
      chains.push_back(http_chain(candidate,
                                  shared ? number : candidate.service->host + ":" + number,
                                  listener_name(address, candidate.number), true));
    }
    if (entry == nullptr || (sniffed && entry->carries == Carries::http)) {
      create(address, candidate, sniffed ? Carries::mixed : Carries::tcp).chains =
          std::move(chains);
      return;
    }
    merge(*entry, candidate, std::move(chains), sniffed);
  }

  void merge(Entry& entry, const Candidate& candidate, std::vector<ChainDraft> chains,
             bool sniffed) {
    const bool delicate =
        server_speaks_first(candidate.protocol) || server_speaks_first(entry.protocol);
    if (delicate && candidate.protocol != entry.protocol) return;
    if (entry.carries != Carries::tcp && !proxy_.profile().sniff_http) return;
    for (ChainDraft& chain : chains) {
      const bool conflict =
          std::any_of(entry.chains.begin(), entry.chains.end(),
                      [&](const ChainDraft& other) { return other.conflicts_with(chain); });
      if (!conflict) entry.chains.push_back(std::move(chain));
    }
    if (sniffed || entry.carries == Carries::http) entry.carries = Carries::mixed;
  }

  /// A further service of an HTTP listener: its virtual host comes with the routes.
  static void note(Entry& entry, const Candidate& candidate) {
    if (candidate.service == nullptr || entry.chains.empty()) return;
    entry.chains.front().sources =
        join_sources(std::move(entry.chains.front().sources), candidate.service->sources);
  }

  Entry* find(const std::string& address, std::uint32_t port) {
    const auto found = entries_.find(listener_name(address, port));
    return found == entries_.end() ? nullptr : &found->second;
  }

  Entry& create(const std::string& address, const Candidate& candidate, Carries carries) {
    Entry& entry = entries_[listener_name(address, candidate.number)] = Entry{};
    entry.address = address;
    entry.port = candidate.number;
    entry.protocol = candidate.protocol;
    entry.carries = carries;
    entry.binds = candidate.binds;
    return entry;
  }

  config::Listener build(Entry& entry) const {
    config::Listener listener;
    listener.name = listener_name(entry.address, entry.port);
    listener.address = socket_address(entry.address, entry.port);
    listener.traffic_direction = config::TrafficDirection::outbound;
    if (!entry.binds) listener.bind_to_port = false;
    add_inspectors(listener, entry);
    std::vector<model::Source> sources;
    for (ChainDraft& chain : entry.chains) {
      sources = join_sources(std::move(sources), chain.sources);
      const bool everything = chain.takes_everything();
      config::FilterChain finished = finish_chain(std::move(chain), proxy_.profile());
      if (everything) {
        listener.default_filter_chain = std::move(finished);
      } else {
        listener.filter_chains.push_back(std::move(finished));
      }
    }
    settle_default(listener);
    listener.metadata = origins(sources);
    return listener;
  }

  void add_inspectors(config::Listener& listener, const Entry& entry) const {
    bool names = false, protocols = false;
    for (const ChainDraft& chain : entry.chains) {
      names = names || !chain.server_names.empty();
      protocols = protocols || !chain.application_protocols.empty();
    }
    if (names) listener.listener_filters.push_back(tls_inspector());
    if (protocols) listener.listener_filters.push_back(http_inspector());
    if (!proxy_.profile().sniff_http) return;
    listener.continue_on_listener_filters_timeout = true;
    listener.listener_filters_timeout =
        protocols ? proxy_.mesh().protocol_detection_timeout : std::chrono::nanoseconds(0);
  }

  /// A chain for all comers is the default one beside others, and an ordinary one alone.
  void settle_default(config::Listener& listener) const {
    if (listener.default_filter_chain && listener.filter_chains.empty()) {
      listener.filter_chains.push_back(*std::move(listener.default_filter_chain));
      listener.default_filter_chain.reset();
    } else if (!listener.default_filter_chain && proxy_.profile().sniff_http) {
      config::FilterChain& rest = listener.default_filter_chain.emplace();
      rest.filter_chain_match.emplace();
      rest.name = "PassthroughFilterChain";
      rest.filters.push_back(tcp_unmatched(proxy_));
    }
  }

  const Proxy& proxy_;
  std::set<std::string>& routes_;
  std::map<std::string, Entry> entries_;
};

/// The listener that captured connections arrive at; it hands them to the one that fits where they
/// wanted to go.
config::Listener capture_listener(const Proxy& proxy) {
  const Profile& profile = proxy.profile();
  config::Listener listener;
  listener.name = profile.capture_listener;
  listener.address = socket_address(std::string(kAnyAddress), profile.outbound_port);
  listener.use_original_dst = true;
  listener.traffic_direction = config::TrafficDirection::outbound;
  if (profile.capture_blocks_itself) {
    config::FilterChain& self = listener.filter_chains.emplace_back();
    self.name = std::string(profile.capture_listener) + "-blackhole";
    self.filter_chain_match.emplace().destination_port = profile.outbound_port;
    self.filters.push_back(tcp_proxy(std::string(kBlackHole), std::string(kBlackHole), proxy));
    listener.max_connections_to_accept_per_socket_event = 1;
  }
  config::FilterChain& rest = listener.filter_chains.emplace_back();
  if (profile.capture_blocks_itself)
    rest.name = std::string(profile.capture_listener) + "-catchall-tcp";
  rest.filters.push_back(tcp_unmatched(proxy));
  return listener;
}

/// MeshConfig.proxyHttpPort: a forward proxy at the workload's own address for itself.
config::Listener forward_proxy_listener(const Proxy& proxy) {
  config::Listener listener;
  const std::string address = "127.0.0.1";
  listener.name = listener_name(address, proxy.mesh().proxy_http_port);
  listener.address = socket_address(address, proxy.mesh().proxy_http_port);
  listener.traffic_direction = config::TrafficDirection::outbound;
  listener.continue_on_listener_filters_timeout = true;
  listener.listener_filters_timeout = std::chrono::nanoseconds(0);
  listener.max_connections_to_accept_per_socket_event = 1;
  HttpOptions options;
  options.side = Side::outbound;
  options.stat_prefix = "outbound_" + listener.name + ";";
  options.route_name = kForwardProxyRoutes;
  options.forward_proxy = true;
  ChainDraft chain;
  chain.filters.push_back(http_connection(std::move(options), proxy));
  listener.filter_chains.push_back(finish_chain(std::move(chain), proxy.profile()));
  return listener;
}

}  // namespace

std::vector<config::Listener> outbound_listeners(const Proxy& proxy,
                                                 std::set<std::string>& routes) {
  OutboundBuilder builder(proxy, routes);
  for (const Egress& egress : proxy.scope.egress()) builder.add_egress(egress);
  std::vector<config::Listener> listeners = builder.finish();
  listeners.push_back(capture_listener(proxy));
  if (proxy.mesh().proxy_http_port != 0) {
    listeners.push_back(forward_proxy_listener(proxy));
    routes.insert(std::string(kForwardProxyRoutes));
  }
  return listeners;
}

}  // namespace lab::compile
