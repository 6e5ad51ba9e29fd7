#include <algorithm>

#include "mesh/config/http_filters.h"
#include "proxy/filter/registry.h"
#include "proxy/match/string_match.h"

namespace lab::proxy {
namespace {

/// True when a fraction that may be missing takes this request; `otherwise` when it is missing.
bool switched_on(const std::optional<config::RuntimeFractionalPercent>& share, bool otherwise,
                 std::uint64_t random) {
  return share ? falls_into(share->default_value, random) : otherwise;
}

void set_unless_empty(HeaderMap& headers, std::string_view name, const std::string& value) {
  if (!value.empty()) headers.set(name, value);
}

class CorsMaker;

/// envoy.filters.http.cors: answers preflights of allowed origins, and marks other answers to them.
class CorsFilter final : public HttpFilter {
 public:
  CorsFilter(CorsMaker& maker, const config::CorsPolicy& policy) : maker_(maker), policy_(policy) {}
  FilterVerdict on_request(RequestHead& head, FilterHost& host) override;
  void on_response(ResponseHead& head, FilterHost& host) override;

 private:
  bool origin_allowed(std::string_view origin) const;
  FilterVerdict answer_preflight(const RequestHead& head, FilterHost& host) const;

  CorsMaker& maker_;
  config::CorsPolicy policy_;
  std::string origin_;  ///< Of a request from an allowed origin.
};

class CorsMaker final : public HttpFilterMaker {
 public:
  CorsMaker(std::string name, const StatsScope& scope)
      : origin_valid(scope.counter("cors.origin_valid")),
        origin_invalid(scope.counter("cors.origin_invalid")),
        name_(std::move(name)) {}

  /// The rules stand with the routes alone: without them there is nothing to do.
  std::unique_ptr<HttpFilter> make(FilterHost& host) override {
    const FilterOverride found = host.filter_override(name_);
    const auto* policy =
        found.config == nullptr ? nullptr : found.config->get<config::CorsPolicy>();
    if (policy == nullptr) return nullptr;
    return std::make_unique<CorsFilter>(*this, *policy);
  }

  Counter &origin_valid, &origin_invalid;

 private:
  std::string name_;
};

bool CorsFilter::origin_allowed(std::string_view origin) const {
  for (const auto& matcher : policy_.allow_origin_string_match) {
    if (matcher.exact && *matcher.exact == "*") return true;
    const auto match = StringMatch::compile(matcher);
    if (match && match->matches(origin)) return true;
  }
  return false;
}

FilterVerdict CorsFilter::on_request(RequestHead& head, FilterHost& host) {
  const bool enabled = switched_on(policy_.filter_enabled, true, host.stable_random());
  const bool shadow = switched_on(policy_.shadow_enabled, false, host.stable_random());
  if (!enabled && !shadow) return FilterVerdict::go_on;
  const std::string_view origin = head.headers.get_or_empty("origin");
  if (origin.empty()) return FilterVerdict::go_on;
  const bool preflight = head.method == "OPTIONS" &&
                         !head.headers.get_or_empty("access-control-request-method").empty();
  if (!origin_allowed(origin)) {
    maker_.origin_invalid.add();
    if (!enabled || !preflight || policy_.forward_not_matching_preflights.value_or(true)) {
      return FilterVerdict::go_on;
    }
    LocalReply reply;
    reply.status = 200;
    reply.details = "cors_response";
    host.answer(std::move(reply));
    return FilterVerdict::answered;
  }
  maker_.origin_valid.add();
  if (!enabled) return FilterVerdict::go_on;
  origin_ = std::string(origin);
  return preflight ? answer_preflight(head, host) : FilterVerdict::go_on;
}

FilterVerdict CorsFilter::answer_preflight(const RequestHead& head, FilterHost& host) const {
  LocalReply reply;
  reply.status = 200;
  reply.details = "cors_response";
  const auto add = [&reply](const char* name, const std::string& value) {
    if (!value.empty()) reply.headers.emplace_back(name, value);
  };
  add("access-control-allow-origin", origin_);
  if (policy_.allow_credentials.value_or(false)) add("access-control-allow-credentials", "true");
  add("access-control-allow-methods", policy_.allow_methods);
  add("access-control-allow-headers", policy_.allow_headers);
  add("access-control-max-age", policy_.max_age);
  const bool asks_private =
      head.headers.get_or_empty("access-control-request-private-network") == "true";
  if (asks_private && policy_.allow_private_network_access.value_or(false)) {
    add("access-control-allow-private-network", "true");
  }
  host.answer(std::move(reply));
  return FilterVerdict::answered;
}

void CorsFilter::on_response(ResponseHead& head, FilterHost&) {
  if (origin_.empty()) return;
  head.headers.set("access-control-allow-origin", origin_);
  if (policy_.allow_credentials.value_or(false)) {
    head.headers.set("access-control-allow-credentials", "true");
  }
  set_unless_empty(head.headers, "access-control-expose-headers", policy_.expose_headers);
}

}  // namespace

Result<HttpFilterMakerPtr> make_cors(const config::HttpFilter& filter, const StatsScope& scope) {
  return HttpFilterMakerPtr(std::make_unique<CorsMaker>(filter.name, scope));
}

}  // namespace lab::proxy
