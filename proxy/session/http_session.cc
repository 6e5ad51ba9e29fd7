#include "proxy/session/http_session.h"

#include "proxy/session/http_stream.h"

namespace lab::proxy {

namespace {
using CodecType = config::HttpConnectionManager::CodecType;
}

HttpSession::HttpSession(SessionContext context, std::shared_ptr<HcmInstance> hcm,
                         std::shared_ptr<NetworkFilters> filters)
    : context_(std::move(context)),
      hcm_(std::move(hcm)),
      filters_(std::move(filters)),
      idle_timer_(context_.worker.loop, Callback::to<&HttpSession::on_idle>(this)),
      headers_timer_(context_.worker.loop, Callback::to<&HttpSession::on_headers_late>(this)),
      duration_timer_(context_.worker.loop, Callback::to<&HttpSession::on_max_duration>(this)),
      drain_timer_(context_.worker.loop, Callback::to<&HttpSession::on_drain_over>(this)),
      relax_timer_(context_.worker.loop, Callback::to<&HttpSession::on_relax>(this)),
      started_at_(context_.worker.loop.now()) {
  hcm_->stats.downstream_cx_total.add();
  hcm_->stats.downstream_cx_active.add();
}

HttpSession::~HttpSession() = default;

void HttpSession::start(Fd fd, std::unique_ptr<TlsSession> tls, Buffer early) {
  connection_ = std::make_unique<Connection>(context_.worker.loop, std::move(fd), *this,
                                             std::move(tls), std::move(early));
  connection_->set_watermark(context_.buffer_bytes);
  const HcmConfig& config = *hcm_->config;
  if (connection_->has_tls() && context_.handshake_timeout > Duration::zero()) {
    headers_timer_.start(context_.handshake_timeout);
  }
  if (config.idle_timeout > Duration::zero()) idle_timer_.start(config.idle_timeout);
  if (config.max_connection_duration > Duration::zero())
    duration_timer_.start(config.max_connection_duration);
  connection_->start();
}

void HttpSession::on_connected() {
  headers_timer_.stop();
  if (connection_->has_tls()) note_tls();
  StreamInfo facts;
  facts.connection = context_.info.get();
  for (const auto& filter : *filters_) {
    if (!filter->accept(facts, context_.info->termination_details)) return connection_->close();
  }
}

void HttpSession::note_tls() {
  context_.info->tls = connection_->tls_info();
  context_.info->alpn = context_.info->tls->alpn;
  hcm_->stats.downstream_cx_ssl_total.add();
  hcm_->stats.downstream_cx_ssl_active.add();
}

bool HttpSession::make_codec(std::string_view first_bytes) {
  const HcmConfig& config = *hcm_->config;
  bool http2 = config.config.codec_type == CodecType::http2;
  if (config.config.codec_type == CodecType::auto_) {
    const std::string& alpn = context_.info->alpn;
    if (alpn == "h2") {
      http2 = true;
    } else if (alpn.empty()) {
      const Sniff sniffed = sniff_http(first_bytes);
      if (sniffed == Sniff::more) return false;
      http2 = sniffed == Sniff::http2;
    }
  }
  Http2Options http2_options = config.http2;
  codec_ = http2 ? make_http2_server(*this, http2_options) : make_http1_server(*this, config.http1);
  codec_->set_high_mark(context_.buffer_bytes);
  link_.bind(*connection_, *codec_);
  if (state_ == State::starting) state_ = State::serving;
  HcmStats& stats = hcm_->stats;
  (http2 ? stats.downstream_cx_http2_total : stats.downstream_cx_http1_total).add();
  (http2 ? stats.downstream_cx_http2_active : stats.downstream_cx_http1_active).add();
  if (state_ == State::draining) codec_->start_drain();
  return true;
}

std::size_t HttpSession::on_data(std::string_view bytes) {
  if (!codec_ && !make_codec(bytes)) return 0;
  if (streams_.empty() && hcm_->config->head_timeout() > Duration::zero() &&
      !headers_timer_.armed()) {
    headers_timer_.start(hcm_->config->head_timeout());
  }
  in_codec_ = true;
  const Result<std::size_t> used = link_.feed(bytes);
  in_codec_ = false;
  if (state_ == State::closed) return bytes.size();
  if (!used) {
    hcm_->stats.downstream_cx_protocol_error.add();
    while (!streams_.empty()) {
      streams_.begin()->second->on_downstream_reset(
          ResponseFlag::downstream_protocol_error,
          codec_->protocol() == Protocol::http2 ? "http2.protocol_error" : "http1.codec_error");
    }
    link_.flush();
    state_ = State::closing;
    connection_->close_after_flush(hcm_->config->delayed_close_timeout);
    return bytes.size();
  }
  settle();
  return *used;
}

void HttpSession::settle() {
  if (in_codec_ || state_ == State::closed || !codec_) return;
  link_.settle();
}

/// Streams may have stopped for the connection, not only for their own share of what waits.
void HttpSession::on_write_blocked(bool blocked) {
  if (blocked) return;
  streams_.for_each([](auto& stream) { stream->on_downstream_writable(); });
}

void HttpSession::on_flush() {
  if (!codec_) return;
  link_.flush();
  if (codec_->wants_relax() && !relax_timer_.armed()) relax_timer_.start(std::chrono::seconds(1));
  close_if_done();
}

void HttpSession::on_relax() {
  if (state_ == State::closed) return;
  codec_->relax();
  if (codec_->wants_relax()) relax_timer_.start(std::chrono::seconds(1));
  settle();
}

void HttpSession::close_if_done() {
  if (!streams_.empty() || !link_.wants_close()) return;
  if (state_ == State::closing || state_ == State::closed) return;
  state_ = State::closing;
  connection_->close_after_flush(close_wanted_ ? hcm_->config->delayed_close_timeout
                                               : Duration::zero());
}

void HttpSession::on_end() {
  // As Envoy: a client that ends its side of an HTTP connection is gone.
  hcm_->stats.downstream_cx_destroy_remote.add();
  if (!streams_.empty()) hcm_->stats.downstream_cx_destroy_remote_active_rq.add();
  connection_->close();
}

void HttpSession::on_closed(const CloseReason& reason) {
  state_ = State::closed;
  HcmStats& stats = hcm_->stats;
  const bool by_us = reason.kind == CloseKind::local && !streams_.empty();
  while (!streams_.empty()) {
    streams_.begin()->second->on_downstream_reset(ResponseFlag::downstream_connection_termination,
                                                  reason.kind == CloseKind::local && by_us
                                                      ? details::kDownstreamDisconnect
                                                      : details::kDownstreamDisconnect);
  }
  stats.downstream_cx_active.sub();
  stats.downstream_cx_destroy.add();
  if (codec_) {
    (codec_->protocol() == Protocol::http2 ? stats.downstream_cx_http2_active
                                           : stats.downstream_cx_http1_active)
        .sub();
  }
  if (context_.info->tls) stats.downstream_cx_ssl_active.sub();
  stats.downstream_cx_rx_bytes_total.add(connection_->bytes_in());
  stats.downstream_cx_tx_bytes_total.add(connection_->bytes_out());
  const auto open_for = context_.worker.loop.now() - started_at_;
  stats.downstream_cx_length_ms.record(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(open_for).count()));
  context_.info->transport_failure_reason = reason.transport;
  context_.ended(*this);
}

HttpStream* HttpSession::find(StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

HttpStream& HttpSession::add_stream(StreamId id) {
  headers_timer_.stop();
  idle_timer_.stop();
  ++requests_;
  const std::uint32_t most = hcm_->config->max_requests_per_connection;
  if (most > 0 && requests_ >= most && state_ == State::serving) {
    hcm_->stats.downstream_cx_max_requests_reached.add();
    drain();
  }
  std::unique_ptr<HttpStream>& stream = streams_[id];
  stream = std::make_unique<HttpStream>(*this, id);
  return *stream;
}

void HttpSession::stream_done(HttpStream& stream) {
  const auto found = streams_.find(stream.id());
  if (found == streams_.end() || found->second.get() != &stream) return;
  context_.worker.loop.destroy_later(std::move(found->second));
  streams_.erase(found);
  if (state_ == State::closed) return;
  if (streams_.empty() && hcm_->config->idle_timeout > Duration::zero())
    idle_timer_.start(hcm_->config->idle_timeout);
  connection_->send();  // Closing, if it is time, happens in the flush.
}

void HttpSession::on_request(StreamId id, RequestHead&& head, bool end_stream) {
  add_stream(id).on_head(std::move(head), end_stream);
}

void HttpSession::on_data(StreamId id, std::string_view data, bool end_stream) {
  HttpStream* stream = find(id);
  if (stream != nullptr) {
    stream->on_body(data, end_stream);
  } else {
    codec_->consume(id, data.size());  // Of a request that is answered already.
  }
}

void HttpSession::on_trailers(StreamId id, HeaderMap&& trailers) {
  HttpStream* stream = find(id);
  if (stream != nullptr) stream->on_request_trailers(std::move(trailers));
}

void HttpSession::on_reset(StreamId id, ResetReason reason) {
  HttpStream* stream = find(id);
  if (stream == nullptr) return;
  hcm_->stats.downstream_rq_rx_reset.add();
  const bool protocol = reason == ResetReason::protocol_error;
  stream->on_downstream_reset(protocol ? ResponseFlag::downstream_protocol_error
                                       : ResponseFlag::downstream_connection_termination,
                              protocol ? std::string_view("http2.violation.of.messaging.rule")
                                       : std::string_view("downstream_remote_reset"));
}

void HttpSession::on_bad_request(StreamId id, BadRequest&& why) {
  hcm_->stats.downstream_cx_protocol_error.add();
  HttpStream* stream = find(id);
  close_wanted_ = true;
  (stream != nullptr ? *stream : add_stream(id)).on_bad_request(std::move(why));
}

void HttpSession::on_send_ready(StreamId id) {
  HttpStream* stream = find(id);
  if (stream != nullptr) stream->on_downstream_writable();
}

void HttpSession::on_idle() {
  hcm_->stats.downstream_cx_idle_timeout.add();
  if (codec_ && codec_->protocol() == Protocol::http2) {
    drain();
    return;
  }
  connection_->close();
}

void HttpSession::on_headers_late() {
  if (!codec_ || codec_->protocol() == Protocol::http2) {
    connection_->close();
    return;
  }
  hcm_->stats.downstream_rq_header_timeout.add();
  close_wanted_ = true;
  add_stream(static_cast<StreamId>(requests_ + 1)).on_head_late();
  settle();
}

void HttpSession::on_max_duration() {
  hcm_->stats.downstream_cx_max_duration_reached.add();
  if (!codec_) return connection_->close();
  drain();
  // Also for HTTP/1, where an idle connection has no answer that could say so.
  if (!hcm_->config->config.http1_safe_max_connection_duration)
    drain_timer_.start(hcm_->config->drain_timeout);
}

void HttpSession::drain() {
  if (state_ != State::serving && state_ != State::starting) return;
  state_ = State::draining;
  if (!codec_) return;
  codec_->start_drain();
  if (codec_->protocol() == Protocol::http2) drain_timer_.start(hcm_->config->drain_timeout);
  settle();
}

void HttpSession::on_drain_over() {
  hcm_->stats.downstream_cx_drain_close.add();
  codec_->finish_drain();
  settle();
}

void HttpSession::close() {
  connection_->close();
}

}  // namespace lab::proxy
