#include "proxy/match/filter_chain_match.h"

#include <gtest/gtest.h>

#include "tests/support/config_text.h"

namespace lab::proxy {
namespace {

FilterChainMatcher matcher_of(const std::string& chains) {
  auto matcher = FilterChainMatcher::compile(
      config_of<config::Listener>("filter_chains: " + chains).filter_chains);
  if (!matcher) ADD_FAILURE() << matcher.error().message;
  return matcher ? *matcher : FilterChainMatcher();
}

struct Peer {
  const char* local = "10.0.0.1:80";
  const char* remote = "10.0.0.9:4000";
  const char* name = "";
  const char* transport = "";
  std::vector<std::string> protocols = {};
};

int chain_of(const FilterChainMatcher& matcher, const Peer& peer) {
  ConnectionInfo connection;
  connection.local = *IpPort::parse(peer.local);
  connection.remote = connection.direct_remote = *IpPort::parse(peer.remote);
  connection.requested_server_name = peer.name;
  connection.transport_protocol = peer.transport;
  connection.application_protocols = peer.protocols;
  const auto found = matcher.find(connection);
  return found ? static_cast<int>(*found) : -1;
}

TEST(FilterChainMatcher, DecidesCriterionByCriterion) {
  const FilterChainMatcher matcher = matcher_of(R"(
- {name: "0", filter_chain_match: {destination_port: 443, server_names: [a.com]}}
- {name: "1", filter_chain_match: {destination_port: 443, server_names: ["*.a.com"]}}
- {name: "2", filter_chain_match: {destination_port: 443, server_names: ["*.b.a.com"], application_protocols: [h2]}}
- {name: "3", filter_chain_match: {destination_port: 80, prefix_ranges: [{address_prefix: 10.0.0.0, prefix_len: 8}]}}
- {name: "4", filter_chain_match: {destination_port: 80, prefix_ranges: [{address_prefix: 10.0.0.1, prefix_len: 32}], transport_protocol: tls}}
- {name: "5", filter_chain_match: {transport_protocol: raw_buffer, application_protocols: [http/1.1, h2c]}}
- {name: "6", filter_chain_match: {transport_protocol: raw_buffer}}
)");
  struct Case {
    const char* why;
    Peer peer;
    int chain;
  };
  const Case cases[] = {
      {"an exact server name", {"10.0.0.1:443", "10.0.0.9:4000", "a.com", "tls", {}}, 0},
      {"whatever its case", {"10.0.0.1:443", "10.0.0.9:4000", "A.com", "tls", {}}, 0},
      {"a wildcard takes any depth", {"10.0.0.1:443", "10.0.0.9:4000", "x.y.a.com", "tls", {}}, 1},
      {"the longest wildcard", {"10.0.0.1:443", "10.0.0.9:4000", "x.b.a.com", "tls", {"h2"}}, 2},
      {"which is not left again when a later criterion fails",
       {"10.0.0.1:443", "10.0.0.9:4000", "x.b.a.com", "tls", {"h3"}},
       -1},
      {"nor is a port", {"10.0.0.1:443", "10.0.0.9:4000", "", "raw_buffer", {}}, -1},
      {"the longest address prefix", {"10.0.0.1:80", "10.0.0.9:4000", "", "tls", {}}, 4},
      {"which is not left either", {"10.0.0.1:80", "10.0.0.9:4000", "", "", {}}, -1},
      {"a shorter prefix for another address", {"10.0.0.2:80", "10.0.0.9:4000", "", "", {}}, 3},
      {"an address outside", {"11.0.0.2:80", "10.0.0.9:4000", "", "", {}}, -1},
      {"the first protocol offered that a chain knows",
       {"10.0.0.1:81", "10.0.0.9:4000", "", "", {"x", "h2c"}},
       5},
      {"no protocol known: the chain without", {"10.0.0.1:81", "10.0.0.9:4000", "", "", {"x"}}, 6},
      {"TLS on that port has no chain", {"10.0.0.1:81", "10.0.0.9:4000", "", "tls", {}}, -1},
  };
  for (const Case& c : cases) EXPECT_EQ(chain_of(matcher, c.peer), c.chain) << c.why;
}

TEST(FilterChainMatcher, LooksAtTheSource) {
  const FilterChainMatcher matcher = matcher_of(R"(
- {name: "0", filter_chain_match: {source_type: SAME_IP_OR_LOOPBACK}}
- {name: "1", filter_chain_match: {source_type: EXTERNAL, source_prefix_ranges: [{address_prefix: 10.0.0.0, prefix_len: 24}], source_ports: [4000]}}
- {name: "2", filter_chain_match: {source_type: EXTERNAL, source_prefix_ranges: [{address_prefix: 10.0.0.0, prefix_len: 24}]}}
- {name: "3", filter_chain_match: {}}
)");
  EXPECT_EQ(chain_of(matcher, {"10.0.0.1:80", "127.0.0.1:5"}), 0) << "loopback is local";
  EXPECT_EQ(chain_of(matcher, {"10.0.0.1:80", "10.0.0.1:5"}), 0) << "so is the own address";
  EXPECT_EQ(chain_of(matcher, {"10.0.0.1:80", "10.0.0.9:4000"}), 1) << "a source port";
  EXPECT_EQ(chain_of(matcher, {"10.0.0.1:80", "10.0.0.9:4001"}), 2) << "any source port";
  EXPECT_EQ(chain_of(matcher, {"10.0.0.1:80", "10.0.1.9:4001"}), -1)
      << "the source type was decided already";
}

TEST(FilterChainMatcher, RefusesEqualChainsAndPartialWildcards) {
  const char* const bad[] = {
      "[{filter_chain_match: {destination_port: 1}}, {filter_chain_match: {destination_port: 1}}]",
      "[{filter_chain_match: {server_names: [a.com, b.com]}}, {filter_chain_match: {server_names: "
      "[B.com]}}]",
      "[{filter_chain_match: {server_names: ['*a.com']}}]",
      "[{filter_chain_match: {server_names: ['a.*']}}]",
  };
  for (const char* chains : bad) {
    const auto listener = config_of<config::Listener>(std::string("filter_chains: ") + chains);
    EXPECT_FALSE(FilterChainMatcher::compile(listener.filter_chains)) << chains;
  }
}

TEST(ListenerFilterDisabled, IsAPredicateOnThePort) {
  const auto predicate = config_of<config::ListenerFilterChainMatchPredicate>(
      "or_match: {rules: [{destination_port_range: {start: 80, end: 81}}, {not_match: "
      "{destination_port_range: {start: 1, end: 9000}}}]}");
  EXPECT_TRUE(listener_filter_disabled(predicate, 80));
  EXPECT_FALSE(listener_filter_disabled(predicate, 81)) << "the end is outside";
  EXPECT_TRUE(listener_filter_disabled(predicate, 9000));
}

}  // namespace
}  // namespace lab::proxy
