#include <algorithm>

#include "proxy/session/http_session.h"
#include "proxy/session/http_stream.h"
#include "proxy/session/mirror.h"

namespace lab::proxy {

namespace {

constexpr std::string_view kTimeoutBody = "upstream request timeout";

ResponseFlag flag_of(UpstreamReset reason) {
  switch (reason) {
    case UpstreamReset::local_connection_failure:
    case UpstreamReset::remote_connection_failure:
    case UpstreamReset::connection_timeout:
      return ResponseFlag::upstream_connection_failure;
    case UpstreamReset::connection_termination:
      return ResponseFlag::upstream_connection_termination;
    case UpstreamReset::local_reset:
    case UpstreamReset::local_refused_stream_reset:
      return ResponseFlag::local_reset;
    case UpstreamReset::overflow:
      return ResponseFlag::upstream_overflow;
    case UpstreamReset::remote_reset:
    case UpstreamReset::remote_refused_stream_reset:
    case UpstreamReset::connect_error:
      return ResponseFlag::upstream_remote_reset;
    case UpstreamReset::protocol_error:
      return ResponseFlag::upstream_protocol_error;
    case UpstreamReset::overload_manager:
      return ResponseFlag::overload_manager;
  }
  return ResponseFlag::upstream_remote_reset;
}

/// The host part of an authority, for SNI.
std::string host_of(const std::string& authority) {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos || authority.find(']', colon) != std::string::npos)
    return authority;
  return authority.substr(0, colon);
}

}  // namespace

void HttpStream::route_request() {
  stats().rq_total.add();
  if (route_.tls_required) {
    stats().rq_redirect.add();
    return answer_redirect(301, tls_redirect_location(head_), "");
  }
  if (route_.route == nullptr) {
    stats().no_route.add();
    const auto why = table_ ? details::kRouteNotFound : details::kRouteConfigurationNotFound;
    return answer({404, "", std::string(why), ResponseFlag::no_route_found, {}, {}});
  }
  switch (route_.route->action()) {
    case RouteEntry::Action::redirect:
      stats().rq_redirect.add();
      return answer_redirect(
          route_.route->redirect().status(),
          route_.route->redirect().location(route_.route->match(), head_, head_.scheme),
          details::kDirectResponse);
    case RouteEntry::Action::direct_response:
      return answer_direct();
    case RouteEntry::Action::forward:
      return forward();
    case RouteEntry::Action::none:
      break;
  }
  stats().no_route.add();
  answer({404, "", std::string(details::kRouteNotFound), ResponseFlag::no_route_found, {}, {}});
}

void HttpStream::answer_redirect(unsigned status, const std::string& location,
                                 std::string_view details) {
  answer({status, "", std::string(details), {}, {{"location", location}}, {}});
}

void HttpStream::answer_direct() {
  stats().rq_direct_response.add();
  const RouteEntry& route = *route_.route;
  LocalReply reply;
  reply.status = route.direct_status();
  reply.details = details::kDirectResponse;
  reply.body = route.direct_body().value_or("");
  if (route.direct_body_format()) {
    info_.local_reply_body = reply.body;
    info_.response_code = reply.status;
    reply.body = route.direct_body_format()->text(info_);
    reply.headers.emplace_back("content-type", route.direct_body_format()->content_type());
  }
  answer(std::move(reply));
}

bool HttpStream::find_cluster() {
  cluster_ = session_.worker().clusters.find(choice_.name);
  if (cluster_) return true;
  stats().no_cluster.add();
  using Code = config::RouteAction::ClusterNotFoundResponseCode;
  unsigned status = 503;
  if (route_.route->forward().cluster_not_found_response_code == Code::not_found) status = 404;
  if (route_.route->forward().cluster_not_found_response_code == Code::internal_server_error)
    status = 500;
  info_.upstream.cluster = info_.upstream.cluster_raw = choice_.name;
  answer(
      {status, "", std::string(details::kClusterNotFound), ResponseFlag::no_cluster_found, {}, {}});
  return false;
}

void HttpStream::forward() {
  if (!find_cluster()) return;
  info_.upstream.cluster_raw = cluster_->name();
  info_.upstream.cluster = cluster_->config().stat_name();
  const auto& metadata = cluster_->config().config.metadata;
  info_.upstream.cluster_metadata = metadata ? &*metadata : nullptr;
  info_.origins.add(metadata);
  info_.cluster_owner = cluster_->shared_config();
  prepare_upstream_head();
  keeps_body_ = retry_.has_value() || route_.route->forward().internal_redirect_policy.has_value();
  start_mirrors();
  if (session_.worker().draining) session_.codec().start_drain();
  try_upstream();
}

void HttpStream::prepare_upstream_head() {
  const RouterRules rules{hcm().router.suppress_envoy_headers,
                          hcm().router.respect_expected_rq_timeout};
  const auto of_manager =
      hcm().max_stream_duration > Duration::zero()
          ? std::optional(std::chrono::duration_cast<Milliseconds>(hcm().max_stream_duration))
          : std::nullopt;
  // First: what follows writes the remaining time into the grpc-timeout that is read here.
  const Milliseconds longest = max_stream_duration(*route_.route, head_, of_manager);
  timeouts_ = request_timeouts(*route_.route, head_, rules);
  retry_ = RetryState::create(route_.route->retry_policy(), head_);
  if (longest > Milliseconds::zero()) {
    duration_timer_.start(longest - (loop().now() - started_at_));
  } else {
    duration_timer_.stop();
  }
  if (route_.route->forward().idle_timeout) {
    const Duration idle = *route_.route->forward().idle_timeout;
    if (idle > Duration::zero()) idle_timer_.start(idle);
    if (idle == Duration::zero()) idle_timer_.stop();
  }
  table_->finalize_request(*route_.route, choice_, head_, info_, !rules.suppress_envoy_headers);
  if (head_.server_wide && head_.path == "/") head_.path = "*";
}

LoadBalancerContext HttpStream::balancer_context() {
  LoadBalancerContext context;
  const HashPolicies& policies = route_.route->hash_policies();
  if (!policies.empty()) {
    set_cookies_.clear();
    context.hash = policies.hash(head_, info_, &set_cookies_);
  }
  context.original_destination = session_.info().original_destination();
  if (retry_ && retry_->avoids_previous_hosts()) {
    for (const HostPtr& host : tried_) context.avoid.push_back(host.get());
    context.avoid_attempts = retry_->host_attempts();
  }
  return context;
}

PoolRequest HttpStream::pool_request() const {
  PoolRequest request;
  request.priority = route_.route->forward().priority;
  request.downstream = session_.hcm()->config ? head_.protocol : Protocol::http11;
  const ClusterConfig& cluster = cluster_->config();
  if (cluster.auto_sni || cluster.auto_san_validation) {
    const auto from = cluster.auto_sni_header.empty()
                          ? std::optional<std::string_view>(head_.authority)
                          : head_.headers.get(cluster.auto_sni_header);
    request.sni = host_of(std::string(from.value_or(head_.authority)));
  }
  return request;
}

void HttpStream::try_upstream() {
  state_ = State::connecting;
  ++info_.attempts;
  host_ = cluster_->choose_host(balancer_context());
  if (!host_) {
    return answer({503,
                   "no healthy upstream",
                   std::string(details::kNoHealthyUpstream),
                   ResponseFlag::no_healthy_upstream,
                   {},
                   {}});
  }
  if (retry_) tried_.push_back(host_);
  if (route_.virtual_host->config().include_request_attempt_count) {
    head_.headers.set("x-envoy-attempt-count", std::to_string(info_.attempts));
  }
  if (route_.route->rewrite().uses_endpoint_host() && !host_->description().hostname.empty()) {
    rewrite_host(head_, host_->description().hostname,
                 route_.route->rewrite().appends_forwarded_host(),
                 !hcm().router.suppress_envoy_headers);
  }
  if (hcm().matches_upstream_scheme) head_.scheme = cluster_->uses_tls(*host_) ? "https" : "http";
  const HostDescription& description = host_->description();
  info_.upstream.host = description.ip;
  info_.upstream.host_name = host_->name();
  info_.upstream.endpoint_metadata = &description.metadata;
  HttpPool& pool = cluster_->pool(host_, pool_request());
  body_sent_ = 0;
  request_sent_ = false;
  upstream_ = std::make_unique<UpstreamStream>(pool, *this);
  if (request_done_) start_response_timers();
  pool.request(*upstream_);
}

void HttpStream::start_response_timers() {
  if (timeouts_.global > Milliseconds::zero() && !global_timer_.armed() &&
      state_ != State::deciding) {
    global_timer_.start(timeouts_.global);
  }
  if (timeouts_.per_try > Milliseconds::zero()) try_timer_.start(timeouts_.per_try);
  if (timeouts_.per_try_idle > Milliseconds::zero()) try_idle_timer_.start(timeouts_.per_try_idle);
}

void HttpStream::on_pool_ready() {
  state_ = State::forwarding;
  forwarded_at_ = loop().now();
  record_upstream();
  cluster_->report(*host_, HostOutcome::connect_success);
  const bool whole = request_done_ && body_.empty() && !has_trailers_;
  upstream_->send_request(head_, whole);
  info_.timing.first_upstream_tx = forwarded_at_ - started_at_;
  request_sent_ = whole;
  if (whole) info_.timing.last_upstream_tx = forwarded_at_ - started_at_;
  send_body();
}

void HttpStream::record_upstream() {
  UpstreamInfo& upstream = info_.upstream;
  const Connection* connection = upstream_->connection();
  upstream.protocol = protocol_name(upstream_->protocol());
  upstream.connection_id = upstream_->connection_id();
  upstream.tls = connection->tls_info();
  upstream.local = ip_port(connection->local());
  upstream.connected = ip_port(connection->peer());
  upstream.transport_failure_reason.clear();
  upstream.pool_ready = forwarded_at_ - started_at_;
}

void HttpStream::send_body() {
  if (state_ < State::forwarding || state_ == State::retry || !upstream_ || request_sent_) return;
  const std::string_view rest = body_.view().substr(body_sent_);
  const bool last = request_done_ && !has_trailers_;
  if (!rest.empty() || last) {
    upstream_->send_data(rest, last);
    body_sent_ += rest.size();
  }
  if (request_done_ && has_trailers_) upstream_->send_trailers(request_trailers_);
  request_sent_ = request_done_;
  if (request_sent_) info_.timing.last_upstream_tx = loop().now() - started_at_;
  if (!keeps_body_) {
    body_.consume(body_sent_);
    body_sent_ = 0;
  }
  release_request_bytes();
}

void HttpStream::release_request_bytes() {
  if (unconsumed_ == 0 || (upstream_ && upstream_->blocked())) return;
  const std::size_t bytes = unconsumed_;
  unconsumed_ = 0;
  session_.codec().consume(id_, bytes);
  session_.settle();
}

void HttpStream::on_upstream_writable() {
  release_request_bytes();
}

void HttpStream::start_mirrors() {
  for (const MirrorPolicy& policy : route_.route->mirrors()) {
    const auto name = policy.cluster(head_, fresh_random());
    const ClusterPtr cluster = name ? session_.worker().clusters.find(*name) : nullptr;
    if (!cluster) continue;
    RequestHead copy = head_;
    copy.authority = policy.authority(head_.authority);
    const bool whole = request_done_ && body_.empty();
    std::shared_ptr<Mirror> mirror =
        Mirror::start(session_.worker(), cluster, std::move(copy), whole);
    if (!mirror) continue;
    if (!body_.empty()) mirror->on_body(body_.view(), request_done_);
    if (!mirror->request_ended()) mirrors_.push_back(std::move(mirror));
  }
}

void HttpStream::on_pool_failure(UpstreamReset reason, const std::string& transport) {
  upstream_failed(reason, transport);
}

void HttpStream::on_upstream_reset(UpstreamReset reason, const std::string& transport) {
  upstream_failed(reason, transport);
}

void HttpStream::upstream_failed(UpstreamReset reason, const std::string& transport) {
  info_.upstream.transport_failure_reason = transport;
  const bool request_started = state_ == State::forwarding;
  last_reset_ = reason;
  try_timer_.stop();
  try_idle_timer_.stop();
  upstream_.reset();
  // An open circuit breaker says nothing about the host.
  if (host_ && reason != UpstreamReset::overflow)
    cluster_->report(*host_, HostOutcome::connect_failure);
  if (response_started_) {
    info_.flags.set(flag_of(reason));
    info_.response_code_details = reset_details(reason, true, transport);
    state_ = State::done;
    session_.codec().reset(id_, ResetReason::internal_error);
    session_.close_after_answer();
    request_done_ = true;
    return finish();
  }
  if (cluster_) count_outcome(reason == UpstreamReset::protocol_error ? 502 : 503);
  if (retry_ && retry_after(retry_->on_reset(reason, request_started))) return;
  LocalReply reply;
  reply.status = reason == UpstreamReset::protocol_error ? 502 : 503;
  // Why the transport failed is for records, not for the client (Envoy 1.40's default).
  reply.body = reset_body(reason, "", info_.attempts > 1);
  reply.details = reset_details(reason, false, transport);
  reply.flag = flag_of(reason);
  if (reason == UpstreamReset::overflow) reply.headers.emplace_back("x-envoy-overloaded", "true");
  answer(std::move(reply));
}

/// Begins another attempt if the verdict and the circuit breaker allow it.
bool HttpStream::retry_after(RetryState::Verdict verdict, bool timed_out) {
  ClusterStats& stats = cluster_->stats();
  CircuitBreaker& breaker = cluster_->breaker(route_.route->forward().priority);
  if (retrying_takes_) {
    retrying_takes_ = false;
    breaker.retries.give();
  }
  if (verdict == RetryState::Verdict::limit_exceeded) {
    info_.flags.set(ResponseFlag::upstream_retry_limit_exceeded);
    stats.upstream_rq_retry_limit_exceeded.add();
  }
  if (verdict != RetryState::Verdict::retry) return false;
  if (!breaker.may_retry()) {
    stats.upstream_rq_retry_overflow.add();
    return false;
  }
  if (route_.virtual_host->config().include_is_timeout_retry_header)
    head_.headers.set("x-envoy-is-timeout-retry", timed_out ? "true" : "false");
  stats.upstream_rq_retry.add();
  breaker.retries.take();
  retrying_takes_ = true;
  drop_upstream();
  state_ = State::retry;
  backoff_timer_.start(retry_->back_off(fresh_random()));
  return true;
}

void HttpStream::on_backoff_over() {
  if (redirecting_) return begin_again();
  const RouterRules rules{hcm().router.suppress_envoy_headers,
                          hcm().router.respect_expected_rq_timeout};
  set_timeout_headers(*route_.route, timeouts_, head_, rules,
                      std::chrono::duration_cast<Milliseconds>(loop().now() - request_ended_at_));
  try_upstream();
}

void HttpStream::on_global_timeout() {
  cluster_->stats().upstream_rq_timeout.add();
  if (host_) host_->rq_timeout.add();
  if (host_ && upstream_ && !response_started_)
    cluster_->report(*host_, HostOutcome::request_timeout);
  timed_out(ResponseFlag::upstream_request_timeout, details::kUpstreamTimeout);
}

void HttpStream::on_try_timeout() {
  cluster_->stats().upstream_rq_per_try_timeout.add();
  if (host_) host_->rq_timeout.add();
  if (response_started_) return;
  upstream_.reset();
  count_outcome(504);
  cluster_->report(*host_, HostOutcome::request_timeout);
  if (retry_ && retry_after(retry_->on_reset(UpstreamReset::local_reset, true), true)) return;
  timed_out(ResponseFlag::upstream_request_timeout, details::kUpstreamPerTryTimeout);
}

void HttpStream::on_try_idle() {
  cluster_->stats().upstream_rq_per_try_idle_timeout.add();
  if (!response_started_) {
    upstream_.reset();
    cluster_->report(*host_, HostOutcome::request_timeout);
    if (retry_ && retry_after(retry_->on_reset(UpstreamReset::local_reset, true), true)) return;
  }
  timed_out(ResponseFlag::stream_idle_timeout, details::kUpstreamPerTryIdleTimeout);
}

void HttpStream::timed_out(ResponseFlag flag, std::string_view details) {
  drop_upstream();
  if (response_started_) {
    info_.flags.set(flag);
    info_.response_code_details = details;
    state_ = State::done;
    session_.codec().reset(id_, ResetReason::cancel);
    request_done_ = true;
    return finish();
  }
  const bool upstream = flag == ResponseFlag::upstream_request_timeout;
  const unsigned status = upstream || request_done_ ? 504 : 408;
  std::string body = upstream || details == details::kUpstreamPerTryIdleTimeout
                         ? std::string(kTimeoutBody)
                     : flag == ResponseFlag::duration_timeout ? "downstream duration timeout"
                                                              : "stream timeout";
  const auto grpc_status = flag == ResponseFlag::duration_timeout
                               ? std::optional<std::uint32_t>(4)  // DEADLINE_EXCEEDED
                               : std::nullopt;
  answer({status, std::move(body), std::string(details), flag, {}, grpc_status});
}

void HttpStream::drop_upstream() {
  try_timer_.stop();
  try_idle_timer_.stop();
  backoff_timer_.stop();
  upstream_.reset();
  if (retrying_takes_ && state_ == State::done && cluster_) {
    retrying_takes_ = false;
    cluster_->breaker(route_.route->forward().priority).retries.give();
  }
}

/// What the outcome of one attempt means for its host and cluster.
void HttpStream::count_outcome(unsigned status) {
  cluster_->stats().count_status(status);
  if (!host_) return;
  (status >= 500 ? host_->rq_error : host_->rq_success).add();
}

}  // namespace lab::proxy
