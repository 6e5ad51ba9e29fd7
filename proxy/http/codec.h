#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/result.h"
#include "proxy/http/message.h"
#include "proxy/limits.h"

/// HTTP/1 and HTTP/2 as state machines: bytes in, events out; events in, bytes out. No sockets, no
/// clock.
///
/// How a connection drives a codec in one turn of its loop:
///   1. n = feed(bytes read before and now); keep what was not taken (bytes after n) for the next
///   feed.
///      When it fails: flush what output() has, then close. Everything that the peer should learn
///      is in output().
///   2. After decisions of the session (send_*, consume, ...) call pump() once, write output(),
///   consume what was written.
///   3. When wants_feed() and there are kept bytes, go to 1. When !wants_feed(), don't read the
///   socket.
///   4. When output() is empty and wants_close(): close.
/// Events come from within feed(), end_of_input(), pump(). Any method but feed() may be called from
/// within an event; the codec itself must outlive the call it is in.
namespace lab::proxy {

/// Names a request on its connection: the HTTP/2 stream id; in HTTP/1 1, 2, 3 ...
using StreamId = std::uint32_t;

enum class ResetReason : std::uint8_t {
  cancel,   ///< The peer (or we) lost interest: RST_STREAM CANCEL, NO_ERROR, or any code without a
            ///< better word.
  refused,  ///< The peer did not begin to process the request: safe to send again.
  protocol_error,  ///< A malformed message.
  internal_error,
  connect_error,
  flow_control_error,
  connection_closed,  ///< The connection ended in the middle of the message.
  too_large,          ///< Header limits.
};

/// "remote_refused" and the like are the session's words; this is for logs: "cancel", "refused" ...
std::string_view reset_reason_name(ResetReason reason);

/// Why a request was refused before a session could see it whole (HTTP/1). Answer with `status` and
/// close.
struct BadRequest {
  unsigned status = 400;     ///< 400, 408 ..., 431, 505 ...
  std::string_view details;  ///< Envoy's word for %RESPONSE_CODE_DETAILS%: "http1.codec_error" ...
  std::string reason;        ///< A sentence for the log.
  /// Body of Envoy's answer: the reason phrase for what its codec refuses, nothing for what its
  /// connection manager does.
  std::string_view body = "Bad Request";
};

/// What a server learns.
class ServerEvents {
 public:
  virtual ~ServerEvents() = default;
  /// A request; `end_stream` says that it has no body. The event takes the head.
  virtual void on_request(StreamId stream, RequestHead&& head, bool end_stream) = 0;
  /// Body bytes (or tunnel bytes after 101 / CONNECT 2xx); `data` lives until the event returns.
  virtual void on_data(StreamId stream, std::string_view data, bool end_stream) = 0;
  /// Trailers; they end the request.
  virtual void on_trailers(StreamId stream, HeaderMap&& trailers) = 0;
  /// The stream is dead: forget it, send nothing more on it.
  virtual void on_reset(StreamId stream, ResetReason reason) = 0;
  /// HTTP/1: the bytes are no request that may be forwarded. When `stream` was announced by
  /// on_request before (a broken body), that request must not be finished towards the upstream.
  /// Send an answer on `stream` if none was begun; the connection closes after it (feed() fails,
  /// wants_close() holds).
  virtual void on_bad_request(StreamId stream, BadRequest&& why) = 0;
  /// buffered(stream) fell to half of the high mark or below.
  virtual void on_send_ready(StreamId stream) = 0;
};

/// What a client learns.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  /// A 1xx answer other than 101; a final answer follows.
  virtual void on_informational(StreamId stream, ResponseHead&& head) = 0;
  /// The final answer, or 101 to a request that asked for it.
  virtual void on_response(StreamId stream, ResponseHead&& head, bool end_stream) = 0;
  virtual void on_data(StreamId stream, std::string_view data, bool end_stream) = 0;
  virtual void on_trailers(StreamId stream, HeaderMap&& trailers) = 0;
  /// The stream is dead. Comes also for each open stream when feed() fails or the connection ends.
  virtual void on_reset(StreamId stream, ResetReason reason) = 0;
  virtual void on_send_ready(StreamId stream) = 0;
  /// HTTP/2: the peer takes no new streams; those it will not process are reset as `refused`.
  virtual void on_goaway() = 0;
  /// HTTP/2: stream_limit() changed.
  virtual void on_stream_limit() = 0;
};

/// What both sides of both versions have in common.
class Codec {
 public:
  virtual ~Codec() = default;
  virtual Protocol protocol() const = 0;

  /// Takes bytes of the peer; how many were taken (the others must be given again). Fails with
  /// Errc::protocol when the connection is beyond repair.
  virtual Result<std::size_t> feed(std::string_view bytes) = 0;
  /// The peer will send nothing more.
  virtual void end_of_input() = 0;
  /// False while bytes would not be taken: a request is still being answered (HTTP/1), or the
  /// session has not consumed enough. Becomes true through consume(), reset() or an answer's end.
  virtual bool wants_feed() const = 0;
  /// Moves to output() what flow control and the output limit allow; raises on_send_ready.
  virtual void pump() = 0;
  /// True when pump() would add to output().
  virtual bool wants_pump() const = 0;
  /// Bytes for the peer. The transport consumes what it wrote.
  Buffer& output() { return output_; }
  /// True when the connection should be closed once output() is written: all is answered and it
  /// can't be reused.
  virtual bool wants_close() const = 0;

  /// True when the end must be a TCP reset: the message sent last has no length, and a plain end
  /// would make a part of it look whole.
  virtual bool wants_abort() const { return false; }

  /// Body or tunnel bytes. On a stream that was reset it does nothing.
  virtual void send_data(StreamId stream, std::string_view data, bool end_stream) = 0;
  /// Trailers; they end the message.
  virtual void send_trailers(StreamId stream, const HeaderMap& trailers) = 0;
  /// Gives a stream up; no on_reset follows. HTTP/1: nothing more is sent and the connection
  /// closes.
  virtual void reset(StreamId stream, ResetReason reason) = 0;
  /// Bytes of that stream queued here, output() included where the stream alone fills it (HTTP/1).
  virtual std::size_t buffered(StreamId stream) const = 0;
  /// The session is done with so many bytes of on_data: windows open again.
  virtual void consume(StreamId stream, std::size_t bytes) = 0;
  /// Requests that are neither finished in both directions nor reset.
  virtual std::size_t active_streams() const = 0;

  /// A second or more has passed: budgets against floods recover, streams whose answer was complete
  /// before their request are reset.
  virtual void relax() {}
  /// True when relax() must be called after a second although nothing may happen meanwhile.
  virtual bool wants_relax() const { return false; }

  /// buffered() above which a session should stop reading the other side.
  void set_high_mark(std::size_t bytes) { high_mark_ = bytes; }
  std::size_t high_mark() const { return high_mark_; }

 protected:
  Buffer output_;
  std::size_t high_mark_ = 256 * 1024;
};

class ServerCodec : public Codec {
 public:
  /// 1xx (101 turns an upgraded request into a tunnel) or the final answer.
  virtual void send_response(StreamId stream, const ResponseHead& head, bool end_stream) = 0;
  /// First step of a drain: says that no new request should come (HTTP/2 GOAWAY with the highest
  /// id; HTTP/1: the next answer says "connection: close").
  virtual void start_drain() = 0;
  /// Second step: new requests are refused, the connection closes after the open ones.
  virtual void finish_drain() = 0;
};

class ClientCodec : public Codec {
 public:
  /// Sends a request; its id. Call only while can_send_request().
  virtual StreamId send_request(const RequestHead& head, bool end_stream) = 0;
  /// True when a further request may be sent now.
  virtual bool can_send_request() const = 0;
  /// Requests that may be open at a time (HTTP/1: 1; HTTP/2: the peer's
  /// SETTINGS_MAX_CONCURRENT_STREAMS, at most ours).
  virtual std::size_t stream_limit() const = 0;
  /// False once the connection must not get another request: said "close", GOAWAY, surplus bytes,
  /// an error.
  virtual bool reusable() const = 0;
  /// HTTP/2: sends a PING; on an HTTP/1 connection nothing. ping_pending() holds until its answer.
  virtual void send_ping() = 0;
  virtual bool ping_pending() const = 0;
};

/// HTTP/1 settings; the names are those of Envoy's Http1ProtocolOptions and HttpConnectionManager.
struct Http1Options {
  bool accept_http_10 = false;           ///< Else HTTP/1.0 gets 426.
  std::string default_host_for_http_10;  ///< Authority of an HTTP/1.0 request without Host.
  bool enable_trailers = false;          ///< Else received trailers are checked and dropped.
  bool proper_case = false;              ///< header_key_format.proper_case_words.
  bool allow_absolute_url = true;
  std::size_t max_header_bytes = limits::kMaxHeaderBytes;
  std::size_t max_header_fields = limits::kMaxHeaderFields;
  std::size_t window = limits::kHttp1Window;
};

/// HTTP/2 settings; the names are those of Envoy's Http2ProtocolOptions.
struct Http2Options {
  std::uint32_t max_concurrent_streams = limits::kMaxConcurrentStreams;
  std::uint32_t initial_stream_window_size = limits::kStreamWindow;
  std::uint32_t initial_connection_window_size = limits::kConnectionWindow;
  std::uint32_t hpack_table_size = limits::kHeaderTableBytes;
  bool allow_connect = false;  ///< Extended CONNECT (RFC 8441) is offered / used.
  std::size_t max_header_bytes = limits::kMaxHeaderBytes;
  std::size_t max_header_fields = limits::kMaxHeaderFields;
};

/// The events object must outlive the codec. Options are copied.
std::unique_ptr<ServerCodec> make_http1_server(ServerEvents& events, const Http1Options& options);
std::unique_ptr<ClientCodec> make_http1_client(ClientEvents& events, const Http1Options& options);
std::unique_ptr<ServerCodec> make_http2_server(ServerEvents& events, const Http2Options& options);
std::unique_ptr<ClientCodec> make_http2_client(ClientEvents& events, const Http2Options& options);

/// What the first bytes of a cleartext connection are, for codec_type AUTO and http_inspector.
enum class Sniff : std::uint8_t { more, http1, http2, other };
Sniff sniff_http(std::string_view first_bytes);

}  // namespace lab::proxy
