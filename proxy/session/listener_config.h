#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesh/config/listener.h"
#include "proxy/match/filter_chain_match.h"
#include "proxy/session/hcm_config.h"
#include "proxy/session/tcp_session.h"
#include "proxy/upstream/tls_slot.h"

namespace lab::proxy {

/// A filter chain's configuration, compiled once and shared by all workers.
struct ChainConfig {
  const config::FilterChain* config = nullptr;
  TlsSlotPtr tls;    ///< Null: cleartext.
  HcmConfigPtr hcm;  ///< One of the two is set, or none: the connection is closed.
  TcpProxyConfigPtr tcp;
  std::vector<const config::Filter*> filters;  ///< Before the terminal one; sni_cluster left out.
};

/// A listener's configuration, compiled once and shared by all workers.
struct ListenerConfig {
  config::Listener config;
  Address address;
  std::vector<Address> more_addresses;
  std::vector<ChainConfig> chains;      ///< In the order of filter_chains.
  std::optional<ChainConfig> fallback;  ///< default_filter_chain.
  FilterChainMatcher matcher;
  std::vector<AccessLogPtr> access_logs;
  std::size_t buffer_bytes = 1024 * 1024;
  Duration inspect_timeout = std::chrono::seconds(15);  ///< 0: none.

  bool binds() const { return config.bind_to_port.value_or(true); }
  /// Names of the route configurations that come by RDS.
  std::vector<std::string> route_names() const;
};
using ListenerConfigPtr = std::shared_ptr<const ListenerConfig>;

/// TLS of a listener's chains as the discovery bound it, in the order of filter_chains, the default
/// chain last.
using ChainTransports = std::vector<TlsSlotPtr>;

/// Fails with Errc::config for what can't be used.
Result<ListenerConfigPtr> compile_listener(config::Listener config,
                                           const ChainTransports& transports);

}  // namespace lab::proxy
