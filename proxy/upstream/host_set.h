#pragma once

#include <cstdint>
#include <vector>

#include "proxy/upstream/host.h"

namespace lab::proxy {

/// The hosts of one locality within one priority.
struct LocalityHosts {
  Locality locality;
  std::uint32_t weight =
      0;  ///< Share within the priority; 0 gets nothing under locality weighting.
  std::vector<HostPtr> hosts;
};

/// The hosts of one priority.
struct PriorityHosts {
  std::vector<LocalityHosts> localities;
  std::uint32_t overprovisioning_factor = 140;  ///< Percent.
};

/// One priority sorted by health: what balancers choose from.
struct HealthView {
  struct InLocality {
    std::uint32_t weight = 0;
    std::vector<HostPtr> all, healthy, degraded;
    std::size_t excluded = 0;
  };
  std::vector<HostPtr> all, healthy, degraded;
  std::size_t excluded = 0;
  std::uint32_t overprovisioning_factor = 140;
  std::vector<InLocality> localities;
};
HealthView sort_by_health(const PriorityHosts& hosts);

/// How load spreads over priorities.
struct PriorityLoad {
  std::vector<std::uint32_t> healthy;  ///< Percent for the healthy hosts of each priority.
  std::vector<std::uint32_t>
      degraded;  ///< The same for degraded hosts; all together are 100 (or 0 without hosts).
  std::vector<bool> panic;  ///< In panic all hosts are used, whatever their health.
};

/// Envoy's rule: a priority can take overprovisioning_factor times its healthy share (at most all);
/// what is left goes to the next one, then to degraded hosts in the same order. A priority with
/// less than `panic_threshold_percent` healthy hosts is in panic when the priorities together can't
/// take everything; when all are, they get load by their number of hosts. A threshold of 0 switches
/// panic off: without an available host, none is used.
PriorityLoad spread_load(const std::vector<HealthView>& priorities, double panic_threshold_percent);

/// Which priority and which of its hosts a `draw` from 0 to 99 falls into.
struct PriorityChoice {
  std::size_t priority = 0;
  bool degraded = false;
};
PriorityChoice choose_priority(const PriorityLoad& load, std::uint64_t draw);

}  // namespace lab::proxy
