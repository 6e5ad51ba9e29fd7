#include "proxy/http/http2_connection.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>

namespace lab::proxy::http2 {

namespace {

using OptionHandle = Handle<nghttp2_option, nghttp2_option_del>;
using CallbacksHandle = Handle<nghttp2_session_callbacks, nghttp2_session_callbacks_del>;

/// Sets a flag while it lives.
class Within {
 public:
  explicit Within(bool& flag) : flag_(flag), before_(std::exchange(flag, true)) {}
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;
  ~Within() { flag_ = before_; }

 private:
  bool& flag_;
  bool before_;
};

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::vector<nghttp2_nv> name_values(const FieldList& list) {
  std::vector<nghttp2_nv> result;
  result.reserve(list.fields().size());
  for (const HeaderField& field : list.fields()) {
    const auto bytes = [](std::string_view view) {
      return reinterpret_cast<std::uint8_t*>(const_cast<char*>(view.data()));
    };
    result.push_back({bytes(field.name), bytes(field.value), field.name.size(), field.value.size(),
                      NGHTTP2_NV_FLAG_NONE});
  }
  return result;
}

}  // namespace

struct Callbacks {
  static Connection& self(void* user) { return *static_cast<Connection*>(user); }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Connection& connection = self(user);
    connection.block_.clear();
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST)
      connection.open(static_cast<StreamId>(frame->hd.stream_id));
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user) {
    Connection& connection = self(user);
    if (connection.block_.add(text(name, name_size), text(value, value_size), connection.options_))
      return 0;
    connection.guard_.head_oversized();
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // The library resets the stream.
  }

  /// A field that the library would only leave out (RFC 9113 section 8.2.1: the message is
  /// malformed).
  static int invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*,
                            std::size_t, const std::uint8_t*, std::size_t, std::uint8_t, void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Connection& connection = self(user);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        block_complete(connection, frame);
        break;
      case NGHTTP2_DATA:
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
          data_ended(connection, frame->hd.stream_id);
        break;
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) connection.hooks_.on_settings();
        break;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) connection.ping_pending_ = false;
        break;
      case NGHTTP2_GOAWAY:
        connection.peer_went_away_ = connection.goaway_news_ = true;
        break;
      default:
        break;
    }
    return 0;
  }

  static void block_complete(Connection& connection, const nghttp2_frame* frame) {
    Stream* stream = connection.find(static_cast<StreamId>(frame->hd.stream_id));
    if (stream == nullptr || stream->quiet) return;
    const bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (end) stream->remote_done = true;
    const StreamId id = stream->id;
    const std::string problem = connection.hooks_.on_block(*stream, connection.block_, end);
    if (problem.empty()) return;
    stream = connection.find(id);
    if (stream != nullptr && !connection.is_server_ && !stream->quiet) {
      connection.hooks_.on_reset(*stream, ResetReason::protocol_error);
    }
    connection.reset(id, ErrorCode::protocol_error);
  }

  static void data_ended(Connection& connection, std::int32_t id) {
    Stream* stream = connection.find(static_cast<StreamId>(id));
    if (stream == nullptr) return;
    stream->remote_done = true;
    if (!stream->quiet) connection.hooks_.on_data(*stream, {}, true);
  }

  static int data_chunk(nghttp2_session* session, std::uint8_t, std::int32_t id,
                        const std::uint8_t* bytes, std::size_t size, void* user) {
    Connection& connection = self(user);
    Stream* stream = connection.find(static_cast<StreamId>(id));
    if (stream == nullptr || stream->quiet) {
      nghttp2_session_consume_connection(session, size);
      if (stream == nullptr || !stream->local_done || !connection.is_server_) return 0;
      stream->late_bytes += size;
      if (stream->late_bytes > limits::kLateBytes) connection.dismiss(*stream);
      return 0;
    }
    stream->unconsumed += size;
    connection.hooks_.on_data(*stream, text(bytes, size), false);
    return 0;
  }

  static int stream_closed(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    Connection& connection = self(user);
    const auto stream_id = static_cast<StreamId>(id);
    connection.guard_.stream_closed(stream_id);
    Stream* stream = connection.find(stream_id);
    if (stream == nullptr) return 0;
    if (code == NGHTTP2_NO_ERROR && stream->local_done) {
      connection.guard_.stream_answered();
    } else if (connection.is_server_ && !stream->local_done) {
      connection.guard_.stream_wasted();
    }
    const bool told = stream->head_done || !connection.is_server_;
    if (told && !stream->quiet)
      connection.hooks_.on_reset(*stream, reason_of(static_cast<ErrorCode>(code)));
    connection.forget(stream_id);
    return 0;
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Connection& connection = self(user);
    const bool has_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (!has_end || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    Stream* stream = connection.find(static_cast<StreamId>(frame->hd.stream_id));
    if (stream == nullptr) return 0;
    stream->local_done = true;
    // RFC 9113 section 8.1: an answer that is complete before its request may ask the client to
    // stop sending. Not at once: the rest of most requests is on its way, and after a reset of ours
    // it could no longer be judged.
    if (connection.is_server_ && !stream->remote_done && !stream->tunnel) {
      connection.lingering_.push_back(stream->id);
    }
    return 0;
  }

  /// A request that can't be sent any more, because the peer goes away.
  static int frame_not_sent(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    Connection& connection = self(user);
    if (frame->hd.type != NGHTTP2_HEADERS || connection.is_server_) return 0;
    Stream* stream = connection.find(static_cast<StreamId>(frame->hd.stream_id));
    if (stream == nullptr || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    if (!stream->quiet) connection.hooks_.on_reset(*stream, ResetReason::refused);
    connection.forget(static_cast<StreamId>(frame->hd.stream_id));
    return 0;
  }

  static int invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    if (frame->hd.type == NGHTTP2_HEADERS) self(user).guard_.stream_wasted();
    return 0;
  }

  static ssize_t read(nghttp2_session* session, std::int32_t id, std::uint8_t*, std::size_t most,
                      std::uint32_t* flags, nghttp2_data_source*, void* user) {
    Stream* stream = self(user).find(static_cast<StreamId>(id));
    if (stream == nullptr) return NGHTTP2_ERR_DEFERRED;
    if (stream->queue.empty() && !stream->ends) {
      stream->deferred = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    const std::size_t size = std::min(most, stream->queue.size());
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (size == stream->queue.size() && stream->ends) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (stream->trailers) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const auto fields = name_values(*stream->trailers);
        nghttp2_submit_trailer(session, id, fields.data(), fields.size());
      }
    }
    return static_cast<ssize_t>(size);
  }

  static int send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header,
                       std::size_t size, nghttp2_data_source*, void* user) {
    Connection& connection = self(user);
    if (connection.output_.size() >= limits::kHttp2OutputBytes) return NGHTTP2_ERR_WOULDBLOCK;
    Stream* stream = connection.find(static_cast<StreamId>(frame->hd.stream_id));
    if (stream == nullptr || stream->queue.size() < size)
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    connection.output_.append(text(header, 9));
    connection.output_.append(stream->queue.view().substr(0, size));
    stream->queue.consume(size);
    connection.guard_.data_sent();
    if (stream->above && stream->queue.size() <= connection.high_mark_ / 2) {
      stream->above = false;
      connection.ready_.push_back(stream->id);
    }
    return 0;
  }

  static const nghttp2_session_callbacks* table() {
    static const CallbacksHandle callbacks = [] {
      nghttp2_session_callbacks* made = nullptr;
      LAB_ASSERT(nghttp2_session_callbacks_new(&made) == 0);
      nghttp2_session_callbacks_set_on_begin_headers_callback(made, begin_headers);
      nghttp2_session_callbacks_set_on_header_callback(made, header);
      nghttp2_session_callbacks_set_on_invalid_header_callback(made, invalid_header);
      nghttp2_session_callbacks_set_on_frame_recv_callback(made, frame_received);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data_chunk);
      nghttp2_session_callbacks_set_on_stream_close_callback(made, stream_closed);
      nghttp2_session_callbacks_set_on_frame_send_callback(made, frame_sent);
      nghttp2_session_callbacks_set_on_frame_not_send_callback(made, frame_not_sent);
      nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, invalid_frame);
      nghttp2_session_callbacks_set_send_data_callback(made, send_data);
      return CallbacksHandle(made);
    }();
    return callbacks.get();
  }
};

namespace {

nghttp2_data_provider provider() {
  nghttp2_data_provider result{};
  result.read_callback = Callbacks::read;
  return result;
}

bool is_flood(ssize_t error) {
#if defined(LAB_NGHTTP2_COUNTS_CONTINUATIONS)
  if (error == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) return true;
#endif
  return error == NGHTTP2_ERR_FLOODED || error == NGHTTP2_ERR_TOO_MANY_SETTINGS;
}

}  // namespace

Connection::Connection(bool is_server, const Http2Options& options, Buffer& output, Hooks& hooks)
    : is_server_(is_server), options_(options), output_(output), hooks_(hooks), guard_(is_server) {
  nghttp2_option* made = nullptr;
  LAB_ASSERT(nghttp2_option_new(&made) == 0);
  const OptionHandle option(made);
  nghttp2_option_set_no_auto_window_update(made, 1);  // Windows open when the session has consumed.
  nghttp2_option_set_no_closed_streams(made, 1);      // The guard knows them.
  nghttp2_option_set_max_deflate_dynamic_table_size(made, options.hpack_table_size);
  nghttp2_option_set_max_send_header_block_length(made, 2 * options.max_header_bytes + 4096);
  // The guard ends both kinds of flood, with the code that says so.
  nghttp2_option_set_stream_reset_rate_limit(made, 1'000'000, 1'000'000);
#if defined(LAB_NGHTTP2_COUNTS_CONTINUATIONS)
  nghttp2_option_set_max_continuations(made, limits::kMaxContinuations + 1);
#endif
  nghttp2_session* session = nullptr;
  const auto create = is_server ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
  LAB_ASSERT(create(&session, Callbacks::table(), this, made) == 0);
  session_.reset(session);
  submit_settings();
}

void Connection::submit_settings() {
  std::vector<nghttp2_settings_entry> settings = {
      {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, options_.hpack_table_size},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options_.initial_stream_window_size},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
       static_cast<std::uint32_t>(options_.max_header_bytes)},
  };
  if (is_server_) {
    settings.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options_.max_concurrent_streams});
    if (options_.allow_connect) settings.push_back({NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1});
  } else {
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  }
  nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(
      session_.get(), NGHTTP2_FLAG_NONE, 0,
      static_cast<std::int32_t>(options_.initial_connection_window_size));
}

Result<std::size_t> Connection::feed(std::string_view bytes) {
  if (failed_) return tl::unexpected(Error{Errc::protocol, failure_});
  const std::size_t allowed = guard_.inspect(bytes);
  ssize_t taken = 0;
  if (allowed > 0) {  // Without bytes the library would still count, as CONTINUATION for instance.
    const Within within(in_library_);
    taken = nghttp2_session_mem_recv(session_.get(),
                                     reinterpret_cast<const std::uint8_t*>(bytes.data()), allowed);
  }
  if (std::exchange(goaway_news_, false)) hooks_.on_goaway();
  if (guard_.failed()) {
    fail(guard_.error(), guard_.reason());
  } else if (is_flood(taken)) {
    fail(ErrorCode::enhance_your_calm, nghttp2_strerror(static_cast<int>(taken)));
  } else if (taken < 0) {
    fail(ErrorCode::protocol_error, nghttp2_strerror(static_cast<int>(taken)));
  } else if (library_gave_up()) {
    fail(ErrorCode::protocol_error,
         "the peer broke HTTP/2");  // The library has its own GOAWAY ready.
  }
  if (failed_) return tl::unexpected(Error{Errc::protocol, failure_});
  return allowed;
}

bool Connection::library_gave_up() const {
  // It wants nothing more after its own GOAWAY; after a plain one too, but then only when no stream
  // is left.
  return nghttp2_session_want_read(session_.get()) == 0 &&
         (!streams_.empty() || (!going_away_ && !peer_went_away_));
}

void Connection::fail(ErrorCode code, const std::string& reason) {
  failure_ = reason;
  nghttp2_session_terminate_session(session_.get(), static_cast<std::uint32_t>(code));
  send_pending();
  failed_ = true;
  reset_all(ResetReason::protocol_error);
}

void Connection::send_pending() {
  const Within within(in_library_);
  const std::uint8_t* bytes = nullptr;
  while (output_.size() < limits::kHttp2OutputBytes) {
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &bytes);
    if (size <= 0) return;
    output_.append(text(bytes, static_cast<std::size_t>(size)));
  }
}

void Connection::pump() {
  if (in_library_ || failed_) return;
  send_pending();
  if (guard_.failed()) return fail(guard_.error(), guard_.reason());
  if (library_gave_up()) return fail(ErrorCode::protocol_error, "the peer broke HTTP/2");
  const auto ready = std::exchange(ready_, {});
  for (const StreamId id : ready) {
    Stream* stream = find(id);
    if (stream != nullptr && !stream->quiet) hooks_.on_send_ready(*stream);
  }
}

bool Connection::wants_pump() const {
  return !failed_ && output_.size() < limits::kHttp2OutputBytes &&
         nghttp2_session_want_write(session_.get()) != 0;
}

bool Connection::wants_close() const {
  if (failed_) return true;
  if (!going_away_ && !peer_went_away_) return false;
  return streams_.empty() && nghttp2_session_want_write(session_.get()) == 0;
}

void Connection::forget(StreamId stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  // What the session never consumed must not shrink the connection's window for ever.
  if (found->second->unconsumed > 0)
    nghttp2_session_consume_connection(session_.get(), found->second->unconsumed);
  streams_.erase(found);
}

Stream& Connection::submit_request(const FieldList& fields, bool end_stream) {
  const auto values = name_values(fields);
  const nghttp2_data_provider source = provider();
  const std::int32_t id =
      nghttp2_submit_request(session_.get(), nullptr, values.data(), values.size(),
                             end_stream ? nullptr : &source, nullptr);
  LAB_ASSERT(id > 0);
  Stream& stream = open(static_cast<StreamId>(id));
  stream.length_left = fields.length;
  stream.ends = end_stream;
  return stream;
}

void Connection::submit_response(Stream& stream, const FieldList& fields, bool end_stream) {
  const auto values = name_values(fields);
  const nghttp2_data_provider source = provider();
  nghttp2_submit_response(session_.get(), static_cast<std::int32_t>(stream.id), values.data(),
                          values.size(), end_stream ? nullptr : &source);
  stream.length_left = fields.length;
  stream.ends = end_stream;
}

void Connection::submit_interim(Stream& stream, const FieldList& fields) {
  const auto values = name_values(fields);
  nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, static_cast<std::int32_t>(stream.id),
                         nullptr, values.data(), values.size(), nullptr);
}

void Connection::resume(Stream& stream) {
  if (std::exchange(stream.deferred, false)) {
    nghttp2_session_resume_data(session_.get(), static_cast<std::int32_t>(stream.id));
  }
}

void Connection::reset(StreamId stream, ErrorCode code) {
  if (failed_ || find(stream) == nullptr) return;
  guard_.stream_closed(stream);
  forget(stream);
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, static_cast<std::int32_t>(stream),
                            static_cast<std::uint32_t>(code));
}

void Connection::dismiss(Stream& stream) {
  if (std::exchange(stream.dismissed, true)) return;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, static_cast<std::int32_t>(stream.id),
                            NGHTTP2_NO_ERROR);
}

void Connection::relax() {
  guard_.relax();
  if (failed_) return;
  for (std::size_t i = 0; i < aged_; ++i) {
    Stream* stream = find(lingering_[i]);
    if (stream != nullptr) dismiss(*stream);
  }
  lingering_.erase(lingering_.begin(), lingering_.begin() + static_cast<std::ptrdiff_t>(aged_));
  aged_ = lingering_.size();
}

void Connection::consume(StreamId stream, std::size_t bytes) {
  Stream* found = find(stream);
  if (found == nullptr || failed_) return;
  const std::size_t known = std::min(bytes, found->unconsumed);
  found->unconsumed -= known;
  nghttp2_session_consume(session_.get(), static_cast<std::int32_t>(stream), known);
}

void Connection::announce_goaway() {
  if (!failed_) nghttp2_submit_shutdown_notice(session_.get());
}

void Connection::send_goaway() {
  if (failed_ || going_away_) return;
  going_away_ = true;
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

std::size_t Connection::peer_stream_limit() const {
  return nghttp2_session_get_remote_settings(session_.get(),
                                             NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

void Connection::send_ping() {
  if (failed_ || ping_pending_) return;
  ping_pending_ = nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr) == 0;
}

}  // namespace lab::proxy::http2
