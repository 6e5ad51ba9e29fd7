#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/config/route.h"
#include "proxy/http/message.h"
#include "proxy/match/header_match.h"
#include "proxy/observe/response_flags.h"

namespace lab::proxy {

using Milliseconds = std::chrono::milliseconds;

/// Conditions of retry_on and retry_grpc_on, as bits. Source: Envoy's router filter,
/// x-envoy-retry-on.
enum RetryOn : std::uint32_t {
  kRetryOn5xx = 1u << 0,
  kRetryOnGatewayError = 1u << 1,
  kRetryOnConnectFailure = 1u << 2,
  kRetryOnRetriable4xx = 1u << 3,
  kRetryOnRefusedStream = 1u << 4,
  kRetryOnGrpcCancelled = 1u << 5,
  kRetryOnGrpcDeadlineExceeded = 1u << 6,
  kRetryOnGrpcResourceExhausted = 1u << 7,
  kRetryOnGrpcUnavailable = 1u << 8,
  kRetryOnGrpcInternal = 1u << 9,
  kRetryOnRetriableStatusCodes = 1u << 10,
  kRetryOnReset = 1u << 11,
  kRetryOnRetriableHeaders = 1u << 12,
  kRetryOnEnvoyRatelimited = 1u << 13,
  kRetryOnResetBeforeRequest = 1u << 14,
  kRetryOnHttp3PostConnectFailure = 1u << 15,
};

/// The bits of a comma-separated list; words that are unknown are passed over, as in Envoy.
std::uint32_t parse_retry_on(std::string_view list);

/// A compiled config::RetryPolicy.
struct RetryPolicy {
  static Result<RetryPolicy> compile(const config::RetryPolicy& source);

  std::uint32_t retry_on = 0;
  std::uint32_t retries = 1;
  Milliseconds per_try_timeout{0}, per_try_idle_timeout{0};  ///< 0: none.
  Milliseconds base_interval{25}, max_interval{250};
  std::vector<std::uint32_t> status_codes;
  std::vector<HeaderMatch> response_headers, request_headers;
  bool avoid_previous_hosts = false;
  std::uint32_t host_attempts =
      1;  ///< Choices of a host before one that was tried already is taken.
  std::vector<config::ResetHeader> reset_headers;
  Milliseconds reset_max_interval{300'000};
};

/// Decides whether one request is tried again. No clock, no sockets: the session asks and waits.
class RetryState {
 public:
  /// Merges the route's policy with x-envoy-retry-on, x-envoy-retry-grpc-on, x-envoy-max-retries,
  /// x-envoy-retriable-status-codes and x-envoy-retriable-header-names, and removes these headers.
  /// Nothing when no condition is set, so that no attempt needs to be kept for another one.
  static std::optional<RetryState> create(const RetryPolicy& policy, RequestHead& head);

  enum class Verdict : std::uint8_t {
    no,              ///< The outcome stands.
    retry,           ///< Wait back_off() and try again.
    limit_exceeded,  ///< It would be tried again, but all retries are used: flag URX.
  };
  /// On response headers; `grpc_status` comes from them or from the trailers of a response without
  /// body.
  Verdict on_response(const ResponseHead& head);
  /// On a reset or a timeout of one try (UpstreamReset::local_reset). `request_started` is false
  /// while nothing of the request was sent on the new stream.
  Verdict on_reset(UpstreamReset reason, bool request_started);

  /// The wait before the retry that the last verdict announced: jittered, growing exponentially, or
  /// what the response asked for. `now` is only for reset headers that give an instant.
  Milliseconds back_off(std::uint64_t random);

  std::uint32_t retries_left() const { return left_; }
  /// Source: envoy.retry_host_predicates.previous_hosts.
  bool avoids_previous_hosts() const { return policy_->avoid_previous_hosts; }
  std::uint32_t host_attempts() const { return policy_->host_attempts; }
  /// For reset headers in UNIX_TIMESTAMP form; set by the session before on_response.
  std::chrono::system_clock::time_point now{};

 private:
  bool response_is_retriable(const ResponseHead& head) const;
  bool reset_is_retriable(UpstreamReset reason, bool request_started) const;
  std::optional<Milliseconds> requested_wait(const ResponseHead& head) const;
  Verdict judge(bool would_retry);

  const RetryPolicy* policy_ = nullptr;
  std::uint32_t retry_on_ = 0;
  std::uint32_t left_ = 0;
  std::vector<std::uint32_t> status_codes_;
  std::vector<std::string> header_names_;
  Milliseconds next_interval_{25};
  std::optional<Milliseconds> requested_;
};

}  // namespace lab::proxy
