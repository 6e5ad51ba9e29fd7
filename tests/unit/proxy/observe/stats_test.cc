#include <gtest/gtest.h>

#include <cmath>

#include "proxy/observe/stats_output.h"

namespace lab::proxy {
namespace {

TEST(Histogram, BinsHaveTwoDigits) {
  struct Case {
    std::uint64_t value;
    double start, width;
  };
  const Case cases[] = {{0, 0, 0},   {1, 1, 0.1},    {9, 9, 0.1},      {10, 10, 1},
                        {38, 38, 1}, {100, 100, 10}, {1234, 1200, 100}};
  for (const Case& c : cases) {
    const auto bin = Histogram::bin_of(c.value);
    EXPECT_NEAR(Histogram::bin_start(bin), c.start, 1e-9) << c.value;
    EXPECT_NEAR(Histogram::bin_width(bin), c.width, 1e-9) << c.value;
  }
  EXPECT_NO_FATAL_FAILURE(Histogram().record(~std::uint64_t{0}));
}

// The values and quantiles of a real Envoy's cluster.c.upstream_rq_time.
TEST(Histogram, QuantilesAreEnvoys) {
  Histogram histogram;
  for (const std::uint64_t value : {0, 0, 0, 0, 0, 0, 38, 38, 39, 63, 71}) histogram.record(value);
  const auto snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.quantile(0), 0);
  EXPECT_EQ(snapshot.quantile(0.5), 0);
  EXPECT_EQ(snapshot.quantile(0.75), 39.5);
  EXPECT_EQ(snapshot.quantile(0.9), 63.5);
  EXPECT_EQ(snapshot.quantile(1), 71.5);
  EXPECT_EQ(snapshot.count_up_to(50), 9u);
  EXPECT_TRUE(std::isnan(Histogram().snapshot().quantile(0.5)));
}

struct TwoWorkers {
  StatsStore first, second;
  TwoWorkers() {
    first.counter("cluster.c.upstream_rq_total").add(2);
    second.counter("cluster.c.upstream_rq_total").add(3);
    first.counter("cluster.c.upstream_rq_503").add(1);
    first.counter("http.in.downstream_rq_5xx").add(1);
    first.counter("listener.0.0.0.0_80.http.in.downstream_rq_2xx").add(4);
    second.counter("cluster.c.unused");
    first.gauge("server.live").set(1);
    first.histogram("cluster.c.upstream_rq_time").record(5);
  }
  StatsSnapshot snapshot() const { return StatsSnapshot::of({&first, &second}); }
};

TEST(StatsText, AddsWorkersUpAndSorts) {
  const TwoWorkers workers;
  StatsQuery query;
  query.used_only = true;
  query.wanted = [](std::string_view name) {
    return name.starts_with("cluster") || name == "server.live";
  };
  EXPECT_EQ(stats_text(workers.snapshot(), query),
            "cluster.c.upstream_rq_503: 1\ncluster.c.upstream_rq_total: 5\nserver.live: 1\n"
            "cluster.c.upstream_rq_time: P0(nan,5.05) P25(nan,5.05) P50(nan,5.05) P75(nan,5.05) "
            "P90(nan,5.05) P95(nan,5.05) "
            "P99(nan,5.05) P99.5(nan,5.05) P99.9(nan,5.05) P100(nan,5.05)\n");
}

TEST(StatsJson, HasEnvoysShape) {
  const TwoWorkers workers;
  StatsQuery query;
  query.wanted = [](std::string_view name) { return name == "server.live"; };
  EXPECT_EQ(stats_json(workers.snapshot(), query),
            R"({"stats":[{"name":"server.live","value":1}]})");
}

TEST(Prometheus, TakesLabelsOutOfNames) {
  struct Case {
    const char *stat, *name;
    std::vector<std::pair<std::string, std::string>> labels;
  };
  const Case cases[] = {
      {"cluster.c.upstream_rq_total",
       "envoy_cluster_upstream_rq_total",
       {{"envoy_cluster_name", "c"}}},
      {"cluster.outbound|80||a.b.svc.upstream_cx_active",
       "envoy_cluster_upstream_cx_active",
       {{"envoy_cluster_name", "outbound|80||a.b.svc"}}},
      {"cluster.c.upstream_rq_503",
       "envoy_cluster_upstream_rq",
       {{"envoy_response_code", "503"}, {"envoy_cluster_name", "c"}}},
      {"cluster.c.external.upstream_rq_5xx",
       "envoy_cluster_external_upstream_rq_xx",
       {{"envoy_response_code_class", "5"}, {"envoy_cluster_name", "c"}}},
      {"http.in.downstream_rq_2xx",
       "envoy_http_downstream_rq_xx",
       {{"envoy_response_code_class", "2"}, {"envoy_http_conn_manager_prefix", "in"}}},
      {"listener.0.0.0.0_80.downstream_cx_total",
       "envoy_listener_downstream_cx_total",
       {{"envoy_listener_address", "0.0.0.0_80"}}},
      {"listener.0.0.0.0_80.http.in.downstream_rq_2xx",
       "envoy_listener_http_downstream_rq_xx",
       {{"envoy_response_code_class", "2"},
        {"envoy_listener_address", "0.0.0.0_80"},
        {"envoy_http_conn_manager_prefix", "in"}}},
      {"cluster_manager.cluster_added", "envoy_cluster_manager_cluster_added", {}},
      {"server.live", "envoy_server_live", {}},
  };
  for (const Case& c : cases) {
    const TaggedName tagged = prometheus_name(c.stat);
    EXPECT_EQ(tagged.name, c.name);
    EXPECT_EQ(tagged.labels, c.labels) << c.stat;
  }
}

TEST(Prometheus, WritesTypesAndBuckets) {
  const TwoWorkers workers;
  StatsQuery query;
  query.wanted = [](std::string_view name) {
    return name == "cluster.c.upstream_rq_time" || name == "server.live";
  };
  const std::string text = stats_prometheus(workers.snapshot(), query);
  EXPECT_NE(text.find("# TYPE envoy_server_live gauge\nenvoy_server_live{} 1\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("# TYPE envoy_cluster_upstream_rq_time histogram\n"), std::string::npos);
  EXPECT_NE(
      text.find("envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"c\",le=\"5\"} 0\n"),
      std::string::npos)
      << text;
  EXPECT_NE(
      text.find("envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"c\",le=\"10\"} 1\n"),
      std::string::npos);
  EXPECT_NE(text.find("envoy_cluster_upstream_rq_time_count{envoy_cluster_name=\"c\"} 1\n"),
            std::string::npos);
}

TEST(StatsStore, ForgetsAndResets) {
  StatsStore store;
  Counter& counter = store.counter("cluster.c.x");
  counter.add(3);
  store.reset_counters();
  EXPECT_EQ(counter.value(), 0u);
  store.remove_prefix("cluster.c.");
  counter.add();
  EXPECT_TRUE(StatsSnapshot::of({&store}).counters.empty()) << "removed, yet still usable";
}

}  // namespace
}  // namespace lab::proxy
