#include "proxy/http/forward.h"

#include <gtest/gtest.h>

#include "tests/support/http_recorder.h"

namespace lab::proxy {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

HeaderMap make(const Fields& fields) {
  HeaderMap map;
  for (const auto& [name, value] : fields) map.add(name, value);
  return map;
}

TEST(Forward, Requests) {
  struct Case {
    const char* why;
    Fields fields;
    const char* upgrade;
    bool keep_upgrade;
    const char* left;
  };
  const Case cases[] = {
      {"9110 7.6.1: Connection and what it names",
       {{"x-a", "1"}, {"connection", "X-A , close"}, {"x-b", "2"}},
       "",
       false,
       " [x-b: 2]"},
      {"7.6.1: in each of its fields",
       {{"connection", "x-a"}, {"x-a", "1"}, {"connection", "x-b"}, {"x-b", "2"}},
       "",
       false,
       ""},
      {"7.6.1: fields that are the connection's by custom",
       {{"keep-alive", "3"}, {"proxy-connection", "x"}, {"transfer-encoding", "chunked"}},
       "",
       false,
       ""},
      {"7.6.1: a named length means new framing",
       {{"connection", "content-length"}, {"content-length", "3"}},
       "",
       false,
       ""},
      {"10.1.4: TE is the hop's but for trailers",
       {{"te", "deflate;q=0.5, trailers"}},
       "",
       false,
       " [te: trailers]"},
      {"10.1.4: without it nothing stays", {{"te", "gzip"}}, "", false, ""},
      {"7.8: an upgrade that is allowed stays",
       {{"upgrade", "websocket"}, {"connection", "keep-alive, Upgrade"}},
       "websocket",
       true,
       " [upgrade: websocket] [connection: keep-alive, Upgrade]"},
      {"7.8: one that is not goes",
       {{"upgrade", "websocket"}, {"connection", "upgrade"}},
       "websocket",
       false,
       ""},
      {"7.8: without a valid Connection there is none", {{"upgrade", "websocket"}}, "", true, ""},
      {"9113 3.1: h2c belongs to the connection",
       {{"upgrade", "h2c"}, {"connection", "upgrade, http2-settings"}, {"http2-settings", "AA"}},
       "",
       false,
       ""},
      {"proxy-authorization is for us or passes: the filters decide",
       {{"proxy-authorization", "x"}},
       "",
       false,
       " [proxy-authorization: x]"},
  };
  for (const Case& c : cases) {
    RequestHead head;
    head.headers = make(c.fields);
    head.upgrade = c.upgrade;
    sanitize_request(head, c.keep_upgrade);
    EXPECT_EQ(describe(head.headers), c.left) << c.why;
    EXPECT_EQ(head.upgrade.empty(), !c.keep_upgrade || *c.upgrade == '\0') << c.why;
  }
}

TEST(Forward, Responses) {
  struct Case {
    const char* why;
    std::uint16_t status;
    Fields fields;
    bool keep_upgrade;
    const char* left;
  };
  const Case cases[] = {
      {"7.6.1: Connection and what it names",
       200,
       {{"connection", "x-a"}, {"x-a", "1"}, {"x-b", "2"}},
       false,
       " [x-b: 2]"},
      {"7.8: 101 keeps its upgrade",
       101,
       {{"connection", "upgrade"}, {"upgrade", "x"}},
       true,
       " [connection: upgrade] [upgrade: x]"},
      {"7.8: others don't", 200, {{"connection", "upgrade"}, {"upgrade", "x"}}, true, ""},
      {"8.6: 204 has no length", 204, {{"content-length", "5"}}, false, ""},
      {"8.6: 304 may have", 304, {{"content-length", "5"}}, false, " [content-length: 5]"},
  };
  for (const Case& c : cases) {
    ResponseHead head;
    head.status = c.status;
    head.headers = make(c.fields);
    sanitize_response(head, c.keep_upgrade);
    EXPECT_EQ(describe(head.headers), c.left) << c.why;
  }
}

TEST(Forward, Trailers) {
  HeaderMap trailers = make({{"grpc-status", "0"},
                             {"content-length", "3"},
                             {"authorization", "x"},
                             {"host", "a"},
                             {"transfer-encoding", "chunked"},
                             {"x-forwarded-for", "1.1.1.1"},
                             {"x", "y"}});
  sanitize_trailers(trailers);
  EXPECT_EQ(describe(trailers), " [grpc-status: 0] [x: y]")
      << "9110 6.5.1: framing, routing and authentication";
}

TEST(Forward, Tokens) {
  struct Case {
    const char* list;
    const char* token;
    bool found;
  };
  const Case cases[] = {{"a, B ,c", "b", true},
                        {"a,,b", "b", true},
                        {"ab", "a", false},
                        {"", "a", false},
                        {"\ta\t", "A", true}};
  for (const Case& c : cases) EXPECT_EQ(has_token(c.list, c.token), c.found) << c.list;
}

TEST(HeaderMap, KeepsOrderAndCase) {
  HeaderMap map;
  map.add("X-A", "1");
  map.add("b", "2");
  map.add("x-a", "3");
  EXPECT_EQ(describe(map), " [x-a: 1] [b: 2] [x-a: 3]");
  EXPECT_EQ(map.get_all("x-a"), "1,3");
  EXPECT_EQ(map.count("x-a"), 2u);
  map.set("x-a", "longer than before");
  EXPECT_EQ(describe(map), " [x-a: longer than before] [b: 2]");
  map.append("b", "4");
  EXPECT_EQ(map.get("b"), "2,4");
  EXPECT_EQ(map.byte_size(), 3 + 18 + 4 + 1 + 3 + 4u);
  EXPECT_EQ(map.remove("x-a"), 1u);
  EXPECT_EQ(map.remove("x-a"), 0u);
  EXPECT_EQ(map.byte_size(), 8u);
  map.add("c", map.at(0).value);
  EXPECT_EQ(map.get("c"), "2,4") << "a value may be a view into the map";
}

}  // namespace
}  // namespace lab::proxy
