#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/networking.h"

namespace lab::crd {
namespace {

using namespace std::chrono_literals;

bool is_authority(const std::string& name) {
  return equal_ignore_case(name, "host") || equal_ignore_case(name, ":authority");
}

/// Of a header that is added or set in a request: ":authority" and "host" are good there, other ":"
/// names are not.
std::string request_header_problem(const std::string& name) {
  if (name.empty()) return "a header's name must not be empty.";
  return name.front() == ':' && !is_authority(name)
             ? "the header \"" + name + "\" belongs to HTTP itself and can't be changed."
             : "";
}

/// Of a header that is removed, or that is changed in a response.
std::string plain_header_problem(const std::string& name) {
  if (name.empty()) return "a header's name must not be empty.";
  return name.front() == ':' || equal_ignore_case(name, "host")
             ? "the header \"" + name + "\" belongs to HTTP itself and can't be changed here."
             : "";
}

void check_operations(Checker& checker, const char* name,
                      const std::optional<HeaderOperations>& operations, bool request) {
  checker.with(name, operations, [&](const HeaderOperations& all) {
    const auto changed = [&](const std::string& header, const std::string& value) {
      checker.expect(request ? request_header_problem(header) : plain_header_problem(header));
      checker.expect(header_value_problem(value));
    };
    checker.each_entry("set", all.set, changed);
    checker.each_entry("add", all.add, changed);
    checker.each("remove", all.remove,
                 [&](const std::string& header) { checker.expect(plain_header_problem(header)); });
  });
}

void check_headers(Checker& checker, const std::optional<Headers>& headers) {
  checker.with("headers", headers, [&](const Headers& both) {
    check_operations(checker, "request", both.request, true);
    check_operations(checker, "response", both.response, false);
  });
}

/// The authority may be rewritten in one place only.
void check_authority(Checker& checker, const HttpRoute& route) {
  std::size_t times = route.rewrite && !route.rewrite->authority.empty() ? 1 : 0;
  if (!route.headers || !route.headers->request) return;
  for (const auto* changes : {&route.headers->request->set, &route.headers->request->add}) {
    for (const auto& [name, value] : *changes)
      times += is_authority(name) && (times > 0 || !value.empty()) ? 1 : 0;
  }
  if (times > 1)
    checker.error("headers", "the authority is rewritten in several places; keep one of them.");
}

void check_origin(Checker& checker, const StringMatch& origin) {
  const auto& text = origin.exact ? origin.exact : (origin.prefix ? origin.prefix : origin.regex);
  if (!text || text->empty())
    return checker.error("an allowed origin needs an exact, prefix or regex that is not empty.");
  if (origin.regex) checker.expect(regex_problem(*origin.regex, "corsPolicy.allowOrigins"));
}

void check_cors(Checker& checker, const CorsPolicy& cors) {
  checker.each("allowOrigins", cors.allow_origins,
               [&](const StringMatch& origin) { check_origin(checker, origin); });
  checker.each("allowMethods", cors.allow_methods, [&](const std::string& method) {
    static const std::vector<std::string> kMethods = {
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"};
    if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
      checker.error("\"" + method + "\" is no HTTP method. Use one of " + join(kMethods, ", ") +
                    ".");
    }
  });
  const auto header = [&](const std::string& name) {
    if (name != "*") checker.expect(header_name_problem(name, kTokenMarks));
  };
  checker.each("allowHeaders", cors.allow_headers, header);
  checker.each("exposeHeaders", cors.expose_headers, header);
  if (!cors.max_age) return;
  check_duration(checker, "maxAge", cors.max_age);
  if (*cors.max_age % 1s > 0ns) checker.error("maxAge", "must be in whole seconds.");
}

std::string percent_problem(const std::optional<Percent>& percent) {
  const double value = percent ? percent->value : 0;
  const bool good = value == 0 || (value >= 0.0001 && value <= 100);
  return good ? "" : "must be 0 or a percentage from 0.0001 to 100.";
}

std::string status_problem(std::int64_t status) {
  return status >= 200 && status <= 600 ? "" : "must be an HTTP status from 200 to 599.";
}

bool is_grpc_status(const std::string& status) {
  static const std::vector<std::string> kNames = {"OK",
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
  return std::find(kNames.begin(), kNames.end(), status) != kNames.end();
}

void check_fault(Checker& checker, const HttpFault& fault) {
  if (!fault.abort && !fault.delay) checker.error("a fault needs an abort, a delay or both.");
  checker.with("abort", fault.abort, [&](const HttpAbort& abort) {
    checker.expect("percentage", percent_problem(abort.percentage));
    if (abort.http_status) checker.expect("httpStatus", status_problem(*abort.http_status));
    if (abort.http2_error) checker.error("http2Error", "is not supported.");
    if (abort.grpc_status && !is_grpc_status(*abort.grpc_status)) {
      checker.error("grpcStatus", "\"" + *abort.grpc_status +
                                      "\" is no gRPC status (NOT_FOUND, UNAVAILABLE ...).");
    }
    if (!abort.http_status && !abort.http2_error && !abort.grpc_status)
      checker.warn("this abort has no status.");
  });
  checker.with("delay", fault.delay, [&](const HttpDelay& delay) {
    checker.expect("percentage", percent_problem(delay.percentage));
    check_duration(checker, "fixedDelay", delay.fixed_delay);
    if (delay.exponential_delay) checker.error("exponentialDelay", "is not supported.");
  });
}

void check_mirrors(Checker& checker, const HttpRoute& route) {
  const auto range = [](const std::optional<Percent>& percent) -> std::string {
    return !percent || (percent->value >= 0 && percent->value <= 100)
               ? ""
               : "must be a percentage from 0 to 100.";
  };
  if (route.mirror_percent.value_or(0) > 100)
    checker.error("mirrorPercent", "must be at most 100.");
  checker.expect("mirrorPercentage", range(route.mirror_percentage));
  checker.with("mirror", route.mirror,
               [&](const Destination& destination) { check_destination(checker, destination); });
  checker.each("mirrors", route.mirrors, [&](const HttpMirror& mirror) {
    checker.expect("percentage", range(mirror.percentage));
    const Checker::Step step(checker, "destination");
    check_destination(checker, mirror.destination);
  });
}

void check_redirect(Checker& checker, const HttpRedirect& redirect) {
  if (redirect.uri.empty() && redirect.authority.empty() && !redirect.port &&
      !redirect.derive_port && redirect.scheme.empty()) {
    return checker.error("a redirect must change the uri, authority, port or scheme.");
  }
  if (redirect.redirect_code != 0 &&
      (redirect.redirect_code < 300 || redirect.redirect_code > 399)) {
    checker.error("redirectCode", "must be from 300 to 399.");
  }
  if (!redirect.scheme.empty() && redirect.scheme != "http" && redirect.scheme != "https") {
    checker.error("scheme", "must be http or https.");
  }
  if (redirect.port.value_or(0) > 0) checker.expect("port", port_problem(*redirect.port));
}

/// A status that Go's net/http has a text for: Istio takes such a number as a condition to retry
/// on.
bool is_known_status(int status) {
  const bool known = (status >= 100 && status <= 103) || (status >= 200 && status <= 208) ||
                     status == 226 || (status >= 300 && status <= 308 && status != 306) ||
                     (status >= 400 && status <= 418) || (status >= 421 && status <= 426) ||
                     status == 428 || status == 429 || status == 431 || status == 451 ||
                     (status >= 500 && status <= 511 && status != 509);
  return known;
}

bool is_retry_condition(const std::string& condition) {
  static const std::vector<std::string> kConditions = {"5xx",
                                                       "gateway-error",
                                                       "reset",
                                                       "reset-before-request",
                                                       "connect-failure",
                                                       "retriable-4xx",
                                                       "refused-stream",
                                                       "retriable-status-codes",
                                                       "retriable-headers",
                                                       "envoy-ratelimited",
                                                       "http3-post-connect-failure",
                                                       "cancelled",
                                                       "deadline-exceeded",
                                                       "internal",
                                                       "resource-exhausted",
                                                       "unavailable"};
  int status = 0;
  const char* begin = condition.data() + (condition.compare(0, 1, "+") == 0 ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, condition.data() + condition.size(), status);
  if (error == std::errc{} && end == condition.data() + condition.size())
    return is_known_status(status);
  return std::find(kConditions.begin(), kConditions.end(), condition) != kConditions.end();
}

void check_retries(Checker& checker, const HttpRetry& retries) {
  if (retries.attempts < 0) checker.error("attempts", "must not be negative.");
  if (retries.attempts == 0 &&
      (retries.per_try_timeout || !retries.retry_on.empty() || retries.retry_remote_localities)) {
    checker.error("attempts", "is 0, which switches retries off, yet the rest says how to retry.");
  }
  check_duration(checker, "perTryTimeout", retries.per_try_timeout);
  check_duration(checker, "backoff", retries.backoff);
  if (retries.retry_on.empty()) return;
  for (const std::string& condition : split(retries.retry_on, ',')) {
    if (!is_retry_condition(condition)) {
      checker.error(
          "retryOn",
          "\"" + condition +
              "\" is no condition to retry on (5xx, connect-failure, 503 ...; no blanks).");
    }
  }
}

void check_rewrite(Checker& checker, const HttpRewrite& rewrite) {
  const auto& regex = rewrite.uri_regex_rewrite;
  if (!rewrite.uri.empty() && regex)
    return checker.error("only one of uri and uriRegexRewrite may be set.");
  if (rewrite.uri.empty() && !regex && rewrite.authority.empty()) {
    return checker.error("a rewrite must change the uri or the authority.");
  }
  if (!regex) return;
  const Checker::Step step(checker, "uriRegexRewrite");
  if (regex->match.empty() || regex->rewrite.empty())
    return checker.error("both match and rewrite are required.");
  checker.expect("match", regex_problem(regex->match, "uriRegexRewrite.match"));
}

void check_direct_response(Checker& checker, const HttpDirectResponse& response) {
  constexpr std::size_t kMostBytes = 1024 * 1024;
  checker.expect("status", status_problem(response.status));
  if (!response.body) return;
  const std::size_t bytes = response.body->bytes ? response.body->bytes->size() / 4 * 3 : 0;
  if (std::max(bytes, response.body->string.value_or("").size()) > kMostBytes) {
    checker.error("body", "must be smaller than 1 MiB.");
  }
}

void check_actions(Checker& checker, const HttpRoute& route, bool delegated) {
  if (!delegated && route.delegate) {
    if (route.redirect) checker.error("redirect", "a route that delegates must not redirect.");
    if (!route.route.empty())
      checker.error("route", "a route that delegates must not have destinations.");
    return;
  }
  if (delegated && route.delegate)
    checker.error("delegate", "a delegate must not delegate further.");
  const auto exclusive = [&](const char* action) {
    const auto refuse = [&](const char* name, bool set) {
      if (set) checker.error(name, std::string("must not be set together with ") + action + ".");
    };
    refuse("route", !route.route.empty());
    refuse("fault", route.fault.has_value());
    refuse("rewrite", route.rewrite.has_value());
  };
  if (route.redirect) {
    exclusive("redirect");
    if (route.direct_response)
      checker.error("directResponse", "must not be set together with redirect.");
  } else if (route.direct_response) {
    exclusive("directResponse");
  } else if (route.route.empty()) {
    checker.error("one of route, redirect and directResponse is required.");
  }
  if (route.mirror && !route.mirrors.empty())
    checker.error("mirrors", "mirror and mirrors must not be set together.");
}

void check_destinations(Checker& checker, const HttpRoute& route) {
  std::int64_t total = 0;
  checker.each("route", route.route, [&](const HttpRouteDestination& target) {
    check_headers(checker, target.headers);
    if (target.weight < 0) checker.error("weight", "must not be negative.");
    total += target.weight;
    const Checker::Step step(checker, "destination");
    check_destination(checker, target.destination);
  });
  if (route.route.size() > 1 && total == 0) {
    checker.error("route", "the weights of several destinations must not all be 0.");
  }
}

}  // namespace

void check_http_route(Checker& checker, const HttpRoute& route, bool delegated) {
  check_actions(checker, route, delegated);
  checker.each("match", route.match,
               [&](const HttpMatch& match) { check_http_match(checker, match); });
  check_headers(checker, route.headers);
  check_authority(checker, route);
  check_mirrors(checker, route);
  check_destinations(checker, route);
  checker.with("corsPolicy", route.cors_policy,
               [&](const CorsPolicy& cors) { check_cors(checker, cors); });
  checker.with("fault", route.fault, [&](const HttpFault& fault) { check_fault(checker, fault); });
  checker.with("redirect", route.redirect,
               [&](const HttpRedirect& redirect) { check_redirect(checker, redirect); });
  checker.with("directResponse", route.direct_response, [&](const HttpDirectResponse& response) {
    check_direct_response(checker, response);
  });
  checker.with("retries", route.retries,
               [&](const HttpRetry& retries) { check_retries(checker, retries); });
  checker.with("rewrite", route.rewrite,
               [&](const HttpRewrite& rewrite) { check_rewrite(checker, rewrite); });
  check_duration(checker, "timeout", route.timeout);
}

}  // namespace lab::crd
