#include <gtest/gtest.h>

#include "tests/support/http2_bytes.h"
#include "tests/support/http_recorder.h"

/// Our HTTP/2 client against our server, and against frames by hand.
namespace lab::proxy {
namespace {

using namespace http2_bytes;

struct Pair {
  explicit Pair(const Http2Options& server_options = {}, const Http2Options& client_options = {})
      : server(make_http2_server(server_events, server_options)),
        client(make_http2_client(client_events, client_options)) {
    server_events.codec = server.get();
    client_events.codec = client.get();
    run();
  }
  ServerRecorder server_events;
  ClientRecorder client_events;
  std::unique_ptr<ServerCodec> server;
  std::unique_ptr<ClientCodec> client;

  /// Carries bytes both ways until nothing moves.
  void run() {
    for (bool moved = true; moved;) {
      moved = carry(*client, *server);
      moved = carry(*server, *client) || moved;
    }
  }
  static bool carry(Codec& from, Codec& to) {
    from.pump();
    if (from.output().empty()) return false;
    const std::string bytes(from.output().view());
    from.output().clear();
    EXPECT_TRUE(feed_in_pieces(to, bytes, 1 << 20));
    return true;
  }
};

RequestHead request(const std::string& method = "GET") {
  RequestHead head;
  head.method = method;
  head.scheme = "https";
  head.authority = "a:1";
  head.path = "/p?q";
  return head;
}

ResponseHead answer(std::uint16_t status) {
  ResponseHead head;
  head.status = status;
  return head;
}

TEST(Http2Pair, ARequestAndItsAnswer) {
  Pair pair;
  RequestHead head = request();
  head.headers.add("x", "y");
  // RFC 9113 section 8.2.2: what HTTP/1 knows of the connection does not pass.
  for (const char* name :
       {"connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"})
    head.headers.add(name, "z");
  head.headers.add("te", "gzip");
  pair.client->send_request(head, true);
  pair.run();
  ResponseHead ok = answer(200);
  ok.headers.add("a", "b");
  ok.headers.add("connection", "close");
  pair.server->send_response(1, answer(103), false);
  pair.server->send_response(1, ok, false);
  pair.server->send_data(1, "body", false);
  HeaderMap trailers;
  trailers.add("t", "u");
  pair.server->send_trailers(1, trailers);
  pair.run();
  pair.client_events.flush();
  EXPECT_EQ(pair.server_events.text(), "request 1 GET https://a:1 /p?q [x: y] end\n");
  EXPECT_EQ(
      pair.client_events.text(),
      "limit 100\ninterim 1 103\nresponse 1 200 [a: b]\ndata 1 \"body\"\ntrailers 1 [t: u]\n");
  EXPECT_EQ(pair.client->active_streams(), 0u);
  EXPECT_EQ(pair.server->active_streams(), 0u);
}

TEST(Http2Pair, MadeValuesCannotSplitAMessage) {
  Pair pair;
  RequestHead head = request();
  head.headers.add("x", std::string("a\r\nb\0c", 6));
  pair.client->send_request(head, true);
  pair.run();
  EXPECT_EQ(pair.server_events.text(), "request 1 GET https://a:1 /p?q [x: abc] end\n");
}

TEST(Http2Pair, AnUpgradeTravelsAsExtendedConnect) {
  Http2Options options;
  options.allow_connect = true;
  Pair pair(options, options);
  RequestHead head = request();
  head.upgrade = "websocket";
  head.headers.add("upgrade", "websocket");
  head.headers.add("connection", "upgrade");
  pair.client->send_request(head, false);
  pair.run();
  EXPECT_EQ(pair.server_events.text(),
            "request 1 GET https://a:1 /p?q upgrade=websocket [upgrade: websocket] [connection: "
            "upgrade]\n");
  ResponseHead switching = answer(101);
  switching.headers.add("upgrade", "websocket");
  switching.headers.add("connection", "upgrade");
  pair.server->send_response(1, switching, false);
  pair.run();
  pair.client->send_data(1, "there", false);
  pair.server->send_data(1, "back", true);
  pair.run();
  pair.client->send_data(1, " again", true);
  pair.run();
  EXPECT_EQ(pair.client_events.text(),
            "limit 100\nresponse 1 101 [upgrade: websocket] [connection: upgrade]\ndata 1 \"back\" "
            "end\n");
  EXPECT_NE(pair.server_events.text().find("data 1 \"there again\" end\n"), std::string::npos)
      << pair.server_events.text();
}

TEST(Http2Pair, AnOriginThatIgnoresAnUpgradeMakesNoTunnel) {
  Http2Options options;
  options.allow_connect = true;
  Pair pair(options, options);
  RequestHead head = request();
  head.upgrade = "websocket";
  pair.client->send_request(head, false);
  pair.run();
  pair.server->send_response(1, answer(200), true);
  pair.run();
  EXPECT_EQ(pair.client_events.text(), "limit 100\nresponse 1 502 end\n")
      << "8441 5: a 2xx would mean a tunnel";
}

TEST(Http2Pair, LargeBodiesFollowTheWindows) {
  Http2Options options;
  options.initial_stream_window_size = 1 << 16;
  Pair pair(options, options);
  pair.client->set_high_mark(1 << 16);
  pair.client->send_request(request("POST"), false);
  std::size_t sent = 0;
  const std::string piece(10'000, 'x');
  for (int i = 0; i < 300; ++i) {
    pair.client->send_data(1, piece, i == 299);
    sent += piece.size();
    if (pair.client->buffered(1) > pair.client->high_mark()) pair.run();
  }
  pair.run();
  pair.server_events.flush();
  EXPECT_EQ(sent, 3'000'000u);
  EXPECT_GT(pair.server_events.text().size(), sent);
  EXPECT_NE(pair.client_events.text().find("ready 1\n"), std::string::npos);
}

TEST(Http2Pair, ABodyThatIsNotAsDeclaredIsReset) {
  Pair pair;
  pair.client->send_request(request(), true);
  pair.run();
  ResponseHead ok = answer(200);
  ok.headers.add("content-length", "5");
  pair.server->send_response(1, ok, false);
  pair.server->send_data(1, "abc", false);
  pair.run();
  pair.server->send_data(1, "", true);
  pair.run();
  EXPECT_EQ(
      pair.client_events.text(),
      "limit 100\nresponse 1 200 [content-length: 5]\ndata 1 \"abc\"\nreset 1 internal error\n");
}

TEST(Http2Pair, AnAnswerToHeadHasNoBody) {
  Pair pair;
  pair.client->send_request(request("HEAD"), true);
  pair.run();
  ResponseHead ok = answer(200);
  ok.headers.add("content-length", "5");
  pair.server->send_response(1, ok, false);
  pair.server->send_data(1, "hello", true);
  pair.run();
  EXPECT_EQ(pair.client_events.text(),
            "limit 100\nresponse 1 200 [content-length: 5]\ndata 1 \"\" end\n");
}

TEST(Http2Pair, AnEarlyAnswerStopsTheRequest) {
  Pair pair;
  pair.client->send_request(request("POST"), false);
  pair.client->send_data(1, "abc", false);
  pair.run();
  pair.server->send_response(1, answer(413), true);
  pair.run();
  EXPECT_EQ(pair.client_events.text(), "limit 100\nresponse 1 413 end\n");
  EXPECT_EQ(pair.server->active_streams(), 0u);
  pair.client->send_data(1, "late", true);
  pair.run();
  EXPECT_TRUE(pair.client->reusable());
}

TEST(Http2Pair, ResetsTravelWithTheirReason) {
  const ResetReason reasons[] = {ResetReason::cancel, ResetReason::refused,
                                 ResetReason::protocol_error, ResetReason::internal_error,
                                 ResetReason::connect_error};
  for (const ResetReason reason : reasons) {
    Pair pair;
    pair.client->send_request(request(), true);
    pair.run();
    pair.server->reset(1, reason);
    pair.run();
    EXPECT_EQ(pair.client_events.text(),
              "limit 100\nreset 1 " + std::string(reset_reason_name(reason)) + "\n");
  }
}

TEST(Http2Pair, StreamLimitsAndPings) {
  Http2Options few;
  few.max_concurrent_streams = 2;
  Pair pair(few);
  EXPECT_EQ(pair.client->stream_limit(), 2u);
  pair.client->send_request(request(), true);
  EXPECT_TRUE(pair.client->can_send_request());
  pair.client->send_request(request(), true);
  EXPECT_FALSE(pair.client->can_send_request());
  pair.client->send_ping();
  EXPECT_TRUE(pair.client->ping_pending());
  pair.run();
  EXPECT_FALSE(pair.client->ping_pending());
}

TEST(Http2Pair, GoawayRefusesWhatWillNotBeDone) {
  Pair pair;
  pair.client->send_request(request(), true);
  pair.run();
  pair.server->finish_drain();
  pair.client->send_request(request(), true);
  Pair::carry(*pair.server, *pair.client);
  EXPECT_EQ(pair.client_events.text(), "limit 100\ngoaway\nreset 3 refused\n");
  EXPECT_FALSE(pair.client->reusable());
  pair.server->send_response(1, answer(200), true);
  pair.run();
  EXPECT_TRUE(pair.client->wants_close());
  EXPECT_TRUE(pair.server->wants_close());
}

TEST(Http2Client, TheEndOfTheConnectionResetsAll) {
  Pair pair;
  pair.client->send_request(request(), true);
  pair.run();
  pair.client->end_of_input();
  EXPECT_EQ(pair.client_events.text(), "limit 100\nreset 1 connection closed\n");
  EXPECT_FALSE(pair.client->reusable());
}

TEST(Http2Client, HostileServers) {
  struct Case {
    const char* why;
    std::string input;
    const char* events;
  };
  const auto status = [](const std::string& code) { return field(":status", code); };
  std::string interims;
  for (int i = 0; i < 20; ++i) interims += frame(kHeaders, kEndHeaders, 1, status("103"));
  const Case cases[] = {
      {"8.6: there is no 101", frame(kHeaders, kEndHeaders, 1, status("101")),
       "reset 1 protocol error\n"},
      {"8.3.2: no status", frame(kHeaders, kEndHeaders, 1, field("x", "y")),
       "reset 1 protocol error\n"},
      {"8.3.2: no number", frame(kHeaders, kEndHeaders, 1, status("2x0")),
       "reset 1 protocol error\n"},
      {"8.2.1: NUL",
       frame(kHeaders, kEndHeaders, 1, status("200") + field("x", std::string(1, '\0'))),
       "reset 1 protocol error\n"},
      {"8.1.1: two lengths",
       frame(kHeaders, kEndHeaders, 1,
             status("200") + field("content-length", "1") + field("content-length", "2")),
       "reset 1 protocol error\n"},
      {"8.1: an answer that ends within its interim part",
       frame(kHeaders, kEndHeaders | kEndStream, 1, status("103")), "reset 1 protocol error\n"},
      {"8.4: an unasked push", frame(kPushPromise, kEndHeaders, 1, number(2, 4) + request_fields()),
       "reset 1 protocol error\n"},
      {"DATA before the head", frame(kData, kEndStream, 1, "x"), "reset 1 protocol error\n"},
      {"not HTTP/2", "HTTP/1.1 400 Bad Request\r\n\r\n", "reset 1 protocol error\n"},
  };
  for (const Case& c : cases) {
    ClientRecorder events;
    const auto codec = make_http2_client(events, {});
    events.codec = codec.get();
    codec->send_request(request(), true);
    codec->pump();
    feed_in_pieces(*codec, c.why[0] == 'n' ? c.input : frame(kSettings, 0, 0) + c.input, 1 << 20);
    codec->pump();  // Stream errors are told when they are sent.
    std::string told = events.text();
    if (told.compare(0, 5, "limit") == 0) told.erase(0, told.find('\n') + 1);
    EXPECT_EQ(told, c.events) << c.why;
  }
  ClientRecorder events;
  const auto codec = make_http2_client(events, {});
  events.codec = codec.get();
  codec->send_request(request(), true);
  codec->pump();
  feed_in_pieces(*codec, frame(kSettings, 0, 0) + interims, 1 << 20);
  EXPECT_NE(events.text().find("reset 1 protocol error\n"), std::string::npos) << "endless 1xx";
}

}  // namespace
}  // namespace lab::proxy
