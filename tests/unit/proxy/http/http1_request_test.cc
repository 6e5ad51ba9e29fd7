#include <gtest/gtest.h>

#include "tests/support/http_recorder.h"

namespace lab::proxy {
namespace {

/// What a server codec tells about `input`, cut into pieces of `piece` bytes, each request answered
/// by 200.
std::string server_events(const std::string& input, const Http1Options& options = {},
                          std::size_t piece = 1 << 20) {
  ServerRecorder events;
  events.answer.status = 200;
  const auto codec = make_http1_server(events, options);
  events.codec = codec.get();
  const bool good = feed_in_pieces(*codec, input, piece);
  events.flush();
  return events.text() + (good ? "" : "failed\n");
}

const std::string kGet = "GET / HTTP/1.1\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kChunkedHead = "request 1 POST ://a / [transfer-encoding: chunked]\n";

struct Case {
  const char* why;
  std::string input;
  std::string events;
};

std::string bad(int status, const std::string& details = "http1.codec_error") {
  return "bad 1 " + std::to_string(status) + " " + details + "\nfailed\n";
}

const std::vector<Case>& requests() {
  static const std::vector<Case> cases = {
      // RFC 9112 section 2.2, message parsing.
      {"2.2: a plain request", kGet + "Host: a\r\n\r\n", "request 1 GET ://a / end\n"},
      {"2.2: an empty line before a request is skipped", "\r\n" + kGet + "Host: a\r\n\r\n",
       "request 1 GET ://a / end\n"},
      {"2.2: endless empty lines are not", "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n", bad(400)},
      {"2.2: a lone LF ends no line", "GET / HTTP/1.1\nHost: a\n\n", bad(400)},
      {"2.2: a lone LF after a field", kGet + "Host: a\nX: y\r\n\r\n", bad(400)},
      {"2.2: a lone LF as the last line", kGet + "Host: a\r\n\n", bad(400)},
      {"2.2: a lone CR within a value", kGet + "Host: a\r\nX: a\rb\r\n\r\n",
       bad(400, "http1.invalid_characters")},
      {"2.2: white space before the first field", kGet + " Host: a\r\n\r\n", bad(400)},
      {"2.2: TLS on a cleartext port is told at once", "\x16\x03\x01\x02", bad(400)},
      {"2.2: a NUL is told at once", std::string("GE\0", 3), bad(400)},
      {"9113 3.4: another protocol's preface gets no HTTP/1 answer",
       "INVALID CONNECTION PREFACE\r\n\r\n", "failed\n"},
      // Section 2.3, version.
      {"2.3: HTTP/1.0 is refused unless it is accepted", "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
       bad(426, "low_version")},
      {"2.3: another major version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", bad(505, "low_version")},
      {"2.3: HTTP/0.9", "GET /\r\n\r\n", bad(400)},
      {"2.3: the name is upper case", "GET / http/1.1\r\nHost: a\r\n\r\n", bad(400)},
      {"2.3: one digit each", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", bad(400)},
      {"9110 2.5: a higher minor version is answered as 1.1", "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
       "request 1 GET ://a / end\n"},
      // Section 3, request line.
      {"3: two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", bad(400)},
      {"3: a space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", bad(400)},
      {"3: a space within the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", bad(400)},
      {"3: a tab is no separator", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", bad(400)},
      {"3.1: methods are case-sensitive", "get / HTTP/1.1\r\nHost: a\r\n\r\n", bad(400)},
      {"3.1: a method nobody defined", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n", bad(400)},
      {"3.1: registered methods pass", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n",
       "request 1 PROPFIND ://a / end\n"},
      {"3.2: a control byte in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", bad(400)},
      {"3.2: a byte above ASCII in the target", "GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", bad(400)},
      {"3.2: a fragment", "GET /a#f HTTP/1.1\r\nHost: a\r\n\r\n",
       bad(400, "path_normalization_failed")},
      {"3.2: neither path nor URI", "GET foo HTTP/1.1\r\nHost: a\r\n\r\n", bad(400)},
      // Section 3.2, Host.
      {"3.2: Host is demanded", kGet + "\r\n", bad(400, "missing_host_header")},
      {"3.2: two Hosts", kGet + "Host: a\r\nHost: b\r\n\r\n", bad(400, "http.invalid_authority")},
      {"3.2: two equal Hosts", kGet + "Host: a\r\nHost: a\r\n\r\n",
       bad(400, "http.invalid_authority")},
      {"3.2: userinfo in Host", kGet + "Host: u@a\r\n\r\n", bad(400, "http.invalid_authority")},
      {"3.2: a port that is no number", kGet + "Host: a:b\r\n\r\n",
       bad(400, "http.invalid_authority")},
      {"3.2: a port above 65535", kGet + "Host: a:65536\r\n\r\n",
       bad(400, "http.invalid_authority")},
      {"3.2: two ports", kGet + "Host: a:1:2\r\n\r\n", bad(400, "http.invalid_authority")},
      {"3.2: a path in Host", kGet + "Host: a/b\r\n\r\n", bad(400, "http.invalid_authority")},
      {"3.2: a space in Host", kGet + "Host: a b\r\n\r\n", bad(400, "http.invalid_authority")},
      {"3.2: a broken escape in Host", kGet + "Host: a%4\r\n\r\n",
       bad(400, "http.invalid_authority")},
      {"3.2: an unclosed bracket", kGet + "Host: [::1\r\n\r\n", bad(400, "http.invalid_authority")},
      {"3.2: an IPv6 literal", kGet + "Host: [::1]:80\r\n\r\n",
       "request 1 GET ://[::1]:80 / end\n"},
      {"3.2: an empty Host is one", kGet + "Host:\r\n\r\n", "request 1 GET :// / end\n"},
      {"3.2: an empty port is one", kGet + "Host: a:\r\n\r\n", "request 1 GET ://a: / end\n"},
      {"3.2.2: an absolute target replaces Host", "GET http://b:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
       "request 1 GET http://b:81 /x?y end\n"},
      {"3.2.2: without a path it is the root", "GET HTTP://b?y HTTP/1.1\r\nHost: a\r\n\r\n",
       "request 1 GET http://b /?y end\n"},
      {"3.2.2: Host is still checked", "GET http://b/ HTTP/1.1\r\nHost: u@a\r\n\r\n",
       bad(400, "http.invalid_authority")},
      {"9110 4.2.4: userinfo in a target", "GET http://u:p@b/ HTTP/1.1\r\nHost: a\r\n\r\n",
       bad(400, "http1.invalid_url")},
      {"9110 4.2.1: no host in a target", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n",
       bad(400, "http1.invalid_url")},
      {"3.2.2: another scheme", "GET ftp://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
       bad(400, "http1.invalid_scheme")},
      {"3.2.3: CONNECT takes host and port", "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n",
       "request 1 CONNECT ://b:443 \n"},
      {"3.2.3: CONNECT without a port", "CONNECT b HTTP/1.1\r\nHost: b\r\n\r\n",
       bad(400, "http1.invalid_url")},
      {"3.2.3: CONNECT to a path", "CONNECT / HTTP/1.1\r\nHost: b\r\n\r\n",
       bad(400, "http1.invalid_url")},
      {"3.2.3: only CONNECT takes an authority", "GET b:443 HTTP/1.1\r\nHost: b\r\n\r\n", bad(400)},
      {"3.2.4: OPTIONS may ask for *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
       "request 1 OPTIONS ://a * end\n"},
      {"3.2.4: nothing else may", "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
       bad(400, "http1.invalid_url")},
      // Section 5, fields.
      {"5: names are lower case, values trimmed", kGet + "HOST: a\r\nX-Y: \t b c\t \r\n\r\n",
       "request 1 GET ://a / [x-y: b c] end\n"},
      {"5: order and repetition are kept", kGet + "b: 1\r\nHost: a\r\na: 2\r\nb: 3\r\n\r\n",
       "request 1 GET ://a / [b: 1] [a: 2] [b: 3] end\n"},
      {"5.1: space before the colon", kGet + "Host: a\r\nX : y\r\n\r\n", bad(400)},
      {"5.1: tab before the colon", kGet + "Host: a\r\nX\t: y\r\n\r\n", bad(400)},
      {"5.1: no name", kGet + "Host: a\r\n: y\r\n\r\n", bad(400)},
      {"5.1: no colon", kGet + "Host: a\r\nX\r\n\r\n", bad(400)},
      {"5.1: a name that is no token", kGet + "Host: a\r\nX@: y\r\n\r\n", bad(400)},
      {"5.1: a name above ASCII", kGet + "Host: a\r\n\xc3\xa4: y\r\n\r\n", bad(400)},
      {"5.2: a folded line", kGet + "Host: a\r\nX: y\r\n z\r\n\r\n", bad(400)},
      {"5.2: a folded line with a tab", kGet + "Host: a\r\nX: y\r\n\tz\r\n\r\n", bad(400)},
      {"9110 5.5: NUL", kGet + "Host: a\r\nX: " + std::string(1, '\0') + "\r\n\r\n",
       bad(400, "http1.invalid_characters")},
      {"9110 5.5: a control byte", kGet + "Host: a\r\nX: \x02\r\n\r\n",
       bad(400, "http1.invalid_characters")},
      {"9110 5.5: DEL", kGet + "Host: a\r\nX: \x7f\r\n\r\n", bad(400, "http1.invalid_characters")},
      {"9110 5.5: bytes above ASCII are opaque", kGet + "Host: a\r\nX: \xc3\xa4\r\n\r\n",
       "request 1 GET ://a / [x: \xc3\xa4] end\n"},
      {"9110 7.6.1: Connection may not name what trust hangs on",
       kGet + "Host: a\r\nConnection: close, X-Forwarded-For\r\n\r\n",
       bad(400, "http1.connection_header_rejected")},
      // Section 6, body length.
      {"6.2: a body of known length", kPost + "Content-Length: 3\r\n\r\nabc",
       "request 1 POST ://a / [content-length: 3]\ndata 1 \"abc\" end\n"},
      {"6.2: none", kPost + "Content-Length: 0\r\n\r\n",
       "request 1 POST ://a / [content-length: 0] end\n"},
      {"6.2: a sign", kPost + "Content-Length: +3\r\n\r\nabc", bad(400)},
      {"6.2: negative", kPost + "Content-Length: -3\r\n\r\nabc", bad(400)},
      {"6.2: empty", kPost + "Content-Length:\r\n\r\nabc", bad(400)},
      {"6.2: hexadecimal", kPost + "Content-Length: 0x3\r\n\r\nabc", bad(400)},
      {"6.2: a fraction", kPost + "Content-Length: 3.0\r\n\r\nabc", bad(400)},
      {"6.2: more than 63 bits", kPost + "Content-Length: 9223372036854775808\r\n\r\nabc",
       bad(400)},
      {"6.3: different lengths", kPost + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
       bad(400)},
      {"6.3: equal lengths (as Envoy)", kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
       bad(400)},
      {"6.3: a list of lengths", kPost + "Content-Length: 3, 3\r\n\r\nabc", bad(400)},
      {"6.3: length and coding",
       kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       bad(400, "http1.content_length_and_chunked_not_allowed")},
      {"6.1: an unknown coding", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
       bad(501, "http1.invalid_transfer_encoding")},
      {"6.3: chunked is not last", kPost + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
       bad(400, "http1.invalid_transfer_encoding")},
      {"6.3: not chunked at all", kPost + "Transfer-Encoding: gzip\r\n\r\n",
       bad(400, "http1.invalid_transfer_encoding")},
      {"6.1: chunked twice", kPost + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
       bad(400, "http1.invalid_transfer_encoding")},
      {"6.1: chunked twice, in two fields",
       kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
       bad(400, "http1.invalid_transfer_encoding")},
      {"6.1: identity is no coding", kPost + "Transfer-Encoding: identity\r\n\r\n",
       bad(400, "http1.invalid_transfer_encoding")},
      {"6.1: an empty list", kPost + "Transfer-Encoding:\r\n\r\n",
       bad(400, "http1.invalid_transfer_encoding")},
      {"6.1: quotes don't hide it", kPost + "Transfer-Encoding: \"chunked\"\r\n\r\n",
       bad(400, "http1.invalid_transfer_encoding")},
      {"7: coding names are case-insensitive",
       kPost + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
       "request 1 POST ://a / [transfer-encoding: Chunked]\ndata 1 \"\" end\n"},
      // Section 7.1, chunks.
      {"7.1: chunks", kChunked + "3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n",
       kChunkedHead + "data 1 \"abc0123456789\" end\n"},
      {"7.1.1: extensions are dropped", kChunked + "3;a;b=c ; d=\"e\\\";f\"\r\nabc\r\n0;x\r\n\r\n",
       kChunkedHead + "data 1 \"abc\" end\n"},
      {"7.1.1: an unclosed quote", kChunked + "3;a=\"b\r\nabc\r\n0\r\n\r\n",
       kChunkedHead + bad(400)},
      {"7.1.1: an extension without a name", kChunked + "3;\r\nabc\r\n0\r\n\r\n",
       kChunkedHead + bad(400)},
      {"7.1.1: a control byte in an extension", kChunked + "3;a\x01\r\nabc\r\n0\r\n\r\n",
       kChunkedHead + bad(400)},
      {"7.1: a space after the size", kChunked + "3 \r\nabc\r\n0\r\n\r\n", kChunkedHead + bad(400)},
      {"7.1: a space before the size", kChunked + " 3\r\nabc\r\n0\r\n\r\n",
       kChunkedHead + bad(400)},
      {"7.1: 0x", kChunked + "0x3\r\nabc\r\n0\r\n\r\n", kChunkedHead + bad(400)},
      {"7.1: a sign", kChunked + "+3\r\nabc\r\n0\r\n\r\n", kChunkedHead + bad(400)},
      {"7.1: no size", kChunked + "\r\nabc\r\n0\r\n\r\n", kChunkedHead + bad(400)},
      {"7.1: a size beyond 60 bits", kChunked + "1000000000000003\r\nabc\r\n0\r\n\r\n",
       kChunkedHead + bad(400)},
      {"7.1: a lone LF after the size", kChunked + "3\nabc\r\n0\r\n\r\n", kChunkedHead + bad(400)},
      {"7.1: a lone CR after the size", kChunked + "3\rabc\r\n0\r\n\r\n", kChunkedHead + bad(400)},
      {"7.1: a chunk longer than its size", kChunked + "3\r\nabcd\r\n0\r\n\r\n",
       kChunkedHead + "data 1 \"abc\"\n" + bad(400)},
      {"7.1: a lone LF after the chunk", kChunked + "3\r\nabc\n0\r\n\r\n",
       kChunkedHead + "data 1 \"abc\"\n" + bad(400)},
      {"7.1.2: trailers are dropped unless asked for", kChunked + "0\r\nX: y\r\n\r\n",
       kChunkedHead + "data 1 \"\" end\n"},
      {"7.1.2: trailers are checked all the same", kChunked + "0\r\nX : y\r\n\r\n",
       kChunkedHead + bad(400)},
      {"7.1.2: a lone LF in trailers", kChunked + "0\r\nX: y\n\r\n", kChunkedHead + bad(400)},
      // Section 9, connections.
      {"9.3: requests follow one another",
       kGet + "Host: a\r\n\r\n" + kPost + "Content-Length: 1\r\n\r\nx" + kGet + "Host: b\r\n\r\n",
       "request 1 GET ://a / end\nrequest 2 POST ://a / [content-length: 1]\ndata 2 \"x\" "
       "end\nrequest 3 GET ://b / end\n"},
      {"9.6: nothing follows Connection: close",
       kGet + "Host: a\r\nConnection: Close\r\n\r\n" + kGet + "Host: b\r\n\r\n",
       "request 1 GET ://a / [connection: Close] end\n"},
      {"9110 7.8: an upgrade waits for its answer",
       kGet + "Host: a\r\nUpgrade: WebSocket\r\nConnection: x, Upgrade\r\n\r\nbytes",
       "request 1 GET ://a / upgrade=websocket [upgrade: WebSocket] [connection: x, Upgrade]\n"},
      {"9110 7.8: Connection must name it", kGet + "Host: a\r\nUpgrade: websocket\r\n\r\n",
       "request 1 GET ://a / [upgrade: websocket] end\n"},
      {"9110 7.8: with a body it is ignored",
       kPost + "Content-Length: 1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nb",
       "request 1 POST ://a / [content-length: 1] [upgrade: x] [connection: upgrade]\ndata 1 \"b\" "
       "end\n"},
      {"9113 3.1: h2c is ignored", kGet + "Host: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
       "request 1 GET ://a / [upgrade: h2c] [connection: upgrade] end\n"},
      {"9110 9.3.6: CONNECT has no body",
       "CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\nContent-Length: 1\r\n\r\nx",
       bad(400, "http1.body_disallowed")},
  };
  return cases;
}

TEST(Http1Request, WhatIsTold) {
  for (const Case& c : requests()) EXPECT_EQ(server_events(c.input), c.events) << c.why;
}

TEST(Http1Request, PiecesChangeNothing) {
  for (const Case& c : requests()) {
    for (const std::size_t piece : {1, 2, 3, 7}) {
      EXPECT_EQ(server_events(c.input, {}, piece), c.events) << c.why << ", in pieces of " << piece;
    }
  }
}

TEST(Http1Request, Limits) {
  const std::string many = [] {
    std::string lines;
    for (int i = 0; i < 101; ++i) lines += "X: y\r\n";
    return lines;
  }();
  const Case cases[] = {
      {"6585 5: fields larger than the limit",
       kGet + "Host: a\r\nX: " + std::string(70000, 'x') + "\r\n\r\n",
       bad(431, "http1.headers_too_large")},
      {"6585 5: told before the end comes", kGet + "Host: a\r\nX: " + std::string(70000, 'x'),
       bad(431, "http1.headers_too_large")},
      {"6585 5: more fields than the limit", kGet + "Host: a\r\n" + many + "\r\n",
       bad(431, "http1.too_many_headers")},
      {"9112 3: a target longer than is read", "GET /" + std::string(70000, 'x'),
       bad(414, "http1.headers_too_large")},
      {"a method without an end", std::string(100, 'A'), bad(400)},
      {"7.1.1: a size line without an end", kChunked + "3;" + std::string(5000, 'a'),
       kChunkedHead + bad(400)},
  };
  for (const Case& c : cases) EXPECT_EQ(server_events(c.input), c.events) << c.why;
}

TEST(Http1Request, Options) {
  Http1Options options;
  options.accept_http_10 = true;
  options.default_host_for_http_10 = "d";
  options.enable_trailers = true;
  const Case cases[] = {
      {"HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n",
       "request 1 GET ://d / end\n"},
      {"9.3: HTTP/1.0 with keep-alive doesn't",
       "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
       "request 1 GET ://d / [connection: keep-alive] end\nrequest 2 GET ://d / end\n"},
      {"6.1: Transfer-Encoding in HTTP/1.0",
       "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       bad(400, "http1.invalid_transfer_encoding")},
      {"9110 7.8: Upgrade in HTTP/1.0 is ignored",
       "GET / HTTP/1.0\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
       "request 1 GET ://d / [upgrade: x] [connection: upgrade] end\n"},
      {"7.1.2: trailers", kChunked + "1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\n",
       kChunkedHead + "data 1 \"x\"\ntrailers 1 [a: b] [c: d]\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(server_events(c.input, options), c.events) << c.why;
}

}  // namespace
}  // namespace lab::proxy
