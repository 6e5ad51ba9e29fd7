#include "proxy/session/listener_config.h"

namespace lab::proxy {

namespace {

Result<Address> listen_address(const std::optional<config::Address>& source,
                               const std::string& listener) {
  if (source && source->pipe) return Address::pipe(source->pipe->path);
  if (!source || !source->socket_address)
    return fail(Errc::config, "listener " + listener + ": address is missing");
  return Address::parse(source->socket_address->address,
                        static_cast<std::uint16_t>(source->socket_address->port_value.value_or(0)));
}

Result<ChainConfig> compile_chain(const config::FilterChain& source, TlsSlotPtr tls) {
  ChainConfig chain;
  chain.config = &source;
  chain.tls = std::move(tls);
  bool sni_cluster = false;
  StatsStore scratch;  // Filters are made here only to learn whether they can be made.
  for (const config::Filter& filter : source.filters) {
    if (const auto* hcm = filter.typed_config.get<config::HttpConnectionManager>()) {
      chain.hcm = TRY(compile_hcm(*hcm));
    } else if (const auto* tcp = filter.typed_config.get<config::TcpProxy>()) {
      chain.tcp = TRY(compile_tcp_proxy(*tcp, sni_cluster));
    } else if (filter.typed_config.get<config::SniCluster>() != nullptr) {
      sni_cluster = true;
    } else if (filter.typed_config.get<config::MongoProxy>() != nullptr) {
      continue;  // It only counts.
    } else {
      TRY(make_network_filter(filter, scratch));
      chain.filters.push_back(&filter);
    }
  }
  return chain;
}

}  // namespace

std::vector<std::string> ListenerConfig::route_names() const {
  std::vector<std::string> names;
  const auto add = [&](const ChainConfig& chain) {
    if (chain.hcm && !chain.hcm->inline_routes) names.push_back(chain.hcm->route_name());
  };
  for (const ChainConfig& chain : chains) add(chain);
  if (fallback) add(*fallback);
  return names;
}

Result<ListenerConfigPtr> compile_listener(config::Listener source,
                                           const ChainTransports& transports) {
  auto listener = std::make_shared<ListenerConfig>();
  listener->config = std::move(source);
  const config::Listener& config = listener->config;
  listener->address = TRY(listen_address(config.address, config.name));
  for (const auto& more : config.additional_addresses) {
    listener->more_addresses.push_back(TRY(listen_address(more.address, config.name)));
  }
  if (config.per_connection_buffer_limit_bytes)
    listener->buffer_bytes = *config.per_connection_buffer_limit_bytes;
  if (config.listener_filters_timeout) listener->inspect_timeout = *config.listener_filters_timeout;
  for (const auto& log : config.access_log)
    listener->access_logs.push_back(TRY(make_access_log(log)));
  for (std::size_t i = 0; i < config.filter_chains.size(); ++i) {
    listener->chains.push_back(TRY(compile_chain(config.filter_chains[i], transports[i])));
  }
  if (config.default_filter_chain) {
    listener->fallback = TRY(compile_chain(*config.default_filter_chain, transports.back()));
  }
  listener->matcher = TRY(FilterChainMatcher::compile(config.filter_chains));
  return ListenerConfigPtr(std::move(listener));
}

}  // namespace lab::proxy
