#include <gtest/gtest.h>

#include "tests/support/http_recorder.h"

/// What becomes of an HTTP/1 connection after and between messages.
namespace lab::proxy {
namespace {

ResponseHead answer(std::uint16_t status) {
  ResponseHead head;
  head.status = status;
  return head;
}

struct Server {
  explicit Server(const Http1Options& options = {}) : codec(make_http1_server(events, options)) {
    events.codec = codec.get();
  }
  ServerRecorder events;
  std::unique_ptr<ServerCodec> codec;
  std::string kept;

  void feed(const std::string& bytes) {
    kept += bytes;
    const auto taken = codec->feed(kept);
    if (taken) kept.erase(0, *taken);
  }
  std::string written() {
    std::string text(codec->output().view());
    codec->output().clear();
    return text;
  }
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Http1Connection, PipelinedRequestsWaitForTheAnswer) {
  Server server;
  server.feed(kGet + kGet);
  EXPECT_EQ(server.events.text(), "request 1 GET ://a / end\n");
  EXPECT_FALSE(server.codec->wants_feed());
  EXPECT_EQ(server.kept, kGet);
  server.codec->send_response(1, answer(200), true);
  EXPECT_TRUE(server.codec->wants_feed());
  server.feed("");
  EXPECT_EQ(server.codec->active_streams(), 1u);
  server.codec->send_response(2, answer(204), true);
  EXPECT_EQ(server.written(),
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_FALSE(server.codec->wants_close());
}

TEST(Http1Connection, AnAnswerBeforeTheRequestsEndCloses) {
  Server server;
  server.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
  server.codec->send_response(1, answer(403), true);
  EXPECT_EQ(server.written(),
            "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  EXPECT_TRUE(server.codec->wants_close());
  server.feed("GET / HTTP/1.1\r\nHost: smuggled\r\n\r\n");
  EXPECT_EQ(server.events.text(), "request 1 POST ://a / [content-length: 10]\n")
      << "the rest is nobody's request";
}

TEST(Http1Connection, DrainingClosesAfterTheNextAnswer) {
  Server server;
  server.codec->start_drain();
  EXPECT_FALSE(server.codec->wants_close());
  server.feed(kGet);
  server.codec->send_response(1, answer(200), true);
  EXPECT_EQ(server.written(), "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  EXPECT_TRUE(server.codec->wants_close());
  Server idle;
  idle.codec->finish_drain();
  EXPECT_TRUE(idle.codec->wants_close());
}

TEST(Http1Connection, AResetLeavesTheMessageVisiblyIncomplete) {
  Server server;
  server.feed(kGet);
  server.codec->send_response(1, answer(200), false);
  server.codec->send_data(1, "abc", false);
  server.codec->reset(1, ResetReason::connection_closed);
  EXPECT_EQ(server.written(), "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_TRUE(server.codec->wants_close());
  EXPECT_FALSE(server.codec->wants_abort());
  Http1Options options;
  options.accept_http_10 = true;
  Server old(options);
  old.feed("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  old.codec->send_response(1, answer(200), false);
  old.codec->reset(1, ResetReason::connection_closed);
  EXPECT_TRUE(old.codec->wants_abort())
      << "HTTP/1.0 without a length: a plain end would look whole";
}

TEST(Http1Connection, ABodyThatIsNotAsDeclaredIsNoAnswer) {
  Server server;
  server.feed(kGet);
  ResponseHead head = answer(200);
  head.headers.add("content-length", "5");
  server.codec->send_response(1, head, false);
  server.codec->send_data(1, "abc", true);
  EXPECT_TRUE(server.codec->wants_close());
  EXPECT_EQ(server.codec->active_streams(), 0u);
}

TEST(Http1Connection, AnUpgradeBecomesATunnel) {
  Server server;
  server.feed("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nearly");
  EXPECT_FALSE(server.codec->wants_feed()) << "9110 7.8: the new protocol begins after 101";
  ResponseHead head = answer(101);
  head.headers.add("upgrade", "x");
  head.headers.add("connection", "upgrade");
  server.codec->send_response(1, head, false);
  EXPECT_TRUE(server.codec->wants_feed());
  server.feed("late");
  server.codec->send_data(1, "back", false);
  server.codec->end_of_input();
  EXPECT_EQ(server.events.text(),
            "request 1 GET ://a / upgrade=x [upgrade: x] [connection: upgrade]\ndata 1 "
            "\"earlylate\" end\n");
  EXPECT_EQ(server.written(),
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nback");
}

TEST(Http1Connection, AnUpgradeThatIsNotTakenEndsTheConnection) {
  Server server;
  server.feed("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + kGet);
  server.codec->send_response(1, answer(200), true);
  EXPECT_EQ(server.written(), "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  EXPECT_TRUE(server.codec->wants_close()) << "what follows could be the other protocol's";
}

TEST(Http1Connection, TheEndOfInputInTheMiddleIsTold) {
  Server server;
  server.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
  server.codec->end_of_input();
  EXPECT_EQ(
      server.events.text(),
      "request 1 POST ://a / [content-length: 10]\ndata 1 \"123\"\nreset 1 connection closed\n");
  EXPECT_TRUE(server.codec->wants_close());
}

TEST(Http1Connection, NoInterimAnswersForHttp10) {
  Http1Options options;
  options.accept_http_10 = true;
  Server server(options);
  server.feed("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  server.codec->send_response(1, answer(100), false);
  EXPECT_EQ(server.written(), "") << "9110 15.2";
}

TEST(Http1Connection, TheWindowHoldsTheBodyBack) {
  class Holding : public ServerRecorder {
   public:
    void on_data(StreamId, std::string_view bytes, bool) override { received += bytes.size(); }
    std::size_t received = 0;
  } events;
  Http1Options options;
  options.window = 10;
  const auto codec = make_http1_server(events, options);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n";
  const auto taken = codec->feed(head + std::string(50, 'x'));
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, head.size() + 10);
  EXPECT_FALSE(codec->wants_feed());
  codec->consume(1, 4);
  EXPECT_TRUE(codec->wants_feed());
  EXPECT_EQ(codec->feed(std::string(40, 'x')).value(), 4u);
  EXPECT_EQ(events.received, 14u);
}

TEST(Http1Connection, SendReadyComesBelowHalfTheMark) {
  Server server;
  server.codec->set_high_mark(100);
  server.feed(kGet);
  server.codec->send_response(1, answer(200), false);
  server.codec->send_data(1, std::string(200, 'x'), false);
  EXPECT_GT(server.codec->buffered(1), 100u);
  server.codec->pump();
  EXPECT_EQ(server.events.text(), "request 1 GET ://a / end\n");
  server.codec->output().consume(server.codec->output().size() - 10);
  EXPECT_TRUE(server.codec->wants_pump());
  server.codec->pump();
  EXPECT_EQ(server.events.text(), "request 1 GET ://a / end\nready 1\n");
}

RequestHead request(const std::string& method) {
  RequestHead head;
  head.method = method;
  head.path = "/";
  head.authority = "a";
  return head;
}

TEST(Http1Connection, AClientReusesWhatItMay) {
  ClientRecorder events;
  const auto codec = make_http1_client(events, {});
  events.codec = codec.get();
  const std::string ok = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(codec->can_send_request());
    codec->send_request(request("GET"), true);
    EXPECT_FALSE(codec->can_send_request());
    ASSERT_TRUE(feed_in_pieces(*codec, ok, 1 << 20));
  }
  EXPECT_TRUE(codec->reusable());
  // Bytes that answer nothing could be taken for the answer to the next request.
  feed_in_pieces(*codec, ok, 1 << 20);
  EXPECT_FALSE(codec->reusable());
  EXPECT_TRUE(codec->wants_close());
}

TEST(Http1Connection, AnEarlyAnswerEndsTheReuse) {
  ClientRecorder events;
  const auto codec = make_http1_client(events, {});
  events.codec = codec.get();
  codec->send_request(request("POST"), false);
  feed_in_pieces(*codec, "HTTP/1.1 413 X\r\ncontent-length: 0\r\n\r\n", 1 << 20);
  EXPECT_FALSE(codec->reusable());
  EXPECT_FALSE(codec->can_send_request());
  codec->send_data(1, "late", true);
  EXPECT_TRUE(codec->wants_close());
}

TEST(Http1Connection, AResetClientRequestClosesTheConnection) {
  ClientRecorder events;
  const auto codec = make_http1_client(events, {});
  events.codec = codec.get();
  codec->send_request(request("GET"), true);
  codec->reset(1, ResetReason::cancel);
  EXPECT_TRUE(codec->wants_close());
  EXPECT_FALSE(codec->reusable());
  EXPECT_EQ(events.text(), "");
}

TEST(Http1Sniff, TellsVersionsApart) {
  struct Case {
    const char* bytes;
    Sniff found;
  };
  const Case cases[] = {
      {"", Sniff::more},
      {"P", Sniff::more},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r", Sniff::more},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Sniff::http2},
      {"PUT / HTTP/1.1\r\n", Sniff::http1},
      {"GET / HTTP/1.0\r\n", Sniff::http1},
      {"\r\nGET / HTTP/1.1\r\n", Sniff::http1},
      {"GET / HT", Sniff::more},
      {"SSH-2.0-OpenSSH\r\n", Sniff::other},
      {"\x16\x03\x01", Sniff::other},
  };
  for (const Case& c : cases) EXPECT_EQ(sniff_http(c.bytes), c.found) << c.bytes;
}

}  // namespace
}  // namespace lab::proxy
