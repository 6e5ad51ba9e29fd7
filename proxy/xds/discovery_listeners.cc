#include <netinet/in.h>

#include "mesh/config/load.h"
#include "proxy/net/socket.h"
#include "proxy/xds/discovery.h"

namespace lab::proxy {

namespace {

constexpr int kBacklog = 4096;

std::vector<SocketOption> socket_options(const config::Listener& listener) {
  std::vector<SocketOption> options;
  const int on = 1;
  const std::string set(reinterpret_cast<const char*>(&on), sizeof on);
  if (listener.freebind.value_or(false)) options.push_back({IPPROTO_IP, IP_FREEBIND, set});
  if (listener.transparent.value_or(false)) options.push_back({IPPROTO_IP, IP_TRANSPARENT, set});
  for (const auto& source : listener.socket_options) {
    if (source.type && source.type->datagram && !source.type->stream) continue;
    SocketOption option{static_cast<int>(source.level), static_cast<int>(source.name), {}};
    const int number = static_cast<int>(source.int_value.value_or(0));
    option.value = source.buf_value
                       ? source.buf_value->data
                       : std::string(reinterpret_cast<const char*>(&number), sizeof number);
    options.push_back(std::move(option));
  }
  return options;
}

const config::Rds* find_rds(const config::FilterChain& chain, const std::string& name) {
  for (const config::Filter& filter : chain.filters) {
    const auto* hcm = filter.typed_config.get<config::HttpConnectionManager>();
    if (hcm != nullptr && hcm->rds && hcm->rds->route_config_name == name) return &*hcm->rds;
  }
  return nullptr;
}

}  // namespace

Result<Discovery::PendingListener> Discovery::compile(config::Listener listener) {
  PendingListener pending;
  pending.entry = std::make_unique<ListenerEntry>();
  pending.entry->json = config::to_json(listener);
  ChainTransports transports;
  const auto bind = [&](const config::FilterChain& chain) -> Result<> {
    TlsSlotPtr slot;
    if (chain.transport_socket && !chain.transport_socket->typed_config.empty()) {
      const auto* tls = chain.transport_socket->typed_config.get<config::DownstreamTlsContext>();
      if (tls != nullptr) {
        TlsBindingPtr binding = TRY(secrets_.bind_downstream(*tls));
        slot = binding->slot();
        pending.entry->bindings.push_back(std::move(binding));
      } else if (chain.transport_socket->typed_config.get<config::RawBuffer>() == nullptr) {
        return fail(Errc::config,
                    "transport socket " +
                        std::string(chain.transport_socket->typed_config.type_name()) +
                        " is not one for a downstream");
      }
    }
    transports.push_back(std::move(slot));
    return {};
  };
  for (const auto& chain : listener.filter_chains) TRY(bind(chain));
  if (listener.default_filter_chain) TRY(bind(*listener.default_filter_chain));
  const auto check = [&](const config::FilterChain& chain) -> Result<> {
    for (const config::Filter& filter : chain.filters) {
      const auto* hcm = filter.typed_config.get<config::HttpConnectionManager>();
      if (hcm != nullptr && hcm->route_config) TRY(check_clusters(*hcm->route_config, true));
    }
    return {};
  };
  for (const auto& chain : listener.filter_chains) TRY(check(chain));
  if (listener.default_filter_chain) TRY(check(*listener.default_filter_chain));
  pending.entry->compiled = TRY(compile_listener(std::move(listener), transports));
  return pending;
}

Result<std::vector<std::vector<Fd>>> Discovery::open_sockets(const ListenerConfig& listener) const {
  std::vector<std::vector<Fd>> all(workers_->count());
  if (!listener.binds()) return all;
  const bool share = listener.config.enable_reuse_port.value_or(true);
  std::vector<Address> addresses{listener.address};
  addresses.insert(addresses.end(), listener.more_addresses.begin(), listener.more_addresses.end());
  const int backlog = static_cast<int>(listener.config.tcp_backlog_size.value_or(kBacklog));
  for (const Address& address : addresses) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && !share) {
        all[i].emplace_back(::dup(all[0].back().get()));
      } else {
        // Port 0 is the kernel's choice, but one for all workers.
        const bool chosen = i > 0 && address.is_ip() && address.port() == 0;
        const Address& place = chosen ? local_address(all[0].back().get()) : address;
        all[i].push_back(
            TRY(listen_socket(place, share, backlog, socket_options(listener.config))));
      }
    }
  }
  return all;
}

/// Everything that can fail happens here, before anything is changed.
Result<Discovery::PendingListener> Discovery::prepare(config::Listener listener) {
  const std::string name = listener.name;
  PendingListener pending = TRY(compile(std::move(listener)));
  const ListenerConfig& compiled = *pending.entry->compiled;
  TRY(subscribe_routes(compiled));
  if (workers_ == nullptr) return pending;
  const auto known = listeners_.find(name);
  const bool keeps = known != listeners_.end() && known->second->compiled->binds() &&
                     known->second->compiled->address == compiled.address;
  pending.sockets.resize(workers_->count());
  if (!keeps) pending.sockets = TRY(open_sockets(compiled));
  return pending;
}

/// As Envoy: two listeners can't have one address, even where one of them doesn't bind to it.
void Discovery::refuse_shared_addresses(const std::map<std::string, PendingListener>& fresh,
                                        const std::set<std::string>& named, bool dynamic,
                                        Refusals& refusals) const {
  std::map<std::string, std::string> owners;
  const auto take = [&](const std::string& name, const ListenerConfig& listener) {
    std::vector<Address> addresses{listener.address};
    addresses.insert(addresses.end(), listener.more_addresses.begin(),
                     listener.more_addresses.end());
    for (const Address& address : addresses) {
      if (address.is_ip() && address.port() == 0) continue;
      const auto [owner, first] = owners.emplace(address.text(), name);
      if (first || owner->second == name) continue;
      refusals.add(name, Error{Errc::config, "its address " + address.text() +
                                                 " is that of listener " + owner->second});
    }
  };
  for (const auto& [name, listener] : listeners_) {
    const bool goes = listener->dynamic && dynamic && named.count(name) == 0;
    if (!goes && fresh.count(name) == 0) take(name, *listener->compiled);
  }
  for (const auto& [name, pending] : fresh) take(name, *pending.entry->compiled);
}

Result<> Discovery::take_listeners(std::vector<config::Listener> listeners,
                                   const std::string& version, bool dynamic) {
  std::map<std::string, PendingListener> fresh;
  std::set<std::string> named;
  Refusals refusals("listener");
  for (config::Listener& listener : listeners) {
    // As Envoy, a listener without a name gets one that no other has.
    if (listener.name.empty()) listener.name = "unnamed-" + std::to_string(++unnamed_);
    const std::string name = listener.name;
    if (!named.insert(name).second) {
      if (dynamic) return fail(Errc::config, "listener " + name + ": duplicate listener name");
      // As Envoy: a static listener can't be changed, by a second one of its name neither.
      log("listener " + name + " is there twice: the first one stands");
      continue;
    }
    const auto known = listeners_.find(name);
    if (known != listeners_.end() && known->second->dynamic != dynamic) continue;
    if (known != listeners_.end() && known->second->json == config::to_json(listener)) continue;
    Result<PendingListener> pending = prepare(std::move(listener));
    if (!pending) {
      refusals.add(name, pending.error());
      continue;
    }
    pending->entry->version = version;
    pending->entry->dynamic = dynamic;
    fresh.emplace(name, *std::move(pending));
  }
  refuse_shared_addresses(fresh, named, dynamic, refusals);
  if (!dynamic && refusals.any()) return refusals.result();
  if (workers_ == nullptr) {
    for (auto& [name, pending] : fresh) listeners_[name] = std::move(pending.entry);
    return refusals.result();
  }
  for (auto each = listeners_.begin(); each != listeners_.end();) {
    const bool goes = each->second->dynamic && dynamic && named.count(each->first) == 0;
    if (goes)
      workers_->each([name = each->first](Workers::One& one) { one.listeners.remove(name); });
    each = goes ? listeners_.erase(each) : std::next(each);
  }
  for (auto& [name, pending] : fresh) {
    auto sockets = std::make_shared<std::vector<std::vector<Fd>>>(std::move(pending.sockets));
    workers_->each_numbered(
        [config = pending.entry->compiled, sockets](Workers::One& one, std::size_t index) {
          one.listeners.set(config, std::move((*sockets)[index]));
        });
    listeners_[name] = std::move(pending.entry);
  }
  forget_unused_routes();
  return refusals.result();
}

Result<> Discovery::subscribe_routes(const ListenerConfig& listener) {
  for (const std::string& name : listener.route_names()) {
    if (routes_.count(name) > 0) continue;
    const config::Rds* rds = nullptr;
    for (const auto& chain : listener.config.filter_chains) {
      if (rds == nullptr) rds = find_rds(chain, name);
    }
    if (rds == nullptr && listener.config.default_filter_chain)
      rds = find_rds(*listener.config.default_filter_chain, name);
    if (rds == nullptr || !rds->config_source) {
      return fail(Errc::config,
                  "listener " + listener.config.name + ": rds " + name + " has no config_source");
    }
    const std::string path = TRY(dynamic_path(*rds->config_source, "rds " + name));
    RouteEntryState& state = routes_[name];
    state.subscription = std::make_unique<Subscription>(
        watcher_, path, StatsScope(stats_, "rds." + stat_name_part(name) + "."),
        [this, name](const std::string& text, const std::string& file) {
          return take_routes(name, text, file);
        },
        log_);
    const Result<> started = state.subscription->start();
    if (!started && state.subscription->missing()) {
      routes_.erase(name);
      return started;
    }
  }
  return {};
}

Result<> Discovery::take_routes(const std::string& name, const std::string& text,
                                const std::string& path) {
  auto response = TRY(config::load<config::DiscoveryResponse>(text, path));
  auto resources = TRY(config::load_resources<config::RouteConfiguration>(text, path));
  if (resources.size() != 1) {
    return fail(Errc::config,
                path + ": Unexpected RDS resource length: " + std::to_string(resources.size()));
  }
  if (resources.front().name != name) {
    return fail(Errc::config, path + ": Unexpected RDS configuration (expecting " + name +
                                  "): " + resources.front().name);
  }
  TRY(check_clusters(resources.front(), false));
  auto table = RouteTable::compile(std::move(resources.front()));
  if (!table) return fail(Errc::config, path + ": " + table.error().message);
  routes_[name].table = *table;
  routes_[name].version = response.version_info;
  if (workers_ == nullptr) return {};
  workers_->each(
      [name, table = *table](Workers::One& one) { one.worker.route_slot(name)->table = table; });
  return {};
}

void Discovery::forget_unused_routes() {
  std::set<std::string> used;
  for (const auto& [name, listener] : listeners_) {
    for (const std::string& route : listener->compiled->route_names()) used.insert(route);
  }
  for (auto each = routes_.begin(); each != routes_.end();) {
    each = used.count(each->first) > 0 ? std::next(each) : routes_.erase(each);
  }
}

}  // namespace lab::proxy
