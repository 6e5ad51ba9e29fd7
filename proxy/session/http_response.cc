#include <charconv>

#include "proxy/http/forward.h"
#include "proxy/observe/grpc_status.h"
#include "proxy/session/http_session.h"
#include "proxy/session/http_stream.h"
#include "proxy/session/mirror.h"

namespace lab::proxy {

void HttpStream::answer(LocalReply reply) {
  if (state_ == State::done) return;
  drop_upstream();
  if (retrying_takes_) {
    retrying_takes_ = false;
    cluster_->breaker(route_.route->forward().priority).retries.give();
  }
  if (response_started_) {
    // Too late for an answer: the one that began is cut off.
    if (reply.flag) info_.flags.set(*reply.flag);
    info_.response_code_details = reply.details;
    state_ = State::done;
    session_.codec().reset(id_, ResetReason::internal_error);
    request_done_ = true;
    return finish();
  }
  send_local(std::move(reply));
}

/// The route itself is the answer: a redirect or a direct response.
bool HttpStream::is_direct() const {
  return route_.route != nullptr && table_ &&
         route_.route->action() != RouteEntry::Action::forward &&
         info_.response_code_details == details::kDirectResponse;
}

void HttpStream::send_local(LocalReply reply) {
  if (reply.flag) info_.flags.set(*reply.flag);
  info_.response_code_details = reply.details;
  for (char& c : info_.response_code_details) {
    if (c == ' ') c = '_';
  }
  ResponseHead head;
  std::string body;
  if (is_direct()) {
    // As Envoy: the route's changes come before the status is known and the body is described.
    info_.response_code = 0;
    for (const auto& [name, value] : reply.headers) {
      if (name != "content-type") head.headers.add(name, value);
    }
    std::erase_if(reply.headers, [](const auto& each) { return each.first != "content-type"; });
    table_->finalize_response(*route_.route, choice_.weighted, head.headers, info_);
  } else if (info_.attempts > 0 &&
             route_.virtual_host->config().include_attempt_count_in_response) {
    head.headers.set("x-envoy-attempt-count", std::to_string(info_.attempts));
  }
  hcm().local_replies.shape(reply, info_, head, body);
  const bool head_only = body.empty() || head_.method == "HEAD";
  info_.bytes.body_sent = head_only ? 0 : body.size();
  send_head(std::move(head), head_only, true);
  if (head_only) return;
  session_.codec().send_data(id_, body, true);
  response_complete();
}

void HttpStream::send_head(ResponseHead&& head, bool end_stream, bool local) {
  local_ = local;
  response_ = std::move(head);
  info_.response = &response_;
  info_.response_code = response_.status;
  if (route_.route != nullptr && table_ && !local) {
    table_->finalize_response(*route_.route, choice_.weighted, response_.headers, info_);
  }
  for (const std::string& cookie : set_cookies_) response_.headers.add("set-cookie", cookie);
  for (auto filter = filters_.rbegin(); filter != filters_.rend(); ++filter)
    (*filter)->on_response(response_, *this);
  tunnel_ = !local && head_.asks_tunnel() &&
            (response_.status == 101 || (head_.is_connect() && response_.status / 100 == 2));
  apply_response_rules(hcm(), loop().wall_now(), local, response_, tunnel_);
  if (hcm().config.always_set_request_id_in_response &&
      !response_.headers.contains("x-request-id")) {
    const auto id = head_.headers.get("x-request-id");
    if (id) response_.headers.add("x-request-id", std::string(*id));
  }
  if (session_.worker().draining) session_.codec().start_drain();
  response_started_ = true;
  state_ = State::responding;
  info_.bytes.header_sent = response_.headers.byte_size();
  info_.timing.first_downstream_tx = loop().now() - started_at_;
  HcmStats& counts = stats();
  Counter* const classes[] = {&counts.downstream_rq_1xx, &counts.downstream_rq_2xx,
                              &counts.downstream_rq_3xx, &counts.downstream_rq_4xx,
                              &counts.downstream_rq_5xx};
  if (response_.status >= 100 && response_.status < 600) classes[response_.status / 100 - 1]->add();
  if (tunnel_) {
    counts.downstream_cx_upgrades_total.add();
    global_timer_.stop();
    try_timer_.stop();
  }
  session_.codec().send_response(id_, response_, end_stream);
  session_.settle();
  if (end_stream) response_complete();
}

void HttpStream::on_informational(ResponseHead&& head) {
  if (head.status == 100 && !hcm().config.proxy_100_continue) return;
  sanitize_response(head, false);
  session_.codec().send_response(id_, head, false);
  session_.settle();
}

void HttpStream::on_response(ResponseHead&& head, bool end_stream) {
  touch();
  judge_host(head);
  info_.timing.first_upstream_rx = loop().now() - started_at_;
  try_timer_.stop();
  if (retry_) retry_->now = loop().wall_now();
  const bool again = retry_ && retry_after(retry_->on_response(head));
  if (!again && follow_redirect(head)) return;
  count_outcome(head.status);
  if (again) return;
  if (keeps_body_) {
    retry_.reset();
    keeps_body_ = false;
    body_.consume(body_sent_);
    body_sent_ = 0;
  }
  if (info_.attempts > 1 && head.status < 500) cluster_->stats().upstream_rq_retry_success.add();
  info_.response_code_details = details::kViaUpstream;
  const auto waited = loop().now() - (request_done_ ? request_ended_at_ : forwarded_at_);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
  cluster_->stats().upstream_rq_time.record(static_cast<std::uint64_t>(milliseconds));
  if (!hcm().router.suppress_envoy_headers) {
    if (request_done_) {  // As Envoy: else it says nothing about the upstream.
      head.headers.set("x-envoy-upstream-service-time", std::to_string(milliseconds));
    }
    if (route_.virtual_host->config().include_attempt_count_in_response) {
      head.headers.set("x-envoy-attempt-count", std::to_string(info_.attempts));
    }
  }
  send_head(std::move(head), end_stream, false);
}

/// What an answer tells of its host's health. As Envoy: gRPC's own status counts where it is known.
void HttpStream::judge_host(const ResponseHead& head) {
  const auto grpc = head_.headers.get("content-type").value_or("").starts_with("application/grpc")
                        ? head.headers.get("grpc-status")
                        : std::nullopt;
  unsigned status = head.status;
  unsigned code = 0;
  if (grpc && std::from_chars(grpc->data(), grpc->data() + grpc->size(), code).ec == std::errc())
    status = http_status_of_grpc(code);
  cluster_->report(*host_, outcome_of_status(status));
  if (head.headers.contains("x-envoy-immediate-health-check-fail"))
    cluster_->immediate_failure(*host_);
}

void HttpStream::on_response_data(std::string_view data, bool end_stream) {
  if (state_ != State::responding) return;  // Of an attempt that was given up.
  touch();
  if (try_idle_timer_.armed()) try_idle_timer_.start(timeouts_.per_try_idle);
  info_.bytes.body_sent += data.size();
  session_.codec().send_data(id_, data, end_stream);
  session_.settle();
  if (end_stream) return response_complete();
  response_unconsumed_ += data.size();
  release_response_bytes();
}

void HttpStream::release_response_bytes() {
  if (response_unconsumed_ == 0 || !upstream_) return;
  ServerCodec& codec = session_.codec();
  if (codec.buffered(id_) > codec.high_mark() || session_.connection().write_blocked()) return;
  const std::size_t bytes = response_unconsumed_;
  response_unconsumed_ = 0;
  upstream_->consume(bytes);
}

void HttpStream::on_downstream_writable() {
  touch();
  release_response_bytes();
}

void HttpStream::on_response_trailers(HeaderMap&& trailers) {
  if (state_ != State::responding) return;
  sanitize_trailers(trailers);
  info_.response_trailers = &trailers;
  session_.codec().send_trailers(id_, trailers);
  session_.settle();
  response_complete();
  info_.response_trailers = nullptr;
}

void HttpStream::response_complete() {
  state_ = State::done;
  info_.timing.last_downstream_tx = loop().now() - started_at_;
  if (!local_) info_.timing.last_upstream_rx = info_.timing.last_downstream_tx;
  drop_upstream();
  finish();
}

}  // namespace lab::proxy
