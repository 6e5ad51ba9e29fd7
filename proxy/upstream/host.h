#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/value.h"
#include "mesh/config/core.h"
#include "proxy/observe/stats.h"

namespace lab::proxy {

/// Where an endpoint runs; empty parts are unknown.
struct Locality {
  std::string region, zone, sub_zone;
  friend auto operator<=>(const Locality&, const Locality&) = default;
};

/// Reasons not to send to a host; a set of them is a host's state. Texts are Envoy's in /clusters.
enum class HealthFlag : std::uint8_t {
  failed_active_hc,
  failed_outlier_check,
  failed_eds_health,
  degraded_active_hc,
  degraded_eds_health,
  degraded_outlier_detection,
  pending_dynamic_removal,
  pending_active_hc,
  excluded_via_immediate_hc_fail,
  active_hc_timeout,
  eds_status_draining,
};
std::string_view health_flag_text(HealthFlag flag);

enum class HostHealth : std::uint8_t { unhealthy, degraded, healthy };

/// What outlier detection remembers of one host; see outlier.h.
struct OutlierState {
  std::uint32_t consecutive_5xx = 0;
  std::uint32_t consecutive_gateway_failure = 0;
  std::uint32_t consecutive_local_origin_failure = 0;
  std::uint32_t ejections = 0;  ///< Grows with each ejection, falls with each quiet interval.
  std::optional<std::chrono::steady_clock::time_point> ejected_at;
  std::chrono::nanoseconds jitter{0};  ///< Added to the time of the present ejection.
  // Counts of the current interval, by origin.
  std::uint64_t external_total = 0, external_success = 0;
  std::uint64_t local_total = 0, local_success = 0;
  double external_success_rate = -1, local_success_rate = -1;  ///< Percent; -1: too few requests.
};

/// Where an endpoint's health is asked, when not at its own address.
struct HostHealthCheck {
  std::optional<IpPort> address;
  std::uint16_t port = 0;  ///< 0: the address's.
  std::string hostname;    ///< Host of an HTTP check; empty: what the check says.
  bool disabled = false;
};

/// What an endpoint is; given by configuration or DNS.
struct HostDescription {
  std::string address;       ///< "10.0.0.1:80", or a path.
  std::optional<IpPort> ip;  ///< Unset for a path.
  std::string hostname;      ///< May be empty.
  std::uint32_t weight = 1;
  Locality locality;
  std::uint32_t priority = 0;
  config::Metadata metadata;
  std::vector<HealthFlag> initial_flags;  ///< From EDS health_status.
  HostHealthCheck health_check;
};

/// One endpoint of a cluster, as one worker sees it. Pools hang on it, so it stays the same object
/// over updates that don't change its address.
class Host {
 public:
  explicit Host(HostDescription description);
  const HostDescription& description() const { return description_; }
  const std::string& address() const { return description_.address; }
  /// The hostname where there is one, else the address.
  const std::string& name() const {
    return description_.hostname.empty() ? description_.address : description_.hostname;
  }
  std::uint32_t weight() const { return description_.weight; }
  /// Takes over what may change while the host stays: weight, locality, priority, metadata, EDS
  /// health.
  void update(HostDescription description);

  bool has(HealthFlag flag) const { return (flags_ & bit(flag)) != 0; }
  void set(HealthFlag flag, bool on = true) {
    flags_ = on ? flags_ | bit(flag) : flags_ & ~bit(flag);
  }
  HostHealth health() const;
  /// Not counted at all: not yet checked, or taken out by its own word.
  bool excluded() const {
    return has(HealthFlag::pending_active_hc) || has(HealthFlag::excluded_via_immediate_hc_fail);
  }
  /// "healthy", or "/failed_active_hc/failed_outlier_check" as Envoy prints it.
  std::string health_text() const;

  Counter cx_connect_fail, cx_total, rq_error, rq_success, rq_timeout, rq_total;
  Gauge cx_active, rq_active;
  OutlierState outlier;

 private:
  static std::uint32_t bit(HealthFlag flag) { return 1u << static_cast<unsigned>(flag); }
  HostDescription description_;
  std::uint32_t flags_ = 0;
};
using HostPtr = std::shared_ptr<Host>;

}  // namespace lab::proxy
