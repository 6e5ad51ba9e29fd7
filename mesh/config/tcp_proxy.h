#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/access_log.h"

/// Network filters without HTTP: tcp_proxy, sni_cluster.
namespace lab::config {

/// When the upstream is connected to.
enum class UpstreamConnectMode : std::int32_t {
  immediate = 0,
  on_downstream_data = 1,
  on_downstream_tls_handshake = 2
};

/// One cluster and its share.
struct TcpWeightedClusterEntry {
  std::string name;
  std::uint32_t weight = 0;
  std::optional<Metadata> metadata_match;
};

/// Clusters by weight.
struct TcpWeightedCluster {
  std::vector<TcpWeightedClusterEntry> clusters;
};

/// When log lines are written.
struct TcpAccessLogOptions {
  std::optional<Duration> access_log_flush_interval;
  bool flush_access_log_on_connected = false;
};

/// Hashes the client's address.
struct SourceIpHash {};

/// What consistent hashing looks at.
struct TcpHashPolicy {
  std::optional<SourceIpHash> source_ip;
};

/// Carries a connection within an HTTP request (CONNECT or POST).
struct TunnelingConfig {
  std::string hostname;  ///< "HOST:PORT" that the request asks for.
  bool use_post = false;
};

/// Carries a connection's bytes to a cluster.
struct TcpProxy {
  std::string stat_prefix;
  std::optional<std::string> cluster;
  std::optional<TcpWeightedCluster> weighted_clusters;
  std::optional<Metadata> metadata_match;
  std::optional<Duration> idle_timeout;
  std::optional<Duration> downstream_idle_timeout;
  std::optional<Duration> upstream_idle_timeout;
  std::vector<AccessLog> access_log;
  std::optional<std::uint32_t> max_connect_attempts;
  std::optional<BackoffStrategy> backoff_options;
  std::optional<TunnelingConfig> tunneling_config;
  std::vector<TcpHashPolicy> hash_policy;
  std::optional<Duration> max_downstream_connection_duration;
  std::optional<Percent> max_downstream_connection_duration_jitter_percentage;
  std::optional<Duration> access_log_flush_interval;
  bool flush_access_log_on_connected = false;
  std::optional<TcpAccessLogOptions> access_log_options;
  UpstreamConnectMode upstream_connect_mode = UpstreamConnectMode::immediate;
  std::optional<std::uint32_t> max_early_data_bytes;
};

/// Takes the server name as the cluster's name; stands before tcp_proxy.
struct SniCluster {};

/// Reads what MongoDB's clients and servers say, for statistics that the proxy does not keep: the
/// bytes pass as they are.
struct MongoProxy {
  std::string stat_prefix;
};

const Record<TcpWeightedClusterEntry>& record_of(const TcpWeightedClusterEntry*);
const Record<TcpWeightedCluster>& record_of(const TcpWeightedCluster*);
const Record<TcpAccessLogOptions>& record_of(const TcpAccessLogOptions*);
const Record<SourceIpHash>& record_of(const SourceIpHash*);
const Record<TcpHashPolicy>& record_of(const TcpHashPolicy*);
const Record<TunnelingConfig>& record_of(const TunnelingConfig*);
const Record<TcpProxy>& record_of(const TcpProxy*);
const Record<SniCluster>& record_of(const SniCluster*);
const Record<MongoProxy>& record_of(const MongoProxy*);
const std::vector<EnumName<UpstreamConnectMode>>& enum_names(const UpstreamConnectMode*);

}  // namespace lab::config
