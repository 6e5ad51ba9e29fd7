#include "mesh/config/cluster.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<RingHashLbConfig::HashFunction>>& enum_names(
    const RingHashLbConfig::HashFunction*) {
  static const std::vector<EnumName<RingHashLbConfig::HashFunction>> names = {
      {RingHashLbConfig::HashFunction::xx_hash, "XX_HASH"},
      {RingHashLbConfig::HashFunction::murmur_hash_2, "MURMUR_HASH_2"},
  };
  return names;
}

const std::vector<EnumName<FirstAddressFamilyVersion>>& enum_names(
    const FirstAddressFamilyVersion*) {
  static const std::vector<EnumName<FirstAddressFamilyVersion>> names = {
      {FirstAddressFamilyVersion::default_, "DEFAULT"},
      {FirstAddressFamilyVersion::v4, "V4"},
      {FirstAddressFamilyVersion::v6, "V6"},
  };
  return names;
}

const std::vector<EnumName<Cluster::DiscoveryType>>& enum_names(const Cluster::DiscoveryType*) {
  static const std::vector<EnumName<Cluster::DiscoveryType>> names = {
      {Cluster::DiscoveryType::static_, "STATIC"},
      {Cluster::DiscoveryType::strict_dns, "STRICT_DNS"},
      {Cluster::DiscoveryType::logical_dns, "LOGICAL_DNS"},
      {Cluster::DiscoveryType::eds, "EDS"},
      {Cluster::DiscoveryType::original_dst, "ORIGINAL_DST"},
  };
  return names;
}

const std::vector<EnumName<Cluster::LbPolicy>>& enum_names(const Cluster::LbPolicy*) {
  static const std::vector<EnumName<Cluster::LbPolicy>> names = {
      {Cluster::LbPolicy::round_robin, "ROUND_ROBIN"},
      {Cluster::LbPolicy::least_request, "LEAST_REQUEST"},
      {Cluster::LbPolicy::ring_hash, "RING_HASH"},
      {Cluster::LbPolicy::random, "RANDOM"},
      {Cluster::LbPolicy::maglev, "MAGLEV"},
      {Cluster::LbPolicy::cluster_provided, "CLUSTER_PROVIDED"},
      {Cluster::LbPolicy::load_balancing_policy_config, "LOAD_BALANCING_POLICY_CONFIG"},
  };
  return names;
}

const std::vector<EnumName<Cluster::DnsLookupFamily>>& enum_names(const Cluster::DnsLookupFamily*) {
  static const std::vector<EnumName<Cluster::DnsLookupFamily>> names = {
      {Cluster::DnsLookupFamily::auto_, "AUTO"},
      {Cluster::DnsLookupFamily::v4_only, "V4_ONLY"},
      {Cluster::DnsLookupFamily::v6_only, "V6_ONLY"},
      {Cluster::DnsLookupFamily::v4_preferred, "V4_PREFERRED"},
      {Cluster::DnsLookupFamily::all, "ALL"},
  };
  return names;
}

const std::vector<EnumName<Cluster::ClusterProtocolSelection>>& enum_names(
    const Cluster::ClusterProtocolSelection*) {
  static const std::vector<EnumName<Cluster::ClusterProtocolSelection>> names = {
      {Cluster::ClusterProtocolSelection::use_configured_protocol, "USE_CONFIGURED_PROTOCOL"},
      {Cluster::ClusterProtocolSelection::use_downstream_protocol, "USE_DOWNSTREAM_PROTOCOL"},
  };
  return names;
}

LAB_RECORD(RetryBudget, "envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget") {
  record.field("budget_percent", &RetryBudget::budget_percent);
  record.field("min_retry_concurrency", &RetryBudget::min_retry_concurrency);
}

LAB_RECORD(Thresholds, "envoy.config.cluster.v3.CircuitBreakers.Thresholds") {
  record.field("priority", &Thresholds::priority);
  record.field("max_connections", &Thresholds::max_connections);
  record.field("max_pending_requests", &Thresholds::max_pending_requests);
  record.field("max_requests", &Thresholds::max_requests);
  record.field("max_retries", &Thresholds::max_retries);
  record.field("retry_budget", &Thresholds::retry_budget);
  record.field("track_remaining", &Thresholds::track_remaining);
  record.field("max_connection_pools", &Thresholds::max_connection_pools)
      .ignored("the number of pools is bounded by that of endpoints");
}

LAB_RECORD(CircuitBreakers, "envoy.config.cluster.v3.CircuitBreakers") {
  record.field("thresholds", &CircuitBreakers::thresholds);
  record.field("per_host_thresholds", &CircuitBreakers::per_host_thresholds)
      .check(not_supported("limits hold for the cluster."));
}

LAB_RECORD(OutlierDetection, "envoy.config.cluster.v3.OutlierDetection") {
  record.field("consecutive_5xx", &OutlierDetection::consecutive_5xx);
  record.field("interval", &OutlierDetection::interval).check(longer_than(std::chrono::seconds(0)));
  record.field("base_ejection_time", &OutlierDetection::base_ejection_time)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("max_ejection_percent", &OutlierDetection::max_ejection_percent).at_most(100);
  record.field("enforcing_consecutive_5xx", &OutlierDetection::enforcing_consecutive_5xx)
      .at_most(100);
  record.field("enforcing_success_rate", &OutlierDetection::enforcing_success_rate).at_most(100);
  record.field("success_rate_minimum_hosts", &OutlierDetection::success_rate_minimum_hosts);
  record.field("success_rate_request_volume", &OutlierDetection::success_rate_request_volume);
  record.field("success_rate_stdev_factor", &OutlierDetection::success_rate_stdev_factor);
  record.field("consecutive_gateway_failure", &OutlierDetection::consecutive_gateway_failure);
  record
      .field("enforcing_consecutive_gateway_failure",
             &OutlierDetection::enforcing_consecutive_gateway_failure)
      .at_most(100);
  record.field("split_external_local_origin_errors",
               &OutlierDetection::split_external_local_origin_errors);
  record.field("consecutive_local_origin_failure",
               &OutlierDetection::consecutive_local_origin_failure);
  record
      .field("enforcing_consecutive_local_origin_failure",
             &OutlierDetection::enforcing_consecutive_local_origin_failure)
      .at_most(100);
  record
      .field("enforcing_local_origin_success_rate",
             &OutlierDetection::enforcing_local_origin_success_rate)
      .at_most(100);
  record.field("failure_percentage_threshold", &OutlierDetection::failure_percentage_threshold)
      .at_most(100);
  record.field("enforcing_failure_percentage", &OutlierDetection::enforcing_failure_percentage)
      .at_most(100);
  record
      .field("enforcing_failure_percentage_local_origin",
             &OutlierDetection::enforcing_failure_percentage_local_origin)
      .at_most(100);
  record.field("failure_percentage_minimum_hosts",
               &OutlierDetection::failure_percentage_minimum_hosts);
  record.field("failure_percentage_request_volume",
               &OutlierDetection::failure_percentage_request_volume);
  record.field("max_ejection_time", &OutlierDetection::max_ejection_time)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("max_ejection_time_jitter", &OutlierDetection::max_ejection_time_jitter);
  record.field("successful_active_health_check_uneject_host",
               &OutlierDetection::successful_active_health_check_uneject_host);
  record.field("always_eject_one_host", &OutlierDetection::always_eject_one_host);
}

LAB_RECORD(TransportSocketMatch, "envoy.config.cluster.v3.Cluster.TransportSocketMatch") {
  record.field("name", &TransportSocketMatch::name).ignored("only for statistics").not_empty();
  record.field("match", &TransportSocketMatch::match);
  record.field("transport_socket", &TransportSocketMatch::transport_socket);
}

LAB_RECORD(EdsClusterConfig, "envoy.config.cluster.v3.Cluster.EdsClusterConfig") {
  record.field("eds_config", &EdsClusterConfig::eds_config);
  record.field("service_name", &EdsClusterConfig::service_name);
}

LAB_RECORD(SlowStartConfig, "envoy.config.cluster.v3.Cluster.SlowStartConfig") {
  record.field("slow_start_window", &SlowStartConfig::slow_start_window);
  record.field("aggression", &SlowStartConfig::aggression);
  record.field("min_weight_percent", &SlowStartConfig::min_weight_percent);
}

LAB_RECORD(RoundRobinLbConfig, "envoy.config.cluster.v3.Cluster.RoundRobinLbConfig") {
  record.field("slow_start_config", &RoundRobinLbConfig::slow_start_config);
}

LAB_RECORD(LeastRequestLbConfig, "envoy.config.cluster.v3.Cluster.LeastRequestLbConfig") {
  record.field("choice_count", &LeastRequestLbConfig::choice_count).at_least(2);
  record.field("active_request_bias", &LeastRequestLbConfig::active_request_bias);
  record.field("slow_start_config", &LeastRequestLbConfig::slow_start_config)
      .ignored("a new endpoint gets its full share at once");
}

LAB_RECORD(RingHashLbConfig, "envoy.config.cluster.v3.Cluster.RingHashLbConfig") {
  record.field("minimum_ring_size", &RingHashLbConfig::minimum_ring_size).at_most(8388608);
  record.field("hash_function", &RingHashLbConfig::hash_function);
  record.field("maximum_ring_size", &RingHashLbConfig::maximum_ring_size).at_most(8388608);
}

LAB_RECORD(MaglevLbConfig, "envoy.config.cluster.v3.Cluster.MaglevLbConfig") {
  record.field("table_size", &MaglevLbConfig::table_size).at_most(5000011);
}

LAB_RECORD(OriginalDstLbConfig, "envoy.config.cluster.v3.Cluster.OriginalDstLbConfig") {
  record.field("use_http_header", &OriginalDstLbConfig::use_http_header)
      .check(not_supported("the destination is that of the connection."));
  record.field("http_header_name", &OriginalDstLbConfig::http_header_name)
      .check(not_supported("the destination is that of the connection."));
  record.field("upstream_port_override", &OriginalDstLbConfig::upstream_port_override)
      .at_most(65535);
  record.field("metadata_key", &OriginalDstLbConfig::metadata_key)
      .check(not_supported("the destination is that of the connection."));
}

LAB_RECORD(ZoneAwareLbConfig, "envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig") {
  record.field("routing_enabled", &ZoneAwareLbConfig::routing_enabled);
  record.field("min_cluster_size", &ZoneAwareLbConfig::min_cluster_size);
  record.field("fail_traffic_on_panic", &ZoneAwareLbConfig::fail_traffic_on_panic);
}

LAB_RECORD(LocalityWeightedLbConfig,
           "envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig") {
  static_cast<void>(record);
}

LAB_RECORD(ConsistentHashingLbConfig,
           "envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig") {
  record.field("use_hostname_for_hashing", &ConsistentHashingLbConfig::use_hostname_for_hashing);
  record.field("hash_balance_factor", &ConsistentHashingLbConfig::hash_balance_factor)
      .ignored("the ring decides alone, also when one endpoint is busier than the others")
      .at_least(100);
}

LAB_RECORD(HealthStatusSet, "envoy.config.core.v3.HealthStatusSet") {
  record.field("statuses", &HealthStatusSet::statuses);
}

LAB_RECORD(CommonLbConfig, "envoy.config.cluster.v3.Cluster.CommonLbConfig") {
  record.field("healthy_panic_threshold", &CommonLbConfig::healthy_panic_threshold);
  record.field("zone_aware_lb_config", &CommonLbConfig::zone_aware_lb_config)
      .ignored("inactive in Envoy, too, without a local cluster");
  record.field("locality_weighted_lb_config", &CommonLbConfig::locality_weighted_lb_config);
  record.field("update_merge_window", &CommonLbConfig::update_merge_window)
      .ignored("every update is applied at once");
  record.field("ignore_new_hosts_until_first_hc", &CommonLbConfig::ignore_new_hosts_until_first_hc);
  record
      .field("close_connections_on_host_set_change",
             &CommonLbConfig::close_connections_on_host_set_change)
      .check(not_supported("connections of other hosts stay."));
  record.field("consistent_hashing_lb_config", &CommonLbConfig::consistent_hashing_lb_config);
  record.field("override_host_status", &CommonLbConfig::override_host_status)
      .ignored("only for a filter that overrides the host");
  record.oneof("locality_config_specifier",
               {"zone_aware_lb_config", "locality_weighted_lb_config"});
}

LAB_RECORD(RefreshRate, "envoy.config.cluster.v3.Cluster.RefreshRate") {
  record.field("base_interval", &RefreshRate::base_interval)
      .required()
      .check(longer_than(std::chrono::milliseconds(1)));
  record.field("max_interval", &RefreshRate::max_interval)
      .check(longer_than(std::chrono::milliseconds(1)));
  record.check(valid_refresh_rate);
}

LAB_RECORD(PreconnectPolicy, "envoy.config.cluster.v3.Cluster.PreconnectPolicy") {
  record.field("per_upstream_preconnect_ratio", &PreconnectPolicy::per_upstream_preconnect_ratio)
      .at_least(1)
      .at_most(3);
  record.field("predictive_preconnect_ratio", &PreconnectPolicy::predictive_preconnect_ratio)
      .at_least(1)
      .at_most(3);
}

LAB_RECORD(HappyEyeballsConfig,
           "envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig") {
  record.field("first_address_family_version", &HappyEyeballsConfig::first_address_family_version);
  record.field("first_address_family_count", &HappyEyeballsConfig::first_address_family_count)
      .at_least(1);
}

LAB_RECORD(UpstreamConnectionOptions, "envoy.config.cluster.v3.UpstreamConnectionOptions") {
  record.field("tcp_keepalive", &UpstreamConnectionOptions::tcp_keepalive);
  record
      .field("set_local_interface_name_on_upstream_connections",
             &UpstreamConnectionOptions::set_local_interface_name_on_upstream_connections)
      .ignored("only for a log operator that is not there");
  record.field("happy_eyeballs_config", &UpstreamConnectionOptions::happy_eyeballs_config)
      .ignored("an endpoint has one address: the first");
}

LAB_RECORD(TrackClusterStats, "envoy.config.cluster.v3.TrackClusterStats") {
  record.field("timeout_budgets", &TrackClusterStats::timeout_budgets);
  record.field("request_response_sizes", &TrackClusterStats::request_response_sizes);
  record.field("per_endpoint_stats", &TrackClusterStats::per_endpoint_stats);
}

LAB_RECORD(LoadBalancingPolicyEntry, "envoy.config.cluster.v3.LoadBalancingPolicy.Policy") {
  record.field("typed_extension_config", &LoadBalancingPolicyEntry::typed_extension_config);
}

LAB_RECORD(LoadBalancingPolicy, "envoy.config.cluster.v3.LoadBalancingPolicy") {
  record.field("policies", &LoadBalancingPolicy::policies);
}

LAB_RECORD(ClusterFilter, "envoy.config.cluster.v3.Filter") {
  record.field("name", &ClusterFilter::name).not_empty();
  record.field("typed_config", &ClusterFilter::typed_config);
}

LAB_RECORD(Cluster, "envoy.config.cluster.v3.Cluster") {
  record.field("transport_socket_matches", &Cluster::transport_socket_matches);
  record.field("name", &Cluster::name).not_empty();
  record.field("alt_stat_name", &Cluster::alt_stat_name);
  record.field("type", &Cluster::type);
  record.field("eds_cluster_config", &Cluster::eds_cluster_config);
  record.field("connect_timeout", &Cluster::connect_timeout)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("per_connection_buffer_limit_bytes", &Cluster::per_connection_buffer_limit_bytes);
  record.field("lb_policy", &Cluster::lb_policy);
  record.field("load_assignment", &Cluster::load_assignment);
  record.field("health_checks", &Cluster::health_checks);
  record.field("max_requests_per_connection", &Cluster::max_requests_per_connection);
  record.field("circuit_breakers", &Cluster::circuit_breakers);
  record.field("upstream_http_protocol_options", &Cluster::upstream_http_protocol_options);
  record.field("common_http_protocol_options", &Cluster::common_http_protocol_options);
  record.field("http_protocol_options", &Cluster::http_protocol_options);
  record.field("http2_protocol_options", &Cluster::http2_protocol_options);
  record.field("typed_extension_protocol_options", &Cluster::typed_extension_protocol_options);
  record.field("dns_refresh_rate", &Cluster::dns_refresh_rate)
      .check(longer_than(std::chrono::milliseconds(1)));
  record.field("dns_jitter", &Cluster::dns_jitter)
      .ignored("only spreads load on the resolver")
      .check(no_shorter_than(std::chrono::seconds(0)));
  record.field("dns_failure_refresh_rate", &Cluster::dns_failure_refresh_rate);
  record.field("respect_dns_ttl", &Cluster::respect_dns_ttl);
  record.field("dns_lookup_family", &Cluster::dns_lookup_family);
  record.field("dns_resolvers", &Cluster::dns_resolvers);
  record.field("use_tcp_for_dns_lookups", &Cluster::use_tcp_for_dns_lookups);
  record.field("dns_resolution_config", &Cluster::dns_resolution_config);
  record.field("typed_dns_resolver_config", &Cluster::typed_dns_resolver_config);
  record.field("wait_for_warm_on_init", &Cluster::wait_for_warm_on_init)
      .ignored("requests wait for a cluster that has no endpoints yet");
  record.field("outlier_detection", &Cluster::outlier_detection);
  record.field("cleanup_interval", &Cluster::cleanup_interval)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("upstream_bind_config", &Cluster::upstream_bind_config);
  record.field("ring_hash_lb_config", &Cluster::ring_hash_lb_config);
  record.field("maglev_lb_config", &Cluster::maglev_lb_config);
  record.field("original_dst_lb_config", &Cluster::original_dst_lb_config);
  record.field("least_request_lb_config", &Cluster::least_request_lb_config);
  record.field("round_robin_lb_config", &Cluster::round_robin_lb_config)
      .ignored("holds slow start only: a new endpoint gets its full share at once");
  record.field("common_lb_config", &Cluster::common_lb_config);
  record.field("transport_socket", &Cluster::transport_socket);
  record.field("metadata", &Cluster::metadata);
  record.field("protocol_selection", &Cluster::protocol_selection);
  record.field("upstream_connection_options", &Cluster::upstream_connection_options);
  record
      .field("close_connections_on_host_health_failure",
             &Cluster::close_connections_on_host_health_failure)
      .check(not_supported("connections end with their requests."));
  record.field("ignore_health_on_host_removal", &Cluster::ignore_health_on_host_removal)
      .ignored("an endpoint that is removed is gone at once");
  record.field("load_balancing_policy", &Cluster::load_balancing_policy);
  record.field("track_timeout_budgets", &Cluster::track_timeout_budgets).ignored("only statistics");
  record.field("track_cluster_stats", &Cluster::track_cluster_stats).ignored("only statistics");
  record.field("preconnect_policy", &Cluster::preconnect_policy)
      .ignored("only saves the time of a handshake");
  record
      .field("connection_pool_per_downstream_connection",
             &Cluster::connection_pool_per_downstream_connection)
      .check(not_supported("connections are shared."));
  record.oneof("lb_config", {"ring_hash_lb_config", "maglev_lb_config", "original_dst_lb_config",
                             "least_request_lb_config", "round_robin_lb_config"});
  record.check(valid_cluster);
}

LAB_RECORD(ExplicitHttpConfig,
           "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig") {
  record.field("http_protocol_options", &ExplicitHttpConfig::http_protocol_options);
  record.field("http2_protocol_options", &ExplicitHttpConfig::http2_protocol_options);
  record.oneof("protocol_config", {"http_protocol_options", "http2_protocol_options"}, true);
}

LAB_RECORD(UseDownstreamHttpConfig,
           "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig") {
  record.field("http_protocol_options", &UseDownstreamHttpConfig::http_protocol_options);
  record.field("http2_protocol_options", &UseDownstreamHttpConfig::http2_protocol_options);
}

LAB_RECORD(AutoHttpConfig,
           "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig") {
  record.field("http_protocol_options", &AutoHttpConfig::http_protocol_options);
  record.field("http2_protocol_options", &AutoHttpConfig::http2_protocol_options);
}

LAB_RECORD(HttpProtocolOptions, "envoy.extensions.upstreams.http.v3.HttpProtocolOptions") {
  record.field("common_http_protocol_options", &HttpProtocolOptions::common_http_protocol_options);
  record.field("upstream_http_protocol_options",
               &HttpProtocolOptions::upstream_http_protocol_options);
  record.field("explicit_http_config", &HttpProtocolOptions::explicit_http_config);
  record.field("use_downstream_protocol_config",
               &HttpProtocolOptions::use_downstream_protocol_config);
  record.field("auto_config", &HttpProtocolOptions::auto_config);
  record.field("request_mirror_policies", &HttpProtocolOptions::request_mirror_policies)
      .check(not_supported("set it in the route."));
  record.field("hash_policy", &HttpProtocolOptions::hash_policy)
      .check(not_supported("set it in the route."));
  record.field("retry_policy", &HttpProtocolOptions::retry_policy)
      .check(not_supported("set it in the route."));
  record.oneof("upstream_protocol_options",
               {"explicit_http_config", "use_downstream_protocol_config", "auto_config"}, true);
}

LAB_RECORD(PreviousHostsPredicate,
           "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate") {
  static_cast<void>(record);
}

}  // namespace lab::config
