#include "proxy/upstream/health_check.h"

#include <algorithm>

namespace lab::proxy {

using std::chrono::nanoseconds;

HealthCheckState::Transition HealthCheckState::succeed(Host& host, bool degraded) {
  Transition transition = Transition::unchanged;
  bad_ = 0;
  if (host.has(HealthFlag::failed_active_hc)) {
    if (first_ || ++good_ >= config_->healthy_threshold.value_or(1)) {
      host.set(HealthFlag::failed_active_hc, false);
      host.set(HealthFlag::active_hc_timeout, false);
      host.set(HealthFlag::excluded_via_immediate_hc_fail, false);
      transition = Transition::changed;
    } else {
      transition = Transition::pending;
    }
  }
  if (degraded == host.has(HealthFlag::degraded_active_hc)) return transition;
  host.set(HealthFlag::degraded_active_hc, degraded);
  return Transition::changed;
}

HealthCheckState::Transition HealthCheckState::fail(Host& host, Result result) {
  Transition transition = Transition::unchanged;
  good_ = 0;
  if (!host.has(HealthFlag::failed_active_hc)) {
    // A clear "no" counts at once; what may be the network's fault needs repetition.
    if (result == Result::failure || ++bad_ >= config_->unhealthy_threshold.value_or(1)) {
      host.set(HealthFlag::failed_active_hc);
      transition = Transition::changed;
    } else {
      transition = Transition::pending;
    }
  }
  if (host.has(HealthFlag::failed_active_hc))
    host.set(HealthFlag::active_hc_timeout, result == Result::timeout);
  return transition;
}

bool HealthCheckState::on_result(Host& host, Result result) {
  last_good_ = result == Result::success || result == Result::degraded;
  last_ = last_good_ ? succeed(host, result == Result::degraded) : fail(host, result);
  if (host.has(HealthFlag::pending_active_hc)) {
    host.set(HealthFlag::pending_active_hc, false);
    last_ = Transition::changed;
  }
  first_ = false;
  return last_ == Transition::changed;
}

nanoseconds HealthCheckState::timeout() const {
  return config_->timeout.value_or(std::chrono::seconds(1));
}

nanoseconds HealthCheckState::next_wait(bool traffic, std::uint64_t random) const {
  const bool edge = last_ == Transition::pending;
  const nanoseconds interval = config_->interval.value_or(std::chrono::seconds(1));
  nanoseconds wait = interval;
  if (!traffic) {
    wait = config_->no_traffic_interval.value_or(std::chrono::seconds(60));
    if (last_good_ && !edge) wait = config_->no_traffic_healthy_interval.value_or(wait);
  } else if (!last_good_) {
    wait = config_->unhealthy_interval.value_or(interval);
    if (edge) wait = config_->unhealthy_edge_interval.value_or(wait);
  } else if (edge) {
    wait = config_->healthy_edge_interval.value_or(interval);
  }
  const auto below = [random](nanoseconds most) {
    const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(1, most.count()));
    return nanoseconds(random % span);
  };
  if (config_->interval_jitter_percent > 0) {
    wait += below(wait * config_->interval_jitter_percent / 100);
  }
  if (config_->interval_jitter) wait += below(*config_->interval_jitter);
  return std::max<nanoseconds>(wait, std::chrono::milliseconds(1));
}

bool status_is_expected(const config::HttpHealthCheck& check, unsigned status) {
  if (check.expected_statuses.empty()) return status == 200;
  return std::any_of(
      check.expected_statuses.begin(), check.expected_statuses.end(),
      [status](const auto& range) { return status >= range.start && status < range.end; });
}

bool status_is_retriable(const config::HttpHealthCheck& check, unsigned status) {
  return std::any_of(
      check.retriable_statuses.begin(), check.retriable_statuses.end(),
      [status](const auto& range) { return status >= range.start && status < range.end; });
}

std::string payload_bytes(const config::HealthCheckPayload& payload) {
  if (payload.binary) return payload.binary->data;
  const std::string& text = payload.text.value_or("");
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return (c | 0x20) - 'a' + 10;
  };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  }
  return bytes;
}

bool payload_matches(const std::vector<config::HealthCheckPayload>& receive,
                     std::string_view bytes) {
  std::size_t at = 0;
  for (const auto& block : receive) {
    const std::string wanted = payload_bytes(block);
    const std::size_t found = bytes.find(wanted, at);
    if (found == std::string_view::npos) return false;
    at = found + wanted.size();
  }
  return true;
}

}  // namespace lab::proxy
