#include "proxy/upstream/outlier.h"

#include <algorithm>
#include <cmath>

namespace lab::proxy {
namespace {

using std::chrono::seconds;

}  // namespace

HostOutcome outcome_of_status(unsigned status) {
  if (status >= 502 && status <= 504) return HostOutcome::gateway_error;
  return status >= 500 ? HostOutcome::server_error : HostOutcome::success;
}

OutlierDetector::OutlierDetector(const config::OutlierDetection& config, const StatsScope& scope)
    : config_(config),
      base_time_(config.base_ejection_time.value_or(seconds(30))),
      max_time_(config.max_ejection_time.value_or(
          std::max<std::chrono::nanoseconds>(seconds(300), base_time_))),
      old_5xx_(scope.counter("outlier_detection.ejections_consecutive_5xx")),
      old_success_rate_(scope.counter("outlier_detection.ejections_success_rate")),
      ejections_total_(scope.counter("outlier_detection.ejections_total")),
      ejections_overflow_(scope.counter("outlier_detection.ejections_overflow")),
      enforced_total_(scope.counter("outlier_detection.ejections_enforced_total")),
      ejections_active_(scope.gauge("outlier_detection.ejections_active")) {
  scope.counter("outlier_detection.ejections_detected_degradation");  // Shown by Envoy, too.
  constexpr std::string_view kNames[] = {"consecutive_5xx",
                                         "consecutive_gateway_failure",
                                         "consecutive_local_origin_failure",
                                         "success_rate",
                                         "local_origin_success_rate",
                                         "failure_percentage",
                                         "local_origin_failure_percentage"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    const std::string name(kNames[i]);
    stats_[i] = {&scope.counter("outlier_detection.ejections_detected_" + name),
                 &scope.counter("outlier_detection.ejections_enforced_" + name)};
  }
}

std::chrono::nanoseconds OutlierDetector::interval() const {
  return config_.interval.value_or(seconds(10));
}

std::uint32_t OutlierDetector::enforcing(Kind kind) const {
  switch (kind) {
    case Kind::consecutive_5xx:
      return config_.enforcing_consecutive_5xx.value_or(100);
    case Kind::consecutive_gateway_failure:
      return config_.enforcing_consecutive_gateway_failure.value_or(0);
    case Kind::consecutive_local_origin_failure:
      return config_.enforcing_consecutive_local_origin_failure.value_or(100);
    case Kind::success_rate:
      return config_.enforcing_success_rate.value_or(100);
    case Kind::local_origin_success_rate:
      return config_.enforcing_local_origin_success_rate.value_or(100);
    case Kind::failure_percentage:
      return config_.enforcing_failure_percentage.value_or(0);
    case Kind::local_origin_failure_percentage:
      return config_.enforcing_failure_percentage_local_origin.value_or(0);
  }
  return 0;
}

bool OutlierDetector::eject(Host& host, Kind kind, std::size_t hosts, TimePoint now,
                            std::uint64_t random) {
  const auto active = ejections_active_.value();
  const double percent = 100.0 * static_cast<double>(active + 1) / static_cast<double>(hosts);
  const auto most = std::min<std::uint32_t>(100, config_.max_ejection_percent.value_or(10));
  const bool first = active == 0 && config_.always_eject_one_host.value_or(false);
  if (percent > most && !first) {
    ejections_overflow_.add();
    return false;
  }
  if (kind == Kind::consecutive_5xx || kind == Kind::success_rate) ejections_total_.add();
  if (random % 100 >= enforcing(kind)) return false;
  ejections_active_.add();
  enforced_total_.add();
  stats_[static_cast<std::size_t>(kind)].enforced->add();
  host.set(HealthFlag::failed_outlier_check);
  OutlierState& state = host.outlier;
  state.ejected_at = now;
  // Each ejection in a row lasts longer, up to the maximum.
  if (base_time_ * state.ejections < max_time_ + base_time_) ++state.ejections;
  const auto jitter = config_.max_ejection_time_jitter.value_or(std::chrono::nanoseconds(0));
  state.jitter =
      jitter.count() > 0
          ? std::chrono::nanoseconds(random % static_cast<std::uint64_t>(jitter.count() + 1))
          : std::chrono::nanoseconds(0);
  return true;
}

void OutlierDetector::uneject(Host& host) {
  host.set(HealthFlag::failed_outlier_check, false);
  ejections_active_.sub();
  OutlierState& state = host.outlier;
  // A counter that was near its limit must not eject again at the first new error.
  state.consecutive_5xx = state.consecutive_gateway_failure = 0;
  state.consecutive_local_origin_failure = 0;
  state.ejected_at.reset();
}

bool OutlierDetector::count(Host& host, std::uint32_t& consecutive, std::uint32_t limit, Kind kind,
                            std::size_t hosts, TimePoint now, std::uint64_t random) {
  if (++consecutive < limit || host.has(HealthFlag::failed_outlier_check)) return false;
  consecutive = 0;
  if (kind == Kind::consecutive_5xx) old_5xx_.add();
  stats_[static_cast<std::size_t>(kind)].detected->add();
  return eject(host, kind, hosts, now, random);
}

bool OutlierDetector::report_external(Host& host, HostOutcome outcome, std::size_t hosts,
                                      TimePoint now, std::uint64_t random) {
  OutlierState& state = host.outlier;
  ++state.external_total;
  if (outcome == HostOutcome::success) {
    ++state.external_success;
    state.consecutive_5xx = state.consecutive_gateway_failure = 0;
    return false;
  }
  bool ejected = false;
  if (outcome == HostOutcome::server_error) {
    state.consecutive_gateway_failure = 0;
  } else {
    ejected = count(host, state.consecutive_gateway_failure,
                    config_.consecutive_gateway_failure.value_or(5),
                    Kind::consecutive_gateway_failure, hosts, now, random);
  }
  return count(host, state.consecutive_5xx, config_.consecutive_5xx.value_or(5),
               Kind::consecutive_5xx, hosts, now, random) ||
         ejected;
}

bool OutlierDetector::report_local(Host& host, bool success, std::size_t hosts, TimePoint now,
                                   std::uint64_t random) {
  OutlierState& state = host.outlier;
  ++state.local_total;
  if (success) {
    ++state.local_success;
    state.consecutive_local_origin_failure = 0;
    return false;
  }
  return count(host, state.consecutive_local_origin_failure,
               config_.consecutive_local_origin_failure.value_or(5),
               Kind::consecutive_local_origin_failure, hosts, now, random);
}

bool OutlierDetector::report(Host& host, HostOutcome outcome, std::size_t hosts, TimePoint now,
                             std::uint64_t random) {
  const bool local =
      outcome == HostOutcome::connect_failure || outcome == HostOutcome::connect_timeout ||
      outcome == HostOutcome::request_timeout || outcome == HostOutcome::connect_success ||
      outcome == HostOutcome::connect_success_final;
  if (!local) return report_external(host, outcome, hosts, now, random);
  const bool final = outcome == HostOutcome::connect_success_final;
  const bool success = final || outcome == HostOutcome::connect_success;
  if (config_.split_external_local_origin_errors) {
    return report_local(host, success, hosts, now, random);
  }
  // Not split: what failed here counts as the gateway error that the client sees; a mere connection
  // says nothing, unless it is all there will be.
  if (final) return report_external(host, HostOutcome::success, hosts, now, random);
  if (success) return false;
  return report_external(host, HostOutcome::gateway_error, hosts, now, random);
}

bool OutlierDetector::is_due(const Host& host, TimePoint now) const {
  const OutlierState& state = host.outlier;
  if (!host.has(HealthFlag::failed_outlier_check) || !state.ejected_at) return false;
  const auto time = std::min(base_time_ * state.ejections, max_time_) + state.jitter;
  return now - *state.ejected_at >= time;
}

/// Success rates and failure percentages of one origin over the last interval.
bool OutlierDetector::judge_rates(const std::vector<HostPtr>& hosts, bool external, TimePoint now,
                                  std::uint64_t random) {
  const auto total = external ? &OutlierState::external_total : &OutlierState::local_total;
  const auto success = external ? &OutlierState::external_success : &OutlierState::local_success;
  const auto rate_member =
      external ? &OutlierState::external_success_rate : &OutlierState::local_success_rate;
  Averages& averages = external ? external_ : local_;
  averages = {};
  const auto volume = std::min(config_.success_rate_request_volume.value_or(100),
                               config_.failure_percentage_request_volume.value_or(50));
  std::vector<std::pair<Host*, double>> for_rate, for_percentage;
  double sum = 0;
  for (const HostPtr& host : hosts) {
    OutlierState& state = host->outlier;
    state.*rate_member = -1;
    if (state.*total < volume || state.*total == 0 || host->has(HealthFlag::failed_outlier_check))
      continue;
    const double rate =
        100.0 * static_cast<double>(state.*success) / static_cast<double>(state.*total);
    if (state.*total >= config_.success_rate_request_volume.value_or(100)) {
      state.*rate_member = rate;
      for_rate.emplace_back(host.get(), rate);
      sum += rate;
    }
    if (state.*total >= config_.failure_percentage_request_volume.value_or(50)) {
      for_percentage.emplace_back(host.get(), 100 - rate);
    }
  }
  bool changed = false;
  const auto judge = [&](Host& host, Kind kind) {
    stats_[static_cast<std::size_t>(kind)].detected->add();
    if (kind == Kind::success_rate) old_success_rate_.add();
    changed = eject(host, kind, hosts.size(), now, random) || changed;
  };
  if (!for_rate.empty() && for_rate.size() >= config_.success_rate_minimum_hosts.value_or(5)) {
    const auto number = static_cast<double>(for_rate.size());
    averages.average = sum / number;
    double variance = 0;
    for (const auto& [host, rate] : for_rate) variance += std::pow(rate - averages.average, 2);
    const double factor = config_.success_rate_stdev_factor.value_or(1900) / 1000.0;
    averages.threshold = averages.average - factor * std::sqrt(variance / number);
    const Kind kind = external ? Kind::success_rate : Kind::local_origin_success_rate;
    for (const auto& [host, rate] : for_rate) {
      if (rate < averages.threshold) judge(*host, kind);
    }
  }
  const auto least_hosts = config_.failure_percentage_minimum_hosts.value_or(5);
  if (!for_percentage.empty() && for_percentage.size() >= least_hosts) {
    const double limit = config_.failure_percentage_threshold.value_or(85);
    const Kind kind = external ? Kind::failure_percentage : Kind::local_origin_failure_percentage;
    for (const auto& [host, percentage] : for_percentage) {
      if (percentage >= limit && !host->has(HealthFlag::failed_outlier_check)) judge(*host, kind);
    }
  }
  return changed;
}

bool OutlierDetector::on_interval(const std::vector<HostPtr>& hosts, TimePoint now,
                                  std::uint64_t random) {
  bool changed = false;
  for (const HostPtr& host : hosts) {
    if (is_due(*host, now)) {
      uneject(*host);
      changed = true;
    } else if (!host->has(HealthFlag::failed_outlier_check) && host->outlier.ejections > 0) {
      // A quiet interval makes the next ejection shorter again.
      --host->outlier.ejections;
    }
  }
  changed = judge_rates(hosts, true, now, random) || changed;
  if (config_.split_external_local_origin_errors) {
    changed = judge_rates(hosts, false, now, random) || changed;
  }
  for (const HostPtr& host : hosts) {
    OutlierState& state = host->outlier;
    state.external_total = state.external_success = state.local_total = state.local_success = 0;
  }
  return changed;
}

bool OutlierDetector::on_check_success(Host& host) {
  if (!config_.successful_active_health_check_uneject_host.value_or(true)) return false;
  if (!host.has(HealthFlag::failed_outlier_check) || host.has(HealthFlag::failed_active_hc))
    return false;
  uneject(host);
  return true;
}

void OutlierDetector::forget(const Host& host) {
  if (host.has(HealthFlag::failed_outlier_check)) ejections_active_.sub();
}

}  // namespace lab::proxy
