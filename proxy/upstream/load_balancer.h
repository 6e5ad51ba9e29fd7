#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "mesh/config/cluster.h"
#include "proxy/upstream/host_set.h"

namespace lab::proxy {

/// What a request brings to the choice of its host.
struct LoadBalancerContext {
  std::optional<std::uint64_t>
      hash;  ///< Of the hash policies; none: hashing balancers draw by random.
  /// For ORIGINAL_DST: ConnectionInfo::original_destination().
  std::optional<IpPort> original_destination;
  std::vector<const Host*>
      avoid;  ///< Hosts of earlier attempts (retry_host_predicate previous_hosts).
  std::uint32_t avoid_attempts = 0;  ///< How often to draw again when an avoided host comes up.
};

/// Chooses hosts of one cluster in one worker.
class LoadBalancer {
 public:
  virtual ~LoadBalancer() = default;
  /// The hosts changed, or their health did. `priorities` lives until the next update.
  virtual void update(const std::vector<PriorityHosts>& priorities) = 0;
  /// Null when there is no host to be used.
  virtual HostPtr choose(const LoadBalancerContext& context) = 0;
};

/// By lb_policy and the settings beside it; `seed` begins the random numbers.
std::unique_ptr<LoadBalancer> make_load_balancer(const config::Cluster& cluster,
                                                 std::uint64_t seed);

}  // namespace lab::proxy
