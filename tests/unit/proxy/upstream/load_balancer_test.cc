#include "proxy/upstream/load_balancer.h"

#include <gtest/gtest.h>

#include <map>

#include "base/hash.h"
#include "tests/support/config_text.h"

namespace lab::proxy {
namespace {

HostPtr host(const std::string& address, std::uint32_t weight = 1, bool healthy = true) {
  HostDescription description;
  description.address = address;
  description.weight = weight;
  auto result = std::make_shared<Host>(std::move(description));
  result->set(HealthFlag::failed_active_hc, !healthy);
  return result;
}

PriorityHosts priority(std::vector<HostPtr> hosts) {
  return PriorityHosts{{LocalityHosts{{}, 1, std::move(hosts)}}, 140};
}

/// How often each host was chosen in `draws` draws.
std::map<std::string, int> draws_of(const std::string& cluster,
                                    const std::vector<PriorityHosts>& hosts, int draws) {
  const auto balancer = make_load_balancer(config_of<config::Cluster>(cluster), 1);
  balancer->update(hosts);
  std::map<std::string, int> counts;
  for (int i = 0; i < draws; ++i) {
    const HostPtr chosen = balancer->choose({});
    ++counts[chosen ? chosen->address() : ""];
  }
  return counts;
}

TEST(LoadBalancer, RoundRobinTakesTurns) {
  const auto even = draws_of("{name: c}", {priority({host("a"), host("b"), host("c")})}, 300);
  EXPECT_EQ(even, (std::map<std::string, int>{{"a", 100}, {"b", 100}, {"c", 100}}));
  const auto weighted = draws_of("{name: c}", {priority({host("a", 1), host("b", 3)})}, 400);
  EXPECT_NEAR(weighted.at("a"), 100, 1);
  EXPECT_NEAR(weighted.at("b"), 300, 1);
}

TEST(LoadBalancer, LeastRequestAvoidsTheBusy) {
  const HostPtr busy = host("busy"), idle = host("idle");
  busy->rq_active.set(10);
  const auto counts =
      draws_of("{name: c, lb_policy: LEAST_REQUEST}", {priority({busy, idle})}, 1000);
  // Only when both draws hit the busy one: a quarter.
  EXPECT_NEAR(counts.at("busy"), 250, 60);
  const HostPtr heavy = host("heavy", 3), light = host("light", 1);
  const auto weighted =
      draws_of("{name: c, lb_policy: LEAST_REQUEST}", {priority({heavy, light})}, 400);
  EXPECT_NEAR(weighted.at("heavy"), 300, 2);
}

TEST(LoadBalancer, RandomSpreads) {
  const auto counts =
      draws_of("{name: c, lb_policy: RANDOM}", {priority({host("a"), host("b")})}, 1000);
  EXPECT_NEAR(counts.at("a"), 500, 80);
}

TEST(LoadBalancer, HashingKeepsToItsHost) {
  for (const std::string policy : {"RING_HASH", "MAGLEV"}) {
    const auto config = config_of<config::Cluster>("{name: c, lb_policy: " + policy + "}");
    std::vector<HostPtr> hosts = {host("10.0.0.1:80"), host("10.0.0.2:80"), host("10.0.0.3:80", 2)};
    const auto balancer = make_load_balancer(config, 1);
    balancer->update({priority(hosts)});
    std::map<std::uint64_t, std::string> before;
    std::map<std::string, int> counts;
    for (std::uint64_t i = 0; i < 3000; ++i) {
      LoadBalancerContext context;
      context.hash = xx_hash64(std::to_string(i));
      before[i] = balancer->choose(context)->address();
      ++counts[before[i]];
      EXPECT_EQ(balancer->choose(context)->address(), before[i]) << policy;
    }
    EXPECT_NEAR(counts["10.0.0.1:80"], 750, 150) << policy;
    EXPECT_NEAR(counts["10.0.0.3:80"], 1500, 200) << policy << ": twice the weight";
    hosts.erase(hosts.begin());
    balancer->update({priority(hosts)});
    int moved = 0;
    for (const auto& [i, address] : before) {
      LoadBalancerContext context;
      context.hash = xx_hash64(std::to_string(i));
      moved += address != "10.0.0.1:80" && balancer->choose(context)->address() != address;
    }
    EXPECT_LT(moved, 300) << policy << ": what was not on the removed host mostly stays";
  }
}

TEST(LoadBalancer, AvoidsHostsThatWereTried) {
  const HostPtr a = host("a"), b = host("b");
  const auto balancer = make_load_balancer(config_of<config::Cluster>("{name: c}"), 1);
  balancer->update({priority({a, b})});
  LoadBalancerContext context;
  context.avoid = {a.get()};
  context.avoid_attempts = 1;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(balancer->choose(context), b);
  context.avoid = {a.get(), b.get()};
  EXPECT_NE(balancer->choose(context), nullptr) << "when all were tried, one is tried again";
}

TEST(LoadBalancer, GivesNothingWithoutHosts) {
  EXPECT_EQ(draws_of("{name: c}", {}, 1).count(""), 1u);
  EXPECT_EQ(draws_of("{name: c}", {priority({})}, 1).count(""), 1u);
  const std::vector<PriorityHosts> sick = {priority({host("a", 1, false)})};
  EXPECT_EQ(draws_of("{name: c}", sick, 1).count("a"), 1u) << "in panic the sick are used";
  EXPECT_EQ(
      draws_of("{name: c, common_lb_config: {zone_aware_lb_config: {fail_traffic_on_panic: true}}}",
               sick, 1)
          .count(""),
      1u);
}

TEST(LoadBalancer, WeighsLocalities) {
  PriorityHosts hosts;
  hosts.localities = {{{"r1", "", ""}, 1, {host("a1"), host("a2")}},
                      {{"r2", "", ""}, 3, {host("b1")}}};
  const auto counts =
      draws_of("{name: c, common_lb_config: {locality_weighted_lb_config: {}}}", {hosts}, 400);
  EXPECT_NEAR(counts.at("b1"), 300, 3);
  EXPECT_NEAR(draws_of("{name: c}", {hosts}, 300).at("b1"), 100, 1)
      << "weights of localities count only when asked for";
}

TEST(SpreadLoad, FillsPrioritiesInOrder) {
  struct Case {
    const char* why;
    std::vector<std::pair<int, int>> healthy_of;  ///< Healthy and all hosts of each priority.
    std::vector<std::uint32_t> load;
    bool panic;
  };
  const Case cases[] = {
      {"all healthy: the first takes all", {{4, 4}, {4, 4}}, {100, 0}, false},
      {"a few sick ones don't matter", {{3, 4}, {4, 4}}, {100, 0}, false},
      {"then the next one helps", {{2, 4}, {4, 4}}, {70, 30}, false},
      {"nothing left in the first", {{0, 4}, {4, 4}}, {0, 100}, false},
      {"too few everywhere: scaled up, in panic", {{1, 4}, {1, 4}}, {50, 50}, true},
      {"none at all: by number of hosts", {{0, 1}, {0, 3}}, {25, 75}, true},
  };
  for (const Case& c : cases) {
    std::vector<HealthView> views;
    for (const auto& [healthy, all] : c.healthy_of) {
      std::vector<HostPtr> hosts;
      for (int i = 0; i < all; ++i) hosts.push_back(host(std::to_string(i), 1, i < healthy));
      views.push_back(sort_by_health(priority(hosts)));
    }
    const PriorityLoad load = spread_load(views, 50);
    EXPECT_EQ(load.healthy, c.load) << c.why;
    EXPECT_EQ(load.panic[0], c.panic) << c.why;
  }
}

}  // namespace
}  // namespace lab::proxy
