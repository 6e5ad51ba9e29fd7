#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/handle.h"
#include "proxy/http/http2_guard.h"
#include "proxy/http/http2_message.h"

struct nghttp2_session;
extern "C" void nghttp2_session_del(nghttp2_session* session);

/// The adapter of nghttp2: what is the same for both sides of an HTTP/2 connection.
namespace lab::proxy::http2 {

/// One request and its answer.
struct Stream {
  StreamId id = 0;
  bool is_head = false;      ///< The request's method is HEAD.
  bool tunnel = false;       ///< Bytes both ways after the heads, each direction ending on its own.
  bool head_done = false;    ///< The request, or the final answer, was told.
  bool quiet = false;        ///< Nothing more is told about it: the session is done with it.
  bool remote_done = false;  ///< END_STREAM was received.
  bool local_done = false;   ///< END_STREAM was sent.
  bool ends = false;         ///< The queue is the message's end.
  bool deferred = false;     ///< The library waits for more of the queue.
  bool above = false;        ///< The session waits for on_send_ready.
  std::uint32_t interims = 0;
  std::string upgrade;     ///< :protocol of an extended CONNECT.
  bool dismissed = false;  ///< RST_STREAM NO_ERROR was asked for.
  std::size_t unconsumed = 0;
  std::size_t late_bytes = 0;  ///< Of the request, received after its answer was complete.
  std::optional<std::uint64_t> length_left;  ///< Of the declared content-length, in sending.
  Buffer queue;
  std::unique_ptr<FieldList> trailers;
  HeaderMap trailer_fields;  ///< What `trailers` refers to.
};

/// What a connection tells its codec. A stream that is told of exists until stream_gone() or its
/// `quiet`.
class Hooks {
 public:
  virtual ~Hooks() = default;
  /// A header block is complete; "" or why the message is malformed (the stream is reset then).
  virtual std::string on_block(Stream& stream, FieldBlock& block, bool end_stream) = 0;
  virtual void on_data(Stream& stream, std::string_view data, bool end_stream) = 0;
  virtual void on_reset(Stream& stream, ResetReason reason) = 0;
  virtual void on_send_ready(Stream& stream) = 0;
  virtual void on_goaway() = 0;
  virtual void on_settings() = 0;
};

class Connection {
 public:
  Connection(bool is_server, const Http2Options& options, Buffer& output, Hooks& hooks);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<std::size_t> feed(std::string_view bytes);
  /// Nothing more comes: open streams are reset.
  void end_of_input();
  bool wants_feed() const { return !failed_ && output_.size() < 4 * limits::kHttp2OutputBytes; }
  void pump();
  bool wants_pump() const;
  bool wants_close() const;
  /// A second or more has passed.
  void relax();
  /// Somebody must call relax() when a second has passed, whether the peer sends or not.
  bool wants_relax() const { return !failed_ && !lingering_.empty(); }

  Stream* find(StreamId stream);
  std::size_t active_streams() const;
  /// Opens a stream for a request (client).
  Stream& submit_request(const FieldList& fields, bool end_stream);
  void submit_response(Stream& stream, const FieldList& fields, bool end_stream);
  void submit_interim(Stream& stream, const FieldList& fields);
  void send_data(Stream& stream, std::string_view data, bool end_stream, std::size_t high_mark);
  void send_trailers(Stream& stream, const HeaderMap& trailers);
  /// Forgets the stream and tells the peer; no event follows.
  void reset(StreamId stream, ErrorCode code);
  void consume(StreamId stream, std::size_t bytes);

  void announce_goaway();
  void send_goaway();
  bool peer_went_away() const { return peer_went_away_; }
  bool failed() const { return failed_; }
  std::size_t peer_stream_limit() const;
  void send_ping();
  bool ping_pending() const { return ping_pending_; }

 private:
  friend struct Callbacks;  ///< The library's callbacks, in the .cc.

  void submit_settings();
  Stream& open(StreamId stream);
  void forget(StreamId stream);
  void send_pending();
  void fail(ErrorCode code, const std::string& reason);
  bool library_gave_up() const;
  void reset_all(ResetReason reason);
  void resume(Stream& stream);
  void dismiss(Stream& stream);

  const bool is_server_;
  const Http2Options options_;
  Buffer& output_;
  Hooks& hooks_;
  FrameGuard guard_;
  Handle<nghttp2_session, nghttp2_session_del> session_;
  std::unordered_map<StreamId, std::unique_ptr<Stream>> streams_;
  FieldBlock block_;
  std::vector<StreamId> ready_;  ///< Streams to be told on_send_ready.
  /// Answered before the request was complete; those before `aged_` have waited a second.
  std::vector<StreamId> lingering_;
  std::size_t aged_ = 0;
  std::size_t high_mark_ = 0;
  bool in_library_ = false;  ///< It must not be entered again.
  bool failed_ = false;
  bool going_away_ = false;
  bool peer_went_away_ = false;
  bool goaway_news_ = false;
  bool ping_pending_ = false;
  std::string failure_;
};

}  // namespace lab::proxy::http2
