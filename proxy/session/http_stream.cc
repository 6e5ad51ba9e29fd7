#include "proxy/session/http_stream.h"

#include "base/text.h"
#include "proxy/http/forward.h"
#include "proxy/session/http_session.h"
#include "proxy/session/mirror.h"

namespace lab::proxy {

HttpStream::HttpStream(HttpSession& session, StreamId id)
    : session_(session),
      id_(id),
      started_at_(session.worker().loop.now()),
      idle_timer_(loop(), Callback::to<&HttpStream::on_idle>(this)),
      global_timer_(loop(), Callback::to<&HttpStream::on_global_timeout>(this)),
      try_timer_(loop(), Callback::to<&HttpStream::on_try_timeout>(this)),
      try_idle_timer_(loop(), Callback::to<&HttpStream::on_try_idle>(this)),
      backoff_timer_(loop(), Callback::to<&HttpStream::on_backoff_over>(this)),
      request_timer_(loop(), Callback::to<&HttpStream::on_request_late>(this)),
      duration_timer_(loop(), Callback::to<&HttpStream::on_stream_late>(this)),
      stable_random_(fresh_random()) {
  info_.connection = &session.info();
  info_.start = loop().wall_now();
  info_.protocol = protocol_name(session.codec().protocol());
  info_.stream_id = id;
  info_.request = &head_;
  info_.origins = session.context().origins;
  info_.listener_owner = session.context().keep;
  Worker& worker = session.worker();
  worker.active_requests.store(worker.active_requests.load(std::memory_order_relaxed) + 1,
                               std::memory_order_relaxed);
  stats().downstream_rq_total.add();
  stats().downstream_rq_active.add();
  const bool http2 = session.codec().protocol() == Protocol::http2;
  (http2 ? stats().downstream_rq_http2_total : stats().downstream_rq_http1_total).add();
}

HttpStream::~HttpStream() = default;

Loop& HttpStream::loop() {
  return session_.worker().loop;
}
const HcmConfig& HttpStream::hcm() const {
  return *session_.hcm()->config;
}
HcmStats& HttpStream::stats() const {
  return session_.hcm()->stats;
}
std::uint64_t HttpStream::fresh_random() {
  return session_.worker().random();
}

void HttpStream::touch() {
  if (idle_timer_.armed()) idle_timer_.start(hcm().stream_idle_timeout);
}

void HttpStream::on_head(RequestHead&& head, bool end_stream) {
  head_ = std::move(head);
  info_.protocol = protocol_name(head_.protocol);
  info_.bytes.header_received = head_.headers.byte_size();
  request_done_ = end_stream;
  if (hcm().stream_idle_timeout > Duration::zero()) idle_timer_.start(hcm().stream_idle_timeout);
  if (end_stream) {
    request_ended();
  } else if (hcm().request_timeout > Duration::zero()) {
    request_timer_.start(hcm().request_timeout);
  }
  if (hcm().max_stream_duration > Duration::zero())
    duration_timer_.start(hcm().max_stream_duration);
  if (!names_are_acceptable(head_.headers) || !head_is_acceptable()) return;
  judge_origin();
  find_route();
  if (!upgrade_is_allowed()) return;
  state_ = State::filtering;
  run_filters();
}

/// As Envoy, whose codecs judge names: HTTP/1 answers and closes, HTTP/2 resets the stream.
bool HttpStream::names_are_acceptable(HeaderMap& headers) {
  if (apply_underscore_rule(hcm(), headers)) return true;
  if (session_.codec().protocol() == Protocol::http2) {
    session_.codec().reset(id_, ResetReason::protocol_error);
    on_downstream_reset(ResponseFlag::downstream_protocol_error, details::kHttp2Underscore);
  } else {
    session_.codec().start_drain();
    on_bad_request(
        {400, details::kHttp1Underscore, "a header's name has an underscore", "Bad Request"});
  }
  return false;
}

/// The checks and changes that come before any routing.
bool HttpStream::head_is_acceptable() {
  const bool http1 = session_.codec().protocol() != Protocol::http2;
  if (head_.authority.empty()) {
    if (http1) session_.codec().start_drain();
    answer({400, "", std::string(details::kMissingHost), {}, {}, {}});
    return false;
  }
  if (!head_.is_connect() && (head_.path.empty() || (head_.path[0] != '/' && head_.path != "*"))) {
    stats().downstream_rq_non_relative_path.add();
    const auto why = head_.path.empty() ? details::kMissingPath : details::kAbsolutePath;
    answer({404, "", std::string(why), {}, {}, {}});
    return false;
  }
  if (auto reply = last_hop_reply(head_)) {
    answer(*std::move(reply));
    return false;
  }
  if (!hcm().config.proxy_100_continue && head_.headers.contains("expect")) {
    if (to_lower(head_.headers.get_or_empty("expect")) == "100-continue" && !request_done_) {
      ResponseHead go_on;
      go_on.status = 100;
      session_.codec().send_response(id_, go_on, false);
      session_.settle();
    }
    head_.headers.remove("expect");
  }
  const ConnectionInfo& connection = session_.info();
  strip_host_port(hcm().config, connection.local.port, connection.tls != nullptr, head_.authority);
  PathVerdict verdict = PathVerdict::keep;
  if (!head_.is_connect() && head_.path != "*")
    verdict = normalize_path(hcm().path_rules, head_.path);
  if (verdict == PathVerdict::reject) {
    if (http1) session_.codec().start_drain();  // As Envoy.
    answer({400, "", std::string(details::kPathNormalizationFailed), {}, {}, {}});
    return false;
  }
  if (verdict == PathVerdict::redirect) {
    answer({307,
            "",
            std::string(details::kPathNormalizationFailed),
            {},
            {{"location", head_.path}},
            {}});
    return false;
  }
  return true;
}

/// Who sent the request, and what that means for its fields.
void HttpStream::judge_origin() {
  table_ = session_.hcm()->routes();
  static const std::vector<std::string> kNone;
  const auto& internal_only = table_ ? table_->config().internal_only_headers : kNone;
  const RequestIdBits id_bits{fresh_random(), fresh_random()};
  const RequestOrigin origin = apply_request_rules(
      hcm(), session_.info(), session_.worker().local_ip, internal_only, id_bits, head_);
  info_.remote = origin.remote;
}

void HttpStream::find_route() {
  route_ = {};
  if (table_) {
    info_.route_configuration = table_->name();
    info_.route_owner = table_;
    info_.origins.add(table_->config().metadata);
    route_ = table_->find(head_, info_, stable_random_);
  }
  if (route_.virtual_host != nullptr) {
    info_.virtual_host = route_.virtual_host->name();
    info_.origins.add(route_.virtual_host->config().metadata);
  }
  if (route_.route != nullptr) {
    info_.route = route_.route->name();
    const auto& metadata = route_.route->config().metadata;
    info_.origins.add(metadata);
    if (metadata) info_.route_metadata = &*metadata;
    // Before the filters, which change nothing that is chosen by: a weighted cluster has its own
    // configuration of them.
    if (route_.route->action() == RouteEntry::Action::forward)
      choice_ = route_.route->choose_cluster(head_, info_, stable_random_);
  }
}

bool HttpStream::upgrade_is_allowed() {
  if (!head_.asks_tunnel()) return true;
  if (head_.is_connect() && route_.route == nullptr) return true;  // As Envoy: 404, not 403.
  const std::string wanted =
      head_.is_connect() && head_.upgrade.empty() ? "connect" : head_.upgrade;
  const auto allows = [&](const auto& configs) -> std::optional<bool> {
    for (const auto& each : configs) {
      if (equal_ignore_case(each.upgrade_type, wanted)) return each.enabled.value_or(true);
    }
    return std::nullopt;
  };
  std::optional<bool> allowed = allows(hcm().config.upgrade_configs);
  if (route_.route != nullptr && route_.route->action() == RouteEntry::Action::forward) {
    const std::optional<bool> by_route = allows(route_.route->forward().upgrade_configs);
    if (by_route) allowed = by_route;
  }
  if (allowed.value_or(false)) return true;
  stats().downstream_rq_ws_on_non_ws_route.add();
  answer({403, "", std::string(details::kUpgradeFailed), {}, {}, {}});
  return false;
}

FilterOverride HttpStream::filter_override(const std::string& filter_name) {
  return table_ ? table_->filter_override(route_, choice_.weighted, filter_name) : FilterOverride{};
}

void HttpStream::run_filters() {
  const auto& makers = session_.hcm()->filters;
  while (next_filter_ < makers.size()) {
    std::unique_ptr<HttpFilter> filter = makers[next_filter_++]->make(*this);
    if (!filter) continue;
    filters_.push_back(std::move(filter));
    switch (filters_.back()->on_request(head_, *this)) {
      case FilterVerdict::go_on:
        break;
      case FilterVerdict::wait:
      case FilterVerdict::answered:
        return;
    }
  }
  if (state_ == State::filtering) route_request();
}

void HttpStream::resume() {
  if (state_ == State::filtering) run_filters();
}

void HttpStream::on_body(std::string_view data, bool end_stream) {
  touch();
  info_.bytes.body_received += data.size();
  if (end_stream) request_ended();
  if (state_ == State::done) {
    session_.codec().consume(id_, data.size());
    return;
  }
  unconsumed_ += data.size();
  // The common case without a copy: everything before is sent, and nothing has to be kept.
  if (state_ >= State::forwarding && state_ != State::retry && upstream_ && upstream_->attached() &&
      body_.empty() && !keeps_body_ && mirrors_.empty()) {
    upstream_->send_data(data, end_stream);
    request_sent_ = end_stream;
    release_request_bytes();
    return;
  }
  for (const auto& mirror : mirrors_) mirror->on_body(data, end_stream);
  body_.append(data);
  if (keeps_body_ && body_.size() > session_.context().buffer_bytes) {
    keeps_body_ = false;  // Too large to be sent again.
    retry_.reset();
    if (cluster_) cluster_->stats().retry_or_shadow_abandoned.add();
    body_.consume(body_sent_);
    body_sent_ = 0;
  }
  send_body();
}

void HttpStream::on_request_trailers(HeaderMap&& trailers) {
  touch();
  if (!names_are_acceptable(trailers)) return;
  sanitize_trailers(trailers);
  request_trailers_ = std::move(trailers);
  has_trailers_ = !request_trailers_.empty();
  request_ended();
  send_body();
}

void HttpStream::request_ended() {
  request_done_ = true;
  request_timer_.stop();
  request_ended_at_ = loop().now();
  info_.timing.last_downstream_rx = request_ended_at_ - started_at_;
  if (state_ == State::forwarding || state_ == State::connecting) start_response_timers();
}

void HttpStream::on_downstream_reset(ResponseFlag flag, std::string_view details) {
  if (state_ == State::done) return;
  if (!response_started_) info_.response_code = 0;
  info_.flags.set(flag);
  info_.response_code_details = details;
  state_ = State::done;
  drop_upstream();
  request_done_ = true;  // Nothing is left to be reset.
  finish();
}

void HttpStream::on_bad_request(BadRequest&& why) {
  if (response_started_)
    return on_downstream_reset(ResponseFlag::downstream_protocol_error, why.details);
  drop_upstream();
  answer({why.status,
          std::string(why.body),
          std::string(why.details),
          ResponseFlag::downstream_protocol_error,
          {},
          {}});
}

void HttpStream::on_head_late() {
  if (hcm().overall_ends_first()) return on_request_late();
  answer({408, "request header timeout", std::string(details::kRequestHeaderTimeout), {}, {}, {}});
}

void HttpStream::on_idle() {
  stats().downstream_rq_idle_timeout.add();
  info_.flags.set(ResponseFlag::stream_idle_timeout);
  timed_out(ResponseFlag::stream_idle_timeout, details::kStreamIdleTimeout);
}

void HttpStream::on_request_late() {
  stats().downstream_rq_timeout.add();
  session_.close_after_answer();
  answer({408, "request timeout", std::string(details::kRequestOverallTimeout), {}, {}, {}});
}

void HttpStream::on_stream_late() {
  stats().downstream_rq_max_duration_reached.add();
  timed_out(ResponseFlag::duration_timeout, details::kMaxDuration);
}

void HttpStream::log_request() {
  for (const AccessLogPtr& log : hcm().access_logs) log->log(info_);
  session_.worker().trace.add(info_);
}

/// Everything is over: records, then out of the session.
void HttpStream::finish() {
  for (Timer* timer : {&idle_timer_, &global_timer_, &try_timer_, &try_idle_timer_, &backoff_timer_,
                       &request_timer_, &duration_timer_}) {
    timer->stop();
  }
  const Duration total = loop().now() - started_at_;
  info_.timing.complete = total;
  Worker& worker = session_.worker();
  worker.active_requests.store(worker.active_requests.load(std::memory_order_relaxed) - 1,
                               std::memory_order_relaxed);
  stats().downstream_rq_active.sub();
  stats().downstream_rq_completed.add();
  stats().downstream_rq_time.record(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(total).count()));
  log_request();
  filters_.clear();
  for (const auto& mirror : mirrors_) {
    if (!mirror->request_ended()) mirror->cancel();
  }
  ServerCodec& codec = session_.codec();
  if (unconsumed_ > 0) codec.consume(id_, unconsumed_);
  if (!request_done_) {
    // The answer is complete and the request is not: nobody wants its rest. An HTTP/1 connection
    // can't be used again; on HTTP/2 what still comes is dropped as it comes: a reset could
    // overtake the answer.
    stats().downstream_rq_response_before_rq_complete.add();
    session_.close_after_answer();
    if (codec.protocol() != Protocol::http2) codec.reset(id_, ResetReason::cancel);
  }
  session_.settle();
  session_.stream_done(*this);
}

}  // namespace lab::proxy
