#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "proxy/http/codec.h"
#include "proxy/http/stream_table.h"
#include "proxy/net/connection.h"
#include "proxy/session/hcm_config.h"
#include "proxy/session/session.h"
#include "proxy/session/tcp_session.h"
#include "proxy/upstream/codec_link.h"

namespace lab::proxy {

class HttpStream;

/// One downstream connection that carries HTTP.
///
///   starting --> serving --> draining --> closing --> closed
///       |           |            |                      ^
///       +-----------+------------+----------------------+
///
/// starting: TLS, or the first bytes that tell HTTP/1 from HTTP/2. draining: no new requests, the
/// open ones end. closing: the last answer is still being written.
class HttpSession final : public Session, public ConnectionCallbacks, public ServerEvents {
 public:
  enum class State : std::uint8_t { starting, serving, draining, closing, closed };

  HttpSession(SessionContext context, std::shared_ptr<HcmInstance> hcm,
              std::shared_ptr<NetworkFilters> filters);
  ~HttpSession() override;

  void start(Fd fd, std::unique_ptr<TlsSession> tls, Buffer early) override;
  void drain() override;
  void close() override;

  // For its streams.
  Worker& worker() { return context_.worker; }
  const std::shared_ptr<HcmInstance>& hcm() const { return hcm_; }
  ServerCodec& codec() { return *codec_; }
  Connection& connection() { return *connection_; }
  const ConnectionInfo& info() const { return *context_.info; }
  const SessionContext& context() const { return context_; }
  /// After any use of the codec by a stream.
  void settle();
  /// The stream is complete; it is destroyed at the end of the turn.
  void stream_done(HttpStream& stream);
  /// HTTP/1: no further request on this connection.
  bool draining() const { return state_ == State::draining || state_ == State::closing; }
  void close_after_answer() { close_wanted_ = true; }

  // ConnectionCallbacks
  void on_connected() override;
  std::size_t on_data(std::string_view bytes) override;
  void on_end() override;
  void on_closed(const CloseReason& reason) override;
  void on_flush() override;
  void on_write_blocked(bool blocked) override;

  // ServerEvents
  void on_request(StreamId id, RequestHead&& head, bool end_stream) override;
  void on_data(StreamId id, std::string_view data, bool end_stream) override;
  void on_trailers(StreamId id, HeaderMap&& trailers) override;
  void on_reset(StreamId id, ResetReason reason) override;
  void on_bad_request(StreamId id, BadRequest&& why) override;
  void on_send_ready(StreamId id) override;

 private:
  void note_tls();
  bool make_codec(std::string_view first_bytes);
  HttpStream* find(StreamId id);
  HttpStream& add_stream(StreamId id);
  void close_if_done();
  void on_idle();
  void on_headers_late();
  void on_max_duration();
  void on_drain_over();
  void on_relax();

  SessionContext context_;
  std::shared_ptr<HcmInstance> hcm_;
  std::shared_ptr<NetworkFilters> filters_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<ServerCodec> codec_;
  CodecLink link_;
  StreamTable<std::unique_ptr<HttpStream>> streams_;
  Timer idle_timer_, headers_timer_, duration_timer_, drain_timer_, relax_timer_;
  TimePoint started_at_{};
  std::uint64_t requests_ = 0;
  State state_ = State::starting;
  bool in_codec_ = false;
  bool close_wanted_ = false;
};

}  // namespace lab::proxy
