#include "mesh/config/route.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<ResetHeaderFormat>>& enum_names(const ResetHeaderFormat*) {
  static const std::vector<EnumName<ResetHeaderFormat>> names = {
      {ResetHeaderFormat::seconds, "SECONDS"},
      {ResetHeaderFormat::unix_timestamp, "UNIX_TIMESTAMP"},
  };
  return names;
}

const std::vector<EnumName<RouteAction::ClusterNotFoundResponseCode>>& enum_names(
    const RouteAction::ClusterNotFoundResponseCode*) {
  static const std::vector<EnumName<RouteAction::ClusterNotFoundResponseCode>> names = {
      {RouteAction::ClusterNotFoundResponseCode::service_unavailable, "SERVICE_UNAVAILABLE"},
      {RouteAction::ClusterNotFoundResponseCode::not_found, "NOT_FOUND"},
      {RouteAction::ClusterNotFoundResponseCode::internal_server_error, "INTERNAL_SERVER_ERROR"},
  };
  return names;
}

const std::vector<EnumName<RouteAction::InternalRedirectAction>>& enum_names(
    const RouteAction::InternalRedirectAction*) {
  static const std::vector<EnumName<RouteAction::InternalRedirectAction>> names = {
      {RouteAction::InternalRedirectAction::pass_through_internal_redirect,
       "PASS_THROUGH_INTERNAL_REDIRECT"},
      {RouteAction::InternalRedirectAction::handle_internal_redirect, "HANDLE_INTERNAL_REDIRECT"},
  };
  return names;
}

const std::vector<EnumName<RedirectAction::RedirectResponseCode>>& enum_names(
    const RedirectAction::RedirectResponseCode*) {
  static const std::vector<EnumName<RedirectAction::RedirectResponseCode>> names = {
      {RedirectAction::RedirectResponseCode::moved_permanently, "MOVED_PERMANENTLY"},
      {RedirectAction::RedirectResponseCode::found, "FOUND"},
      {RedirectAction::RedirectResponseCode::see_other, "SEE_OTHER"},
      {RedirectAction::RedirectResponseCode::temporary_redirect, "TEMPORARY_REDIRECT"},
      {RedirectAction::RedirectResponseCode::permanent_redirect, "PERMANENT_REDIRECT"},
  };
  return names;
}

const std::vector<EnumName<VirtualHost::TlsRequirementType>>& enum_names(
    const VirtualHost::TlsRequirementType*) {
  static const std::vector<EnumName<VirtualHost::TlsRequirementType>> names = {
      {VirtualHost::TlsRequirementType::none, "NONE"},
      {VirtualHost::TlsRequirementType::external_only, "EXTERNAL_ONLY"},
      {VirtualHost::TlsRequirementType::all, "ALL"},
  };
  return names;
}

LAB_RECORD(RetryPriority, "envoy.config.route.v3.RetryPolicy.RetryPriority") {
  record.field("name", &RetryPriority::name).not_empty();
  record.field("typed_config", &RetryPriority::typed_config);
}

LAB_RECORD(RetryHostPredicate, "envoy.config.route.v3.RetryPolicy.RetryHostPredicate") {
  record.field("name", &RetryHostPredicate::name).not_empty();
  record.field("typed_config", &RetryHostPredicate::typed_config);
  record.check(valid_retry_predicate);
}

LAB_RECORD(RetryBackOff, "envoy.config.route.v3.RetryPolicy.RetryBackOff") {
  record.field("base_interval", &RetryBackOff::base_interval)
      .required()
      .check(longer_than(std::chrono::seconds(0)));
  record.field("max_interval", &RetryBackOff::max_interval)
      .check(longer_than(std::chrono::seconds(0)));
}

LAB_RECORD(ResetHeader, "envoy.config.route.v3.RetryPolicy.ResetHeader") {
  record.field("name", &ResetHeader::name).not_empty().check(header_name(Strict::no));
  record.field("format", &ResetHeader::format);
}

LAB_RECORD(RateLimitedRetryBackOff, "envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff") {
  record.field("reset_headers", &RateLimitedRetryBackOff::reset_headers).check(items_at_least(1));
  record.field("max_interval", &RateLimitedRetryBackOff::max_interval)
      .check(longer_than(std::chrono::seconds(0)));
}

LAB_RECORD(RetryPolicy, "envoy.config.route.v3.RetryPolicy") {
  record.field("retry_on", &RetryPolicy::retry_on);
  record.field("num_retries", &RetryPolicy::num_retries);
  record.field("per_try_timeout", &RetryPolicy::per_try_timeout);
  record.field("per_try_idle_timeout", &RetryPolicy::per_try_idle_timeout);
  record.field("retry_priority", &RetryPolicy::retry_priority)
      .check(not_supported("a retry stays in the priority that was chosen."));
  record.field("retry_host_predicate", &RetryPolicy::retry_host_predicate);
  record.field("host_selection_retry_max_attempts",
               &RetryPolicy::host_selection_retry_max_attempts);
  record.field("retriable_status_codes", &RetryPolicy::retriable_status_codes);
  record.field("retry_back_off", &RetryPolicy::retry_back_off);
  record.field("rate_limited_retry_back_off", &RetryPolicy::rate_limited_retry_back_off);
  record.field("retriable_headers", &RetryPolicy::retriable_headers);
  record.field("retriable_request_headers", &RetryPolicy::retriable_request_headers);
}

LAB_RECORD(HedgePolicy, "envoy.config.route.v3.HedgePolicy") {
  record.field("initial_requests", &HedgePolicy::initial_requests)
      .ignored("Envoy does not act on it either")
      .at_least(1);
  record.field("additional_request_chance", &HedgePolicy::additional_request_chance)
      .ignored("Envoy does not act on it either");
  record.field("hedge_on_per_try_timeout", &HedgePolicy::hedge_on_per_try_timeout)
      .check(not_supported("a try that timed out is given up."));
}

LAB_RECORD(RequestMirrorPolicy, "envoy.config.route.v3.RouteAction.RequestMirrorPolicy") {
  record.field("cluster", &RequestMirrorPolicy::cluster);
  record.field("cluster_header", &RequestMirrorPolicy::cluster_header)
      .check(header_name(Strict::no));
  record.field("runtime_fraction", &RequestMirrorPolicy::runtime_fraction);
  record.field("trace_sampled", &RequestMirrorPolicy::trace_sampled)
      .ignored("no spans are made or sent");
  record.field("disable_shadow_host_suffix_append",
               &RequestMirrorPolicy::disable_shadow_host_suffix_append);
  record.field("host_rewrite_literal", &RequestMirrorPolicy::host_rewrite_literal)
      .check(header_value(Strict::no));
  record.check(valid_mirror);
}

LAB_RECORD(HashHeader, "envoy.config.route.v3.RouteAction.HashPolicy.Header") {
  record.field("header_name", &HashHeader::header_name).not_empty().check(header_name(Strict::no));
  record.field("regex_rewrite", &HashHeader::regex_rewrite);
}

LAB_RECORD(CookieAttribute, "envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute") {
  record.field("name", &CookieAttribute::name)
      .not_empty()
      .check(bytes_at_most(16384))
      .check(header_name(Strict::no));
  record.field("value", &CookieAttribute::value)
      .check(bytes_at_most(16384))
      .check(header_value(Strict::no));
}

LAB_RECORD(HashCookie, "envoy.config.route.v3.RouteAction.HashPolicy.Cookie") {
  record.field("name", &HashCookie::name).not_empty();
  record.field("ttl", &HashCookie::ttl);
  record.field("path", &HashCookie::path);
  record.field("attributes", &HashCookie::attributes);
}

LAB_RECORD(HashConnectionProperties,
           "envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties") {
  record.field("source_ip", &HashConnectionProperties::source_ip);
}

LAB_RECORD(HashQueryParameter, "envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter") {
  record.field("name", &HashQueryParameter::name).not_empty();
}

LAB_RECORD(HashPolicy, "envoy.config.route.v3.RouteAction.HashPolicy") {
  record.field("header", &HashPolicy::header);
  record.field("cookie", &HashPolicy::cookie);
  record.field("connection_properties", &HashPolicy::connection_properties);
  record.field("query_parameter", &HashPolicy::query_parameter);
  record.field("terminal", &HashPolicy::terminal);
  record.oneof("policy_specifier", {"header", "cookie", "connection_properties", "query_parameter"},
               true);
}

LAB_RECORD(RouteUpgradeConfig, "envoy.config.route.v3.RouteAction.UpgradeConfig") {
  record.field("upgrade_type", &RouteUpgradeConfig::upgrade_type)
      .not_empty()
      .check(header_value(Strict::no));
  record.field("enabled", &RouteUpgradeConfig::enabled);
}

LAB_RECORD(MaxStreamDuration, "envoy.config.route.v3.RouteAction.MaxStreamDuration") {
  record.field("max_stream_duration", &MaxStreamDuration::max_stream_duration);
  record.field("grpc_timeout_header_max", &MaxStreamDuration::grpc_timeout_header_max);
  record.field("grpc_timeout_header_offset", &MaxStreamDuration::grpc_timeout_header_offset);
}

LAB_RECORD(WeightedClusterEntry, "envoy.config.route.v3.WeightedCluster.ClusterWeight") {
  record.field("name", &WeightedClusterEntry::name);
  record.field("cluster_header", &WeightedClusterEntry::cluster_header)
      .check(header_name(Strict::no));
  record.field("weight", &WeightedClusterEntry::weight);
  record.field("metadata_match", &WeightedClusterEntry::metadata_match)
      .ignored("only for clusters with lb_subset_config, which is refused");
  record.field("request_headers_to_add", &WeightedClusterEntry::request_headers_to_add)
      .check(items_at_most(1000));
  record.field("request_headers_to_remove", &WeightedClusterEntry::request_headers_to_remove)
      .check(header_name(Strict::no));
  record.field("response_headers_to_add", &WeightedClusterEntry::response_headers_to_add)
      .check(items_at_most(1000));
  record.field("response_headers_to_remove", &WeightedClusterEntry::response_headers_to_remove)
      .check(header_name(Strict::no));
  record.field("typed_per_filter_config", &WeightedClusterEntry::typed_per_filter_config);
  record.field("host_rewrite_literal", &WeightedClusterEntry::host_rewrite_literal)
      .check(header_value(Strict::no));
  record.check(valid_weighted_cluster);
  record.check([](const WeightedClusterEntry& each, DecodeContext& context, Mark mark) {
    return valid_per_filter(each.typed_per_filter_config, context, mark);
  });
}

LAB_RECORD(WeightedCluster, "envoy.config.route.v3.WeightedCluster") {
  record.field("clusters", &WeightedCluster::clusters).check(items_at_least(1));
  record.field("total_weight", &WeightedCluster::total_weight)
      .ignored("the sum of the weights is used, as Envoy does");
  record.field("runtime_key_prefix", &WeightedCluster::runtime_key_prefix)
      .ignored("weights are those of the configuration");
  record.field("header_name", &WeightedCluster::header_name).check(header_name(Strict::no));
  record.field("use_hash_policy", &WeightedCluster::use_hash_policy);
  record.oneof("random_value_specifier", {"header_name", "use_hash_policy"});
}

LAB_RECORD(InternalRedirectPolicy, "envoy.config.route.v3.InternalRedirectPolicy") {
  record.field("max_internal_redirects", &InternalRedirectPolicy::max_internal_redirects);
  record.field("redirect_response_codes", &InternalRedirectPolicy::redirect_response_codes)
      .check(items_at_most(5));
  record.field("allow_cross_scheme_redirect", &InternalRedirectPolicy::allow_cross_scheme_redirect);
  record.field("response_headers_to_copy", &InternalRedirectPolicy::response_headers_to_copy)
      .check(unique_items())
      .check(header_name(Strict::no));
}

LAB_RECORD(RouteAction, "envoy.config.route.v3.RouteAction") {
  record.field("cluster", &RouteAction::cluster).not_empty();
  record.field("cluster_header", &RouteAction::cluster_header)
      .not_empty()
      .check(header_name(Strict::no));
  record.field("weighted_clusters", &RouteAction::weighted_clusters);
  record.field("cluster_not_found_response_code", &RouteAction::cluster_not_found_response_code);
  record.field("metadata_match", &RouteAction::metadata_match)
      .ignored("only for clusters with lb_subset_config, which is refused");
  record.field("prefix_rewrite", &RouteAction::prefix_rewrite).check(header_value(Strict::no));
  record.field("regex_rewrite", &RouteAction::regex_rewrite);
  record.field("host_rewrite_literal", &RouteAction::host_rewrite_literal)
      .check(header_value(Strict::no));
  record.field("auto_host_rewrite", &RouteAction::auto_host_rewrite);
  record.field("host_rewrite_header", &RouteAction::host_rewrite_header)
      .check(header_name(Strict::no));
  record.field("host_rewrite_path_regex", &RouteAction::host_rewrite_path_regex);
  record.field("append_x_forwarded_host", &RouteAction::append_x_forwarded_host);
  record.field("timeout", &RouteAction::timeout);
  record.field("idle_timeout", &RouteAction::idle_timeout);
  record.field("flush_timeout", &RouteAction::flush_timeout)
      .ignored("idle_timeout holds while an answer is flushed, too");
  record.field("retry_policy", &RouteAction::retry_policy);
  record.field("request_mirror_policies", &RouteAction::request_mirror_policies);
  record.field("priority", &RouteAction::priority);
  record.field("hash_policy", &RouteAction::hash_policy);
  record.field("max_grpc_timeout", &RouteAction::max_grpc_timeout);
  record.field("grpc_timeout_offset", &RouteAction::grpc_timeout_offset);
  record.field("upgrade_configs", &RouteAction::upgrade_configs);
  record.field("internal_redirect_policy", &RouteAction::internal_redirect_policy);
  record.field("hedge_policy", &RouteAction::hedge_policy);
  record.field("max_stream_duration", &RouteAction::max_stream_duration);
  record.oneof("cluster_specifier", {"cluster", "cluster_header", "weighted_clusters"}, true);
  record.oneof("host_rewrite_specifier", {"host_rewrite_literal", "auto_host_rewrite",
                                          "host_rewrite_header", "host_rewrite_path_regex"});
  record.check(valid_route_action);
}

LAB_RECORD(RedirectAction, "envoy.config.route.v3.RedirectAction") {
  record.field("https_redirect", &RedirectAction::https_redirect);
  record.field("scheme_redirect", &RedirectAction::scheme_redirect);
  record.field("host_redirect", &RedirectAction::host_redirect).check(header_value(Strict::no));
  record.field("port_redirect", &RedirectAction::port_redirect);
  record.field("path_redirect", &RedirectAction::path_redirect).check(header_value(Strict::no));
  record.field("prefix_rewrite", &RedirectAction::prefix_rewrite).check(header_value(Strict::no));
  record.field("regex_rewrite", &RedirectAction::regex_rewrite);
  record.field("response_code", &RedirectAction::response_code);
  record.field("strip_query", &RedirectAction::strip_query);
  record.oneof("scheme_rewrite_specifier", {"https_redirect", "scheme_redirect"});
  record.oneof("path_rewrite_specifier", {"path_redirect", "prefix_rewrite", "regex_rewrite"});
}

LAB_RECORD(DirectResponseAction, "envoy.config.route.v3.DirectResponseAction") {
  record.field("status", &DirectResponseAction::status).at_least(200).at_most(599);
  record.field("body", &DirectResponseAction::body);
  record.field("body_format", &DirectResponseAction::body_format);
}

LAB_RECORD(NonForwardingAction, "envoy.config.route.v3.NonForwardingAction") {
  static_cast<void>(record);
}

LAB_RECORD(GrpcRouteMatchOptions, "envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions") {
  static_cast<void>(record);
}

LAB_RECORD(TlsContextMatchOptions, "envoy.config.route.v3.RouteMatch.TlsContextMatchOptions") {
  record.field("presented", &TlsContextMatchOptions::presented);
  record.field("validated", &TlsContextMatchOptions::validated);
}

LAB_RECORD(ConnectMatcher, "envoy.config.route.v3.RouteMatch.ConnectMatcher") {
  static_cast<void>(record);
}

LAB_RECORD(RouteMatch, "envoy.config.route.v3.RouteMatch") {
  record.field("prefix", &RouteMatch::prefix);
  record.field("path", &RouteMatch::path);
  record.field("safe_regex", &RouteMatch::safe_regex);
  record.field("connect_matcher", &RouteMatch::connect_matcher);
  record.field("path_separated_prefix", &RouteMatch::path_separated_prefix)
      .check(pattern(R"(^[^?#]+[^?#/]$)"));
  record.field("case_sensitive", &RouteMatch::case_sensitive);
  record.field("runtime_fraction", &RouteMatch::runtime_fraction);
  record.field("headers", &RouteMatch::headers);
  record.field("query_parameters", &RouteMatch::query_parameters);
  record.field("grpc", &RouteMatch::grpc);
  record.field("tls_context", &RouteMatch::tls_context);
  record.field("dynamic_metadata", &RouteMatch::dynamic_metadata);
  record.oneof("path_specifier",
               {"prefix", "path", "safe_regex", "connect_matcher", "path_separated_prefix"}, true);
}

LAB_RECORD(Decorator, "envoy.config.route.v3.Decorator") {
  record.field("operation", &Decorator::operation).not_empty();
  record.field("propagate", &Decorator::propagate);
}

LAB_RECORD(CustomTagLiteral, "envoy.type.tracing.v3.CustomTag.Literal") {
  record.field("value", &CustomTagLiteral::value).not_empty();
}

LAB_RECORD(CustomTagEnvironment, "envoy.type.tracing.v3.CustomTag.Environment") {
  record.field("name", &CustomTagEnvironment::name).not_empty();
  record.field("default_value", &CustomTagEnvironment::default_value);
}

LAB_RECORD(CustomTagHeader, "envoy.type.tracing.v3.CustomTag.Header") {
  record.field("name", &CustomTagHeader::name).not_empty().check(header_name(Strict::no));
  record.field("default_value", &CustomTagHeader::default_value);
}

LAB_RECORD(CustomTagMetadata, "envoy.type.tracing.v3.CustomTag.Metadata") {
  record.field("kind", &CustomTagMetadata::kind);
  record.field("metadata_key", &CustomTagMetadata::metadata_key);
  record.field("default_value", &CustomTagMetadata::default_value);
}

LAB_RECORD(CustomTag, "envoy.type.tracing.v3.CustomTag") {
  record.field("tag", &CustomTag::tag).not_empty();
  record.field("literal", &CustomTag::literal);
  record.field("environment", &CustomTag::environment);
  record.field("request_header", &CustomTag::request_header);
  record.field("metadata", &CustomTag::metadata);
  record.field("value", &CustomTag::value);
  record.oneof("type", {"literal", "environment", "request_header", "metadata", "value"}, true);
}

LAB_RECORD(RouteTracing, "envoy.config.route.v3.Tracing") {
  record.field("client_sampling", &RouteTracing::client_sampling);
  record.field("random_sampling", &RouteTracing::random_sampling);
  record.field("overall_sampling", &RouteTracing::overall_sampling);
  record.field("custom_tags", &RouteTracing::custom_tags);
  record.field("operation", &RouteTracing::operation);
  record.field("upstream_operation", &RouteTracing::upstream_operation);
}

LAB_RECORD(VirtualCluster, "envoy.config.route.v3.VirtualCluster") {
  record.field("headers", &VirtualCluster::headers);
  record.field("name", &VirtualCluster::name).not_empty();
  record.check(valid_virtual_cluster);
}

LAB_RECORD(Vhds, "envoy.config.route.v3.Vhds") {
  record.field("config_source", &Vhds::config_source).required();
}

LAB_RECORD(Route, "envoy.config.route.v3.Route") {
  record.field("name", &Route::name);
  record.field("match", &Route::match).required();
  record.field("route", &Route::route);
  record.field("redirect", &Route::redirect);
  record.field("direct_response", &Route::direct_response);
  record.field("non_forwarding_action", &Route::non_forwarding_action)
      .check(not_supported("it is for gRPC clients that route."));
  record.field("metadata", &Route::metadata);
  record.field("decorator", &Route::decorator).ignored("names spans, and none are made");
  record.field("typed_per_filter_config", &Route::typed_per_filter_config);
  record.field("request_headers_to_add", &Route::request_headers_to_add).check(items_at_most(1000));
  record.field("request_headers_to_remove", &Route::request_headers_to_remove)
      .check(each_not_empty())
      .check(header_name(Strict::no));
  record.field("response_headers_to_add", &Route::response_headers_to_add)
      .check(items_at_most(1000));
  record.field("response_headers_to_remove", &Route::response_headers_to_remove)
      .check(each_not_empty())
      .check(header_name(Strict::no));
  record.field("tracing", &Route::tracing).ignored("no spans are made or sent");
  record.field("per_request_buffer_limit_bytes", &Route::per_request_buffer_limit_bytes)
      .ignored("buffers have the limit of their connection");
  record.field("stat_prefix", &Route::stat_prefix).ignored("only statistics");
  record.field("request_body_buffer_limit", &Route::request_body_buffer_limit)
      .ignored("buffers have the limit of their connection");
  record.oneof("action", {"route", "redirect", "direct_response", "non_forwarding_action"}, true);
  record.check([](const Route& each, DecodeContext& context, Mark mark) {
    return valid_per_filter(each.typed_per_filter_config, context, mark);
  });
}

LAB_RECORD(VirtualHost, "envoy.config.route.v3.VirtualHost") {
  record.field("name", &VirtualHost::name).not_empty();
  record.field("domains", &VirtualHost::domains)
      .check(items_at_least(1))
      .check(header_value(Strict::no));
  record.field("routes", &VirtualHost::routes);
  record.field("require_tls", &VirtualHost::require_tls);
  record.field("virtual_clusters", &VirtualHost::virtual_clusters).ignored("only statistics");
  record.field("request_headers_to_add", &VirtualHost::request_headers_to_add)
      .check(items_at_most(1000));
  record.field("request_headers_to_remove", &VirtualHost::request_headers_to_remove)
      .check(each_not_empty())
      .check(header_name(Strict::no));
  record.field("response_headers_to_add", &VirtualHost::response_headers_to_add)
      .check(items_at_most(1000));
  record.field("response_headers_to_remove", &VirtualHost::response_headers_to_remove)
      .check(each_not_empty())
      .check(header_name(Strict::no));
  record.field("typed_per_filter_config", &VirtualHost::typed_per_filter_config);
  record.field("include_request_attempt_count", &VirtualHost::include_request_attempt_count);
  record.field("include_attempt_count_in_response",
               &VirtualHost::include_attempt_count_in_response);
  record.field("retry_policy", &VirtualHost::retry_policy);
  record.field("hedge_policy", &VirtualHost::hedge_policy);
  record.field("include_is_timeout_retry_header", &VirtualHost::include_is_timeout_retry_header);
  record.field("per_request_buffer_limit_bytes", &VirtualHost::per_request_buffer_limit_bytes)
      .ignored("buffers have the limit of their connection");
  record.field("request_body_buffer_limit", &VirtualHost::request_body_buffer_limit)
      .ignored("buffers have the limit of their connection");
  record.field("request_mirror_policies", &VirtualHost::request_mirror_policies);
  record.field("metadata", &VirtualHost::metadata);
  record.check([](const VirtualHost& each, DecodeContext& context, Mark mark) {
    return valid_per_filter(each.typed_per_filter_config, context, mark);
  });
}

LAB_RECORD(RouteConfiguration, "envoy.config.route.v3.RouteConfiguration") {
  record.field("name", &RouteConfiguration::name);
  record.field("virtual_hosts", &RouteConfiguration::virtual_hosts);
  record.field("internal_only_headers", &RouteConfiguration::internal_only_headers)
      .check(header_name(Strict::no));
  record.field("response_headers_to_add", &RouteConfiguration::response_headers_to_add)
      .check(items_at_most(1000));
  record.field("response_headers_to_remove", &RouteConfiguration::response_headers_to_remove)
      .check(header_name(Strict::no));
  record.field("request_headers_to_add", &RouteConfiguration::request_headers_to_add)
      .check(items_at_most(1000));
  record.field("request_headers_to_remove", &RouteConfiguration::request_headers_to_remove)
      .check(header_name(Strict::no));
  record.field("most_specific_header_mutations_wins",
               &RouteConfiguration::most_specific_header_mutations_wins);
  record.field("validate_clusters", &RouteConfiguration::validate_clusters);
  record.field("max_direct_response_body_size_bytes",
               &RouteConfiguration::max_direct_response_body_size_bytes);
  record.field("request_mirror_policies", &RouteConfiguration::request_mirror_policies);
  record.field("ignore_port_in_host_matching", &RouteConfiguration::ignore_port_in_host_matching);
  record.field("vhost_header", &RouteConfiguration::vhost_header);
  record.field("ignore_path_parameters_in_path_matching",
               &RouteConfiguration::ignore_path_parameters_in_path_matching);
  record.field("typed_per_filter_config", &RouteConfiguration::typed_per_filter_config);
  record.field("metadata", &RouteConfiguration::metadata);
  record.check([](const RouteConfiguration& each, DecodeContext& context, Mark mark) {
    return valid_per_filter(each.typed_per_filter_config, context, mark);
  });
}

LAB_RECORD(FilterConfig, "envoy.config.route.v3.FilterConfig") {
  record.field("config", &FilterConfig::config);
  record.field("is_optional", &FilterConfig::is_optional)
      .ignored("a type that is not known is always refused");
  record.field("disabled", &FilterConfig::disabled);
  record.check(valid_filter_config);
}

}  // namespace lab::config
