#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "mesh/config/cluster.h"
#include "proxy/upstream/host.h"

namespace lab::proxy {

/// How one request or connection to a host ended, as outlier detection sees it.
enum class HostOutcome : std::uint8_t {
  success,          ///< A response below 500.
  server_error,     ///< A response of 5xx other than 502, 503, 504.
  gateway_error,    ///< 502, 503, 504 from the host.
  connect_failure,  ///< Locally originated: connection refused, reset, timed out.
  connect_timeout,
  request_timeout,        ///< Locally originated: no response in time.
  connect_success,        ///< Locally originated: the connection stands, an answer will tell more.
  connect_success_final,  ///< The same, and nothing more will be told (TCP).
};
/// The outcome of a response with this status.
HostOutcome outcome_of_status(unsigned status);

/// Ejects hosts that fail, brings them back after a time. A state machine without timers: the
/// caller asks interval() every `interval()` and tells outcomes; it must sort hosts by health anew
/// when a call returns true. Source: Envoy's "Outlier detection" and
/// config.cluster.v3.OutlierDetection.
class OutlierDetector {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// `scope` is "cluster.NAME.".
  OutlierDetector(const config::OutlierDetection& config, const StatsScope& scope);

  std::chrono::nanoseconds interval() const;
  /// True when it ejected the host. `hosts` counts the cluster's; `random` (0..99 decides) enforces
  /// by percentage.
  bool report(Host& host, HostOutcome outcome, std::size_t hosts, TimePoint now,
              std::uint64_t random);
  /// The regular work: hosts come back, success rates and failure percentages are judged. True when
  /// any health changed.
  bool on_interval(const std::vector<HostPtr>& hosts, TimePoint now, std::uint64_t random);
  /// A successful active check brings a host back at once, unless configured otherwise. True when
  /// it did.
  bool on_check_success(Host& host);
  /// A host is removed from the cluster.
  void forget(const Host& host);

  /// For /clusters.
  struct Averages {
    double average = -1, threshold = -1;
  };
  const Averages& external_averages() const { return external_; }
  const Averages& local_averages() const { return local_; }

 private:
  enum class Kind : std::uint8_t {
    consecutive_5xx,
    consecutive_gateway_failure,
    consecutive_local_origin_failure,
    success_rate,
    local_origin_success_rate,
    failure_percentage,
    local_origin_failure_percentage,
  };
  struct KindStats {
    Counter *detected, *enforced;
  };
  bool eject(Host& host, Kind kind, std::size_t hosts, TimePoint now, std::uint64_t random);
  void uneject(Host& host);
  bool count(Host& host, std::uint32_t& consecutive, std::uint32_t limit, Kind kind,
             std::size_t hosts, TimePoint now, std::uint64_t random);
  bool report_external(Host& host, HostOutcome outcome, std::size_t hosts, TimePoint now,
                       std::uint64_t random);
  bool report_local(Host& host, bool success, std::size_t hosts, TimePoint now,
                    std::uint64_t random);
  bool judge_rates(const std::vector<HostPtr>& hosts, bool external, TimePoint now,
                   std::uint64_t random);
  std::uint32_t enforcing(Kind kind) const;
  bool is_due(const Host& host, TimePoint now) const;

  config::OutlierDetection config_;
  std::chrono::nanoseconds base_time_, max_time_;
  KindStats stats_[7];
  Counter &old_5xx_, &old_success_rate_;  ///< Envoy's older names of two "detected" counters.
  Counter &ejections_total_, &ejections_overflow_, &enforced_total_;
  Gauge& ejections_active_;
  Averages external_, local_;
};

}  // namespace lab::proxy
