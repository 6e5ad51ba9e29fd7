#include <algorithm>
#include "proxy/http/forward.h"

#include "proxy/http/http1_body.h"
#include "proxy/http/http1_writer.h"

namespace lab::proxy {

namespace {

using namespace http1;

/// The client's side of an HTTP/1 connection: one request at a time.
///
///   idle --> head --> body --> (request sent too, keep-alive) idle ...
///             |        |
///             |        +-----> closing   (not reusable, or the answer was complete before the
///             request)
///             +--> tunnel ---> closing   (101 that was asked for, 2xx to CONNECT)
///   idle: bytes without a request, and all: malformed or early end --> closing
class Http1Client final : public ClientCodec {
 public:
  Http1Client(ClientEvents& events, const Http1Options& options)
      : events_(events), options_(options) {}

  Protocol protocol() const override { return Protocol::http11; }
  Result<std::size_t> feed(std::string_view bytes) override;
  void end_of_input() override;
  bool wants_feed() const override {
    return (state_ != State::body && state_ != State::tunnel) || unconsumed_ < options_.window;
  }
  void pump() override;
  bool wants_pump() const override { return above_ && output_.size() <= high_mark_ / 2; }
  bool wants_close() const override { return state_ == State::closing; }

  StreamId send_request(const RequestHead& head, bool end_stream) override;
  bool can_send_request() const override { return state_ == State::idle && reusable_; }
  std::size_t stream_limit() const override { return 1; }
  bool reusable() const override { return reusable_ && state_ != State::closing; }
  void send_ping() override {}
  bool ping_pending() const override { return false; }

  void send_data(StreamId stream, std::string_view data, bool end_stream) override;
  void send_trailers(StreamId stream, const HeaderMap& trailers) override;
  void reset(StreamId stream, ResetReason reason) override;
  std::size_t buffered(StreamId stream) const override {
    return stream == stream_ ? output_.size() : 0;
  }
  void consume(StreamId stream, std::size_t bytes) override {
    if (stream == stream_) unconsumed_ -= std::min(unconsumed_, bytes);
  }
  std::size_t active_streams() const override {
    return state_ == State::idle || state_ == State::closing ? 0 : 1;
  }

 private:
  enum class State : std::uint8_t { idle, head, body, sending, tunnel, closing };

  std::size_t feed_head(std::string_view bytes);
  std::size_t head_complete(std::string_view bytes);
  Checked check_interim(const ResponseHead& head, const Facts& facts);
  std::size_t feed_body(std::string_view bytes);
  void give_up(ResetReason reason, std::string why);
  void finish_sending(const HeaderMap* trailers);
  /// Moves on after the answer's last byte; before the event that tells it, as that may send the
  /// next request.
  void answer_complete(bool surplus);

  ClientEvents& events_;
  const Http1Options options_;
  State state_ = State::idle;
  StreamId stream_ = 0;
  bool reusable_ = true;
  bool sent_ = true;  ///< The request is written to its end.
  bool above_ = false;
  std::string method_;
  std::string upgrade_;
  std::size_t interims_ = 0;
  std::size_t unconsumed_ = 0;
  std::string failure_;
  LineBlock block_;
  BodyReader body_;
  BodyWriter writer_;
};

StreamId Http1Client::send_request(const RequestHead& head, bool end_stream) {
  LAB_ASSERT(can_send_request());
  state_ = State::head;
  ++stream_;
  method_ = head.method;
  upgrade_ = head.upgrade;
  interims_ = unconsumed_ = 0;
  sent_ = false;
  writer_.start(write_request(head, !end_stream, options_.proper_case, output_));
  if (end_stream) finish_sending(nullptr);
  return stream_;
}

void Http1Client::send_data(StreamId stream, std::string_view data, bool end_stream) {
  if (stream != stream_ || sent_ || state_ == State::closing) return;
  if (!writer_.write(data, output_))
    return give_up(ResetReason::internal_error, "more body than declared");
  if (output_.size() > high_mark_) above_ = true;
  if (end_stream) finish_sending(nullptr);
}

void Http1Client::send_trailers(StreamId stream, const HeaderMap& trailers) {
  if (stream != stream_ || sent_ || state_ == State::closing) return;
  finish_sending(options_.enable_trailers && !trailers.empty() ? &trailers : nullptr);
}

void Http1Client::finish_sending(const HeaderMap* trailers) {
  if (!writer_.finish(trailers, options_.proper_case, output_)) {
    return give_up(ResetReason::internal_error, "less body than declared");
  }
  sent_ = true;
  if (state_ == State::sending) state_ = State::closing;
}

Result<std::size_t> Http1Client::feed(std::string_view bytes) {
  std::size_t total = 0;
  while (true) {
    const State before = state_;
    const std::string_view rest = bytes.substr(total);
    std::size_t taken = 0;
    switch (state_) {
      case State::idle:
      case State::sending:
        // Bytes that answer nothing: what comes next could be taken for the answer to someone
        // else's request.
        if (rest.empty()) return total;
        reusable_ = false;
        if (state_ == State::idle) state_ = State::closing;
        return bytes.size();
      case State::head:
        taken = feed_head(rest);
        break;
      case State::body:
      case State::tunnel:
        taken = feed_body(rest);
        break;
      case State::closing:
        if (!failure_.empty()) return fail(Errc::protocol, failure_);
        return bytes.size();
    }
    total += taken;
    if (taken == 0 && state_ == before) return total;
  }
}

std::size_t Http1Client::feed_head(std::string_view bytes) {
  const LineBlock::State scanned =
      block_.scan(bytes, options_.max_header_bytes, options_.max_header_fields + 1);
  if (scanned == LineBlock::State::bare_lf) {
    give_up(ResetReason::protocol_error, "a line of the answer ends in a lone LF");
    return 0;
  }
  if (scanned == LineBlock::State::complete) return head_complete(bytes);
  constexpr std::string_view kStart = "HTTP/1.";
  const std::size_t common = std::min(bytes.size(), kStart.size());
  if (bytes.substr(0, common) != kStart.substr(0, common)) {
    give_up(ResetReason::protocol_error, "the answer is no HTTP/1");
  } else if (scanned != LineBlock::State::more) {
    give_up(ResetReason::too_large, "the answer's fields exceed the limit");
  }
  return 0;
}

std::size_t Http1Client::head_complete(std::string_view bytes) {
  ResponseHead head;
  Facts facts;
  const std::size_t size = block_.size();
  auto good = read_response(block_, bytes, options_, head, facts);
  block_.reset();
  if (good && head.status < 200) good = check_interim(head, facts);
  const auto framing = good ? response_framing(head, facts, method_) : tl::unexpected(good.error());
  if (!framing) {
    give_up(ResetReason::protocol_error, framing.error().reason);
    return size;
  }
  if (head.status < 200 && head.status != 101) {
    events_.on_informational(stream_, std::move(head));
    return size;
  }
  const bool persistent = !facts.close && (head.protocol != Protocol::http10 || facts.keep_alive);
  if (!persistent || framing->kind == Framing::Kind::until_close ||
      framing->kind == Framing::Kind::tunnel) {
    reusable_ = false;
  }
  const bool ends = framing->kind == Framing::Kind::none;
  if (ends) {
    answer_complete(bytes.size() > size);
  } else {
    state_ = framing->kind == Framing::Kind::tunnel ? State::tunnel : State::body;
    body_.start(*framing, options_);
  }
  events_.on_response(stream_, std::move(head), ends);
  return size;
}

Checked Http1Client::check_interim(const ResponseHead& head, const Facts& facts) {
  const auto bad = [](std::string reason) {
    return tl::unexpected(BadRequest{502, "http1.codec_error", std::move(reason)});
  };
  if (++interims_ > limits::kMaxInformational) return bad("too many 1xx answers");
  if (head.status != 101) return {};
  // RFC 9110 sections 7.8 and 15.2.2: only to a client that asked, and only to what it asked for.
  if (upgrade_.empty()) return bad("101 without a request to upgrade");
  if (!facts.upgrade_token || !has_token(upgrade_, facts.upgrade))
    return bad("101 to another protocol than asked for");
  return {};
}

std::size_t Http1Client::feed_body(std::string_view bytes) {
  const std::size_t room = options_.window - std::min(options_.window, unconsumed_);
  const StreamId stream = stream_;
  const BodyReader::Piece piece = body_.read(bytes, room);
  unconsumed_ += piece.data.size();
  const bool with_trailers = piece.end && options_.enable_trailers && !body_.trailers().empty();
  const bool ends_here = piece.end && !with_trailers;
  if (ends_here) answer_complete(bytes.size() > piece.taken);
  if (!piece.data.empty() || ends_here) events_.on_data(stream, piece.data, ends_here);
  if (stream != stream_ || state_ == State::closing) return piece.taken;
  if (with_trailers) {
    HeaderMap trailers = std::move(body_.trailers());
    answer_complete(bytes.size() > piece.taken);
    events_.on_trailers(stream, std::move(trailers));
  }
  if (piece.error && state_ == State::body)
    give_up(ResetReason::protocol_error, body_.error().reason);
  return piece.taken;
}

void Http1Client::answer_complete(bool surplus) {
  if (surplus || !sent_) reusable_ = false;
  if (!sent_ && !surplus) {
    // The server answered early; what remains of the request may still be sent, but nobody will use
    // it.
    state_ = State::sending;
    return;
  }
  state_ = reusable_ ? State::idle : State::closing;
}

void Http1Client::end_of_input() {
  const State before = state_;
  reusable_ = false;
  const bool ends_body =
      (before == State::body || before == State::tunnel) && body_.ends_with_connection();
  if (before == State::idle || before == State::sending || before == State::closing || ends_body) {
    state_ = State::closing;
    if (ends_body) events_.on_data(stream_, {}, true);
    return;
  }
  // A connection that ends before the first byte of an answer may be one that the server had given
  // up already.
  const bool silent = before == State::head && !block_.started() && interims_ == 0;
  give_up(silent ? ResetReason::connection_closed : ResetReason::protocol_error,
          "the answer ends early");
}

void Http1Client::give_up(ResetReason reason, std::string why) {
  const bool was_open = state_ != State::closing && state_ != State::idle;
  state_ = State::closing;
  reusable_ = false;
  failure_ = std::move(why);
  if (was_open) events_.on_reset(stream_, reason);
}

void Http1Client::reset(StreamId stream, ResetReason) {
  if (stream != stream_ || state_ == State::idle) return;
  reusable_ = false;
  state_ = State::closing;
}

void Http1Client::pump() {
  if (!wants_pump()) return;
  above_ = false;
  if (!sent_ && state_ != State::closing) events_.on_send_ready(stream_);
}

}  // namespace

std::unique_ptr<ClientCodec> make_http1_client(ClientEvents& events, const Http1Options& options) {
  return std::make_unique<Http1Client>(events, options);
}

}  // namespace lab::proxy
