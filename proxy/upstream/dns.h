#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mesh/config/cluster.h"
#include "proxy/net/loop.h"
#include "proxy/observe/stats.h"
#include "proxy/upstream/endpoints.h"

namespace lab::proxy {

/// Keeps the endpoints of a STRICT_DNS or LOGICAL_DNS cluster in step with DNS, as long as it
/// lives.
class DnsResolution {
 public:
  using Changed = std::function<void(EndpointSetPtr)>;
  virtual ~DnsResolution() = default;
  /// Counts update_attempt, update_success and update_failure in `scope`. Fails with Errc::config
  /// for a cluster whose endpoints can't be asked for.
  static Result<std::unique_ptr<DnsResolution>> start(Loop& loop, const config::Cluster& cluster,
                                                      const StatsScope& scope, Changed changed);
};

}  // namespace lab::proxy
