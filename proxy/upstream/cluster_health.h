#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "proxy/upstream/health_probe.h"
#include "proxy/upstream/outlier.h"

namespace lab::proxy {

class Cluster;

/// Keeps the health of a cluster's hosts: asks them (active health checks) and watches how their
/// requests end (outlier detection). Both state machines are elsewhere (health_check.h, outlier.h);
/// here are their timers and sockets.
class ClusterHealth {
 public:
  ClusterHealth(Cluster& cluster, const StatsScope& scope, std::uint64_t seed);
  ~ClusterHealth();

  /// The cluster has other hosts: new ones are checked before they count, old ones forgotten.
  void hosts_changed(const std::map<std::string, HostPtr>& hosts);
  void report(Host& host, HostOutcome outcome);
  /// The host said so itself in answer to a request: it fails until a check succeeds.
  void immediate_failure(Host& host);
  /// The cluster is replaced or removed: nothing more is asked.
  void stop();
  /// How often this object holds a host's pointer.
  long references(const Host& host) const { return 1 + (watchers_.count(&host) > 0 ? 1 : 0); }
  /// True when each host that is checked has answered (or failed to) once.
  bool settled() const;
  const OutlierDetector* outlier() const { return outlier_ ? &*outlier_ : nullptr; }

 private:
  class Watcher;
  struct CheckStats {
    explicit CheckStats(const StatsScope& scope);
    Counter &attempt, &success, &failure, &passive_failure, &network_failure, &verify_cluster;
    Gauge &healthy, &degraded;
  };
  void on_interval();
  void on_result(Host& host, HealthCheckState::Result result, bool changed);
  void publish();
  /// Sorts by health again; a host that failed loses its idle connections at the end of the turn.
  void health_changed(Host& host);
  void drop_connections();

  Cluster& cluster_;
  const config::HealthCheck* check_ = nullptr;  ///< Of the cluster's configuration; may be null.
  std::optional<CheckStats> stats_;
  std::mt19937_64 random_;
  std::optional<OutlierDetector> outlier_;
  Timer interval_, drop_;
  std::map<const Host*, std::unique_ptr<Watcher>> watchers_;
  std::vector<HostPtr> hosts_;
  std::vector<Host*> failed_;  ///< Since the turn began.
};

}  // namespace lab::proxy
