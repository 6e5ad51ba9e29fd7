#include "proxy/upstream/http_upstream.h"

#include <atomic>
#include <cstring>

namespace lab::proxy {

namespace {
/// What an HTTP/2 connection is expected to carry before its SETTINGS are known.
constexpr std::size_t kExpectedStreams = 1024;
}  // namespace

std::uint64_t next_connection_id() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

HttpUpstream::HttpUpstream(HttpPool& pool, std::unique_ptr<TlsSession> tls, Fd fd)
    : pool_(pool),
      connection_(std::make_unique<Connection>(pool.loop(), std::move(fd), *this, std::move(tls))),
      connect_timer_(pool.loop(), Callback::to<&HttpUpstream::on_connect_timeout>(this)),
      idle_timer_(pool.loop(), Callback::to<&HttpUpstream::on_idle>(this)),
      duration_timer_(pool.loop(), Callback::to<&HttpUpstream::on_max_duration>(this)),
      keepalive_timer_(pool.loop(), Callback::to<&HttpUpstream::on_keepalive>(this)),
      id_(next_connection_id()),
      tls_version_(pool.tls_version()) {
  connection_->set_watermark(pool.options().buffer_bytes);
  connection_->set_peer(pool.options().address);
  connect_timer_.start(pool.options().connect_timeout);
  pool_.breaker().connections.take();
  pool_.stats().upstream_cx_total.add();
  pool_.stats().upstream_cx_active.add();
  pool_.host().cx_total.add();
  pool_.host().cx_active.add();
}

HttpUpstream::~HttpUpstream() = default;

std::size_t HttpUpstream::room() const {
  if (state_ != State::open || binding_ != nullptr || !codec_->can_send_request()) return 0;
  const std::size_t limit = codec_->stream_limit();
  return limit > streams_.size() ? limit - streams_.size() : 0;
}

std::size_t HttpUpstream::expected_room() const {
  if (state_ != State::connecting) return 0;
  return pool_.options().version == HttpPoolOptions::Version::http2 ? kExpectedStreams : 1;
}

void HttpUpstream::bind(UpstreamStream& stream) {
  idle_timer_.stop();
  binding_ = &stream;
}

StreamId HttpUpstream::send_request(UpstreamStream& stream, const RequestHead& head,
                                    bool end_stream) {
  binding_ = nullptr;
  ++served_;
  const StreamId id = codec_->send_request(head, end_stream);
  streams_[id] = &stream;
  stream.request_done_ = end_stream;
  if (pool_.options().max_requests > 0 && served_ >= pool_.options().max_requests) {
    pool_.stats().upstream_cx_max_requests.add();
    state_ = State::draining;
  }
  settle();
  return id;
}

void HttpUpstream::send_data(StreamId id, std::string_view data, bool end_stream) {
  codec_->send_data(id, data, end_stream);
  UpstreamStream* stream = find(id);
  if (end_stream && stream != nullptr) half_done(*stream, stream->request_done_);
  settle();
}

void HttpUpstream::send_trailers(StreamId id, const HeaderMap& trailers) {
  codec_->send_trailers(id, trailers);
  UpstreamStream* stream = find(id);
  if (stream != nullptr) half_done(*stream, stream->request_done_);
  settle();
}

void HttpUpstream::consume(StreamId id, std::size_t bytes) {
  codec_->consume(id, bytes);
  settle();
}

bool HttpUpstream::blocked(StreamId id) const {
  return codec_->buffered(id) > codec_->high_mark() || connection_->write_blocked();
}

UpstreamStream* HttpUpstream::find(StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

/// True when the stream is now done in both directions; it is detached then.
bool HttpUpstream::half_done(UpstreamStream& stream, bool& half) {
  half = true;
  if (!stream.request_done_ || !stream.response_done_) return false;
  detach(stream);
  return true;
}

void HttpUpstream::detach(UpstreamStream& stream) {
  streams_.erase(stream.id_);
  stream.upstream_ = nullptr;
  room_freed_ = true;
  pool_.breaker().requests.give();
  pool_.stats().upstream_rq_active.sub();
  pool_.host().rq_active.sub();
}

void HttpUpstream::abandon(UpstreamStream& stream) {
  if (binding_ == &stream) {
    binding_ = nullptr;
  } else {
    codec_->reset(stream.id_, ResetReason::cancel);
    pool_.stats().upstream_rq_tx_reset.add();
  }
  detach(stream);
  settle();
}

void HttpUpstream::settle() {
  if (in_codec_ || state_ == State::closed) return;
  link_.settle();
  if (state_ == State::open && !codec_->reusable()) state_ = State::draining;
  if (!room_freed_) return;
  room_freed_ = false;
  if (state_ == State::draining && streams_.empty() && binding_ == nullptr) {
    connection_->close_after_flush(Duration::zero());
    return;
  }
  if (streams_.empty() && binding_ == nullptr && pool_.options().idle_timeout > Duration::zero()) {
    idle_timer_.start(pool_.options().idle_timeout);
  }
  pool_.connection_ready(*this);
}

void HttpUpstream::make_codec() {
  const HttpPoolOptions& options = pool_.options();
  const TlsInfoPtr tls = connection_->tls_info();
  const bool http2 =
      options.version == HttpPoolOptions::Version::http2 ||
      (options.version == HttpPoolOptions::Version::by_alpn && tls && tls->alpn == "h2");
  codec_ =
      http2 ? make_http2_client(*this, options.http2) : make_http1_client(*this, options.http1);
  (http2 ? pool_.stats().upstream_cx_http2_total : pool_.stats().upstream_cx_http1_total).add();
  codec_->set_high_mark(options.buffer_bytes);
  link_.bind(*connection_, *codec_);
  if (http2 && options.keepalive_interval > Duration::zero())
    keepalive_timer_.start(options.keepalive_interval);
}

void HttpUpstream::on_connected() {
  connect_timer_.stop();
  state_ = State::open;
  if (connection_->has_tls()) {
    pool_.stats().ssl_handshake.add();
    if (connection_->tls_info()->resumed) pool_.stats().ssl_session_reused.add();
  }
  make_codec();
  if (pool_.options().max_duration > Duration::zero())
    duration_timer_.start(pool_.options().max_duration);
  room_freed_ = true;
  settle();
}

std::size_t HttpUpstream::on_data(std::string_view bytes) {
  in_codec_ = true;
  const Result<std::size_t> used = link_.feed(bytes);
  in_codec_ = false;
  if (state_ == State::closed) return bytes.size();
  if (!used) {
    pool_.stats().upstream_cx_protocol_error.add();
    fail_streams(UpstreamReset::protocol_error, "");
    connection_->close_after_flush(Duration::zero());
    return bytes.size();
  }
  settle();
  return *used;
}

void HttpUpstream::on_end() {
  in_codec_ = true;
  if (codec_) codec_->end_of_input();
  in_codec_ = false;
  pool_.stats().upstream_cx_destroy_remote.add();
  if (!streams_.empty()) pool_.stats().upstream_cx_destroy_remote_with_active_rq.add();
  fail_streams(UpstreamReset::connection_termination, "");
  connection_->close();
}

/// Streams may have stopped for the connection, not only for their own share of what waits.
void HttpUpstream::on_write_blocked(bool blocked) {
  if (blocked) return;
  streams_.for_each([](UpstreamStream* stream) { stream->events_.on_upstream_writable(); });
}

void HttpUpstream::on_flush() {
  if (!codec_) return;
  in_codec_ = true;
  link_.flush();
  in_codec_ = false;
}

void HttpUpstream::count_close(const CloseReason& reason) {
  ClusterStats& stats = pool_.stats();
  pool_.breaker().connections.give();
  stats.upstream_cx_active.sub();
  pool_.host().cx_active.sub();
  stats.upstream_cx_destroy.add();
  stats.upstream_cx_rx_bytes_total.add(connection_->bytes_in());
  stats.upstream_cx_tx_bytes_total.add(connection_->bytes_out());
  if (reason.kind == CloseKind::local) stats.upstream_cx_destroy_local.add();
  if (reason.kind == CloseKind::remote_reset) stats.upstream_cx_destroy_remote.add();
  if (reason.kind == CloseKind::tls_failed) stats.ssl_connection_error.add();
  if (reason.kind == CloseKind::tls_failed &&
      reason.transport.find("verify cert failed") != std::string::npos) {
    const bool san = reason.transport.find("SAN matcher") != std::string::npos;
    (san ? stats.ssl_fail_verify_san : stats.ssl_fail_verify_error).add();
  }
}

void HttpUpstream::on_closed(const CloseReason& reason) {
  const bool was_connecting = state_ == State::connecting;
  state_ = State::closed;
  count_close(reason);
  if (was_connecting && timed_out_) {
    pool_.connection_failed(*this, UpstreamReset::connection_timeout, "");
    return;
  }
  if (was_connecting && reason.kind != CloseKind::local) {
    const std::string text =
        reason.kind == CloseKind::connect_failed
            ? std::string("delayed connect error: ") + std::strerror(reason.error)
            : reason.transport;
    pool_.connection_failed(*this, UpstreamReset::remote_connection_failure, text);
    return;
  }
  fail_streams(UpstreamReset::connection_termination, reason.transport);
  pool_.remove(*this);
  if (!pool_.waiting_.empty()) pool_.serve_waiting();
}

void HttpUpstream::on_connect_timeout() {
  pool_.stats().upstream_cx_connect_timeout.add();
  timed_out_ = true;
  connection_->close();
}

void HttpUpstream::on_idle() {
  pool_.stats().upstream_cx_idle_timeout.add();
  connection_->close();
}

void HttpUpstream::on_max_duration() {
  pool_.stats().upstream_cx_max_duration_reached.add();
  drain();
}

void HttpUpstream::on_keepalive() {
  if (codec_->ping_pending()) {
    fail_streams(UpstreamReset::connection_termination, "");
    connection_->close();
    return;
  }
  codec_->send_ping();
  settle();
  keepalive_timer_.start(pool_.options().keepalive_interval);
}

void HttpUpstream::drain() {
  if (state_ == State::connecting || state_ == State::closed) return close();
  state_ = State::draining;
  if (streams_.empty() && binding_ == nullptr) close();
}

void HttpUpstream::close() {
  connection_->close();
}

UpstreamReset HttpUpstream::reset_of(ResetReason reason) const {
  switch (reason) {
    case ResetReason::refused:
      return UpstreamReset::remote_refused_stream_reset;
    case ResetReason::connection_closed:
      return UpstreamReset::connection_termination;
    case ResetReason::connect_error:
      return UpstreamReset::connect_error;
    case ResetReason::protocol_error:
    case ResetReason::too_large:
    case ResetReason::flow_control_error:
      return UpstreamReset::protocol_error;
    case ResetReason::cancel:
    case ResetReason::internal_error:
      return UpstreamReset::remote_reset;
  }
  return UpstreamReset::remote_reset;
}

void HttpUpstream::fail_streams(UpstreamReset reason, const std::string& transport) {
  if (binding_ != nullptr) {
    UpstreamStream& stream = *binding_;
    binding_ = nullptr;
    detach(stream);
    stream.events_.on_upstream_reset(reason, transport);
  }
  while (!streams_.empty()) {
    UpstreamStream& stream = *streams_.begin()->second;
    detach(stream);
    stream.events_.on_upstream_reset(reason, transport);
  }
}

void HttpUpstream::on_informational(StreamId id, ResponseHead&& head) {
  UpstreamStream* stream = find(id);
  if (stream != nullptr) stream->events_.on_informational(std::move(head));
}

void HttpUpstream::on_response(StreamId id, ResponseHead&& head, bool end_stream) {
  UpstreamStream* stream = find(id);
  if (stream == nullptr) return;
  if (end_stream) half_done(*stream, stream->response_done_);
  stream->events_.on_response(std::move(head), end_stream);
}

void HttpUpstream::on_data(StreamId id, std::string_view data, bool end_stream) {
  UpstreamStream* stream = find(id);
  if (stream == nullptr) return;
  if (end_stream) half_done(*stream, stream->response_done_);
  stream->events_.on_response_data(data, end_stream);
}

void HttpUpstream::on_trailers(StreamId id, HeaderMap&& trailers) {
  UpstreamStream* stream = find(id);
  if (stream == nullptr) return;
  half_done(*stream, stream->response_done_);
  stream->events_.on_response_trailers(std::move(trailers));
}

void HttpUpstream::on_reset(StreamId id, ResetReason reason) {
  UpstreamStream* stream = find(id);
  if (stream == nullptr) return;
  if (reason != ResetReason::connection_closed) pool_.stats().upstream_rq_rx_reset.add();
  detach(*stream);
  stream->events_.on_upstream_reset(reset_of(reason), "");
}

void HttpUpstream::on_send_ready(StreamId id) {
  UpstreamStream* stream = find(id);
  if (stream != nullptr) stream->events_.on_upstream_writable();
}

void HttpUpstream::on_goaway() {
  pool_.stats().upstream_cx_close_notify.add();
  if (state_ == State::open) state_ = State::draining;
  room_freed_ = true;
}

void HttpUpstream::on_stream_limit() {
  room_freed_ = true;
}

}  // namespace lab::proxy
