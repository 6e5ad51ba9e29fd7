#include "proxy/upstream/outlier.h"

#include <gtest/gtest.h>

#include "proxy/upstream/health_check.h"
#include "tests/support/config_text.h"

namespace lab::proxy {
namespace {

using std::chrono::seconds;

struct Cluster {
  explicit Cluster(const std::string& config, std::size_t size = 4)
      : detector(config_of<config::OutlierDetection>(config), StatsScope(stats, "cluster.c.")) {
    for (std::size_t i = 0; i < size; ++i) {
      HostDescription description;
      description.address = std::to_string(i);
      hosts.push_back(std::make_shared<Host>(description));
    }
  }
  bool report(std::size_t host, HostOutcome outcome, int times = 1) {
    bool ejected = false;
    for (int i = 0; i < times; ++i)
      ejected = detector.report(*hosts[host], outcome, hosts.size(), now, 0) || ejected;
    return ejected;
  }
  bool pass(seconds time) {
    now += time;
    return detector.on_interval(hosts, now, 0);
  }
  std::uint64_t count(const std::string& name) {
    return stats.counter("cluster.c.outlier_detection." + name).value();
  }

  StatsStore stats;
  OutlierDetector detector;
  std::vector<HostPtr> hosts;
  OutlierDetector::TimePoint now{};
};

TEST(OutlierDetector, EjectsAfterErrorsInARow) {
  Cluster cluster("{consecutive_5xx: 3, max_ejection_percent: 100}");
  EXPECT_FALSE(cluster.report(0, HostOutcome::server_error, 2));
  EXPECT_FALSE(cluster.report(0, HostOutcome::success));
  EXPECT_FALSE(cluster.report(0, HostOutcome::server_error, 2))
      << "a success begins the count anew";
  EXPECT_TRUE(cluster.report(0, HostOutcome::connect_failure))
      << "what failed here counts like a 503";
  EXPECT_EQ(cluster.hosts[0]->health_text(), "/failed_outlier_check");
  EXPECT_EQ(cluster.count("ejections_enforced_consecutive_5xx"), 1u);
}

TEST(OutlierDetector, BringsHostsBackLaterEachTime) {
  Cluster cluster("{consecutive_5xx: 1, base_ejection_time: 30s, max_ejection_percent: 100}");
  cluster.report(0, HostOutcome::server_error);
  EXPECT_FALSE(cluster.pass(seconds(29)));
  EXPECT_TRUE(cluster.pass(seconds(1)));
  EXPECT_EQ(cluster.hosts[0]->health(), HostHealth::healthy);
  cluster.report(0, HostOutcome::server_error);
  EXPECT_FALSE(cluster.pass(seconds(59))) << "twice as long the second time";
  EXPECT_TRUE(cluster.pass(seconds(1)));
}

TEST(OutlierDetector, LeavesEnoughHosts) {
  Cluster cluster("{consecutive_5xx: 1, max_ejection_percent: 50}");
  EXPECT_TRUE(cluster.report(0, HostOutcome::server_error));
  EXPECT_TRUE(cluster.report(1, HostOutcome::server_error));
  EXPECT_FALSE(cluster.report(2, HostOutcome::server_error));
  EXPECT_EQ(cluster.count("ejections_overflow"), 1u);
  Cluster small("{consecutive_5xx: 1}", 1);
  EXPECT_FALSE(small.report(0, HostOutcome::server_error)) << "10 % of one host is none";
  Cluster always("{consecutive_5xx: 1, always_eject_one_host: true}", 1);
  EXPECT_TRUE(always.report(0, HostOutcome::server_error));
}

TEST(OutlierDetector, TellsLocalErrorsApartWhenAsked) {
  Cluster cluster(
      "{consecutive_5xx: 1, consecutive_local_origin_failure: 2, "
      "split_external_local_origin_errors: true, max_ejection_percent: 100}");
  EXPECT_FALSE(cluster.report(0, HostOutcome::connect_failure));
  EXPECT_TRUE(cluster.report(0, HostOutcome::connect_failure));
  EXPECT_EQ(cluster.count("ejections_enforced_consecutive_local_origin_failure"), 1u);
}

TEST(OutlierDetector, TakesAFinalConnectionForASuccess) {
  Cluster cluster("{consecutive_5xx: 2, max_ejection_percent: 100}");
  cluster.report(0, HostOutcome::connect_failure);
  cluster.report(0, HostOutcome::connect_success_final);
  EXPECT_FALSE(cluster.report(0, HostOutcome::connect_failure)) << "TCP has no other successes";
  cluster.report(0, HostOutcome::connect_success);
  EXPECT_TRUE(cluster.report(0, HostOutcome::connect_failure)) << "HTTP waits for the answer";
}

TEST(OutlierDetector, ComparesSuccessRates) {
  Cluster cluster(
      "{success_rate_request_volume: 10, success_rate_minimum_hosts: 5, success_rate_stdev_factor: "
      "1900, max_ejection_percent: 50, consecutive_5xx: 1000}",
      6);
  for (std::size_t host = 0; host < 6; ++host) {
    cluster.report(host, HostOutcome::success, host == 0 ? 5 : 20);
    if (host == 0) cluster.report(host, HostOutcome::server_error, 15);
  }
  EXPECT_TRUE(cluster.pass(seconds(10)));
  EXPECT_TRUE(cluster.hosts[0]->has(HealthFlag::failed_outlier_check));
  EXPECT_FALSE(cluster.hosts[1]->has(HealthFlag::failed_outlier_check));
  EXPECT_NEAR(cluster.detector.external_averages().average, 87.5, 0.01);
}

TEST(HealthCheck, CountsResultsInARow) {
  using R = HealthCheckState::Result;
  struct Case {
    const char* why;
    std::vector<R> results;
    bool failed;
  };
  const Case cases[] = {
      {"the first success is enough", {R::success}, false},
      {"a host begins as failed", {R::network_failure}, true},
      {"later it takes the threshold", {R::success, R::network_failure, R::network_failure}, false},
      {"three in a row",
       {R::success, R::network_failure, R::network_failure, R::network_failure},
       true},
      {"an unexpected status counts at once", {R::success, R::failure}, true},
      {"a retriable one does not", {R::success, R::retriable_failure}, false},
      {"coming back takes two", {R::network_failure, R::success}, true},
      {"two", {R::network_failure, R::success, R::success}, false},
  };
  const auto config = config_of<config::HealthCheck>(
      "{timeout: 1s, interval: 5s, unhealthy_threshold: 3, healthy_threshold: 2, "
      "http_health_check: {path: /}}");
  for (const Case& c : cases) {
    Host host(HostDescription{});
    host.set(HealthFlag::failed_active_hc);
    host.set(HealthFlag::pending_active_hc);
    HealthCheckState state(config);
    for (const R result : c.results) state.on_result(host, result);
    EXPECT_EQ(host.has(HealthFlag::failed_active_hc), c.failed) << c.why;
    EXPECT_FALSE(host.has(HealthFlag::pending_active_hc)) << c.why;
  }
}

TEST(HealthCheck, WaitsByHealthAndTraffic) {
  using R = HealthCheckState::Result;
  struct Case {
    const char* why;
    std::vector<R> results;
    bool traffic;
    int seconds;
  };
  const Case cases[] = {
      {"healthy", {R::success}, true, 1},
      {"about to be unhealthy", {R::success, R::timeout}, true, 2},
      {"unhealthy", {R::timeout}, true, 3},
      {"about to be healthy again", {R::timeout, R::success}, true, 4},
      {"unused and healthy", {R::success}, false, 5},
      {"unused and not", {R::timeout}, false, 6},
      {"unused and about to be healthy", {R::timeout, R::success}, false, 6},
  };
  const auto config = config_of<config::HealthCheck>(
      "{timeout: 1s, interval: 1s, unhealthy_edge_interval: 2s, unhealthy_interval: 3s, "
      "healthy_edge_interval: 4s, no_traffic_healthy_interval: 5s, no_traffic_interval: 6s, "
      "unhealthy_threshold: 2, healthy_threshold: 2, tcp_health_check: {}}");
  for (const Case& c : cases) {
    Host host(HostDescription{});
    host.set(HealthFlag::failed_active_hc);
    HealthCheckState state(config);
    for (const R result : c.results) state.on_result(host, result);
    EXPECT_EQ(state.next_wait(c.traffic, 0), seconds(c.seconds)) << c.why;
  }
}

TEST(HealthCheck, SaysWhyAHostFails) {
  using R = HealthCheckState::Result;
  const auto config = config_of<config::HealthCheck>(
      "{timeout: 1s, interval: 1s, unhealthy_threshold: 1, healthy_threshold: 1, "
      "tcp_health_check: {}}");
  Host host(HostDescription{});
  host.set(HealthFlag::failed_active_hc);
  HealthCheckState state(config);
  const std::pair<R, const char*> steps[] = {
      {R::timeout, "/failed_active_hc/active_hc_timeout"},
      {R::network_failure, "/failed_active_hc"},
      {R::degraded, "/degraded_active_hc"},
      {R::success, "healthy"},
  };
  for (const auto& [result, text] : steps) {
    EXPECT_TRUE(state.on_result(host, result) || result == R::timeout ||
                result == R::network_failure);
    EXPECT_EQ(host.health_text(), text);
  }
}

TEST(HealthCheck, JudgesAnswers) {
  const auto check = config_of<config::HttpHealthCheck>(
      "{path: /, expected_statuses: [{start: 200, end: 300}], retriable_statuses: [{start: 500, "
      "end: 501}]}");
  EXPECT_TRUE(status_is_expected(check, 299));
  EXPECT_FALSE(status_is_expected(check, 300));
  EXPECT_TRUE(status_is_retriable(check, 500));
  EXPECT_FALSE(status_is_expected(config_of<config::HttpHealthCheck>("{path: /}"), 201))
      << "200 alone by default";
  const auto tcp = config_of<config::TcpHealthCheck>("{receive: [{text: '6f'}, {text: '6B'}]}");
  EXPECT_TRUE(payload_matches(tcp.receive, "xoyk"));
  EXPECT_FALSE(payload_matches(tcp.receive, "ko")) << "in order";
}

}  // namespace
}  // namespace lab::proxy
