#pragma once

#include "mesh/config/bootstrap.h"

/// Envoy's rules between fields, which no single field's table entry can say. The tables call them;
/// each reports to the context and gives false. What needs other objects of the process (does the
/// cluster of a route exist?) is checked where those are known, in proxy/xds.
namespace lab::config {

/// Reports `message` at `mark`; false.
bool refuse(DecodeContext& context, Mark mark, const std::string& message);

// validate_core.cc
bool valid_header_option(const HeaderValueOption& option, DecodeContext& context, Mark mark);
bool valid_transport_socket(const TransportSocket& socket, DecodeContext& context, Mark mark);
bool valid_string_matcher(const StringMatcher& matcher, DecodeContext& context, Mark mark);
bool valid_path_source(const PathConfigSource& source, DecodeContext& context, Mark mark);
bool valid_bind_config(const BindConfig& config, DecodeContext& context, Mark mark);

// validate_cluster.cc
bool valid_cluster(const Cluster& cluster, DecodeContext& context, Mark mark);
bool valid_endpoint(const LbEndpoint& endpoint, DecodeContext& context, Mark mark);
bool valid_http_health_check(const HttpHealthCheck& check, DecodeContext& context, Mark mark);
bool valid_payload(const HealthCheckPayload& payload, DecodeContext& context, Mark mark);
bool valid_backoff(const BackoffStrategy& backoff, DecodeContext& context, Mark mark);
bool valid_refresh_rate(const RefreshRate& rate, DecodeContext& context, Mark mark);

// validate_route.cc
bool valid_route_action(const RouteAction& action, DecodeContext& context, Mark mark);
bool valid_mirror(const RequestMirrorPolicy& mirror, DecodeContext& context, Mark mark);
bool valid_weighted_cluster(const WeightedClusterEntry& entry, DecodeContext& context, Mark mark);
bool valid_virtual_cluster(const VirtualCluster& cluster, DecodeContext& context, Mark mark);
bool valid_retry_predicate(const RetryHostPredicate& predicate, DecodeContext& context, Mark mark);
bool valid_filter_config(const FilterConfig& config, DecodeContext& context, Mark mark);
/// Reports each entry that is no configuration of an HTTP filter per route.
bool valid_per_filter(const std::map<std::string, Any>& configs, DecodeContext& context, Mark mark);

// validate_listener.cc
bool valid_listener(const Listener& listener, DecodeContext& context, Mark mark);
bool valid_filter_chain(const FilterChain& chain, DecodeContext& context, Mark mark);
bool valid_filter_chain_match(const FilterChainMatch& match, DecodeContext& context, Mark mark);
bool valid_listener_filter(const ListenerFilter& filter, DecodeContext& context, Mark mark);
bool valid_tcp_proxy(const TcpProxy& proxy, DecodeContext& context, Mark mark);
bool valid_network_rbac(const NetworkRbac& rbac, DecodeContext& context, Mark mark);
bool valid_port_range(const Int32Range& range, DecodeContext& context, Mark mark);

// validate_manager.cc
bool valid_manager(const HttpConnectionManager& manager, DecodeContext& context, Mark mark);
bool valid_http2_options(const Http2ProtocolOptions& options, DecodeContext& context, Mark mark);

// validate_tls.cc
bool valid_tls_certificate(const TlsCertificate& certificate, DecodeContext& context, Mark mark);
bool valid_validation(const CertificateValidationContext& validation, DecodeContext& context,
                      Mark mark);
bool valid_san_matcher(const SubjectAltNameMatcher& matcher, DecodeContext& context, Mark mark);
bool valid_ticket_keys(const TlsSessionTicketKeys& keys, DecodeContext& context, Mark mark);
bool valid_common_tls(const CommonTlsContext& common, DecodeContext& context, Mark mark);
bool valid_upstream_tls(const UpstreamTlsContext& tls, DecodeContext& context, Mark mark);
bool valid_downstream_tls(const DownstreamTlsContext& tls, DecodeContext& context, Mark mark);

// validate_bootstrap.cc
bool valid_bootstrap(const Bootstrap& bootstrap, DecodeContext& context, Mark mark);

}  // namespace lab::config
