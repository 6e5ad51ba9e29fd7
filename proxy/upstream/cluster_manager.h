#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "proxy/upstream/cluster.h"

namespace lab::proxy {

/// The clusters of one worker, by name.
class ClusterManager {
 public:
  ClusterManager(Loop& loop, StatsStore& stats, std::uint64_t seed)
      : loop_(loop), stats_(stats), seed_(seed) {}
  ~ClusterManager();

  /// Null when there is none of that name. Requests keep what they got: a cluster that is replaced
  /// or removed serves them to their end.
  ClusterPtr find(std::string_view name) const;
  void set(ClusterConfigPtr config);
  void remove(const std::string& name);
  void clear();
  void set_endpoints(const std::string& name, const EndpointSet& endpoints);
  /// False until each host of each cluster was checked once, where health checks are configured.
  bool settled() const;
  using Clusters = std::map<std::string, ClusterPtr, std::less<>>;
  const Clusters& all() const { return clusters_; }

 private:
  Loop& loop_;
  StatsStore& stats_;
  std::uint64_t seed_;
  Clusters clusters_;
};

}  // namespace lab::proxy
