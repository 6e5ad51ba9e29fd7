#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proxy/observe/stats.h"

namespace lab::proxy {

/// One thing that a cluster may only have so many of at a time, with Envoy's gauges for it.
class Resource {
 public:
  Resource(std::uint64_t limit, Gauge& open, Gauge* remaining)
      : limit_(limit), open_(open), remaining_(remaining) {
    publish();
  }
  bool available() const { return count_ < limit_; }
  void take() {
    ++count_;
    publish();
  }
  void give() {
    --count_;
    publish();
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t limit() const { return limit_; }

 private:
  void publish() {
    const bool open = count_ >= limit_;
    if (open != was_open_) open_.set(open ? 1 : 0);
    was_open_ = open;
    if (remaining_ != nullptr)
      remaining_->set(open ? 0 : static_cast<std::int64_t>(limit_ - count_));
  }
  std::uint64_t limit_;
  std::uint64_t count_ = 0;
  bool was_open_ = false;
  Gauge& open_;
  Gauge* remaining_;
};

/// Limits of one cluster and priority. Source: Envoy's
/// config.cluster.v3.CircuitBreakers.Thresholds.
struct CircuitBreakerLimits {
  std::uint64_t connections = 1024, pending_requests = 1024, requests = 1024, retries = 3;
  bool track_remaining = false;
  /// Retries may be this share of active requests, but at least `budget_min_retries`; then
  /// `retries` doesn't count.
  std::optional<double> budget_percent;
  std::uint64_t budget_min_retries = 3;
};

class CircuitBreaker {
 public:
  /// `scope` is "cluster.NAME.circuit_breakers.default." or ".high.".
  CircuitBreaker(const CircuitBreakerLimits& limits, const StatsScope& scope)
      : connections(limits.connections, scope.gauge("cx_open"),
                    remaining(limits, scope, "remaining_cx")),
        pending(limits.pending_requests, scope.gauge("rq_pending_open"),
                remaining(limits, scope, "remaining_pending")),
        requests(limits.requests, scope.gauge("rq_open"), remaining(limits, scope, "remaining_rq")),
        retries(limits.retries, scope.gauge("rq_retry_open"),
                remaining(limits, scope, "remaining_retries")),
        limits_(limits) {}

  /// Whether one more retry may begin now.
  bool may_retry() const {
    if (!limits_.budget_percent) return retries.available();
    const double share =
        *limits_.budget_percent / 100 * static_cast<double>(requests.count() + pending.count());
    return retries.count() < limits_.budget_min_retries ||
           static_cast<double>(retries.count()) < share;
  }

  Resource connections, pending, requests, retries;

 private:
  static Gauge* remaining(const CircuitBreakerLimits& limits, const StatsScope& scope,
                          const char* name) {
    return limits.track_remaining ? &scope.gauge(name) : nullptr;
  }
  CircuitBreakerLimits limits_;
};

}  // namespace lab::proxy
