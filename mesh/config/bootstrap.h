#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/cluster.h"
#include "mesh/config/http_connection_manager.h"
#include "mesh/config/listener.h"
#include "mesh/config/rbac.h"
#include "mesh/config/tcp_proxy.h"
#include "mesh/config/tls.h"

/// What a proxy starts with.
namespace lab::config {

/// Listeners, clusters and secrets that stand in the bootstrap.
struct StaticResources {
  std::vector<Listener> listeners;
  std::vector<Cluster> clusters;
  std::vector<Secret> secrets;
};

/// Where listeners and clusters come from.
struct DynamicResources {
  std::optional<ConfigSource> lds_config;
  std::optional<ConfigSource> cds_config;
  std::optional<ApiConfigSource> ads_config;
};

/// The administration interface.
struct Admin {
  std::vector<AccessLog> access_log;
  std::string access_log_path;
  std::string profile_path;
  std::optional<Address> address;
  std::vector<SocketOption> socket_options;
  bool ignore_global_conn_limit = false;
  std::vector<StringMatcher> allow_paths;
};

/// Where ejections are logged.
struct ClusterManagerOutlierDetection {
  std::string event_log_path;
};

/// Settings of all clusters.
struct ClusterManager {
  std::string local_cluster_name;
  std::optional<ClusterManagerOutlierDetection> outlier_detection;
  std::optional<BindConfig> upstream_bind_config;
  bool enable_deferred_cluster_creation = false;
};

/// Values set through the administration interface.
struct AdminLayer {};

/// One layer of run-time values.
struct RuntimeLayer {
  std::string name;
  Value static_layer;
  std::optional<AdminLayer> admin_layer;
};

/// Run-time values in layers, later ones first.
struct LayeredRuntime {
  std::vector<RuntimeLayer> layers;
};

/// A tag taken from statistics' names.
struct TagSpecifier {
  std::string tag_name;
  std::optional<std::string> regex;
  std::optional<std::string> fixed_value;
};

/// Which statistics are made.
struct StatsMatcher {
  std::optional<bool> reject_all;
  std::optional<ListStringMatcher> exclusion_list;
  std::optional<ListStringMatcher> inclusion_list;
};

/// Limits of a histogram's buckets.
struct HistogramBucketSettings {
  StringMatcher match;
  std::vector<double> buckets;
  std::optional<std::uint32_t> bins;
};

/// How statistics are named.
struct StatsConfig {
  std::vector<TagSpecifier> stats_tags;
  std::optional<bool> use_all_default_tags;
  std::optional<StatsMatcher> stats_matcher;
  std::vector<HistogramBucketSettings> histogram_bucket_settings;
};

/// The file of the -c option.
struct Bootstrap {
  std::optional<Node> node;
  std::vector<std::string> node_context_params;
  std::optional<StaticResources> static_resources;
  std::optional<DynamicResources> dynamic_resources;
  std::optional<ClusterManager> cluster_manager;
  std::optional<StatsConfig> stats_config;
  std::optional<Duration> stats_flush_interval;
  std::optional<bool> stats_flush_on_admin;
  std::optional<LayeredRuntime> layered_runtime;
  std::optional<Admin> admin;
  bool enable_dispatcher_stats = false;
  std::string header_prefix;
  std::optional<std::uint64_t> stats_server_version_override;
  bool use_tcp_for_dns_lookups = false;
  std::optional<ConfigSource> default_config_source;
};

/// Who sent a response.
struct ControlPlane {
  std::string identifier;
};

/// A file of resources, as path_config_source names it.
struct DiscoveryResponse {
  std::string version_info;
  std::vector<Any> resources;
  bool canary = false;
  std::string type_url;
  std::string nonce;
  std::optional<ControlPlane> control_plane;
};

const Record<StaticResources>& record_of(const StaticResources*);
const Record<DynamicResources>& record_of(const DynamicResources*);
const Record<Admin>& record_of(const Admin*);
const Record<ClusterManagerOutlierDetection>& record_of(const ClusterManagerOutlierDetection*);
const Record<ClusterManager>& record_of(const ClusterManager*);
const Record<AdminLayer>& record_of(const AdminLayer*);
const Record<RuntimeLayer>& record_of(const RuntimeLayer*);
const Record<LayeredRuntime>& record_of(const LayeredRuntime*);
const Record<TagSpecifier>& record_of(const TagSpecifier*);
const Record<StatsMatcher>& record_of(const StatsMatcher*);
const Record<HistogramBucketSettings>& record_of(const HistogramBucketSettings*);
const Record<StatsConfig>& record_of(const StatsConfig*);
const Record<Bootstrap>& record_of(const Bootstrap*);
const Record<ControlPlane>& record_of(const ControlPlane*);
const Record<DiscoveryResponse>& record_of(const DiscoveryResponse*);

}  // namespace lab::config
