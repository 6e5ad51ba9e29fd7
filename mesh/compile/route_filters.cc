#include <cmath>

#include "base/text.h"
#include "mesh/compile/routes.h"
#include "mesh/config/http_filters.h"

namespace lab::compile {
namespace {

using Denominator = config::FractionalPercent::DenominatorType;

config::FractionalPercent share_of(const std::optional<crd::Percent>& exact, std::int32_t whole) {
  config::FractionalPercent share;
  if (exact) {
    share.numerator = static_cast<std::uint32_t>(exact->value * 10000);
    share.denominator = Denominator::million;
  } else {
    share.numerator = static_cast<std::uint32_t>(whole);
  }
  return share;
}

std::uint32_t grpc_code(const std::string& name) {
  static const char* const kNames[] = {"OK",
                                       "CANCELLED",
                                       "UNKNOWN",
                                       "INVALID_ARGUMENT",
                                       "DEADLINE_EXCEEDED",
                                       "NOT_FOUND",
                                       "ALREADY_EXISTS",
                                       "PERMISSION_DENIED",
                                       "RESOURCE_EXHAUSTED",
                                       "FAILED_PRECONDITION",
                                       "ABORTED",
                                       "OUT_OF_RANGE",
                                       "UNIMPLEMENTED",
                                       "INTERNAL",
                                       "UNAVAILABLE",
                                       "DATA_LOSS",
                                       "UNAUTHENTICATED"};
  for (std::uint32_t code = 0; code < std::size(kNames); ++code) {
    if (name == kNames[code]) return code;
  }
  return 2;
}

std::optional<config::HttpFault> fault_of(const crd::HttpFault& source) {
  config::HttpFault fault;
  if (source.delay && source.delay->fixed_delay) {
    fault.delay.emplace().fixed_delay = *source.delay->fixed_delay;
    fault.delay->percentage = share_of(source.delay->percentage, source.delay->percent);
  }
  if (source.abort && (source.abort->http_status || source.abort->grpc_status)) {
    config::FaultAbort& abort = fault.abort.emplace();
    if (source.abort->http_status) {
      abort.http_status = static_cast<std::uint32_t>(*source.abort->http_status);
    } else {
      abort.grpc_status = grpc_code(*source.abort->grpc_status);
    }
    if (source.abort->percentage) abort.percentage = share_of(source.abort->percentage, 0);
  }
  if (!fault.delay && !fault.abort) return {};
  return fault;
}

config::CorsPolicy cors_of(const crd::CorsPolicy& source) {
  config::CorsPolicy cors;
  cors.forward_not_matching_preflights =
      source.unmatched_preflights != crd::UnmatchedPreflights::IGNORE;
  for (const crd::StringMatch& origin : source.allow_origins) {
    if (auto matcher = string_matcher(origin))
      cors.allow_origin_string_match.push_back(std::move(*matcher));
  }
  if (source.allow_origins.empty()) {
    for (const std::string& origin : source.allow_origin)
      cors.allow_origin_string_match.emplace_back().exact = origin;
  }
  cors.filter_enabled.emplace().default_value.numerator = 100;
  cors.allow_credentials = source.allow_credentials;
  cors.allow_headers = join(source.allow_headers, ",");
  cors.allow_methods = join(source.allow_methods, ",");
  cors.expose_headers = join(source.expose_headers, ",");
  if (source.max_age) {
    cors.max_age =
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*source.max_age).count());
  }
  return cors;
}

}  // namespace

void set_filters(config::Route& out, const crd::HttpRoute& route) {
  if (route.fault) {
    if (auto fault = fault_of(*route.fault)) {
      out.typed_per_filter_config["envoy.filters.http.fault"] = config::Any::of(*std::move(fault));
    }
  }
  if (route.cors_policy) {
    out.typed_per_filter_config["envoy.filters.http.cors"] =
        config::Any::of(cors_of(*route.cors_policy));
  }
}

}  // namespace lab::compile
