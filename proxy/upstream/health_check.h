#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "mesh/config/health_check.h"
#include "proxy/upstream/host.h"

namespace lab::proxy {

/// The health of one host by an active check. A state machine: the caller sends the probes (its
/// timers, its sockets), tells their results, and waits as long as next_wait() says.
///
///   unhealthy --- the first result at all is good, or healthy_threshold good ones in a row --->
///   healthy healthy   --- an unexpected answer, or unhealthy_threshold bad results in a row --->
///   unhealthy
///
/// Source: Envoy's "Health checking" and config.core.v3.HealthCheck.
class HealthCheckState {
 public:
  enum class Result : std::uint8_t {
    success,
    degraded,           ///< Good, but the host asks for less load (x-envoy-degraded).
    failure,            ///< An unexpected status or content: counts at once.
    retriable_failure,  ///< A status of retriable_statuses.
    network_failure,    ///< Connection refused, reset or ended.
    timeout,            ///< No answer in time.
  };
  explicit HealthCheckState(const config::HealthCheck& config) : config_(&config) {}

  /// Applies a result to the host's flags; true when hosts must be sorted by health again.
  bool on_result(Host& host, Result result);
  /// How long to wait before the next probe. `traffic` tells whether the cluster was ever used;
  /// `random` is for jitter.
  std::chrono::nanoseconds next_wait(bool traffic, std::uint64_t random) const;
  std::chrono::nanoseconds timeout() const;

 private:
  /// What a result changed; `pending`: nothing yet, a few more of its kind will.
  enum class Transition : std::uint8_t { unchanged, pending, changed };
  Transition succeed(Host& host, bool degraded);
  Transition fail(Host& host, Result result);

  const config::HealthCheck* config_;
  std::uint32_t good_ = 0, bad_ = 0;  ///< Results in a row against the host's present health.
  bool first_ = true;
  bool last_good_ = false;
  Transition last_ = Transition::unchanged;
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
