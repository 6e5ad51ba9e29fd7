#include <gtest/gtest.h>

#include "proxy/http/http1_writer.h"

namespace lab::proxy {
namespace {

using namespace http1;

HeaderMap headers(const std::vector<std::pair<std::string, std::string>>& fields) {
  HeaderMap map;
  for (const auto& [name, value] : fields) map.add(name, value);
  return map;
}

TEST(Http1Write, Requests) {
  struct Case {
    const char* why;
    const char* method;
    std::vector<std::pair<std::string, std::string>> fields;
    bool has_body;
    const char* lines;  ///< After "METHOD /p HTTP/1.1" and Host, separated by "|".
  };
  const Case cases[] = {
      {"Host comes first, the rest in its order",
       "GET",
       {{"b", "1"}, {"A", "2"}},
       false,
       "b: 1|a: 2|"},
      {"no length for methods without content", "DELETE", {}, false, ""},
      {"an explicit zero for the others", "POST", {}, false, "content-length: 0|"},
      {"a zero that is there stays", "GET", {{"content-length", "0"}}, false, "content-length: 0|"},
      {"a declared length is kept in its place",
       "POST",
       {{"content-length", "3"}, {"x", "y"}},
       true,
       "content-length: 3|x: y|"},
      {"without one it is chunked", "GET", {{"x", "y"}}, true, "x: y|transfer-encoding: chunked|"},
      {"a received transfer-encoding is the codec's business",
       "POST",
       {{"transfer-encoding", "gzip"}},
       true,
       "transfer-encoding: chunked|"},
      {"connection fields are not forwarded",
       "GET",
       {{"connection", "close"}, {"upgrade", "x"}, {"host", "b"}},
       false,
       ""},
      {"a length that nothing follows is not sent",
       "POST",
       {{"content-length", "3"}},
       false,
       "content-length: 0|"},
      {"a length that is none is not sent",
       "POST",
       {{"content-length", "3, 3"}},
       true,
       "transfer-encoding: chunked|"},
      {"line ends in made values are dropped: no splitting",
       "GET",
       {{"x", "a\r\nb: c"}},
       false,
       "x: ab: c|"},
  };
  for (const Case& c : cases) {
    RequestHead head;
    head.method = c.method;
    head.path = "/p";
    head.authority = "h:1";
    head.headers = headers(c.fields);
    Buffer out;
    write_request(head, c.has_body, false, out);
    std::string expected = std::string(c.method) + " /p HTTP/1.1\r\nhost: h:1\r\n";
    for (const char* at = c.lines; *at != '\0'; ++at)
      expected += *at == '|' ? "\r\n" : std::string(1, *at);
    EXPECT_EQ(out.view(), expected + "\r\n") << c.why;
  }
}

TEST(Http1Write, TunnelRequests) {
  RequestHead head;
  head.method = "GET";
  head.path = "/";
  head.authority = "a";
  head.upgrade = "websocket";
  head.headers = headers({{"upgrade", "websocket"}, {"connection", "upgrade"}});
  Buffer out;
  EXPECT_EQ(write_request(head, true, false, out).kind, Framing::Kind::tunnel);
  EXPECT_EQ(out.view(),
            "GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
  head = {};
  head.method = "CONNECT";
  head.authority = "b:443";
  out.clear();
  EXPECT_EQ(write_request(head, true, false, out).kind, Framing::Kind::tunnel);
  EXPECT_EQ(out.view(), "CONNECT b:443 HTTP/1.1\r\nhost: b:443\r\n\r\n");
}

TEST(Http1Write, Responses) {
  struct Case {
    const char* why;
    AnswerTo request;
    std::uint16_t status;
    std::vector<std::pair<std::string, std::string>> fields;
    bool has_body;
    const char* lines;  ///< The whole head, lines separated by "|".
  };
  const AnswerTo plain;
  AnswerTo closing, to_head, to_10, to_10_closing, to_connect;
  closing.close = to_10_closing.close = true;
  to_head.is_head = true;
  to_10.protocol = to_10_closing.protocol = Protocol::http10;
  to_connect.is_connect = true;
  const Case cases[] = {
      {"a length",
       plain,
       200,
       {{"content-length", "2"}, {"server", "envoy"}},
       true,
       "HTTP/1.1 200 OK|content-length: 2|server: envoy|"},
      {"no length",
       plain,
       200,
       {{"server", "envoy"}},
       true,
       "HTTP/1.1 200 OK|server: envoy|transfer-encoding: chunked|"},
      {"no body",
       plain,
       404,
       {{"server", "envoy"}},
       false,
       "HTTP/1.1 404 Not Found|server: envoy|content-length: 0|"},
      {"close comes before the framing, as Envoy writes it",
       closing,
       400,
       {{"server", "envoy"}},
       false,
       "HTTP/1.1 400 Bad Request|server: envoy|connection: close|content-length: 0|"},
      {"a status without a word",
       plain,
       418,
       {{"content-length", "0"}},
       false,
       "HTTP/1.1 418 Unknown|content-length: 0|"},
      {"9110 8.6: no length in 204",
       plain,
       204,
       {{"content-length", "5"}},
       false,
       "HTTP/1.1 204 No Content|"},
      {"9110 8.6: none in 1xx",
       plain,
       103,
       {{"link", "x"}, {"content-length", "5"}},
       false,
       "HTTP/1.1 103 Early Hints|link: x|"},
      {"9110 15.4.5: 304 may tell it",
       plain,
       304,
       {{"content-length", "5"}},
       false,
       "HTTP/1.1 304 Not Modified|content-length: 5|"},
      {"an answer to HEAD tells it too",
       to_head,
       200,
       {{"content-length", "5"}},
       false,
       "HTTP/1.1 200 OK|content-length: 5|"},
      {"or that it would be chunked, as Envoy",
       to_head,
       200,
       {},
       false,
       "HTTP/1.1 200 OK|transfer-encoding: chunked|"},
      {"9112 7.8: 101 keeps its upgrade",
       plain,
       101,
       {{"upgrade", "x"}, {"connection", "upgrade"}},
       true,
       "HTTP/1.1 101 Switching Protocols|upgrade: x|connection: upgrade|"},
      {"others don't",
       plain,
       200,
       {{"upgrade", "x"}, {"connection", "upgrade"}, {"content-length", "0"}},
       false,
       "HTTP/1.1 200 OK|content-length: 0|"},
      {"9110 9.3.6: no framing in CONNECT's 2xx",
       to_connect,
       200,
       {{"content-length", "5"}},
       true,
       "HTTP/1.1 200 OK|"},
      {"9112 6.1: never chunked to HTTP/1.0",
       to_10_closing,
       200,
       {},
       true,
       "HTTP/1.0 200 OK|connection: close|"},
      {"9112 9.3: HTTP/1.0 is told that it stays",
       to_10,
       200,
       {{"content-length", "1"}},
       true,
       "HTTP/1.0 200 OK|content-length: 1|connection: keep-alive|"},
      {"a length that nothing follows is not sent",
       plain,
       502,
       {{"content-length", "5"}},
       false,
       "HTTP/1.1 502 Bad Gateway|content-length: 0|"},
  };
  for (const Case& c : cases) {
    ResponseHead head;
    head.status = c.status;
    head.headers = headers(c.fields);
    Buffer out;
    write_response(head, c.request, c.has_body, false, out);
    std::string expected;
    for (const char* at = c.lines; *at != '\0'; ++at)
      expected += *at == '|' ? "\r\n" : std::string(1, *at);
    EXPECT_EQ(out.view(), expected + "\r\n") << c.why;
  }
}

TEST(Http1Write, ProperCase) {
  ResponseHead head;
  head.status = 200;
  head.headers = headers({{"x-request-id", "1"}, {"content-length", "0"}});
  Buffer out;
  write_response(head, {}, false, true, out);
  EXPECT_EQ(out.view(), "HTTP/1.1 200 OK\r\nX-Request-Id: 1\r\nContent-Length: 0\r\n\r\n");
}

TEST(Http1Write, Bodies) {
  struct Case {
    const char* why;
    Outgoing outgoing;
    const char* data;
    bool written, finished;
    const char* bytes;
  };
  const Case cases[] = {
      {"as declared", {Framing::Kind::length, 3}, "abc", true, true, "abc"},
      {"more than declared is not written", {Framing::Kind::length, 2}, "abc", false, false, ""},
      {"less than declared is no end", {Framing::Kind::length, 4}, "abc", true, false, "abc"},
      {"chunks",
       {Framing::Kind::chunked, 0},
       "0123456789abcdef",
       true,
       true,
       "10\r\n0123456789abcdef\r\n0\r\n\r\n"},
      {"no data is no chunk: it would be the last one",
       {Framing::Kind::chunked, 0},
       "",
       true,
       true,
       "0\r\n\r\n"},
      {"until the connection ends", {Framing::Kind::until_close, 0}, "abc", true, true, "abc"},
      {"what may not have a body drops it", {Framing::Kind::none, 0}, "abc", true, true, ""},
  };
  for (const Case& c : cases) {
    Buffer out;
    BodyWriter writer;
    writer.start(c.outgoing);
    EXPECT_EQ(writer.write(c.data, out), c.written) << c.why;
    EXPECT_EQ(writer.finish(nullptr, false, out), c.finished) << c.why;
    EXPECT_EQ(out.view(), c.bytes) << c.why;
  }
}

TEST(Http1Write, Trailers) {
  Buffer out;
  const HeaderMap trailers = headers({{"a", "b"}, {"transfer-encoding", "x"}});
  BodyWriter writer;
  writer.start({Framing::Kind::chunked, 0});
  EXPECT_TRUE(writer.finish(&trailers, false, out));
  EXPECT_EQ(out.view(), "0\r\na: b\r\n\r\n");
}

}  // namespace
}  // namespace lab::proxy
