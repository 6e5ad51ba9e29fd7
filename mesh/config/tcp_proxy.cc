#include "mesh/config/tcp_proxy.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<UpstreamConnectMode>>& enum_names(const UpstreamConnectMode*) {
  static const std::vector<EnumName<UpstreamConnectMode>> names = {
      {UpstreamConnectMode::immediate, "IMMEDIATE"},
      {UpstreamConnectMode::on_downstream_data, "ON_DOWNSTREAM_DATA"},
      {UpstreamConnectMode::on_downstream_tls_handshake, "ON_DOWNSTREAM_TLS_HANDSHAKE"},
  };
  return names;
}

LAB_RECORD(TcpWeightedClusterEntry,
           "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight") {
  record.field("name", &TcpWeightedClusterEntry::name).not_empty();
  record.field("weight", &TcpWeightedClusterEntry::weight).at_least(1);
  record.field("metadata_match", &TcpWeightedClusterEntry::metadata_match)
      .ignored("only for clusters with lb_subset_config, which is refused");
}

LAB_RECORD(TcpWeightedCluster,
           "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster") {
  record.field("clusters", &TcpWeightedCluster::clusters).check(items_at_least(1));
}

LAB_RECORD(TcpAccessLogOptions,
           "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions") {
  record.field("access_log_flush_interval", &TcpAccessLogOptions::access_log_flush_interval)
      .check(no_shorter_than(std::chrono::milliseconds(1)));
  record.field("flush_access_log_on_connected",
               &TcpAccessLogOptions::flush_access_log_on_connected);
}

LAB_RECORD(SourceIpHash, "envoy.type.v3.HashPolicy.SourceIp") {
  static_cast<void>(record);
}

LAB_RECORD(TcpHashPolicy, "envoy.type.v3.HashPolicy") {
  record.field("source_ip", &TcpHashPolicy::source_ip);
  record.oneof("policy_specifier", {"source_ip"}, true);
}

LAB_RECORD(TunnelingConfig,
           "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig") {
  record.field("hostname", &TunnelingConfig::hostname).not_empty();
  record.field("use_post", &TunnelingConfig::use_post);
}

LAB_RECORD(TcpProxy, "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy") {
  record.field("stat_prefix", &TcpProxy::stat_prefix).not_empty();
  record.field("cluster", &TcpProxy::cluster);
  record.field("weighted_clusters", &TcpProxy::weighted_clusters);
  record.field("metadata_match", &TcpProxy::metadata_match)
      .ignored("only for clusters with lb_subset_config, which is refused");
  record.field("idle_timeout", &TcpProxy::idle_timeout);
  record.field("downstream_idle_timeout", &TcpProxy::downstream_idle_timeout)
      .check(not_supported("use idle_timeout."));
  record.field("upstream_idle_timeout", &TcpProxy::upstream_idle_timeout)
      .check(not_supported("use idle_timeout."));
  record.field("access_log", &TcpProxy::access_log);
  record.field("max_connect_attempts", &TcpProxy::max_connect_attempts).at_least(1);
  record.field("backoff_options", &TcpProxy::backoff_options)
      .ignored("a further attempt goes to another endpoint at once");
  record.field("tunneling_config", &TcpProxy::tunneling_config)
      .check(not_supported("bytes are carried as they are."));
  record.field("hash_policy", &TcpProxy::hash_policy).check(items_at_most(1));
  record.field("max_downstream_connection_duration", &TcpProxy::max_downstream_connection_duration)
      .check(no_shorter_than(std::chrono::milliseconds(1)));
  record
      .field("max_downstream_connection_duration_jitter_percentage",
             &TcpProxy::max_downstream_connection_duration_jitter_percentage)
      .ignored("only spreads load");
  record.field("access_log_flush_interval", &TcpProxy::access_log_flush_interval)
      .ignored("a line is written when its connection ends")
      .check(no_shorter_than(std::chrono::milliseconds(1)));
  record.field("flush_access_log_on_connected", &TcpProxy::flush_access_log_on_connected)
      .ignored("a line is written when its connection ends");
  record.field("access_log_options", &TcpProxy::access_log_options)
      .ignored("a line is written when its connection ends");
  record.field("upstream_connect_mode", &TcpProxy::upstream_connect_mode)
      .check(not_supported("the upstream is connected at once."));
  record.field("max_early_data_bytes", &TcpProxy::max_early_data_bytes)
      .ignored("the upstream is connected at once")
      .at_most(1048576);
  record.oneof("cluster_specifier", {"cluster", "weighted_clusters"}, true);
  record.check(valid_tcp_proxy);
}

LAB_RECORD(MongoProxy, "envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy") {
  record.field("stat_prefix", &MongoProxy::stat_prefix).ignored("only statistics").not_empty();
}

LAB_RECORD(SniCluster, "envoy.extensions.filters.network.sni_cluster.v3.SniCluster") {
  static_cast<void>(record);
}

}  // namespace lab::config
