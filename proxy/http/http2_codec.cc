#include <algorithm>

#include "proxy/http/http2_connection.h"

namespace lab::proxy {

namespace {

using namespace http2;

/// What the two sides share: everything that does not depend on who asks and who answers.
template <class Base>
class Http2Codec : public Base, protected Hooks {
 public:
  Http2Codec(bool is_server, const Http2Options& options)
      : options_(options), connection_(is_server, options, this->output_, *this) {}

  Protocol protocol() const override { return Protocol::http2; }
  Result<std::size_t> feed(std::string_view bytes) override { return connection_.feed(bytes); }
  void end_of_input() override { connection_.end_of_input(); }
  bool wants_feed() const override { return connection_.wants_feed(); }
  void pump() override { connection_.pump(); }
  bool wants_pump() const override { return connection_.wants_pump(); }
  bool wants_close() const override { return connection_.wants_close(); }
  void relax() override { connection_.relax(); }
  bool wants_relax() const override { return connection_.wants_relax(); }
  void reset(StreamId stream, ResetReason reason) override {
    connection_.reset(stream, code_of(reason));
  }
  std::size_t buffered(StreamId stream) const override {
    const Stream* found = const_cast<Connection&>(connection_).find(stream);
    return found == nullptr ? 0 : found->queue.size();
  }
  void consume(StreamId stream, std::size_t bytes) override { connection_.consume(stream, bytes); }
  std::size_t active_streams() const override { return connection_.active_streams(); }

 protected:
  void on_goaway() override {}
  void on_settings() override {}

  const Http2Options options_;
  Connection connection_;
};

class Http2Server final : public Http2Codec<ServerCodec> {
 public:
  Http2Server(ServerEvents& events, const Http2Options& options)
      : Http2Codec(true, options), events_(events) {}

  void send_response(StreamId stream, const ResponseHead& head, bool end_stream) override;
  void send_data(StreamId stream, std::string_view data, bool end_stream) override;
  void send_trailers(StreamId stream, const HeaderMap& trailers) override;
  void start_drain() override { connection_.announce_goaway(); }
  void finish_drain() override { connection_.send_goaway(); }

 private:
  std::string on_block(Stream& stream, FieldBlock& block, bool end_stream) override;
  void on_data(Stream& stream, std::string_view data, bool end_stream) override {
    events_.on_data(stream.id, data, end_stream);
  }
  void on_reset(Stream& stream, ResetReason reason) override {
    events_.on_reset(stream.id, reason);
  }
  void on_send_ready(Stream& stream) override { events_.on_send_ready(stream.id); }
  /// The answer is complete: of the request, nothing more is told.
  static void finish(Stream& stream) { stream.quiet = !stream.tunnel || stream.remote_done; }

  ServerEvents& events_;
};

std::string Http2Server::on_block(Stream& stream, FieldBlock& block, bool end_stream) {
  if (stream.head_done) {
    events_.on_trailers(stream.id, std::move(block.headers));
    return {};
  }
  RequestHead head;
  std::string problem = read_request(block, head);
  if (!problem.empty()) return problem;
  stream.head_done = true;
  stream.is_head = head.method == "HEAD";
  stream.upgrade = head.upgrade;
  stream.tunnel = head.asks_tunnel();
  events_.on_request(stream.id, std::move(head), end_stream);
  return {};
}

void Http2Server::send_response(StreamId id, const ResponseHead& head, bool end_stream) {
  Stream* stream = connection_.find(id);
  if (stream == nullptr || stream->ends) return;
  FieldList fields;
  if (head.status < 200 && head.status != 101) {
    fields.add_response(head, false, false, false);
    return connection_.submit_interim(*stream, fields);
  }
  fields.add_response(head, !end_stream, !stream->upgrade.empty(), stream->is_head);
  stream->tunnel =
      stream->tunnel && (head.status == 101 || (stream->upgrade.empty() && head.status < 300));
  connection_.submit_response(*stream, fields, end_stream);
  if (end_stream) finish(*stream);
}

void Http2Server::send_data(StreamId id, std::string_view data, bool end_stream) {
  Stream* stream = connection_.find(id);
  if (stream == nullptr) return;
  // An answer to HEAD ends with its head; a body that came along is dropped.
  if (stream->is_head) data = {};
  connection_.send_data(*stream, data, end_stream, high_mark_);
  stream = connection_.find(id);
  if (stream != nullptr && end_stream) finish(*stream);
}

void Http2Server::send_trailers(StreamId id, const HeaderMap& trailers) {
  Stream* stream = connection_.find(id);
  if (stream == nullptr) return;
  connection_.send_trailers(*stream, trailers);
  stream = connection_.find(id);
  if (stream != nullptr) finish(*stream);
}

class Http2Client final : public Http2Codec<ClientCodec> {
 public:
  Http2Client(ClientEvents& events, const Http2Options& options)
      : Http2Codec(false, options), events_(events) {}

  StreamId send_request(const RequestHead& head, bool end_stream) override;
  bool can_send_request() const override { return reusable() && active_streams() < stream_limit(); }
  std::size_t stream_limit() const override {
    return std::min<std::size_t>(connection_.peer_stream_limit(), options_.max_concurrent_streams);
  }
  bool reusable() const override { return !connection_.peer_went_away() && !connection_.failed(); }
  void send_ping() override { connection_.send_ping(); }
  bool ping_pending() const override { return connection_.ping_pending(); }
  void send_data(StreamId id, std::string_view data, bool end_stream) override {
    Stream* stream = connection_.find(id);
    if (stream != nullptr) connection_.send_data(*stream, data, end_stream, high_mark_);
  }
  void send_trailers(StreamId id, const HeaderMap& trailers) override {
    Stream* stream = connection_.find(id);
    if (stream != nullptr) connection_.send_trailers(*stream, trailers);
  }

 private:
  std::string on_block(Stream& stream, FieldBlock& block, bool end_stream) override;
  void on_data(Stream& stream, std::string_view data, bool end_stream) override {
    if (end_stream) stream.quiet = true;
    events_.on_data(stream.id, data, end_stream);
  }
  void on_reset(Stream& stream, ResetReason reason) override {
    events_.on_reset(stream.id, reason);
  }
  void on_send_ready(Stream& stream) override { events_.on_send_ready(stream.id); }
  void on_goaway() override { events_.on_goaway(); }
  void on_settings() override { events_.on_stream_limit(); }

  ClientEvents& events_;
};

StreamId Http2Client::send_request(const RequestHead& head, bool end_stream) {
  LAB_ASSERT(reusable());
  FieldList fields;
  fields.add_request(head, !end_stream);
  Stream& stream = connection_.submit_request(fields, end_stream && !head.asks_tunnel());
  stream.is_head = head.method == "HEAD";
  stream.upgrade = head.upgrade;
  stream.tunnel = head.asks_tunnel();
  return stream.id;
}

std::string Http2Client::on_block(Stream& stream, FieldBlock& block, bool end_stream) {
  if (stream.head_done) {
    stream.quiet = true;
    events_.on_trailers(stream.id, std::move(block.headers));
    return {};
  }
  ResponseHead head;
  std::string problem = read_response(block, stream.upgrade, head);
  if (!problem.empty()) return problem;
  if (head.status < 200 && head.status != 101) {
    if (++stream.interims > limits::kMaxInformational) return "too many 1xx answers";
    events_.on_informational(stream.id, std::move(head));
    return {};
  }
  stream.head_done = true;
  stream.quiet = end_stream;
  events_.on_response(stream.id, std::move(head), end_stream);
  return {};
}

}  // namespace

std::unique_ptr<ServerCodec> make_http2_server(ServerEvents& events, const Http2Options& options) {
  return std::make_unique<Http2Server>(events, options);
}

std::unique_ptr<ClientCodec> make_http2_client(ClientEvents& events, const Http2Options& options) {
  return std::make_unique<Http2Client>(events, options);
}

}  // namespace lab::proxy
