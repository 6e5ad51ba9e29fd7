#pragma once

#include <memory>
#include <string>

#include "mesh/config/listener.h"
#include "proxy/observe/stats.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// A network filter that stands before the terminal one and may refuse a connection, in one worker.
class NetworkFilter {
 public:
  virtual ~NetworkFilter() = default;
  /// Called once, when the transport stands (TLS included). False closes the connection; `why` then
  /// gets the words of %CONNECTION_TERMINATION_DETAILS%.
  virtual bool accept(const StreamInfo& info, std::string& why) = 0;
};

/// Makes a filter that is neither terminal nor sni_cluster. Fails with Errc::config for what can't
/// be used.
Result<std::unique_ptr<NetworkFilter>> make_network_filter(const config::Filter& filter,
                                                           StatsStore& stats);

}  // namespace lab::proxy
