#include <gtest/gtest.h>

#include "proxy/match/retry_policy.h"
#include "tests/support/config_text.h"
#include "tests/support/requests.h"

namespace lab::proxy {
namespace {

using Verdict = RetryState::Verdict;

RetryPolicy policy_of(const std::string& text) {
  auto policy = RetryPolicy::compile(config_of<config::RetryPolicy>(text));
  EXPECT_TRUE(policy);
  return *policy;
}

ResponseHead response(unsigned status, const char* name = nullptr, const char* value = "") {
  ResponseHead head;
  head.status = static_cast<std::uint16_t>(status);
  if (name != nullptr) head.headers.add(name, value);
  return head;
}

TEST(RetryState, JudgesResponses) {
  struct Case {
    const char *why, *policy;
    ResponseHead response;
    Verdict verdict;
  };
  const Case cases[] = {
      {"5xx", "{retry_on: 5xx}", response(500), Verdict::retry},
      {"4xx is no 5xx", "{retry_on: 5xx}", response(404), Verdict::no},
      {"gateway errors", "{retry_on: gateway-error}", response(503), Verdict::retry},
      {"500 is none", "{retry_on: gateway-error}", response(500), Verdict::no},
      {"conflict", "{retry_on: retriable-4xx}", response(409), Verdict::retry},
      {"no other 4xx", "{retry_on: retriable-4xx}", response(404), Verdict::no},
      {"listed codes", "{retry_on: retriable-status-codes, retriable_status_codes: [418]}",
       response(418), Verdict::retry},
      {"listed codes without the word", "{retry_on: 5xx, retriable_status_codes: [418]}",
       response(418), Verdict::no},
      {"headers",
       "{retry_on: retriable-headers, retriable_headers: [{name: x-again, present_match: true}]}",
       response(200, "x-again"), Verdict::retry},
      {"gRPC status", "{retry_on: unavailable}", response(200, "grpc-status", "14"),
       Verdict::retry},
      {"another gRPC status", "{retry_on: unavailable}", response(200, "grpc-status", "13"),
       Verdict::no},
      {"what is rate limited is not tried again", "{retry_on: 5xx}",
       response(503, "x-envoy-ratelimited"), Verdict::no},
      {"unless asked for", "{retry_on: envoy-ratelimited}", response(429, "x-envoy-ratelimited"),
       Verdict::retry},
  };
  for (const Case& c : cases) {
    const RetryPolicy policy = policy_of(c.policy);
    RequestHead head = request("/");
    auto state = RetryState::create(policy, head);
    ASSERT_TRUE(state) << c.why;
    EXPECT_EQ(state->on_response(c.response), c.verdict) << c.why;
  }
}

TEST(RetryState, JudgesResets) {
  using Reset = UpstreamReset;
  struct Case {
    const char *why, *on;
    Reset reset;
    bool started;
    Verdict verdict;
  };
  const Case cases[] = {
      {"a reset is a 5xx to come", "5xx", Reset::remote_reset, true, Verdict::retry},
      {"never on an open circuit", "5xx,reset,connect-failure", Reset::overflow, false,
       Verdict::no},
      {"a refused connection", "connect-failure", Reset::remote_connection_failure, false,
       Verdict::retry},
      {"a connection that takes too long", "connect-failure", Reset::connection_timeout, false,
       Verdict::retry},
      {"a connection that breaks later", "connect-failure", Reset::connection_termination, true,
       Verdict::no},
      {"a refused stream", "refused-stream", Reset::remote_refused_stream_reset, true,
       Verdict::retry},
      {"any reset", "reset", Reset::connection_termination, true, Verdict::retry},
      {"before anything was sent", "reset-before-request", Reset::connection_termination, false,
       Verdict::retry},
      {"after it was", "reset-before-request", Reset::connection_termination, true, Verdict::no},
      {"words may have spaces around them", " 5xx , reset", Reset::local_reset, true,
       Verdict::retry},
  };
  for (const Case& c : cases) {
    const RetryPolicy policy = policy_of(std::string("{retry_on: '") + c.on + "'}");
    RequestHead head = request("/");
    auto state = RetryState::create(policy, head);
    ASSERT_TRUE(state) << c.why;
    EXPECT_EQ(state->on_reset(c.reset, c.started), c.verdict) << c.why;
  }
}

TEST(RetryState, TakesHeadersAndRemovesThem) {
  const RetryPolicy policy = policy_of("{num_retries: 2}");
  RequestHead none = request("/");
  EXPECT_FALSE(RetryState::create(policy, none)) << "no condition, no retry";
  RequestHead head = request(
      "/", "a", {{"x-envoy-retry-on", "5xx"}, {"x-envoy-max-retries", "1"}, {"x-other", "y"}});
  auto state = RetryState::create(policy, head);
  ASSERT_TRUE(state);
  EXPECT_EQ(head.headers.size(), 1u);
  EXPECT_EQ(state->on_response(response(500)), Verdict::retry);
  EXPECT_EQ(state->on_response(response(500)), Verdict::limit_exceeded);
  EXPECT_EQ(state->on_response(response(200)), Verdict::no);
}

TEST(RetryState, BacksOffMoreAndMore) {
  const RetryPolicy policy = policy_of(
      "{retry_on: 5xx, num_retries: 9, retry_back_off: {base_interval: 0.01s, max_interval: "
      "0.03s}}");
  RequestHead head = request("/");
  auto state = RetryState::create(policy, head);
  const int most[] = {10, 20, 30, 30};
  for (const int limit : most) {
    EXPECT_EQ(state->back_off(static_cast<std::uint64_t>(limit - 1)).count(), limit - 1);
  }
}

TEST(RetryState, WaitsAsLongAsTheResponseAsks) {
  const RetryPolicy policy = policy_of(
      "{retry_on: 5xx, rate_limited_retry_back_off: {reset_headers: [{name: Retry-After}], "
      "max_interval: 10s}}");
  RequestHead head = request("/");
  auto state = RetryState::create(policy, head);
  state->on_response(response(503, "retry-after", "2"));
  EXPECT_EQ(state->back_off(0).count(), 2000);
  state->on_response(response(503, "retry-after", "11"));
  EXPECT_LT(state->back_off(1).count(), 250) << "more than the limit is not honoured";
}

}  // namespace
}  // namespace lab::proxy
