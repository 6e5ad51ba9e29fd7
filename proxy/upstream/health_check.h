#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "mesh/config/health_check.h"
#include "proxy/upstream/host.h"

namespace lab::proxy {

/// The health of one host by one active check. A state machine: the caller sends the probes (its
/// timers, its sockets), tells their results, and waits as long as next_wait() says.
///
///   first result:  good -> healthy, bad -> unhealthy, both at once
///   healthy:       unhealthy_threshold bad results in a row (a connection failure or status counts
///   by its own rule) -> unhealthy unhealthy:     healthy_threshold good results in a row ->
///   healthy
///
/// Source: Envoy's "Health checking" and config.core.v3.HealthCheck.
class HealthCheckState {
 public:
  enum class Result : std::uint8_t {
    success,
    failure,  ///< An unexpected status or content: counts at once (HTTP), unless retriable.
    retriable_failure,  ///< A status of retriable_statuses.
    network_failure,    ///< Connection refused or reset, or no answer in time.
  };
  explicit HealthCheckState(const config::HealthCheck& config) : config_(&config) {}

  /// Applies a result to the host's failed_active_hc and pending_active_hc flags; true when its
  /// health changed.
  bool on_result(Host& host, Result result);
  /// How long to wait before the next probe. `traffic` tells whether the cluster was ever used;
  /// `random` is for jitter.
  std::chrono::nanoseconds next_wait(const Host& host, bool traffic, std::uint64_t random) const;
  std::chrono::nanoseconds timeout() const;

 private:
  const config::HealthCheck* config_;
  std::uint32_t good_ = 0, bad_ = 0;  ///< Results in a row.
  bool first_ = true;
  bool changed_ = false;  ///< By the last result.
};

/// True when the status of an answer says healthy (200 where nothing else is expected).
bool status_is_expected(const config::HttpHealthCheck& check, unsigned status);
bool status_is_retriable(const config::HttpHealthCheck& check, unsigned status);
/// True when each of the blocks to receive stands in `bytes`, in order. Hexadecimal text is how
/// they are configured.
bool payload_matches(const std::vector<config::HealthCheckPayload>& receive,
                     std::string_view bytes);
/// The bytes of one payload.
std::string payload_bytes(const config::HealthCheckPayload& payload);

}  // namespace lab::proxy
