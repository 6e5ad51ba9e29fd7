#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "proxy/http/stream_table.h"
#include "proxy/upstream/codec_link.h"
#include "proxy/upstream/http_pool.h"

namespace lab::proxy {

/// One connection of a pool.
///
///   connecting --> open --> draining --> closed
///        |           |                     ^
///        +-----------+---------------------+
///
/// draining: takes no further requests, closes with the last one.
class HttpUpstream final : public ConnectionCallbacks, public ClientEvents, public Deletable {
 public:
  enum class State : std::uint8_t { connecting, open, draining, closed };

  HttpUpstream(HttpPool& pool, std::unique_ptr<TlsSession> tls, Fd fd);
  ~HttpUpstream() override;

  State state() const { return state_; }
  /// Requests that it could take now.
  std::size_t room() const;
  /// Requests that it is expected to take once it is connected.
  std::size_t expected_room() const;
  /// Made with certificates that were replaced since.
  bool stale() const { return tls_version_ != pool_.tls_version(); }
  std::size_t active() const { return streams_.size(); }
  const Connection& connection() const { return *connection_; }

  std::list<std::unique_ptr<HttpUpstream>>::iterator place;  ///< In its pool's list.
  Protocol protocol() const { return codec_ ? codec_->protocol() : Protocol::http11; }
  std::uint64_t id() const { return id_; }

  StreamId send_request(UpstreamStream& stream, const RequestHead& head, bool end_stream);
  void bind(UpstreamStream& stream);
  void send_data(StreamId id, std::string_view data, bool end_stream);
  void send_trailers(StreamId id, const HeaderMap& trailers);
  void consume(StreamId id, std::size_t bytes);
  bool blocked(StreamId id) const;
  /// The owner gave up; the stream is told nothing more.
  void abandon(UpstreamStream& stream);
  /// Takes no further requests.
  void drain();
  void close();

  // ConnectionCallbacks
  void on_connected() override;
  std::size_t on_data(std::string_view bytes) override;
  void on_end() override;
  void on_closed(const CloseReason& reason) override;
  void on_flush() override;
  void on_write_blocked(bool blocked) override;

  // ClientEvents
  void on_informational(StreamId id, ResponseHead&& head) override;
  void on_response(StreamId id, ResponseHead&& head, bool end_stream) override;
  void on_data(StreamId id, std::string_view data, bool end_stream) override;
  void on_trailers(StreamId id, HeaderMap&& trailers) override;
  void on_reset(StreamId id, ResetReason reason) override;
  void on_send_ready(StreamId id) override;
  void on_goaway() override;
  void on_stream_limit() override;

 private:
  UpstreamStream* find(StreamId id);
  void make_codec();
  bool half_done(UpstreamStream& stream, bool& half);
  void detach(UpstreamStream& stream);
  void settle();
  void count_close(const CloseReason& reason);
  void on_connect_timeout();
  void on_idle();
  void on_max_duration();
  void on_keepalive();
  UpstreamReset reset_of(ResetReason reason) const;
  void fail_streams(UpstreamReset reason, const std::string& transport);

  HttpPool& pool_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<ClientCodec> codec_;
  CodecLink link_;
  StreamTable<UpstreamStream*> streams_;
  UpstreamStream* binding_ = nullptr;  ///< Attached, its request not yet sent.
  Timer connect_timer_, idle_timer_, duration_timer_, keepalive_timer_;
  std::uint64_t served_ = 0;
  std::uint64_t id_;
  std::uint64_t tls_version_;
  State state_ = State::connecting;
  bool in_codec_ =
      false;  ///< The codec is on the stack: freed room is offered to the pool afterwards.
  bool room_freed_ = false;
  bool timed_out_ = false;  ///< While connecting.
};

/// A number for each connection of this process.
std::uint64_t next_connection_id();

}  // namespace lab::proxy
