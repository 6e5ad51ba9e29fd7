#include "orchestrator/run/hops.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace lab::orchestrator {
namespace {

TEST(ReadTrace, TakesWhatTheProxyTells) {
  const auto answer = parse_json(
      R"({"next":8,"records":[{"startTime":"2026-11-23T17:15:13.250Z","listener":"0.0.0.0_80","virtualHost":"v",
          "routeConfiguration":"80","cluster":"c","endpoint":"10.0.0.2:80","responseCode":200,"responseFlags":"-",
          "presentedCertificate":{"file":"/f","subject":"CN=a","sha256":"11","sans":["DNS:a"]},
          "upstreamPeerCertificate":null,"origins":[{"object":"VirtualService a","file":"m.yaml","line":7}]}]})",
      "t");
  std::uint64_t next = 0;
  const auto hops = read_trace("sleep", *answer, next);
  EXPECT_EQ(next, 8u);
  ASSERT_EQ(hops.size(), 1u);
  EXPECT_EQ(hops[0].cluster, "c");
  EXPECT_EQ(hops[0].flags, "") << "a dash is none";
  EXPECT_TRUE(hops[0].presented.present);
  EXPECT_FALSE(hops[0].peer.present);
  EXPECT_EQ(hops[0].origins, std::vector<std::string>{"VirtualService a (m.yaml:7)"});
}

TEST(HopsComplete, UntilTheLastProxyHasSpoken) {
  struct Case {
    const char* why;
    std::vector<std::pair<std::string, std::string>> hops;  ///< Node, endpoint.
    bool sender_has_proxy, complete;
  };
  const ProxyAddresses proxies = {{"10.0.0.2", "gateway"}, {"10.0.0.1", "sleep"}};
  const Case cases[] = {
      {"a sender without proxy needs no record", {}, false, true},
      {"a sender with a proxy does", {}, true, false},
      {"it answered by itself", {{"sleep", ""}}, true, true},
      {"it went to a server", {{"sleep", "192.168.0.1:80"}}, true, true},
      {"it went to a gateway, whose record is missing", {{"sleep", "10.0.0.2:80"}}, true, false},
      {"both records are there",
       {{"sleep", "10.0.0.2:80"}, {"gateway", "192.168.0.1:443"}},
       true,
       true},
      {"a sidecar hands over to its own program", {{"gateway", "10.0.0.2:8080"}}, false, true},
  };
  for (const Case& c : cases) {
    std::vector<Hop> hops;
    for (const auto& [node, endpoint] : c.hops) {
      hops.emplace_back().node = node;
      hops.back().endpoint = endpoint;
    }
    EXPECT_EQ(hops_complete(hops, "sleep", c.sender_has_proxy, proxies), c.complete) << c.why;
  }
}

}  // namespace
}  // namespace lab::orchestrator
