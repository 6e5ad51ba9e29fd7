#include <gtest/gtest.h>

#include "tests/support/http2_bytes.h"
#include "tests/support/http_recorder.h"

namespace lab::proxy {
namespace {

using namespace http2_bytes;

/// What a server codec tells about `input` and, when it gave up, with which error code.
struct Outcome {
  std::string events;
  int goaway = -1;  ///< Code of the first GOAWAY, -1 without one.
  int reset = -1;   ///< Code of the first RST_STREAM.
  std::size_t output_bytes = 0;
};

Outcome read_output(std::string_view output) {
  Outcome outcome;
  outcome.output_bytes = output.size();
  while (output.size() >= 9) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(output[i]); };
    const std::size_t length = static_cast<std::size_t>(at(0) << 16 | at(1) << 8 | at(2));
    if (at(3) == kGoaway && outcome.goaway < 0) outcome.goaway = at(9 + 7);
    if (at(3) == kRstStream && outcome.reset < 0) outcome.reset = at(9 + 3);
    output.remove_prefix(std::min(output.size(), 9 + length));
  }
  return outcome;
}

Outcome serve(const std::string& input, std::size_t piece = 1 << 20, bool answer = true) {
  ServerRecorder events;
  if (answer) events.answer.status = 200;
  Http2Options options;
  options.allow_connect = true;
  const auto codec = make_http2_server(events, options);
  events.codec = codec.get();
  codec->pump();
  feed_in_pieces(*codec, input, piece);
  codec->pump();
  events.flush();
  Outcome outcome = read_output(codec->output().view());
  outcome.events = events.text();
  return outcome;
}

constexpr int kNone = -1, kProtocol = 1, kFlowControl = 3, kStreamClosed = 5, kFrameSize = 6,
              kRefused = 7, kCompression = 9, kCalm = 11;

struct Case {
  const char* why;
  std::string input;  ///< After the preface and SETTINGS.
  std::string events;
  int goaway, reset;
};

const std::string kGet1 = "request 1 GET http://a / end\n";
const std::string kPost1 = "request 1 POST http://a /\n";

std::string headers(std::uint32_t stream, const std::string& fields,
                    int flags = kEndHeaders | kEndStream) {
  return frame(kHeaders, flags, stream, fields);
}

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"8.1: a request", get(1), kGet1, kNone, kNone},
      {"8.1: a body", post(1) + frame(kData, 0, 1, "ab") + frame(kData, kEndStream, 1, "c"),
       kPost1 + "data 1 \"abc\" end\n", kNone, kNone},
      {"8.1: trailers", post(1) + headers(1, field("x", "y")), kPost1 + "trailers 1 [x: y]\n",
       kNone, kNone},
      {"6.10: a head in pieces",
       frame(kHeaders, kEndStream, 1, request_fields()) +
           frame(kContinuation, 0, 1, field("x", "y")) + frame(kContinuation, kEndHeaders, 1),
       "request 1 GET http://a / [x: y] end\n", kNone, kNone},
      // Section 5.1, stream states.
      {"5.1: DATA on an idle stream", frame(kData, 0, 1, "x"), "", kProtocol, kNone},
      {"5.1: RST_STREAM on an idle stream", frame(kRstStream, 0, 1, number(0, 4)), "", kProtocol,
       kNone},
      {"5.1: WINDOW_UPDATE on an idle stream", frame(kWindowUpdate, 0, 1, number(1, 4)), "",
       kProtocol, kNone},
      {"5.1: DATA after END_STREAM", get(1) + frame(kData, 0, 1, "x"), kGet1, kStreamClosed, kNone},
      {"5.1: HEADERS after END_STREAM", get(1) + get(1), kGet1, kStreamClosed, kNone},
      {"5.1: DATA after RST_STREAM",
       post(1) + frame(kRstStream, 0, 1, number(8, 4)) + frame(kData, 0, 1, "x"),
       kPost1 + "reset 1 cancel\n", kStreamClosed, kNone},
      {"5.1: HEADERS after RST_STREAM", post(1) + frame(kRstStream, 0, 1, number(8, 4)) + get(1),
       kPost1 + "reset 1 cancel\n", kStreamClosed, kNone},
      {"5.1: WINDOW_UPDATE on a closed stream is late, not wrong",
       get(1) + frame(kWindowUpdate, 0, 1, number(1, 4)), kGet1, kNone, kNone},
      {"5.1.1: an even identifier", get(2), "", kProtocol, kNone},
      {"5.1.1: a smaller identifier", get(5) + get(3), "request 5 GET http://a / end\n", kProtocol,
       kNone},
      {"5.1.1: identifiers may be left out", get(5) + get(9),
       "request 5 GET http://a / end\nrequest 9 GET http://a / end\n", kNone, kNone},
      // Section 8.2, fields.
      {"8.2.1: upper case", headers(1, request_fields() + field("X", "y")), "", kNone, kProtocol},
      {"8.2.1: NUL in a value", headers(1, request_fields() + field("x", std::string(1, '\0'))), "",
       kNone, kProtocol},
      {"8.2.1: CR LF in a value", headers(1, request_fields() + field("x", "a\r\nb: c")), "", kNone,
       kProtocol},
      {"8.2.1: a space in a name", headers(1, request_fields() + field("x y", "z")), "", kNone,
       kProtocol},
      {"8.2.1: space around a value", headers(1, request_fields() + field("x", " y")), "", kNone,
       kProtocol},
      {"8.2.2: connection", headers(1, request_fields() + field("connection", "close")), "", kNone,
       kProtocol},
      {"8.2.2: keep-alive", headers(1, request_fields() + field("keep-alive", "1")), "", kNone,
       kProtocol},
      {"8.2.2: transfer-encoding",
       headers(1, request_fields() + field("transfer-encoding", "chunked")), "", kNone, kProtocol},
      {"8.2.2: upgrade", headers(1, request_fields() + field("upgrade", "x")), "", kNone,
       kProtocol},
      {"8.2.2: te other than trailers", headers(1, request_fields() + field("te", "gzip")), "",
       kNone, kProtocol},
      {"8.2.2: te: trailers", headers(1, request_fields() + field("te", "trailers")),
       "request 1 GET http://a / [te: trailers] end\n", kNone, kNone},
      {"8.2.3: cookies are joined",
       headers(
           1, request_fields() + field("cookie", "a=b") + field("x", "y") + field("cookie", "c=d")),
       "request 1 GET http://a / [cookie: a=b; c=d] [x: y] end\n", kNone, kNone},
      // Section 8.3, pseudo-header fields.
      {"8.3: after a field", headers(1, field("x", "y") + request_fields()), "", kNone, kProtocol},
      {"8.3: twice", headers(1, request_fields() + field(":path", "/")), "", kNone, kProtocol},
      {"8.3: unknown", headers(1, request_fields() + field(":foo", "x")), "", kNone, kProtocol},
      {"8.3: of a response", headers(1, request_fields() + field(":status", "200")), "", kNone,
       kProtocol},
      {"8.3: in trailers", post(1) + headers(1, field(":path", "/")),
       kPost1 + "reset 1 protocol error\n", kNone, kProtocol},
      {"8.3.1: no method", headers(1, field(":scheme", "http") + field(":path", "/")), "", kNone,
       kProtocol},
      {"8.3.1: an empty path", headers(1, request_fields("GET", "")), "", kNone, kProtocol},
      {"8.3.1: a path without a slash", headers(1, request_fields("GET", "x")), "", kNone,
       kProtocol},
      {"8.3.1: * is for OPTIONS", headers(1, request_fields("GET", "*")), "", kNone, kProtocol},
      {"8.3.1: a space in the path", headers(1, request_fields("GET", "/a b")), "", kNone,
       kProtocol},
      {"8.3.1: Host may stand in for :authority",
       headers(1, field(":method", "GET") + field(":scheme", "http") + field(":path", "/") +
                      field("host", "b")),
       "request 1 GET http://b / end\n", kNone, kNone},
      {"8.3.1: an equal Host is dropped", headers(1, request_fields() + field("host", "A")), kGet1,
       kNone, kNone},
      {"8.3.1: a Host that differs", headers(1, request_fields() + field("host", "b")), "", kNone,
       kProtocol},
      {"8.3.1: userinfo",
       headers(1, field(":method", "GET") + field(":scheme", "http") + field(":path", "/") +
                      field(":authority", "u@a")),
       "", kNone, kProtocol},
      {"8.1.1: less than content-length",
       headers(1, request_fields("POST") + field("content-length", "3"), kEndHeaders) +
           frame(kData, kEndStream, 1, "ab"),
       "request 1 POST http://a / [content-length: 3]\ndata 1 \"ab\"\nreset 1 protocol error\n",
       kNone, kProtocol},
      {"8.1.1: more than content-length",
       headers(1, request_fields("POST") + field("content-length", "0"), kEndHeaders) +
           frame(kData, kEndStream, 1, "ab"),
       "request 1 POST http://a / [content-length: 0]\nreset 1 protocol error\n", kNone, kProtocol},
      {"8.5: CONNECT has an authority only",
       headers(1, field(":method", "CONNECT") + field(":authority", "b:1"), kEndHeaders),
       "request 1 CONNECT ://b:1 \n", kNone, kNone},
      {"8441 4: an extended CONNECT is an upgrade",
       headers(1,
               field(":method", "CONNECT") + field(":protocol", "websocket") +
                   field(":scheme", "http") + field(":path", "/c") + field(":authority", "a"),
               kEndHeaders),
       "request 1 GET http://a /c upgrade=websocket [upgrade: websocket] [connection: upgrade]\n",
       kNone, kNone},
      // Frames as such.
      {"4.2: a frame above the maximum size", frame(kData, 0, 1, std::string(16385, 'x')), "",
       kFrameSize, kNone},
      {"4.3: broken compression",
       frame(kHeaders, kEndHeaders | kEndStream, 1, "\xff\xff\xff\xff\xff\xff"), "", kCompression,
       kNone},
      {"5.5: unknown frames are ignored", frame(0x42, 0, 0, "x") + get(1), kGet1, kNone, kNone},
      {"6.4: RST_STREAM tells the session", post(1) + frame(kRstStream, 0, 1, number(8, 4)),
       kPost1 + "reset 1 cancel\n", kNone, kNone},
      {"6.8: GOAWAY of a client", frame(kGoaway, 0, 0, number(0, 8)), "", kNone, kNone},
      {"6.9.1: a window above 2^31-1", frame(kWindowUpdate, 0, 0, number(0x7fffffff, 4)), "",
       kFlowControl, kNone},
      {"8.4: a client must not push",
       get(1) + frame(kPushPromise, kEndHeaders, 1, number(2, 4) + request_fields()), kGet1,
       kProtocol, kNone},
  };
  return list;
}

TEST(Http2Server, WhatIsTold) {
  for (const Case& c : cases()) {
    const Outcome outcome = serve(start() + c.input);
    EXPECT_EQ(outcome.events, c.events) << c.why;
    EXPECT_EQ(outcome.goaway, c.goaway) << c.why;
    EXPECT_EQ(outcome.reset, c.reset) << c.why;
  }
}

TEST(Http2Server, PiecesChangeNothing) {
  for (const Case& c : cases()) {
    for (const std::size_t piece : {1, 5, 9, 13}) {
      const Outcome outcome = serve(start() + c.input, piece);
      EXPECT_EQ(outcome.events, c.events) << c.why << ", in pieces of " << piece;
      EXPECT_EQ(outcome.goaway, c.goaway) << c.why << ", in pieces of " << piece;
    }
  }
}

TEST(Http2Server, AnInvalidPrefaceIsRefused) {
  EXPECT_EQ(serve("INVALID CONNECTION PREFACE\r\n\r\n").goaway, kProtocol);
  EXPECT_EQ(serve("GET / HTTP/1.1\r\nHost: a\r\n\r\n").goaway, kProtocol);
}

std::string repeated(std::size_t times, const std::string& text) {
  std::string all;
  all.reserve(times * text.size());
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Http2Server, FloodsAreEnded) {
  struct Flood {
    const char* why;
    std::string input;
  };
  std::string rapid_resets, continuations = frame(kHeaders, kEndStream, 1, request_fields()),
                            refused, oversized;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    rapid_resets += get(2 * i + 1) + frame(kRstStream, 0, 2 * i + 1, number(8, 4));
    continuations += frame(kContinuation, 0, 1, field("x", "y"));
    refused += post(2 * i + 1);
  }
  // One entry of 4,000 bytes in the table, then one byte for each further copy of it (an HPACK
  // bomb).
  const std::string entry = std::string("\x40\x01x\x7f", 4) + "\xa1\x1e" + std::string(4000, 'y');
  for (std::uint32_t i = 0; i < 20; ++i) {
    oversized += frame(kHeaders, kEndHeaders | kEndStream, 2 * i + 1,
                       request_fields() + (i == 0 ? entry : "") + std::string(8000, '\xbe'));
  }
  const Flood floods[] = {
      {"rapid reset (CVE-2023-44487)", rapid_resets},
      {"CONTINUATION (CVE-2024-27316)", continuations},
      {"PING", repeated(20000, frame(kPing, 0, 0, "12345678"))},
      {"PING acknowledgements", repeated(20000, frame(kPing, kAck, 0, "12345678"))},
      {"SETTINGS", repeated(20000, frame(kSettings, 0, 0))},
      {"PRIORITY", repeated(20000, frame(kPriority, 0, 1, number(0, 4) + number(15, 1)))},
      {"unknown frames", repeated(20000, frame(0x77, 0, 0))},
      {"empty DATA", post(1) + repeated(20000, frame(kData, 0, 1))},
      {"WINDOW_UPDATE of the connection",
       repeated(20000, frame(kWindowUpdate, 0, 0, number(1, 4)))},
      {"WINDOW_UPDATE of a stream",
       post(1) + repeated(20000, frame(kWindowUpdate, 0, 1, number(1, 4)))},
      {"RST_STREAM of closed streams",
       get(1) + repeated(20000, frame(kRstStream, 0, 1, number(8, 4)))},
      {"header blocks above the limit", oversized},
  };
  for (const Flood& flood : floods) {
    const Outcome outcome = serve(start() + flood.input, 4096, flood.why[0] != 'r');
    EXPECT_EQ(outcome.goaway, kCalm) << flood.why;
    EXPECT_LT(outcome.output_bytes, 300'000u) << flood.why;
  }
  EXPECT_NE(serve(start() + refused, 4096, false).goaway, kNone) << "streams above the limit";
}

TEST(Http2Server, HonestTrafficIsNoFlood) {
  // 10,000 requests, each with a WINDOW_UPDATE, a PING now and then, a tenth of them cancelled.
  std::string input = start();
  for (std::uint32_t i = 0; i < 10000; ++i) {
    const std::uint32_t id = 2 * i + 1;
    input += i % 10 == 0 ? post(id) + frame(kRstStream, 0, id, number(8, 4)) : get(id);
    input += frame(kWindowUpdate, 0, 0, number(1, 4));
    if (i % 20 == 0) input += frame(kPing, 0, 0, "12345678");
  }
  EXPECT_EQ(serve(input, 1000).goaway, kNone);
}

TEST(Http2Server, TheWindowIsTheSessionsToOpen) {
  class Holding : public ServerRecorder {
   public:
    void on_data(StreamId, std::string_view bytes, bool) override { received += bytes.size(); }
    std::size_t received = 0;
  } events;
  Http2Options options;
  options.initial_stream_window_size = 1000;
  const auto codec = make_http2_server(events, options);
  codec->pump();
  ASSERT_TRUE(feed_in_pieces(
      *codec,
      start() + frame(kSettings, kAck, 0) + post(1) + frame(kData, 0, 1, std::string(1000, 'x')),
      1 << 20));
  EXPECT_EQ(events.received, 1000u);
  codec->output().clear();
  codec->pump();
  EXPECT_TRUE(codec->output().empty()) << "no WINDOW_UPDATE before consume()";
  codec->consume(1, 600);
  codec->pump();
  EXPECT_EQ(codec->output().size(), 13u) << "one WINDOW_UPDATE of the stream";
  EXPECT_EQ(read_output(codec->output().view()).goaway, kNone);
  // One byte above what was opened is the peer's error.
  codec->output().clear();
  feed_in_pieces(*codec, frame(kData, 0, 1, std::string(601, 'x')), 1 << 20);
  codec->pump();
  const Outcome outcome = read_output(codec->output().view());
  EXPECT_TRUE(outcome.goaway == kFlowControl || outcome.reset == kFlowControl);
}

/// What follows an answer that was complete before its request.
TEST(Http2Server, TheRestOfAnAnsweredRequestIsStillJudged) {
  struct Row {
    const char* why;
    std::string input;
    int seconds;
    int goaway, reset;
  };
  const Row rows[] = {
      {"8.1: at first the client is let go on", frame(kData, 0, 1, "ab"), 0, kNone, kNone},
      {"8.1: after a second it is asked to stop", "", 2, kNone, 0},
      {"8.1: after much of a body, too",
       frame(kData, 0, 1, std::string(16384, 'x')) + frame(kData, 0, 1, std::string(16384, 'x')) +
           frame(kData, 0, 1, "x"),
       0, kNone, 0},
      {"8.1: an end in time", frame(kData, kEndStream, 1, "ab"), 0, kNone, kNone},
      {"8.1: trailers without an end", headers(1, field("x", "y"), kEndHeaders), 0, kNone,
       kProtocol},
      {"8.1: pseudo-fields in trailers", headers(1, field(":method", "GET")), 0, kNone, kProtocol},
      {"5.1: HEADERS after RST_STREAM",
       frame(kRstStream, 0, 1, number(8, 4)) + headers(1, request_fields()), 0, kStreamClosed,
       kNone},
      {"5.1: DATA after RST_STREAM",
       frame(kRstStream, 0, 1, number(8, 4)) + frame(kData, 0, 1, "a"), 0, kStreamClosed, kNone},
      {"5.1: RST_STREAM ends what we had reset, too",
       frame(kRstStream, 0, 1, number(8, 4)) + frame(kData, 0, 1, "a"), 2, kStreamClosed, 0},
      {"5.1: what crosses our reset is no offence", frame(kData, 0, 1, "a"), 2, kNone, 0},
      {"6.9.1: a window that overflows", frame(kWindowUpdate, 0, 1, number(0x7fffffff, 4)), 0,
       kNone, kFlowControl},
  };
  for (const Row& row : rows) {
    ServerRecorder events;
    const auto codec = make_http2_server(events, {});
    events.codec = codec.get();
    feed_in_pieces(*codec, start() + post(1), 1 << 20);
    ResponseHead ok;
    ok.status = 200;
    codec->send_response(1, ok, true);
    codec->pump();
    EXPECT_TRUE(codec->wants_relax()) << row.why;
    for (int i = 0; i < row.seconds; ++i) codec->relax();
    codec->pump();
    feed_in_pieces(*codec, row.input, 1 << 20);
    codec->pump();
    const Outcome outcome = read_output(codec->output().view());
    EXPECT_EQ(outcome.goaway, row.goaway) << row.why;
    EXPECT_EQ(outcome.reset, row.reset) << row.why;
  }
}

TEST(Http2Server, Draining) {
  ServerRecorder events;
  const auto codec = make_http2_server(events, {});
  events.codec = codec.get();
  ASSERT_TRUE(feed_in_pieces(*codec, start() + get(1), 1 << 20));
  codec->start_drain();
  codec->pump();
  ASSERT_TRUE(feed_in_pieces(*codec, get(3), 1 << 20));
  codec->finish_drain();
  codec->pump();
  ASSERT_TRUE(feed_in_pieces(*codec, get(5), 1 << 20));
  EXPECT_EQ(events.text(), "request 1 GET http://a / end\nrequest 3 GET http://a / end\n")
      << "5 came after the last GOAWAY";
  EXPECT_FALSE(codec->wants_close());
  ResponseHead ok;
  ok.status = 200;
  codec->send_response(1, ok, true);
  codec->send_response(3, ok, true);
  codec->pump();
  EXPECT_TRUE(codec->wants_close());
}

}  // namespace
}  // namespace lab::proxy
