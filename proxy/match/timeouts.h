#pragma once

#include <chrono>
#include <optional>

#include "proxy/match/route_table.h"

namespace lab::proxy {

/// The limits on one request; 0 is none.
struct RequestTimeouts {
  Milliseconds global{0};   ///< From the end of the request to the end of the response: UT, 504.
  Milliseconds per_try{0};  ///< The same for one try.
  Milliseconds per_try_idle{0};  ///< Between bytes of one try's response.
  bool hedge_on_per_try_timeout = false;
};

/// What the router does with a request's headers beyond the route.
struct RouterRules {
  bool suppress_envoy_headers = false;
  bool respect_expected_timeout = false;
};

/// Merges the route's limits with x-envoy-upstream-rq-timeout-ms and
/// x-envoy-upstream-rq-per-try-timeout-ms (and for gRPC grpc-timeout, bounded by max_grpc_timeout),
/// removes these headers, and writes x-envoy-expected-rq-timeout-ms. Source: Envoy's router filter.
RequestTimeouts request_timeouts(const RouteEntry& route, RequestHead& head,
                                 const RouterRules& rules);

/// Writes x-envoy-expected-rq-timeout-ms (and grpc-timeout) for a later try, `elapsed` after the
/// request's end.
void set_timeout_headers(const RouteEntry& route, const RequestTimeouts& timeouts,
                         RequestHead& head, const RouterRules& rules, Milliseconds elapsed);

/// The limit on the whole stream: the route's max_stream_duration (and grpc-timeout), else
/// `of_manager`.
Milliseconds max_stream_duration(const RouteEntry& route, const RequestHead& head,
                                 std::optional<Milliseconds> of_manager);

/// The value of a grpc-timeout header ("100m" is 100 ms); nothing when there is none or it is
/// malformed.
std::optional<Milliseconds> grpc_timeout(const HeaderMap& headers);

}  // namespace lab::proxy
