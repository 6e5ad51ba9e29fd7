#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/matcher.h"

/// Route configurations: virtual hosts, routes, and what they do.
namespace lab::config {

/// Chooses another priority on a retry.
struct RetryPriority {
  std::string name;
  Any typed_config;
};

/// Refuses a host on a retry.
struct RetryHostPredicate {
  std::string name;
  Any typed_config;
};

/// Waits between retries.
struct RetryBackOff {
  std::optional<Duration> base_interval;
  std::optional<Duration> max_interval;
};

/// How a header says when to retry.
enum class ResetHeaderFormat : std::int32_t { seconds = 0, unix_timestamp = 1 };

/// A response header that says when to retry.
struct ResetHeader {
  std::string name;
  ResetHeaderFormat format = ResetHeaderFormat::seconds;
};

/// Waits that the response asks for.
struct RateLimitedRetryBackOff {
  std::vector<ResetHeader> reset_headers;
  std::optional<Duration> max_interval;
};

/// When and how to try again.
struct RetryPolicy {
  std::string retry_on;
  std::optional<std::uint32_t> num_retries;
  std::optional<Duration> per_try_timeout;
  std::optional<Duration> per_try_idle_timeout;
  std::optional<RetryPriority> retry_priority;
  std::vector<RetryHostPredicate> retry_host_predicate;
  std::int64_t host_selection_retry_max_attempts = 0;
  std::vector<std::uint32_t> retriable_status_codes;
  std::optional<RetryBackOff> retry_back_off;
  std::optional<RateLimitedRetryBackOff> rate_limited_retry_back_off;
  std::vector<HeaderMatcher> retriable_headers;
  std::vector<HeaderMatcher> retriable_request_headers;
};

/// Requests sent twice.
struct HedgePolicy {
  std::optional<std::uint32_t> initial_requests;
  std::optional<FractionalPercent> additional_request_chance;
  bool hedge_on_per_try_timeout = false;
};

/// A copy of the request for another cluster, whose answer is dropped.
struct RequestMirrorPolicy {
  std::string cluster;
  std::string cluster_header;
  std::optional<RuntimeFractionalPercent> runtime_fraction;
  std::optional<bool> trace_sampled;
  bool disable_shadow_host_suffix_append = false;
  std::string host_rewrite_literal;
};

/// Hashes a request header.
struct HashHeader {
  std::string header_name;
  std::optional<RegexMatchAndSubstitute> regex_rewrite;
};

/// An attribute of a cookie that is set.
struct CookieAttribute {
  std::string name;
  std::string value;
};

/// Hashes a cookie; with a ttl it is set when missing.
struct HashCookie {
  std::string name;
  std::optional<Duration> ttl;
  std::string path;
  std::vector<CookieAttribute> attributes;
};

/// Hashes the peer's address.
struct HashConnectionProperties {
  bool source_ip = false;
};

/// Hashes a parameter of the query.
struct HashQueryParameter {
  std::string name;
};

/// What consistent hashing looks at.
struct HashPolicy {
  std::optional<HashHeader> header;
  std::optional<HashCookie> cookie;
  std::optional<HashConnectionProperties> connection_properties;
  std::optional<HashQueryParameter> query_parameter;
  bool terminal = false;
};

/// Allows or refuses an upgrade on this route.
struct RouteUpgradeConfig {
  std::string upgrade_type;
  std::optional<bool> enabled;
};

/// Limits on a stream's duration; 0 is none.
struct MaxStreamDuration {
  std::optional<Duration> max_stream_duration;
  std::optional<Duration> grpc_timeout_header_max;
  std::optional<Duration> grpc_timeout_header_offset;
};

/// One cluster and its share.
struct WeightedClusterEntry {
  std::string name;
  std::string cluster_header;
  std::optional<std::uint32_t> weight;
  std::optional<Metadata> metadata_match;
  std::vector<HeaderValueOption> request_headers_to_add;
  std::vector<std::string> request_headers_to_remove;
  std::vector<HeaderValueOption> response_headers_to_add;
  std::vector<std::string> response_headers_to_remove;
  std::map<std::string, Any> typed_per_filter_config;
  std::optional<std::string> host_rewrite_literal;
};

/// Clusters by weight.
struct WeightedCluster {
  std::vector<WeightedClusterEntry> clusters;
  std::optional<std::uint32_t> total_weight;
  std::string runtime_key_prefix;
  std::optional<std::string> header_name;
  std::optional<bool> use_hash_policy;
};

/// Redirects that the proxy follows itself.
struct InternalRedirectPolicy {
  std::optional<std::uint32_t> max_internal_redirects;
  std::vector<std::uint32_t> redirect_response_codes;
  bool allow_cross_scheme_redirect = false;
  std::vector<std::string> response_headers_to_copy;
};

/// Forwards the request to a cluster.
struct RouteAction {
  enum class ClusterNotFoundResponseCode : std::int32_t {
    service_unavailable = 0,
    not_found = 1,
    internal_server_error = 2
  };
  enum class InternalRedirectAction : std::int32_t {
    pass_through_internal_redirect = 0,
    handle_internal_redirect = 1
  };
  std::optional<std::string> cluster;
  std::optional<std::string> cluster_header;
  std::optional<WeightedCluster> weighted_clusters;
  ClusterNotFoundResponseCode cluster_not_found_response_code =
      ClusterNotFoundResponseCode::service_unavailable;
  std::optional<Metadata> metadata_match;
  std::string prefix_rewrite;
  std::optional<RegexMatchAndSubstitute> regex_rewrite;
  std::optional<std::string> host_rewrite_literal;
  std::optional<bool> auto_host_rewrite;
  std::optional<std::string> host_rewrite_header;
  std::optional<RegexMatchAndSubstitute> host_rewrite_path_regex;
  bool append_x_forwarded_host = false;
  std::optional<Duration> timeout;
  std::optional<Duration> idle_timeout;
  std::optional<Duration> flush_timeout;
  std::optional<RetryPolicy> retry_policy;
  std::vector<RequestMirrorPolicy> request_mirror_policies;
  RoutingPriority priority = RoutingPriority::default_;
  std::vector<HashPolicy> hash_policy;
  std::optional<Duration> max_grpc_timeout;
  std::optional<Duration> grpc_timeout_offset;
  std::vector<RouteUpgradeConfig> upgrade_configs;
  std::optional<InternalRedirectPolicy> internal_redirect_policy;
  std::optional<HedgePolicy> hedge_policy;
  std::optional<MaxStreamDuration> max_stream_duration;
};

/// Answers with a redirect.
struct RedirectAction {
  enum class RedirectResponseCode : std::int32_t {
    moved_permanently = 0,
    found = 1,
    see_other = 2,
    temporary_redirect = 3,
    permanent_redirect = 4
  };
  std::optional<bool> https_redirect;
  std::optional<std::string> scheme_redirect;
  std::string host_redirect;
  std::uint32_t port_redirect = 0;
  std::optional<std::string> path_redirect;
  std::optional<std::string> prefix_rewrite;
  std::optional<RegexMatchAndSubstitute> regex_rewrite;
  RedirectResponseCode response_code = RedirectResponseCode::moved_permanently;
  bool strip_query = false;
};

/// Answers itself.
struct DirectResponseAction {
  std::uint32_t status = 0;
  std::optional<DataSource> body;
  std::optional<SubstitutionFormatString> body_format;
};

/// Does not forward; for clients other than a proxy.
struct NonForwardingAction {};

/// Matches gRPC requests alone.
struct GrpcRouteMatchOptions {};

/// Looks at the client's certificate.
struct TlsContextMatchOptions {
  std::optional<bool> presented;
  std::optional<bool> validated;
};

/// Matches CONNECT requests.
struct ConnectMatcher {};

/// Which requests a route takes; all conditions must hold.
struct RouteMatch {
  std::optional<std::string> prefix;
  std::optional<std::string> path;
  std::optional<RegexMatcher> safe_regex;
  std::optional<ConnectMatcher> connect_matcher;
  std::optional<std::string> path_separated_prefix;
  std::optional<bool> case_sensitive;
  std::optional<RuntimeFractionalPercent> runtime_fraction;
  std::vector<HeaderMatcher> headers;
  std::vector<QueryParameterMatcher> query_parameters;
  std::optional<GrpcRouteMatchOptions> grpc;
  std::optional<TlsContextMatchOptions> tls_context;
  std::vector<MetadataMatcher> dynamic_metadata;
};

/// The name of a traced operation.
struct Decorator {
  std::string operation;
  std::optional<bool> propagate;
};

/// A fixed value.
struct CustomTagLiteral {
  std::string value;
};

/// From an environment variable.
struct CustomTagEnvironment {
  std::string name;
  std::string default_value;
};

/// From a request header.
struct CustomTagHeader {
  std::string name;
  std::string default_value;
};

/// From metadata.
struct CustomTagMetadata {
  std::optional<MetadataKind> kind;
  std::optional<MetadataKey> metadata_key;
  std::string default_value;
};

/// A tag of a traced operation.
struct CustomTag {
  std::string tag;
  std::optional<CustomTagLiteral> literal;
  std::optional<CustomTagEnvironment> environment;
  std::optional<CustomTagHeader> request_header;
  std::optional<CustomTagMetadata> metadata;
  std::optional<std::string> value;
};

/// Tracing of one route.
struct RouteTracing {
  std::optional<FractionalPercent> client_sampling;
  std::optional<FractionalPercent> random_sampling;
  std::optional<FractionalPercent> overall_sampling;
  std::vector<CustomTag> custom_tags;
  std::string operation;
  std::string upstream_operation;
};

/// Requests that have statistics of their own.
struct VirtualCluster {
  std::vector<HeaderMatcher> headers;
  std::string name;
};

/// Virtual hosts on demand.
struct Vhds {
  ConfigSource config_source;
};

/// What is done with the requests that match.
struct Route {
  std::string name;
  RouteMatch match;
  std::optional<RouteAction> route;
  std::optional<RedirectAction> redirect;
  std::optional<DirectResponseAction> direct_response;
  std::optional<NonForwardingAction> non_forwarding_action;
  std::optional<Metadata> metadata;
  std::optional<Decorator> decorator;
  std::map<std::string, Any> typed_per_filter_config;
  std::vector<HeaderValueOption> request_headers_to_add;
  std::vector<std::string> request_headers_to_remove;
  std::vector<HeaderValueOption> response_headers_to_add;
  std::vector<std::string> response_headers_to_remove;
  std::optional<RouteTracing> tracing;
  std::optional<std::uint32_t> per_request_buffer_limit_bytes;
  std::string stat_prefix;
  std::optional<std::uint64_t> request_body_buffer_limit;
};

/// The routes of some domains.
struct VirtualHost {
  enum class TlsRequirementType : std::int32_t { none = 0, external_only = 1, all = 2 };
  std::string name;
  std::vector<std::string> domains;
  std::vector<Route> routes;
  TlsRequirementType require_tls = TlsRequirementType::none;
  std::vector<VirtualCluster> virtual_clusters;
  std::vector<HeaderValueOption> request_headers_to_add;
  std::vector<std::string> request_headers_to_remove;
  std::vector<HeaderValueOption> response_headers_to_add;
  std::vector<std::string> response_headers_to_remove;
  std::map<std::string, Any> typed_per_filter_config;
  bool include_request_attempt_count = false;
  bool include_attempt_count_in_response = false;
  std::optional<RetryPolicy> retry_policy;
  std::optional<HedgePolicy> hedge_policy;
  bool include_is_timeout_retry_header = false;
  std::optional<std::uint32_t> per_request_buffer_limit_bytes;
  std::optional<std::uint64_t> request_body_buffer_limit;
  std::vector<RequestMirrorPolicy> request_mirror_policies;
  std::optional<Metadata> metadata;
};

/// A route table.
struct RouteConfiguration {
  std::string name;
  std::vector<VirtualHost> virtual_hosts;
  std::vector<std::string> internal_only_headers;
  std::vector<HeaderValueOption> response_headers_to_add;
  std::vector<std::string> response_headers_to_remove;
  std::vector<HeaderValueOption> request_headers_to_add;
  std::vector<std::string> request_headers_to_remove;
  bool most_specific_header_mutations_wins = false;
  std::optional<bool> validate_clusters;
  std::optional<std::uint32_t> max_direct_response_body_size_bytes;
  std::vector<RequestMirrorPolicy> request_mirror_policies;
  bool ignore_port_in_host_matching = false;
  std::string vhost_header;
  bool ignore_path_parameters_in_path_matching = false;
  std::map<std::string, Any> typed_per_filter_config;
  std::optional<Metadata> metadata;
};

/// Per-route configuration of a filter with a switch.
struct FilterConfig {
  Any config;
  bool is_optional = false;
  bool disabled = false;
};

const Record<RetryPriority>& record_of(const RetryPriority*);
const Record<RetryHostPredicate>& record_of(const RetryHostPredicate*);
const Record<RetryBackOff>& record_of(const RetryBackOff*);
const Record<ResetHeader>& record_of(const ResetHeader*);
const Record<RateLimitedRetryBackOff>& record_of(const RateLimitedRetryBackOff*);
const Record<RetryPolicy>& record_of(const RetryPolicy*);
const Record<HedgePolicy>& record_of(const HedgePolicy*);
const Record<RequestMirrorPolicy>& record_of(const RequestMirrorPolicy*);
const Record<HashHeader>& record_of(const HashHeader*);
const Record<CookieAttribute>& record_of(const CookieAttribute*);
const Record<HashCookie>& record_of(const HashCookie*);
const Record<HashConnectionProperties>& record_of(const HashConnectionProperties*);
const Record<HashQueryParameter>& record_of(const HashQueryParameter*);
const Record<HashPolicy>& record_of(const HashPolicy*);
const Record<RouteUpgradeConfig>& record_of(const RouteUpgradeConfig*);
const Record<MaxStreamDuration>& record_of(const MaxStreamDuration*);
const Record<WeightedClusterEntry>& record_of(const WeightedClusterEntry*);
const Record<WeightedCluster>& record_of(const WeightedCluster*);
const Record<InternalRedirectPolicy>& record_of(const InternalRedirectPolicy*);
const Record<RouteAction>& record_of(const RouteAction*);
const Record<RedirectAction>& record_of(const RedirectAction*);
const Record<DirectResponseAction>& record_of(const DirectResponseAction*);
const Record<NonForwardingAction>& record_of(const NonForwardingAction*);
const Record<GrpcRouteMatchOptions>& record_of(const GrpcRouteMatchOptions*);
const Record<TlsContextMatchOptions>& record_of(const TlsContextMatchOptions*);
const Record<ConnectMatcher>& record_of(const ConnectMatcher*);
const Record<RouteMatch>& record_of(const RouteMatch*);
const Record<Decorator>& record_of(const Decorator*);
const Record<CustomTagLiteral>& record_of(const CustomTagLiteral*);
const Record<CustomTagEnvironment>& record_of(const CustomTagEnvironment*);
const Record<CustomTagHeader>& record_of(const CustomTagHeader*);
const Record<CustomTagMetadata>& record_of(const CustomTagMetadata*);
const Record<CustomTag>& record_of(const CustomTag*);
const Record<RouteTracing>& record_of(const RouteTracing*);
const Record<VirtualCluster>& record_of(const VirtualCluster*);
const Record<Vhds>& record_of(const Vhds*);
const Record<Route>& record_of(const Route*);
const Record<VirtualHost>& record_of(const VirtualHost*);
const Record<RouteConfiguration>& record_of(const RouteConfiguration*);
const Record<FilterConfig>& record_of(const FilterConfig*);
const std::vector<EnumName<ResetHeaderFormat>>& enum_names(const ResetHeaderFormat*);
const std::vector<EnumName<RouteAction::ClusterNotFoundResponseCode>>& enum_names(
    const RouteAction::ClusterNotFoundResponseCode*);
const std::vector<EnumName<RouteAction::InternalRedirectAction>>& enum_names(
    const RouteAction::InternalRedirectAction*);
const std::vector<EnumName<RedirectAction::RedirectResponseCode>>& enum_names(
    const RedirectAction::RedirectResponseCode*);
const std::vector<EnumName<VirtualHost::TlsRequirementType>>& enum_names(
    const VirtualHost::TlsRequirementType*);

}  // namespace lab::config
