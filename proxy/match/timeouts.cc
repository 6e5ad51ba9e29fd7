#include "proxy/match/timeouts.h"

#include <algorithm>
#include <charconv>

namespace lab::proxy {
namespace {

constexpr std::string_view kTimeout = "x-envoy-upstream-rq-timeout-ms";
constexpr std::string_view kPerTry = "x-envoy-upstream-rq-per-try-timeout-ms";
constexpr std::string_view kExpected = "x-envoy-expected-rq-timeout-ms";
constexpr std::string_view kHedge = "x-envoy-hedge-on-per-try-timeout";

std::optional<Milliseconds> header_milliseconds(const HeaderMap& headers, std::string_view name) {
  const std::string_view text = headers.get_or_empty(name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return Milliseconds(number);
}

Milliseconds to_milliseconds(config::Duration duration) {
  return std::chrono::duration_cast<Milliseconds>(duration);
}

/// 0 stands for "no limit" on both sides.
Milliseconds bounded(Milliseconds wanted, Milliseconds most) {
  if (most.count() != 0 && (wanted.count() == 0 || wanted > most)) return most;
  return wanted;
}

Milliseconds route_timeout(const config::RouteAction& action, const RequestHead& head) {
  // With max_stream_duration the older fields say nothing.
  if (action.max_stream_duration) return Milliseconds(0);
  if (action.max_grpc_timeout && is_grpc_request(head)) {
    Milliseconds wanted = grpc_timeout(head.headers).value_or(Milliseconds(0));
    if (action.grpc_timeout_offset && to_milliseconds(*action.grpc_timeout_offset) < wanted) {
      wanted -= to_milliseconds(*action.grpc_timeout_offset);
    }
    return bounded(wanted, to_milliseconds(*action.max_grpc_timeout));
  }
  return action.timeout ? to_milliseconds(*action.timeout) : Milliseconds(15'000);
}

/// The largest unit that tells the time in at most eight digits.
std::string grpc_timeout_text(Milliseconds timeout) {
  std::uint64_t amount = static_cast<std::uint64_t>(timeout.count());
  char unit = 'm';
  constexpr std::uint64_t kMost = 99'999'999;
  if (amount > kMost) {
    amount /= 1000;
    unit = 'S';
    if (amount > kMost) {
      amount /= 60;
      unit = 'M';
    }
    if (amount > kMost) {
      amount /= 60;
      unit = 'H';
    }
  }
  return std::to_string(std::min(amount, kMost)) + unit;
}

}  // namespace

std::optional<Milliseconds> grpc_timeout(const HeaderMap& headers) {
  const std::string_view text = headers.get_or_empty("grpc-timeout");
  if (text.size() < 2 || text.size() > 9) return {};
  std::int64_t amount = 0;
  const char* const last = text.data() + text.size() - 1;
  const auto [end, error] = std::from_chars(text.data(), last, amount);
  if (error != std::errc() || end != last || amount < 0) return {};
  switch (text.back()) {
    case 'H':
      return std::chrono::hours(amount);
    case 'M':
      return std::chrono::minutes(amount);
    case 'S':
      return std::chrono::seconds(amount);
    case 'm':
      return Milliseconds(amount);
    case 'u':
      return Milliseconds((amount + 999) / 1000);
    case 'n':
      return Milliseconds((amount + 999'999) / 1'000'000);
    default:
      return {};
  }
}

void set_timeout_headers(const RouteEntry& route, const RequestTimeouts& timeouts,
                         RequestHead& head, const RouterRules& rules, Milliseconds elapsed) {
  Milliseconds expected = timeouts.per_try;
  if (timeouts.hedge_on_per_try_timeout || expected.count() == 0) expected = timeouts.global;
  if (expected.count() == 0) return;
  if (timeouts.global.count() > 0) {
    // 0 would mean "no limit" to the next one, so that the least is 1.
    const bool late = elapsed >= timeouts.global;
    expected = late ? Milliseconds(1) : std::min(expected, timeouts.global - elapsed);
  }
  const bool keep = rules.respect_expected_timeout && head.headers.contains(kExpected);
  if (!rules.suppress_envoy_headers && !keep) {
    head.headers.set(kExpected, std::to_string(expected.count()));
  }
  const config::RouteAction& action = route.forward();
  if (!action.max_stream_duration && action.max_grpc_timeout && is_grpc_request(head)) {
    head.headers.set("grpc-timeout", grpc_timeout_text(expected));
  }
}

RequestTimeouts request_timeouts(const RouteEntry& route, RequestHead& head,
                                 const RouterRules& rules) {
  RequestTimeouts result;
  const config::RouteAction& action = route.forward();
  result.global = route_timeout(action, head);
  result.per_try = route.retry_policy().per_try_timeout;
  result.per_try_idle = route.retry_policy().per_try_idle_timeout;
  HeaderMap& headers = head.headers;
  if (rules.respect_expected_timeout && headers.contains(kExpected)) {
    result.global = header_milliseconds(headers, kExpected).value_or(result.global);
  } else {
    result.global = header_milliseconds(headers, kTimeout).value_or(result.global);
    headers.remove(kTimeout);
  }
  result.per_try = header_milliseconds(headers, kPerTry).value_or(result.per_try);
  headers.remove(kPerTry);
  if (result.per_try >= result.global && result.global.count() != 0) {
    result.per_try = Milliseconds(0);
  }
  const auto& hedge =
      action.hedge_policy ? action.hedge_policy : route.virtual_host().config().hedge_policy;
  result.hedge_on_per_try_timeout = hedge && hedge->hedge_on_per_try_timeout;
  const std::string_view asked = headers.get_or_empty(kHedge);
  if (asked == "true" || asked == "false") result.hedge_on_per_try_timeout = asked == "true";
  headers.remove(kHedge);
  set_timeout_headers(route, result, head, rules, Milliseconds(0));
  const Milliseconds longest =
      action.max_stream_duration ? max_stream_duration(route, head, {}) : Milliseconds(0);
  if (longest.count() > 0 && is_grpc_request(head)) {
    headers.set("grpc-timeout", grpc_timeout_text(longest));
  }
  return result;
}

Milliseconds max_stream_duration(const RouteEntry& route, const RequestHead& head,
                                 std::optional<Milliseconds> of_manager) {
  const Milliseconds otherwise = of_manager.value_or(Milliseconds(0));
  if (route.action() != RouteEntry::Action::forward) return otherwise;
  const auto& limits = route.forward().max_stream_duration;
  if (!limits) return otherwise;
  const auto asked = grpc_timeout(head.headers);
  if (limits->grpc_timeout_header_max && asked) {
    Milliseconds wanted = bounded(*asked, to_milliseconds(*limits->grpc_timeout_header_max));
    if (limits->grpc_timeout_header_offset) {
      const auto offset = to_milliseconds(*limits->grpc_timeout_header_offset);
      wanted = offset < wanted ? wanted - offset : Milliseconds(0);
    }
    return wanted;
  }
  return limits->max_stream_duration ? to_milliseconds(*limits->max_stream_duration) : otherwise;
}

}  // namespace lab::proxy
