#include "proxy/upstream/host_set.h"

#include <algorithm>
#include <numeric>

namespace lab::proxy {
namespace {

/// Envoy's integer arithmetic: percent of the priority's hosts times the factor, at most 100.
std::uint32_t availability(std::size_t available, const HealthView& view) {
  const std::size_t counted = view.all.size() - view.excluded;
  if (counted == 0) return 0;
  const std::size_t percent = view.overprovisioning_factor * available / counted;
  return static_cast<std::uint32_t>(std::min<std::size_t>(100, percent));
}

bool below_threshold(const HealthView& view, double threshold_percent) {
  const std::size_t counted = view.all.size() - view.excluded;
  const double healthy_percent =
      counted == 0 ? 0
                   : 100.0 * static_cast<double>(view.healthy.size() + view.degraded.size()) /
                         static_cast<double>(counted);
  return healthy_percent < threshold_percent;
}

/// Gives each its part of `left`, the first ones first; returns what nobody could take.
std::uint32_t hand_out(const std::vector<std::uint32_t>& available, std::uint32_t total_available,
                       std::uint32_t left, std::vector<std::uint32_t>& load) {
  for (std::size_t i = 0; i < available.size(); ++i) {
    load[i] = std::min(left, available[i] * 100 / total_available);
    left -= load[i];
  }
  return left;
}

/// Rounding leaves a few percent over; they go to the first that takes load at all.
void give_rest(std::uint32_t rest, PriorityLoad& load) {
  if (rest == 0) return;
  for (auto* part : {&load.healthy, &load.degraded}) {
    for (std::uint32_t& share : *part) {
      if (share == 0) continue;
      share += rest;
      return;
    }
  }
}

PriorityLoad total_panic(const std::vector<HealthView>& priorities) {
  PriorityLoad load;
  load.healthy.resize(priorities.size());
  load.degraded.resize(priorities.size());
  load.panic.assign(priorities.size(), true);
  std::size_t hosts = 0;
  for (const HealthView& view : priorities) hosts += view.all.size();
  if (hosts == 0) return load;
  std::uint32_t left = 100;
  for (std::size_t i = 0; i < priorities.size(); ++i) {
    load.healthy[i] = static_cast<std::uint32_t>(100 * priorities[i].all.size() / hosts);
    left -= load.healthy[i];
  }
  give_rest(left, load);
  return load;
}

}  // namespace

HealthView sort_by_health(const PriorityHosts& hosts) {
  HealthView view;
  view.overprovisioning_factor = hosts.overprovisioning_factor;
  for (const LocalityHosts& locality : hosts.localities) {
    HealthView::InLocality sorted{locality.weight, locality.hosts, {}, {}, 0};
    for (const HostPtr& host : locality.hosts) {
      view.all.push_back(host);
      const HostHealth health = host->health();
      if (host->excluded()) {
        ++view.excluded;
        ++sorted.excluded;
      }
      if (health == HostHealth::unhealthy || host->has(HealthFlag::pending_active_hc)) continue;
      const bool healthy = health == HostHealth::healthy;
      (healthy ? view.healthy : view.degraded).push_back(host);
      (healthy ? sorted.healthy : sorted.degraded).push_back(host);
    }
    view.localities.push_back(std::move(sorted));
  }
  return view;
}

PriorityLoad spread_load(const std::vector<HealthView>& priorities,
                         double panic_threshold_percent) {
  std::vector<std::uint32_t> healthy, degraded;
  for (const HealthView& view : priorities) {
    healthy.push_back(availability(view.healthy.size(), view));
    degraded.push_back(availability(view.degraded.size(), view));
  }
  const auto sum = std::accumulate(healthy.begin(), healthy.end(), 0u) +
                   std::accumulate(degraded.begin(), degraded.end(), 0u);
  const std::uint32_t total = std::min(100u, sum);
  PriorityLoad load;
  load.healthy.resize(priorities.size());
  load.degraded.resize(priorities.size());
  for (const HealthView& view : priorities)
    load.panic.push_back(total < 100 && below_threshold(view, panic_threshold_percent));
  const bool all_in_panic =
      std::all_of(load.panic.begin(), load.panic.end(), [](bool panic) { return panic; });
  if (all_in_panic && !priorities.empty()) return total_panic(priorities);
  if (total == 0) {
    // Panic is switched off and no host is good: the choice then finds none.
    if (!priorities.empty()) load.healthy[0] = 100;
    return load;
  }
  std::uint32_t left = hand_out(healthy, total, 100, load.healthy);
  left = hand_out(degraded, total, left, load.degraded);
  give_rest(left, load);
  return load;
}

PriorityChoice choose_priority(const PriorityLoad& load, std::uint64_t draw) {
  std::uint64_t seen = 0;
  const std::uint64_t wanted = draw % 100 + 1;
  for (std::size_t i = 0; i < load.healthy.size(); ++i) {
    seen += load.healthy[i];
    if (wanted <= seen) return {i, false};
  }
  for (std::size_t i = 0; i < load.degraded.size(); ++i) {
    seen += load.degraded[i];
    if (wanted <= seen) return {i, true};
  }
  return {};
}

}  // namespace lab::proxy
