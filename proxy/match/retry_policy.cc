#include "proxy/match/retry_policy.h"

#include <algorithm>

#include "base/text.h"
#include "mesh/config/cluster.h"

namespace lab::proxy {
namespace {

struct Word {
  std::string_view text;
  std::uint32_t bit;
};
constexpr Word kWords[] = {
    {"5xx", kRetryOn5xx},
    {"gateway-error", kRetryOnGatewayError},
    {"connect-failure", kRetryOnConnectFailure},
    {"retriable-4xx", kRetryOnRetriable4xx},
    {"refused-stream", kRetryOnRefusedStream},
    {"cancelled", kRetryOnGrpcCancelled},
    {"deadline-exceeded", kRetryOnGrpcDeadlineExceeded},
    {"resource-exhausted", kRetryOnGrpcResourceExhausted},
    {"unavailable", kRetryOnGrpcUnavailable},
    {"internal", kRetryOnGrpcInternal},
    {"retriable-status-codes", kRetryOnRetriableStatusCodes},
    {"reset", kRetryOnReset},
    {"retriable-headers", kRetryOnRetriableHeaders},
    {"envoy-ratelimited", kRetryOnEnvoyRatelimited},
    {"reset-before-request", kRetryOnResetBeforeRequest},
    {"http3-post-connect-failure", kRetryOnHttp3PostConnectFailure},
};

Milliseconds milliseconds(const std::optional<config::Duration>& duration, Milliseconds otherwise) {
  return duration ? std::chrono::duration_cast<Milliseconds>(*duration) : otherwise;
}

}  // namespace

std::uint32_t parse_retry_on(std::string_view list) {
  std::uint32_t bits = 0;
  for (const std::string& part : split(list, ',')) {
    for (const Word& word : kWords) {
      if (trim(part) == word.text) bits |= word.bit;
    }
  }
  return bits;
}

Result<RetryPolicy> RetryPolicy::compile(const config::RetryPolicy& source) {
  RetryPolicy result;
  result.retry_on = parse_retry_on(source.retry_on);
  result.retries = source.num_retries.value_or(1);
  result.per_try_timeout = milliseconds(source.per_try_timeout, Milliseconds(0));
  result.per_try_idle_timeout = milliseconds(source.per_try_idle_timeout, Milliseconds(0));
  if (source.retry_back_off) {
    // An interval of less than a millisecond counts as one.
    result.base_interval = std::max(
        Milliseconds(1), milliseconds(source.retry_back_off->base_interval, Milliseconds(25)));
    result.max_interval =
        milliseconds(source.retry_back_off->max_interval, result.base_interval * 10);
    if (result.max_interval < result.base_interval) {
      return fail(Errc::config,
                  "retry_policy.max_interval must greater than or equal to the base_interval.");
    }
  }
  result.status_codes = source.retriable_status_codes;
  result.response_headers = TRY(compile_header_matches(source.retriable_headers));
  result.request_headers = TRY(compile_header_matches(source.retriable_request_headers));
  for (const auto& predicate : source.retry_host_predicate) {
    if (predicate.typed_config.get<config::PreviousHostsPredicate>() != nullptr ||
        predicate.name == "envoy.retry_host_predicates.previous_hosts") {
      result.avoid_previous_hosts = true;
    }
  }
  const auto attempts = source.host_selection_retry_max_attempts;
  result.host_attempts = attempts > 0 ? static_cast<std::uint32_t>(attempts) : 1;
  if (source.rate_limited_retry_back_off) {
    result.reset_headers = source.rate_limited_retry_back_off->reset_headers;
    for (auto& header : result.reset_headers) header.name = to_lower(header.name);
    result.reset_max_interval =
        milliseconds(source.rate_limited_retry_back_off->max_interval, Milliseconds(300'000));
  }
  return result;
}

}  // namespace lab::proxy
