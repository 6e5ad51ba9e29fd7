#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/observe/stats.h"

namespace lab::proxy {

/// The numbers of all workers added up, at one instant.
struct StatsSnapshot {
  struct Number {
    std::uint64_t value = 0;
    bool used = false;  ///< Was ever written.
  };
  std::map<std::string, Number> counters;
  std::map<std::string, Number> gauges;
  std::map<std::string, Histogram::Snapshot> histograms;
  std::map<std::string, Histogram::Unit> units;
  std::map<std::string, std::string> texts;  ///< Text readouts.

  static StatsSnapshot of(const std::vector<const StatsStore*>& stores);
};

/// What to print of a snapshot.
struct StatsQuery {
  bool used_only = false;
  std::function<bool(std::string_view name)> wanted;  ///< Unset: all.
  enum class Types : std::uint8_t { all, counters, gauges, histograms, texts } types = Types::all;
  enum class Buckets : std::uint8_t {
    summary,
    cumulative,
    disjoint,
    detailed
  } buckets = Buckets::summary;
};

/// "name: value" lines by name, then histograms, as Envoy's /stats.
std::string stats_text(const StatsSnapshot& snapshot, const StatsQuery& query);
/// {"stats":[{"name","value"}...,{"histograms":{...}}]}, as Envoy's /stats?format=json.
std::string stats_json(const StatsSnapshot& snapshot, const StatsQuery& query);
/// The Prometheus text format, version 0.0.4, with the labels that Envoy takes out of its names.
std::string stats_prometheus(const StatsSnapshot& snapshot, const StatsQuery& query);

/// A name taken apart for Prometheus.
struct TaggedName {
  std::string name;                                         ///< "envoy_cluster_upstream_rq_total".
  std::vector<std::pair<std::string, std::string>> labels;  ///< {"envoy_cluster_name", "a"}.
};
TaggedName prometheus_name(std::string_view name);

}  // namespace lab::proxy
