#include "proxy/upstream/host.h"

#include <algorithm>

namespace lab::proxy {
namespace {

constexpr HealthFlag kPrinted[] = {HealthFlag::failed_active_hc,
                                   HealthFlag::failed_outlier_check,
                                   HealthFlag::failed_eds_health,
                                   HealthFlag::degraded_active_hc,
                                   HealthFlag::degraded_eds_health,
                                   HealthFlag::degraded_outlier_detection,
                                   HealthFlag::pending_dynamic_removal,
                                   HealthFlag::pending_active_hc,
                                   HealthFlag::excluded_via_immediate_hc_fail,
                                   HealthFlag::active_hc_timeout,
                                   HealthFlag::eds_status_draining};

constexpr HealthFlag kOfEds[] = {HealthFlag::failed_eds_health, HealthFlag::degraded_eds_health,
                                 HealthFlag::eds_status_draining};

}  // namespace

std::string_view health_flag_text(HealthFlag flag) {
  switch (flag) {
    case HealthFlag::failed_active_hc:
      return "failed_active_hc";
    case HealthFlag::failed_outlier_check:
      return "failed_outlier_check";
    case HealthFlag::failed_eds_health:
      return "failed_eds_health";
    case HealthFlag::degraded_active_hc:
      return "degraded_active_hc";
    case HealthFlag::degraded_eds_health:
      return "degraded_eds_health";
    case HealthFlag::degraded_outlier_detection:
      return "degraded_outlier_detection";
    case HealthFlag::pending_dynamic_removal:
      return "pending_dynamic_removal";
    case HealthFlag::pending_active_hc:
      return "pending_active_hc";
    case HealthFlag::excluded_via_immediate_hc_fail:
      return "excluded_via_immediate_hc_fail";
    case HealthFlag::active_hc_timeout:
      return "active_hc_timeout";
    case HealthFlag::eds_status_draining:
      return "eds_status_draining";
  }
  return "";
}

Host::Host(HostDescription description) : description_(std::move(description)) {
  for (const HealthFlag flag : description_.initial_flags) set(flag);
}

void Host::update(HostDescription description) {
  for (const HealthFlag flag : kOfEds) set(flag, false);
  description_ = std::move(description);
  for (const HealthFlag flag : description_.initial_flags) set(flag);
}

HostHealth Host::health() const {
  using F = HealthFlag;
  if (has(F::failed_active_hc) || has(F::failed_outlier_check) || has(F::failed_eds_health) ||
      has(F::eds_status_draining)) {
    return HostHealth::unhealthy;
  }
  if (has(F::degraded_active_hc) || has(F::degraded_eds_health) ||
      has(F::degraded_outlier_detection)) {
    return HostHealth::degraded;
  }
  return HostHealth::healthy;
}

std::string Host::health_text() const {
  std::string result;
  for (const HealthFlag flag : kPrinted) {
    if (has(flag)) result += "/" + std::string(health_flag_text(flag));
  }
  return result.empty() ? "healthy" : result;
}

}  // namespace lab::proxy
