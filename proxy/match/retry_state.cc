#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "proxy/match/retry_policy.h"

namespace lab::proxy {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

std::uint32_t grpc_bit(std::string_view status) {
  if (status == "1") return kRetryOnGrpcCancelled;
  if (status == "4") return kRetryOnGrpcDeadlineExceeded;
  if (status == "8") return kRetryOnGrpcResourceExhausted;
  if (status == "13") return kRetryOnGrpcInternal;
  if (status == "14") return kRetryOnGrpcUnavailable;
  return 0;
}

/// A header's value, taken out of the request.
std::string take(HeaderMap& headers, std::string_view name) {
  std::string value(headers.get_or_empty(name));
  headers.remove(name);
  return value;
}

}  // namespace

std::optional<RetryState> RetryState::create(const RetryPolicy& policy, RequestHead& head) {
  const std::string on = take(head.headers, "x-envoy-retry-on");
  const std::string grpc_on = take(head.headers, "x-envoy-retry-grpc-on");
  const std::string retries = take(head.headers, "x-envoy-max-retries");
  const std::string codes = take(head.headers, "x-envoy-retriable-status-codes");
  const std::string names = take(head.headers, "x-envoy-retriable-header-names");
  RetryState state;
  state.policy_ = &policy;
  state.retry_on_ = policy.retry_on | parse_retry_on(on) | parse_retry_on(grpc_on);
  const auto matches = [&head](const HeaderMatch& match) { return match.matches(head); };
  const auto& wanted = policy.request_headers;
  if (!wanted.empty() && std::none_of(wanted.begin(), wanted.end(), matches)) state.retry_on_ = 0;
  if (state.retry_on_ == 0) return {};
  state.left_ = policy.retries;
  if (const auto number = whole_number(retries)) state.left_ = static_cast<std::uint32_t>(*number);
  state.status_codes_ = policy.status_codes;
  for (const std::string& code : split(codes, ',')) {
    if (const auto number = whole_number(trim(code))) {
      state.status_codes_.push_back(static_cast<std::uint32_t>(*number));
    }
  }
  for (const std::string& name : split(names, ',')) {
    if (!trim(name).empty()) state.header_names_.push_back(to_lower(trim(name)));
  }
  state.next_interval_ = policy.base_interval;
  return state;
}

bool RetryState::response_is_retriable(const ResponseHead& head) const {
  const bool limited = head.headers.contains("x-envoy-ratelimited");
  if (limited) return (retry_on_ & kRetryOnEnvoyRatelimited) != 0;
  const unsigned status = head.status;
  if ((retry_on_ & kRetryOn5xx) && status >= 500 && status < 600) return true;
  if ((retry_on_ & kRetryOnGatewayError) && status >= 502 && status <= 504) return true;
  if ((retry_on_ & kRetryOnRetriable4xx) && status == 409) return true;
  if ((retry_on_ & kRetryOnRetriableStatusCodes) &&
      std::find(status_codes_.begin(), status_codes_.end(), status) != status_codes_.end()) {
    return true;
  }
  if (retry_on_ & kRetryOnRetriableHeaders) {
    for (const HeaderMatch& match : policy_->response_headers) {
      if (match.matches(head)) return true;
    }
    for (const std::string& name : header_names_) {
      if (head.headers.contains(name)) return true;
    }
  }
  return (retry_on_ & grpc_bit(head.headers.get_or_empty("grpc-status"))) != 0;
}

bool RetryState::reset_is_retriable(UpstreamReset reason, bool request_started) const {
  if (reason == UpstreamReset::overflow) return false;
  if (retry_on_ & (kRetryOnReset | kRetryOn5xx | kRetryOnGatewayError)) return true;
  if ((retry_on_ & kRetryOnResetBeforeRequest) && !request_started) return true;
  if ((retry_on_ & kRetryOnRefusedStream) && reason == UpstreamReset::remote_refused_stream_reset) {
    return true;
  }
  return (retry_on_ & kRetryOnConnectFailure) &&
         (reason == UpstreamReset::local_connection_failure ||
          reason == UpstreamReset::remote_connection_failure ||
          reason == UpstreamReset::connection_timeout);
}

RetryState::Verdict RetryState::judge(bool would_retry) {
  if (!would_retry) return Verdict::no;
  if (left_ == 0) return Verdict::limit_exceeded;
  --left_;
  return Verdict::retry;
}

std::optional<Milliseconds> RetryState::requested_wait(const ResponseHead& head) const {
  using std::chrono::seconds;
  for (const config::ResetHeader& header : policy_->reset_headers) {
    const auto number = whole_number(head.headers.get_or_empty(header.name));
    if (!number) continue;
    auto wait = seconds(*number);
    if (header.format == config::ResetHeaderFormat::unix_timestamp) {
      wait -= std::chrono::duration_cast<seconds>(now.time_since_epoch());
    }
    if (wait.count() <= 0 || wait > policy_->reset_max_interval) continue;
    return Milliseconds(wait);
  }
  return {};
}

RetryState::Verdict RetryState::on_response(const ResponseHead& head) {
  requested_ = requested_wait(head);
  return judge(response_is_retriable(head));
}

RetryState::Verdict RetryState::on_reset(UpstreamReset reason, bool request_started) {
  requested_.reset();
  return judge(reset_is_retriable(reason, request_started));
}

Milliseconds RetryState::back_off(std::uint64_t random) {
  if (requested_) {
    // Up to half as long again, so that not all clients come back at once.
    const auto span =
        static_cast<std::uint64_t>(std::max<std::int64_t>(1, requested_->count() / 2));
    return *requested_ + Milliseconds(random % span);
  }
  const auto interval =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, next_interval_.count()));
  next_interval_ = std::min(next_interval_ * 2, policy_->max_interval);
  return Milliseconds(random % interval);
}

}  // namespace lab::proxy
