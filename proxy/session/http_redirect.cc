#include <algorithm>

#include "base/text.h"
#include "proxy/session/http_session.h"
#include "proxy/session/http_stream.h"

namespace lab::proxy {

namespace {

constexpr std::string_view kRedirectDetails = "internal_redirect";

/// A Location that can be followed. As Envoy, only absolute ones are.
struct RedirectTarget {
  std::string scheme, authority, path;
};

std::optional<RedirectTarget> read_location(std::string_view location) {
  const std::size_t scheme_end = location.find("://");
  if (scheme_end == std::string_view::npos) return {};
  RedirectTarget target;
  target.scheme = to_lower(location.substr(0, scheme_end));
  if (target.scheme != "http" && target.scheme != "https") return {};
  location.remove_prefix(scheme_end + 3);
  location = location.substr(0, location.find('#'));
  const std::size_t authority_end = std::min(location.find_first_of("/?"), location.size());
  target.authority = std::string(location.substr(0, authority_end));
  target.path = std::string(location.substr(authority_end));
  if (target.path.empty() || target.path[0] == '?') target.path.insert(0, "/");
  if (target.authority.empty()) return {};
  return target;
}

/// The statuses that the policy follows; of those that it lists, only redirects.
bool follows(const config::InternalRedirectPolicy& policy, unsigned status) {
  const auto& codes = policy.redirect_response_codes;
  if (codes.empty()) return status == 302;
  constexpr unsigned kRedirects[] = {301, 302, 303, 307, 308};
  return std::find(codes.begin(), codes.end(), status) != codes.end() &&
         std::find(std::begin(kRedirects), std::end(kRedirects), status) != std::end(kRedirects);
}

void copy_headers(const std::vector<std::string>& names, const HeaderMap& from, HeaderMap& to) {
  for (const std::string& name : names) {
    const std::string lower = to_lower(name);
    to.remove(lower);
    for (std::size_t i = from.find(lower); i != HeaderMap::kNone; i = from.find(lower, i + 1))
      to.add(lower, from.at(i).value);
  }
}

}  // namespace

/// Where the route follows redirects itself: makes the request one for the answer's Location, which
/// then begins anew. False when the answer goes to the client. Source: Envoy's "Internal
/// redirects".
bool HttpStream::follow_redirect(const ResponseHead& answer) {
  const auto& policy = route_.route->forward().internal_redirect_policy;
  if (!policy || !follows(*policy, answer.status)) return false;
  const auto target = read_location(answer.headers.get_or_empty("location"));
  const bool same_scheme =
      target && target->scheme == (session_.info().tls != nullptr ? "https" : "http");
  const bool allowed = target && (same_scheme || policy->allow_cross_scheme_redirect) &&
                       redirects_ < policy->max_internal_redirects.value_or(1);
  if (!allowed || !request_done_ || !keeps_body_) {
    cluster_->stats().upstream_internal_redirect_failed_total.add();
    return false;
  }
  cluster_->stats().upstream_internal_redirect_succeeded_total.add();
  ++redirects_;
  head_.headers.set("x-envoy-original-url", head_.scheme + "://" + head_.authority + head_.path);
  head_.scheme = target->scheme;
  head_.authority = target->authority;
  head_.path = target->path;
  copy_headers(policy->response_headers_to_copy, answer.headers, head_.headers);
  if (answer.status == 303 && head_.method != "GET" && head_.method != "HEAD") {
    // RFC 9110 section 15.4.4: the other resource is asked for, without the content.
    head_.method = "GET";
    head_.headers.remove("content-length");
    body_.consume(body_.size());
    has_trailers_ = false;
  }
  info_.response_code = answer.status;
  info_.response_code_details = kRedirectDetails;
  log_request();
  drop_upstream();
  redirecting_ = true;
  state_ = State::retry;
  // Later: the answer's connection is still at work.
  backoff_timer_.start(Duration::zero());
  return true;
}

/// The redirected request goes the whole way of a new one, apart from the rules about its origin.
void HttpStream::begin_again() {
  redirecting_ = false;
  global_timer_.stop();
  filters_.clear();
  next_filter_ = 0;
  tried_.clear();
  set_cookies_.clear();
  retry_.reset();
  choice_ = {};
  host_.reset();
  cluster_.reset();
  info_.upstream = {};
  info_.attempts = 0;
  info_.response_code = 0;
  info_.response_code_details.clear();
  body_sent_ = 0;
  find_route();
  state_ = State::filtering;
  run_filters();
}

}  // namespace lab::proxy
