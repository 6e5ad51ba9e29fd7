#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/endpoint.h"
#include "mesh/config/health_check.h"
#include "mesh/config/http_filters.h"
#include "mesh/config/protocol.h"
#include "mesh/config/route.h"

/// Clusters: where requests go.
namespace lab::config {

/// Retries as a share of requests.
struct RetryBudget {
  std::optional<Percent> budget_percent;
  std::optional<std::uint32_t> min_retry_concurrency;
};

/// Limits of one priority; missing ones are 1024, of retries 3.
struct Thresholds {
  RoutingPriority priority = RoutingPriority::default_;
  std::optional<std::uint32_t> max_connections;
  std::optional<std::uint32_t> max_pending_requests;
  std::optional<std::uint32_t> max_requests;
  std::optional<std::uint32_t> max_retries;
  std::optional<RetryBudget> retry_budget;
  bool track_remaining = false;
  std::optional<std::uint32_t> max_connection_pools;
};

/// Limits on a cluster's load.
struct CircuitBreakers {
  std::vector<Thresholds> thresholds;
  std::vector<Thresholds> per_host_thresholds;
};

/// Ejects endpoints that fail.
struct OutlierDetection {
  std::optional<std::uint32_t> consecutive_5xx;
  std::optional<Duration> interval;
  std::optional<Duration> base_ejection_time;
  std::optional<std::uint32_t> max_ejection_percent;
  std::optional<std::uint32_t> enforcing_consecutive_5xx;
  std::optional<std::uint32_t> enforcing_success_rate;
  std::optional<std::uint32_t> success_rate_minimum_hosts;
  std::optional<std::uint32_t> success_rate_request_volume;
  std::optional<std::uint32_t> success_rate_stdev_factor;
  std::optional<std::uint32_t> consecutive_gateway_failure;
  std::optional<std::uint32_t> enforcing_consecutive_gateway_failure;
  bool split_external_local_origin_errors = false;
  std::optional<std::uint32_t> consecutive_local_origin_failure;
  std::optional<std::uint32_t> enforcing_consecutive_local_origin_failure;
  std::optional<std::uint32_t> enforcing_local_origin_success_rate;
  std::optional<std::uint32_t> failure_percentage_threshold;
  std::optional<std::uint32_t> enforcing_failure_percentage;
  std::optional<std::uint32_t> enforcing_failure_percentage_local_origin;
  std::optional<std::uint32_t> failure_percentage_minimum_hosts;
  std::optional<std::uint32_t> failure_percentage_request_volume;
  std::optional<Duration> max_ejection_time;
  std::optional<Duration> max_ejection_time_jitter;
  std::optional<bool> successful_active_health_check_uneject_host;
  std::optional<bool> always_eject_one_host;
};

/// The transport socket of endpoints whose metadata envoy.transport_socket_match has these values.
struct TransportSocketMatch {
  std::string name;
  Value match;
  std::optional<TransportSocket> transport_socket;
};

/// Where an EDS cluster's endpoints come from.
struct EdsClusterConfig {
  std::optional<ConfigSource> eds_config;
  std::string service_name;
};

/// New endpoints get less at first.
struct SlowStartConfig {
  std::optional<Duration> slow_start_window;
  std::optional<RuntimeDouble> aggression;
  std::optional<Percent> min_weight_percent;
};

/// Settings of ROUND_ROBIN.
struct RoundRobinLbConfig {
  std::optional<SlowStartConfig> slow_start_config;
};

/// Settings of LEAST_REQUEST.
struct LeastRequestLbConfig {
  std::optional<std::uint32_t> choice_count;
  std::optional<RuntimeDouble> active_request_bias;
  std::optional<SlowStartConfig> slow_start_config;
};

/// Settings of RING_HASH.
struct RingHashLbConfig {
  enum class HashFunction : std::int32_t { xx_hash = 0, murmur_hash_2 = 1 };
  std::optional<std::uint64_t> minimum_ring_size;
  HashFunction hash_function = HashFunction::xx_hash;
  std::optional<std::uint64_t> maximum_ring_size;
};

/// Settings of MAGLEV.
struct MaglevLbConfig {
  std::optional<std::uint64_t> table_size;
};

/// Settings of an ORIGINAL_DST cluster.
struct OriginalDstLbConfig {
  bool use_http_header = false;
  std::string http_header_name;
  std::optional<std::uint32_t> upstream_port_override;
  std::optional<MetadataKey> metadata_key;
};

/// Prefers the own zone.
struct ZoneAwareLbConfig {
  std::optional<Percent> routing_enabled;
  std::optional<std::uint64_t> min_cluster_size;
  bool fail_traffic_on_panic = false;
};

/// Localities by their weights.
struct LocalityWeightedLbConfig {};

/// Settings of both hashing balancers.
struct ConsistentHashingLbConfig {
  bool use_hostname_for_hashing = false;
  std::optional<std::uint32_t> hash_balance_factor;
};

/// Some health states.
struct HealthStatusSet {
  std::vector<HealthStatus> statuses;
};

/// Settings of all balancers.
struct CommonLbConfig {
  std::optional<Percent> healthy_panic_threshold;
  std::optional<ZoneAwareLbConfig> zone_aware_lb_config;
  std::optional<LocalityWeightedLbConfig> locality_weighted_lb_config;
  std::optional<Duration> update_merge_window;
  bool ignore_new_hosts_until_first_hc = false;
  bool close_connections_on_host_set_change = false;
  std::optional<ConsistentHashingLbConfig> consistent_hashing_lb_config;
  std::optional<HealthStatusSet> override_host_status;
};

/// Waits between DNS queries that fail.
struct RefreshRate {
  std::optional<Duration> base_interval;
  std::optional<Duration> max_interval;
};

/// Connections made ahead of need.
struct PreconnectPolicy {
  std::optional<double> per_upstream_preconnect_ratio;
  std::optional<double> predictive_preconnect_ratio;
};

/// An address family.
enum class FirstAddressFamilyVersion : std::int32_t { default_ = 0, v4 = 1, v6 = 2 };

/// Which address family is tried first.
struct HappyEyeballsConfig {
  FirstAddressFamilyVersion first_address_family_version = FirstAddressFamilyVersion::default_;
  std::optional<std::uint32_t> first_address_family_count;
};

/// Settings of upstream sockets.
struct UpstreamConnectionOptions {
  std::optional<TcpKeepalive> tcp_keepalive;
  bool set_local_interface_name_on_upstream_connections = false;
  std::optional<HappyEyeballsConfig> happy_eyeballs_config;
};

/// Further statistics.
struct TrackClusterStats {
  bool timeout_budgets = false;
  bool request_response_sizes = false;
  bool per_endpoint_stats = false;
};

/// One candidate policy.
struct LoadBalancingPolicyEntry {
  std::optional<TypedExtensionConfig> typed_extension_config;
};

/// The first known policy counts.
struct LoadBalancingPolicy {
  std::vector<LoadBalancingPolicyEntry> policies;
};

/// One network filter towards the upstream.
struct ClusterFilter {
  std::string name;
  Any typed_config;
};

/// A group of equal endpoints and how to reach them.
struct Cluster {
  enum class DiscoveryType : std::int32_t {
    static_ = 0,
    strict_dns = 1,
    logical_dns = 2,
    eds = 3,
    original_dst = 4
  };
  enum class LbPolicy : std::int32_t {
    round_robin = 0,
    least_request = 1,
    ring_hash = 2,
    random = 3,
    maglev = 5,
    cluster_provided = 6,
    load_balancing_policy_config = 7
  };
  enum class DnsLookupFamily : std::int32_t {
    auto_ = 0,
    v4_only = 1,
    v6_only = 2,
    v4_preferred = 3,
    all = 4
  };
  enum class ClusterProtocolSelection : std::int32_t {
    use_configured_protocol = 0,
    use_downstream_protocol = 1
  };
  std::vector<TransportSocketMatch> transport_socket_matches;
  std::string name;
  std::string alt_stat_name;
  std::optional<DiscoveryType> type;
  std::optional<EdsClusterConfig> eds_cluster_config;
  std::optional<Duration> connect_timeout;
  std::optional<std::uint32_t> per_connection_buffer_limit_bytes;
  LbPolicy lb_policy = LbPolicy::round_robin;
  std::optional<ClusterLoadAssignment> load_assignment;
  std::vector<HealthCheck> health_checks;
  std::optional<std::uint32_t> max_requests_per_connection;
  std::optional<CircuitBreakers> circuit_breakers;
  std::optional<UpstreamHttpProtocolOptions> upstream_http_protocol_options;
  std::optional<CommonHttpProtocolOptions> common_http_protocol_options;
  std::optional<Http1ProtocolOptions> http_protocol_options;
  std::optional<Http2ProtocolOptions> http2_protocol_options;
  std::map<std::string, Any> typed_extension_protocol_options;
  std::optional<Duration> dns_refresh_rate;
  std::optional<Duration> dns_jitter;
  std::optional<RefreshRate> dns_failure_refresh_rate;
  bool respect_dns_ttl = false;
  DnsLookupFamily dns_lookup_family = DnsLookupFamily::auto_;
  std::vector<Address> dns_resolvers;
  bool use_tcp_for_dns_lookups = false;
  std::optional<DnsResolutionConfig> dns_resolution_config;
  std::optional<TypedExtensionConfig> typed_dns_resolver_config;
  std::optional<bool> wait_for_warm_on_init;
  std::optional<OutlierDetection> outlier_detection;
  std::optional<Duration> cleanup_interval;
  std::optional<BindConfig> upstream_bind_config;
  std::optional<RingHashLbConfig> ring_hash_lb_config;
  std::optional<MaglevLbConfig> maglev_lb_config;
  std::optional<OriginalDstLbConfig> original_dst_lb_config;
  std::optional<LeastRequestLbConfig> least_request_lb_config;
  std::optional<RoundRobinLbConfig> round_robin_lb_config;
  std::optional<CommonLbConfig> common_lb_config;
  std::optional<TransportSocket> transport_socket;
  std::optional<Metadata> metadata;
  ClusterProtocolSelection protocol_selection = ClusterProtocolSelection::use_configured_protocol;
  std::optional<UpstreamConnectionOptions> upstream_connection_options;
  bool close_connections_on_host_health_failure = false;
  bool ignore_health_on_host_removal = false;
  std::optional<LoadBalancingPolicy> load_balancing_policy;
  bool track_timeout_budgets = false;
  std::optional<TrackClusterStats> track_cluster_stats;
  std::optional<PreconnectPolicy> preconnect_policy;
  bool connection_pool_per_downstream_connection = false;
};

/// One HTTP version for all connections.
struct ExplicitHttpConfig {
  std::optional<Http1ProtocolOptions> http_protocol_options;
  std::optional<Http2ProtocolOptions> http2_protocol_options;
};

/// The version that the downstream speaks.
struct UseDownstreamHttpConfig {
  std::optional<Http1ProtocolOptions> http_protocol_options;
  std::optional<Http2ProtocolOptions> http2_protocol_options;
};

/// The version that ALPN settles.
struct AutoHttpConfig {
  std::optional<Http1ProtocolOptions> http_protocol_options;
  std::optional<Http2ProtocolOptions> http2_protocol_options;
};

/// HTTP towards a cluster; stands in typed_extension_protocol_options.
struct HttpProtocolOptions {
  std::optional<CommonHttpProtocolOptions> common_http_protocol_options;
  std::optional<UpstreamHttpProtocolOptions> upstream_http_protocol_options;
  std::optional<ExplicitHttpConfig> explicit_http_config;
  std::optional<UseDownstreamHttpConfig> use_downstream_protocol_config;
  std::optional<AutoHttpConfig> auto_config;
  std::vector<RequestMirrorPolicy> request_mirror_policies;
  std::vector<HashPolicy> hash_policy;
  std::optional<RetryPolicy> retry_policy;
};

/// Refuses hosts that were tried already.
struct PreviousHostsPredicate {};

const Record<RetryBudget>& record_of(const RetryBudget*);
const Record<Thresholds>& record_of(const Thresholds*);
const Record<CircuitBreakers>& record_of(const CircuitBreakers*);
const Record<OutlierDetection>& record_of(const OutlierDetection*);
const Record<TransportSocketMatch>& record_of(const TransportSocketMatch*);
const Record<EdsClusterConfig>& record_of(const EdsClusterConfig*);
const Record<SlowStartConfig>& record_of(const SlowStartConfig*);
const Record<RoundRobinLbConfig>& record_of(const RoundRobinLbConfig*);
const Record<LeastRequestLbConfig>& record_of(const LeastRequestLbConfig*);
const Record<RingHashLbConfig>& record_of(const RingHashLbConfig*);
const Record<MaglevLbConfig>& record_of(const MaglevLbConfig*);
const Record<OriginalDstLbConfig>& record_of(const OriginalDstLbConfig*);
const Record<ZoneAwareLbConfig>& record_of(const ZoneAwareLbConfig*);
const Record<LocalityWeightedLbConfig>& record_of(const LocalityWeightedLbConfig*);
const Record<ConsistentHashingLbConfig>& record_of(const ConsistentHashingLbConfig*);
const Record<HealthStatusSet>& record_of(const HealthStatusSet*);
const Record<CommonLbConfig>& record_of(const CommonLbConfig*);
const Record<RefreshRate>& record_of(const RefreshRate*);
const Record<PreconnectPolicy>& record_of(const PreconnectPolicy*);
const Record<HappyEyeballsConfig>& record_of(const HappyEyeballsConfig*);
const Record<UpstreamConnectionOptions>& record_of(const UpstreamConnectionOptions*);
const Record<TrackClusterStats>& record_of(const TrackClusterStats*);
const Record<LoadBalancingPolicyEntry>& record_of(const LoadBalancingPolicyEntry*);
const Record<LoadBalancingPolicy>& record_of(const LoadBalancingPolicy*);
const Record<ClusterFilter>& record_of(const ClusterFilter*);
const Record<Cluster>& record_of(const Cluster*);
const Record<ExplicitHttpConfig>& record_of(const ExplicitHttpConfig*);
const Record<UseDownstreamHttpConfig>& record_of(const UseDownstreamHttpConfig*);
const Record<AutoHttpConfig>& record_of(const AutoHttpConfig*);
const Record<HttpProtocolOptions>& record_of(const HttpProtocolOptions*);
const Record<PreviousHostsPredicate>& record_of(const PreviousHostsPredicate*);
const std::vector<EnumName<RingHashLbConfig::HashFunction>>& enum_names(
    const RingHashLbConfig::HashFunction*);
const std::vector<EnumName<FirstAddressFamilyVersion>>& enum_names(
    const FirstAddressFamilyVersion*);
const std::vector<EnumName<Cluster::DiscoveryType>>& enum_names(const Cluster::DiscoveryType*);
const std::vector<EnumName<Cluster::LbPolicy>>& enum_names(const Cluster::LbPolicy*);
const std::vector<EnumName<Cluster::DnsLookupFamily>>& enum_names(const Cluster::DnsLookupFamily*);
const std::vector<EnumName<Cluster::ClusterProtocolSelection>>& enum_names(
    const Cluster::ClusterProtocolSelection*);

}  // namespace lab::config
