#include <gtest/gtest.h>

#include "tests/support/http_recorder.h"

namespace lab::proxy {
namespace {

struct Case {
  const char* why;
  const char* method;
  std::string input;
  std::string events;
  bool reusable;
};

/// What a client codec tells about an answer, then about the end of the connection.
std::string client_events(const Case& c, std::size_t piece, bool* reusable) {
  ClientRecorder events;
  Http1Options options;
  options.enable_trailers = true;
  const auto codec = make_http1_client(events, options);
  events.codec = codec.get();
  RequestHead head;
  head.method = c.method;
  head.path = "/";
  head.authority = "a:1";
  if (head.method == "UPGRADE") {
    head.method = "GET";
    head.upgrade = "websocket";
  }
  codec->send_request(head, head.upgrade.empty() && head.method != "CONNECT");
  feed_in_pieces(*codec, c.input, piece);
  *reusable = codec->reusable();
  codec->end_of_input();
  events.flush();
  return events.text();
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kRefused = "reset 1 protocol error\n";

const std::vector<Case>& responses() {
  static const std::vector<Case> cases = {
      // Section 4, status line.
      {"4: a plain answer", "GET", kOk + "Content-Length: 2\r\n\r\nok",
       "response 1 200 [content-length: 2]\ndata 1 \"ok\" end\n", true},
      {"4: an empty reason", "GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
       "response 1 200 [content-length: 0] end\n", true},
      {"4: no reason and no space (widespread)", "GET", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
       "response 1 200 [content-length: 0] end\n", true},
      {"4: a status of two digits", "GET", "HTTP/1.1 20 OK\r\n\r\n", kRefused, false},
      {"4: a status of four digits", "GET", "HTTP/1.1 2000 OK\r\n\r\n", kRefused, false},
      {"9110 15: a status below 100", "GET", "HTTP/1.1 099 OK\r\n\r\n", kRefused, false},
      {"9110 15: unknown classes pass", "GET", "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
       "response 1 999 [content-length: 0] end\n", true},
      {"4: two spaces", "GET", "HTTP/1.1  200 OK\r\n\r\n", kRefused, false},
      {"4: a control byte in the reason", "GET", "HTTP/1.1 200 O\x01\r\n\r\n", kRefused, false},
      {"2.3: another version", "GET", "HTTP/2.0 200 OK\r\n\r\n", kRefused, false},
      {"2.2: no HTTP at all is told at once", "GET", "SSH-2.0-x", kRefused, false},
      // Section 5, fields.
      {"5.1: space before the colon", "GET", kOk + "A : b\r\n\r\n", kRefused, false},
      {"5.2: a folded line", "GET", kOk + "A: b\r\n c\r\n\r\n", kRefused, false},
      {"5.5: NUL", "GET", kOk + "A: " + std::string(1, '\0') + "\r\n\r\n", kRefused, false},
      {"2.2: a lone LF", "GET", kOk + "A: b\nContent-Length: 0\r\n\r\n", kRefused, false},
      // Section 6.3, body length, in its order.
      {"6.3.1: HEAD has no body", "HEAD", kOk + "Content-Length: 5\r\n\r\n",
       "response 1 200 [content-length: 5] end\n", true},
      {"6.3.1: a body for HEAD belongs to nobody", "HEAD", kOk + "Content-Length: 5\r\n\r\nhello",
       "response 1 200 [content-length: 5] end\n", false},
      {"6.3.1: 204 has no body", "GET", "HTTP/1.1 204 N\r\nContent-Length: 5\r\n\r\n",
       "response 1 204 [content-length: 5] end\n", true},
      {"6.3.1: 304 has no body", "GET", "HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n",
       "response 1 304 [content-length: 5] end\n", true},
      {"6.3.3: length and coding", "GET",
       kOk + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", kRefused, false},
      {"6.3.4: an unknown coding can't be decoded", "GET",
       kOk + "Transfer-Encoding: gzip, chunked\r\n\r\n", kRefused, false},
      {"6.1: a coding in HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
       kRefused, false},
      {"6.3.5: different lengths", "GET", kOk + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
       kRefused, false},
      {"6.3.5: equal lengths (as Envoy)", "GET",
       kOk + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", kRefused, false},
      {"6.3.5: a list", "GET", kOk + "Content-Length: 5, 5\r\n\r\n", kRefused, false},
      {"6.3.5: no number", "GET", kOk + "Content-Length: x\r\n\r\n", kRefused, false},
      {"6.3.8: until the connection ends", "GET", kOk + "\r\nbody",
       "response 1 200\ndata 1 \"body\" end\n", false},
      {"7.1: chunks", "GET", kOk + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
       "response 1 200 [transfer-encoding: chunked]\ndata 1 \"ok\" end\n", true},
      {"7.1.2: trailers", "GET",
       kOk + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n",
       "response 1 200 [transfer-encoding: chunked]\ndata 1 \"ok\"\ntrailers 1 [a: b]\n", true},
      {"7.1: a malformed size", "GET", kOk + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
       "response 1 200 [transfer-encoding: chunked]\n" + kRefused, false},
      // Section 8, incomplete messages.
      {"8: less than the length", "GET", kOk + "Content-Length: 5\r\n\r\nabc",
       "response 1 200 [content-length: 5]\ndata 1 \"abc\"\n" + kRefused, true},
      {"8: no last chunk", "GET", kOk + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
       "response 1 200 [transfer-encoding: chunked]\ndata 1 \"ok\"\n" + kRefused, true},
      {"8: the middle of a head", "GET", "HTTP/1.1 20", kRefused, true},
      {"9.6: no answer at all", "GET", "", "reset 1 connection closed\n", true},
      // Section 9, connections.
      {"9.3: Connection: close", "GET", kOk + "Connection: close\r\nContent-Length: 0\r\n\r\n",
       "response 1 200 [connection: close] [content-length: 0] end\n", false},
      {"9.3: HTTP/1.0 closes", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
       "response 1 200 [content-length: 0] end\n", false},
      {"9.3: HTTP/1.0 with keep-alive doesn't", "GET",
       "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
       "response 1 200 [connection: keep-alive] [content-length: 0] end\n", true},
      {"9.3: surplus bytes", "GET", kOk + "Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
       "response 1 200 [content-length: 0] end\n", false},
      // RFC 9110 section 15.2, interim answers.
      {"9110 15.2: interim answers", "GET",
       "HTTP/1.1 103 E\r\nLink: x\r\n\r\n" + kOk + "Content-Length: 0\r\n\r\n",
       "interim 1 103 [link: x]\nresponse 1 200 [content-length: 0] end\n", true},
      {"9110 15.2.2: 101 unasked", "GET",
       "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", kRefused, false},
      {"9110 15.2.2: 101 to something else", "UPGRADE",
       "HTTP/1.1 101 S\r\nUpgrade: foo\r\nConnection: upgrade\r\n\r\n", kRefused, false},
      {"9110 7.8: 101 without Upgrade", "UPGRADE", "HTTP/1.1 101 S\r\n\r\n", kRefused, false},
      {"9110 7.8: 101 and a tunnel", "UPGRADE",
       "HTTP/1.1 101 S\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n\r\nbytes",
       "response 1 101 [upgrade: WebSocket] [connection: upgrade]\ndata 1 \"bytes\" end\n", false},
      {"9110 7.8: an upgrade may be ignored", "UPGRADE", kOk + "Content-Length: 0\r\n\r\n",
       "response 1 200 [content-length: 0] end\n", false},
      {"9110 9.3.6: CONNECT's 2xx has no length", "CONNECT", kOk + "Content-Length: 2\r\n\r\nbytes",
       "response 1 200 [content-length: 2]\ndata 1 \"bytes\" end\n", false},
      {"9110 9.3.6: other answers to CONNECT have a body", "CONNECT",
       "HTTP/1.1 403 F\r\nContent-Length: 2\r\n\r\nno",
       "response 1 403 [content-length: 2]\ndata 1 \"no\" end\n", false},
  };
  return cases;
}

TEST(Http1Response, WhatIsTold) {
  for (const Case& c : responses()) {
    bool reusable = false;
    EXPECT_EQ(client_events(c, 1 << 20, &reusable), c.events) << c.why;
    EXPECT_EQ(reusable, c.reusable) << c.why;
  }
}

TEST(Http1Response, PiecesChangeNothing) {
  for (const Case& c : responses()) {
    for (const std::size_t piece : {1, 2, 3, 7}) {
      bool reusable = false;
      EXPECT_EQ(client_events(c, piece, &reusable), c.events)
          << c.why << ", in pieces of " << piece;
    }
  }
}

TEST(Http1Response, Limits) {
  std::string interims;
  for (int i = 0; i < 20; ++i) interims += "HTTP/1.1 100 C\r\n\r\n";
  std::string many = kOk;
  for (int i = 0; i < 120; ++i) many += "X: y\r\n";
  const Case cases[] = {
      {"endless 1xx", "GET", interims, "reset 1 protocol error\n", false},
      {"a head larger than the limit", "GET", kOk + "X: " + std::string(70000, 'x'),
       "reset 1 too large\n", false},
      {"more fields than the limit", "GET", many, "reset 1 too large\n", false},
  };
  for (const Case& c : cases) {
    bool reusable = false;
    std::string events = client_events(c, 1 << 20, &reusable);
    while (events.compare(0, 7, "interim") == 0) events.erase(0, events.find('\n') + 1);
    EXPECT_EQ(events, c.events) << c.why;
    EXPECT_FALSE(reusable) << c.why;
  }
}

}  // namespace
}  // namespace lab::proxy
