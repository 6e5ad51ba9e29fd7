#include "mesh/config/bootstrap.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

LAB_RECORD(StaticResources, "envoy.config.bootstrap.v3.Bootstrap.StaticResources") {
  record.field("listeners", &StaticResources::listeners);
  record.field("clusters", &StaticResources::clusters);
  record.field("secrets", &StaticResources::secrets);
}

LAB_RECORD(DynamicResources, "envoy.config.bootstrap.v3.Bootstrap.DynamicResources") {
  record.field("lds_config", &DynamicResources::lds_config);
  record.field("cds_config", &DynamicResources::cds_config);
  record.field("ads_config", &DynamicResources::ads_config)
      .ignored(
          "read so that what a control plane wrote can be checked; a resource that would come from "
          "there is refused by name");
}

LAB_RECORD(Admin, "envoy.config.bootstrap.v3.Admin") {
  record.field("access_log", &Admin::access_log)
      .ignored("requests to the administration interface are not logged");
  record.field("access_log_path", &Admin::access_log_path)
      .ignored("requests to the administration interface are not logged");
  record.field("profile_path", &Admin::profile_path).ignored("there is no profiler");
  record.field("address", &Admin::address);
  record.field("socket_options", &Admin::socket_options)
      .check(not_supported("the administration interface has none."));
  record.field("ignore_global_conn_limit", &Admin::ignore_global_conn_limit)
      .ignored("the limit on connections does not count the administration interface");
  record.field("allow_paths", &Admin::allow_paths);
}

LAB_RECORD(ClusterManagerOutlierDetection,
           "envoy.config.bootstrap.v3.ClusterManager.OutlierDetection") {
  record.field("event_log_path", &ClusterManagerOutlierDetection::event_log_path);
}

LAB_RECORD(ClusterManager, "envoy.config.bootstrap.v3.ClusterManager") {
  record.field("local_cluster_name", &ClusterManager::local_cluster_name)
      .ignored("only zone aware routing asks for it");
  record.field("outlier_detection", &ClusterManager::outlier_detection)
      .ignored(
          "ejections are counted and shown in /clusters, and not written to a file of their own");
  record.field("upstream_bind_config", &ClusterManager::upstream_bind_config);
  record
      .field("enable_deferred_cluster_creation", &ClusterManager::enable_deferred_cluster_creation)
      .ignored("only saves memory");
}

LAB_RECORD(AdminLayer, "envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer") {
  static_cast<void>(record);
}

LAB_RECORD(RuntimeLayer, "envoy.config.bootstrap.v3.RuntimeLayer") {
  record.field("name", &RuntimeLayer::name).not_empty();
  record.field("static_layer", &RuntimeLayer::static_layer);
  record.field("admin_layer", &RuntimeLayer::admin_layer)
      .ignored("nothing changes runtime values while the process runs");
  record.oneof("layer_specifier", {"static_layer", "admin_layer"}, true);
}

LAB_RECORD(LayeredRuntime, "envoy.config.bootstrap.v3.LayeredRuntime") {
  record.field("layers", &LayeredRuntime::layers);
}

LAB_RECORD(TagSpecifier, "envoy.config.metrics.v3.TagSpecifier") {
  record.field("tag_name", &TagSpecifier::tag_name);
  record.field("regex", &TagSpecifier::regex).check(bytes_at_most(1024));
  record.field("fixed_value", &TagSpecifier::fixed_value);
  record.oneof("tag_value", {"regex", "fixed_value"});
}

LAB_RECORD(StatsMatcher, "envoy.config.metrics.v3.StatsMatcher") {
  record.field("reject_all", &StatsMatcher::reject_all);
  record.field("exclusion_list", &StatsMatcher::exclusion_list);
  record.field("inclusion_list", &StatsMatcher::inclusion_list);
  record.oneof("stats_matcher", {"reject_all", "exclusion_list", "inclusion_list"}, true);
}

LAB_RECORD(HistogramBucketSettings, "envoy.config.metrics.v3.HistogramBucketSettings") {
  record.field("match", &HistogramBucketSettings::match).required();
  record.field("buckets", &HistogramBucketSettings::buckets).check(unique_items()).check(above(0));
  record.field("bins", &HistogramBucketSettings::bins).at_least(1).at_most(46082);
}

LAB_RECORD(StatsConfig, "envoy.config.metrics.v3.StatsConfig") {
  record.field("stats_tags", &StatsConfig::stats_tags);
  record.field("use_all_default_tags", &StatsConfig::use_all_default_tags);
  record.field("stats_matcher", &StatsConfig::stats_matcher);
  record.field("histogram_bucket_settings", &StatsConfig::histogram_bucket_settings);
}

LAB_RECORD(Bootstrap, "envoy.config.bootstrap.v3.Bootstrap") {
  record.field("node", &Bootstrap::node);
  record.field("node_context_params", &Bootstrap::node_context_params)
      .ignored("only a management server is told");
  record.field("static_resources", &Bootstrap::static_resources);
  record.field("dynamic_resources", &Bootstrap::dynamic_resources);
  record.field("cluster_manager", &Bootstrap::cluster_manager);
  record.field("stats_config", &Bootstrap::stats_config)
      .ignored("all statistics are kept, under Envoy's default tags");
  record.field("stats_flush_interval", &Bootstrap::stats_flush_interval)
      .ignored("there are no sinks; /stats is always current")
      .check(no_shorter_than(std::chrono::milliseconds(1)))
      .check(shorter_than(std::chrono::seconds(300)));
  record.field("stats_flush_on_admin", &Bootstrap::stats_flush_on_admin)
      .ignored("there are no sinks; /stats is always current")
      .check(must_be_true());
  record.field("layered_runtime", &Bootstrap::layered_runtime);
  record.field("admin", &Bootstrap::admin);
  record.field("enable_dispatcher_stats", &Bootstrap::enable_dispatcher_stats)
      .ignored("only statistics about the event loop");
  record.field("header_prefix", &Bootstrap::header_prefix)
      .check(not_supported("header names begin with x-envoy-."));
  record.field("stats_server_version_override", &Bootstrap::stats_server_version_override)
      .ignored("only the value of one gauge");
  record.field("use_tcp_for_dns_lookups", &Bootstrap::use_tcp_for_dns_lookups)
      .check(not_supported("set it in each cluster."));
  record.field("default_config_source", &Bootstrap::default_config_source)
      .ignored("every source is named where it is used");
  record.check(valid_bootstrap);
}

LAB_RECORD(ControlPlane, "envoy.config.core.v3.ControlPlane") {
  record.field("identifier", &ControlPlane::identifier);
}

LAB_RECORD(DiscoveryResponse, "envoy.service.discovery.v3.DiscoveryResponse") {
  record.field("version_info", &DiscoveryResponse::version_info);
  record.field("resources", &DiscoveryResponse::resources);
  record.field("canary", &DiscoveryResponse::canary).ignored("no server is told what became of it");
  record.field("type_url", &DiscoveryResponse::type_url);
  record.field("nonce", &DiscoveryResponse::nonce).ignored("no server is told what became of it");
  record.field("control_plane", &DiscoveryResponse::control_plane)
      .ignored("no server is told what became of it");
}

}  // namespace lab::config
