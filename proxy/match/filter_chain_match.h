#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesh/config/listener.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// Finds the filter chain of a connection. One criterion after the other is decided by its most
/// specific value, without coming back to an earlier one: destination port, destination address
/// (longest prefix), server name (exact, then longest
/// "*.suffix", then any), transport protocol, application protocols, directly connected source
/// address, source type, source address, source port. Source:
/// envoy.config.listener.v3.FilterChainMatch.
class FilterChainMatcher {
 public:
  /// Fails with Errc::config when two chains have the same criteria, or one can't be read.
  static Result<FilterChainMatcher> compile(const std::vector<config::FilterChain>& chains);

  /// The index of the chain; nothing when none fits (then default_filter_chain takes the
  /// connection, or it is closed).
  std::optional<std::size_t> find(const ConnectionInfo& connection) const;

 private:
  struct Level;
  std::shared_ptr<const Level> root_;
};

/// True when `predicate` (a listener filter's filter_disabled) holds for a connection to this port.
bool listener_filter_disabled(const config::ListenerFilterChainMatchPredicate& predicate,
                              std::uint16_t destination_port);

}  // namespace lab::proxy
