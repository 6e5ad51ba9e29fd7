#include "proxy/upstream/health_check.h"

#include <algorithm>

namespace lab::proxy {

using std::chrono::nanoseconds;

bool HealthCheckState::on_result(Host& host, Result result) {
  const bool was_failed = host.has(HealthFlag::failed_active_hc);
  const bool was_pending = host.has(HealthFlag::pending_active_hc);
  const bool good = result == Result::success;
  good_ = good ? good_ + 1 : 0;
  bad_ = good ? 0 : bad_ + 1;
  host.set(HealthFlag::pending_active_hc, false);
  if (good) {
    const std::uint32_t needed = config_->healthy_threshold.value_or(1);
    if (first_ || good_ >= needed) host.set(HealthFlag::failed_active_hc, false);
  } else {
    // A clear "no" counts at once; what may be the network's fault needs repetition.
    const bool at_once = result == Result::failure && config_->http_health_check.has_value();
    const std::uint32_t needed = config_->unhealthy_threshold.value_or(1);
    if (first_ || at_once || bad_ >= needed) host.set(HealthFlag::failed_active_hc);
  }
  first_ = false;
  changed_ = was_failed != host.has(HealthFlag::failed_active_hc) || was_pending;
  return changed_;
}

nanoseconds HealthCheckState::timeout() const {
  return config_->timeout.value_or(std::chrono::seconds(1));
}

nanoseconds HealthCheckState::next_wait(const Host& host, bool traffic,
                                        std::uint64_t random) const {
  const bool failed = host.has(HealthFlag::failed_active_hc);
  const nanoseconds interval = config_->interval.value_or(std::chrono::seconds(1));
  nanoseconds wait = interval;
  if (!traffic) {
    wait = config_->no_traffic_interval.value_or(std::chrono::seconds(60));
    if (!failed) wait = config_->no_traffic_healthy_interval.value_or(wait);
  } else if (failed) {
    const nanoseconds unhealthy = config_->unhealthy_interval.value_or(interval);
    wait = changed_ ? config_->unhealthy_edge_interval.value_or(unhealthy) : unhealthy;
  } else if (changed_) {
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
