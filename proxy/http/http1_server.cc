#include <algorithm>

#include "proxy/http/forward.h"
#include "proxy/http/http1_body.h"
#include "proxy/http/http1_writer.h"

namespace lab::proxy {

namespace {

using namespace http1;

/// The server's side of an HTTP/1 connection: one request at a time, the next ones wait in the
/// caller's buffer.
///
///   head --> body --> answering --> head ...     (answering: request complete, answer not)
///    |        |           |
///    |        |           +-----> closing        (answer complete, connection not reusable)
///    |        +-----------------> closing        (answer complete before the request)
///    +-----> offering ----------> tunnel         (101, or 2xx to CONNECT; another answer: head)
///   any of them: broken (malformed), closing (reset, end of input)
class Http1Server final : public ServerCodec {
 public:
  Http1Server(ServerEvents& events, const Http1Options& options)
      : events_(events), options_(options) {}

  Protocol protocol() const override { return Protocol::http11; }
  Result<std::size_t> feed(std::string_view bytes) override;
  void end_of_input() override;
  bool wants_feed() const override;
  void pump() override;
  bool wants_pump() const override { return above_ && output_.size() <= high_mark_ / 2; }
  bool wants_close() const override {
    return (state_ == State::closing || state_ == State::broken) && !open_;
  }
  bool wants_abort() const override { return abort_; }

  void send_response(StreamId stream, const ResponseHead& head, bool end_stream) override;
  void send_data(StreamId stream, std::string_view data, bool end_stream) override;
  void send_trailers(StreamId stream, const HeaderMap& trailers) override;
  void reset(StreamId stream, ResetReason reason) override;
  std::size_t buffered(StreamId stream) const override {
    return stream == stream_ ? output_.size() : 0;
  }
  void consume(StreamId stream, std::size_t bytes) override {
    if (stream == stream_) unconsumed_ -= std::min(unconsumed_, bytes);
  }
  std::size_t active_streams() const override { return open_ ? 1 : 0; }
  void start_drain() override { draining_ = true; }
  void finish_drain() override;

 private:
  enum class State : std::uint8_t { head, body, answering, offering, tunnel, closing, broken };

  std::size_t feed_head(std::string_view bytes);
  void head_complete(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  void refuse(BadRequest why);
  bool offers_tunnel(const Framing& framing);
  void finish_answer(const HeaderMap* trailers);
  void give_up_head();
  bool takes_tunnel(unsigned status) const {
    return status == 101 || (request_.is_connect && status < 300);
  }

  ServerEvents& events_;
  const Http1Options options_;
  State state_ = State::head;
  StreamId stream_ = 0;
  bool open_ = false;      ///< A request was announced and its answer is not complete.
  bool answered_ = false;  ///< The head of the final answer is written.
  bool draining_ = false;
  bool above_ = false;  ///< The session was told, by buffered(), to wait for on_send_ready.
  bool abort_ = false;
  std::size_t empty_lines_ = 0;
  std::string failure_;  ///< Why the state is broken.
  std::size_t unconsumed_ = 0;
  LineBlock block_;
  RequestHead head_;
  Facts facts_;
  BodyReader body_;
  AnswerTo request_;
  BodyWriter writer_;
};

Result<std::size_t> Http1Server::feed(std::string_view bytes) {
  std::size_t total = 0;
  while (true) {
    const State before = state_;
    const std::string_view rest = bytes.substr(total);
    std::size_t taken = 0;
    switch (state_) {
      case State::head:
        taken = feed_head(rest);
        break;
      case State::body:
      case State::tunnel:
        taken = feed_body(rest);
        break;
      case State::answering:
      case State::offering:
        return total;
      case State::closing:
        return bytes.size();
      case State::broken:
        return fail(Errc::protocol, failure_);
    }
    total += taken;
    if (taken == 0 && state_ == before) return total;
  }
}

std::size_t Http1Server::feed_head(std::string_view bytes) {
  if (block_.lines() == 0 && bytes.substr(0, 2) == "\r\n") {
    // RFC 9112 section 2.2: empty lines before a request are skipped; not endless ones.
    if (++empty_lines_ > limits::kMaxEmptyLines)
      refuse({400, "http1.codec_error", "too many empty lines"});
    block_.reset();
    return 2;
  }
  const LineBlock::State scanned =
      block_.scan(bytes, options_.max_header_bytes, options_.max_header_fields + 1);
  if (scanned == LineBlock::State::bare_lf) {
    refuse({400, "http1.codec_error", "a line ends in a lone LF"});
    return 0;
  }
  if (scanned != LineBlock::State::complete && is_hopeless_request(bytes)) {
    refuse({400, "http1.codec_error", "this is no HTTP/1 request"});
    return 0;
  }
  const bool too_many = scanned == LineBlock::State::too_many;
  if (too_many || scanned == LineBlock::State::too_large) {
    if (block_.lines() == 0) {
      refuse(
          {414, "http1.headers_too_large", "the request line exceeds the limit", "URI Too Long"});
    } else {
      refuse({431, too_many ? "http1.too_many_headers" : "http1.headers_too_large",
              "the fields exceed the limit", "Request Header Fields Too Large"});
    }
    return 0;
  }
  if (scanned == LineBlock::State::more) return 0;
  const std::size_t size = block_.size();
  if (stream_ == 0 && block_.lines() > 0 && is_other_protocol(block_.line(bytes, 0))) {
    // Whoever speaks something else can't read our 400; h2spec, for one, wants a plain end (RFC
    // 9113 section 3.4).
    state_ = State::broken;
    failure_ = "this is not HTTP";
    return 0;
  }
  head_complete(bytes);
  return size;
}

void Http1Server::head_complete(std::string_view bytes) {
  head_.clear();
  facts_ = {};
  request_ = {};
  const auto good = read_request(block_, bytes, options_, head_, facts_);
  block_.reset();
  empty_lines_ = 0;
  request_.is_head = head_.method == "HEAD";
  if (!good) return refuse(good.error());
  const auto framing = request_framing(head_, facts_);
  if (!framing) return refuse(framing.error());
  request_.protocol = head_.protocol;
  request_.is_connect = head_.is_connect();
  if (request_.is_connect && framing->kind != Framing::Kind::none) {
    return refuse({400, "http1.body_disallowed", "CONNECT with a body"});
  }
  request_.close =
      draining_ || facts_.close || (head_.protocol == Protocol::http10 && !facts_.keep_alive);
  unconsumed_ = 0;
  answered_ = false;
  open_ = true;
  ++stream_;
  if (offers_tunnel(*framing)) {
    state_ = State::offering;
    events_.on_request(stream_, std::move(head_), false);
    return;
  }
  const bool has_body = framing->kind != Framing::Kind::none;
  state_ = has_body ? State::body : State::answering;
  if (has_body) body_.start(*framing, options_);
  events_.on_request(stream_, std::move(head_), !has_body);
}

bool Http1Server::offers_tunnel(const Framing& framing) {
  if (request_.is_connect) return true;
  // RFC 9110 section 7.8: an Upgrade may be ignored; it is in HTTP/1.0, and with a body, whose end
  // and the new protocol's beginning would be hard to agree on. h2c never goes through a proxy.
  if (!facts_.upgrade_token || facts_.upgrade.empty() || head_.protocol == Protocol::http10)
    return false;
  if (framing.kind != Framing::Kind::none || has_token(facts_.upgrade, "h2c")) return false;
  head_.upgrade = facts_.upgrade;
  return true;
}

std::size_t Http1Server::feed_body(std::string_view bytes) {
  const std::size_t room = options_.window - std::min(options_.window, unconsumed_);
  const StreamId stream = stream_;
  const bool tunnel = state_ == State::tunnel;
  const BodyReader::Piece piece = body_.read(bytes, room);
  const bool with_trailers = piece.end && options_.enable_trailers && !body_.trailers().empty();
  if (piece.end) state_ = State::answering;
  unconsumed_ += piece.data.size();
  const bool ends_here = piece.end && !with_trailers;
  if (!piece.data.empty() || ends_here) events_.on_data(stream, piece.data, ends_here);
  // The session may have answered or reset meanwhile; then nothing more is told about this request.
  const bool still = stream == stream_ && open_;
  if (with_trailers && still) events_.on_trailers(stream, std::move(body_.trailers()));
  if (piece.error && still && !tunnel && state_ == State::body) refuse(body_.error());
  return piece.taken;
}

void Http1Server::refuse(BadRequest why) {
  state_ = State::broken;
  failure_ = why.reason;
  request_.close = true;
  if (!open_) {
    ++stream_;
    open_ = true;
    answered_ = false;
  }
  events_.on_bad_request(stream_, std::move(why));
}

/// The session answers a request whose head it no longer waits for.
void Http1Server::give_up_head() {
  state_ = State::broken;
  failure_ = "the head did not come in time";
  request_ = {};
  request_.close = true;
  ++stream_;
  open_ = true;
  answered_ = false;
}

void Http1Server::end_of_input() {
  switch (state_) {
    case State::head:
      state_ = State::closing;
      return;
    case State::body:
      state_ = State::closing;
      if (!open_) return;
      open_ = false;
      return events_.on_reset(stream_, ResetReason::connection_closed);
    case State::tunnel:
      state_ = State::closing;
      return events_.on_data(stream_, {}, true);
    case State::answering:
    case State::offering:
      request_.close = true;
      return;
    case State::closing:
    case State::broken:
      return;
  }
}

bool Http1Server::wants_feed() const {
  switch (state_) {
    case State::head:
    case State::closing:
      return true;
    case State::body:
    case State::tunnel:
      return unconsumed_ < options_.window;
    case State::answering:
    case State::offering:
    case State::broken:
      return false;
  }
  return false;
}

void Http1Server::pump() {
  if (!wants_pump()) return;
  above_ = false;
  if (open_) events_.on_send_ready(stream_);
}

void Http1Server::send_response(StreamId stream, const ResponseHead& head, bool end_stream) {
  if (stream == stream_ + 1 && state_ == State::head) give_up_head();
  if (stream != stream_ || !open_ || answered_) return;
  const bool is_interim = head.status < 200 && head.status != 101;
  if (is_interim) {
    // RFC 9110 section 15.2: never to an HTTP/1.0 client.
    if (request_.protocol != Protocol::http10) {
      write_response(head, request_, false, options_.proper_case, output_);
    }
    return;
  }
  LAB_ASSERT(head.status != 101 || state_ == State::offering);
  answered_ = true;
  // As Envoy: nobody waits for the rest of a request that is answered already; nor for what follows
  // a refused upgrade.
  const bool incomplete =
      state_ == State::body || (state_ == State::offering && !takes_tunnel(head.status));
  request_.close = request_.close || draining_ || incomplete ||
                   has_token(head.headers.get_or_empty("connection"), "close");
  writer_.start(write_response(head, request_, !end_stream, options_.proper_case, output_));
  if (writer_.kind() == Framing::Kind::until_close) request_.close = true;
  if (writer_.kind() == Framing::Kind::tunnel) {
    state_ = State::tunnel;
    body_.start({Framing::Kind::tunnel, 0}, options_);
  }
  if (end_stream) finish_answer(nullptr);
}

void Http1Server::send_data(StreamId stream, std::string_view data, bool end_stream) {
  if (stream != stream_ || !open_ || !answered_) return;
  if (!writer_.write(data, output_)) return reset(stream, ResetReason::internal_error);
  if (output_.size() > high_mark_) above_ = true;
  if (end_stream) finish_answer(nullptr);
}

void Http1Server::send_trailers(StreamId stream, const HeaderMap& trailers) {
  if (stream != stream_ || !open_ || !answered_) return;
  finish_answer(options_.enable_trailers && !trailers.empty() ? &trailers : nullptr);
}

void Http1Server::finish_answer(const HeaderMap* trailers) {
  if (!writer_.finish(trailers, options_.proper_case, output_)) {
    return reset(stream_, ResetReason::internal_error);
  }
  open_ = false;
  const bool whole = state_ == State::answering || state_ == State::offering;
  if (state_ == State::broken) return;
  state_ = whole && !request_.close ? State::head : State::closing;
}

void Http1Server::reset(StreamId stream, ResetReason) {
  if (stream != stream_ || !open_) return;
  abort_ = answered_ && writer_.kind() == Framing::Kind::until_close;
  open_ = false;
  if (state_ != State::broken) state_ = State::closing;
}

void Http1Server::finish_drain() {
  draining_ = true;
  request_.close = true;
  if (state_ == State::head && block_.lines() == 0) state_ = State::closing;
}

}  // namespace

std::unique_ptr<ServerCodec> make_http1_server(ServerEvents& events, const Http1Options& options) {
  return std::make_unique<Http1Server>(events, options);
}

}  // namespace lab::proxy
