#include "mesh/crd/virtual_service.h"

namespace lab::crd {

LAB_CRD_RECORD(HeaderOperations, "HeaderOperations") {
  record.field("set", &HeaderOperations::set);
  record.field("add", &HeaderOperations::add);
  record.field("remove", &HeaderOperations::remove);
}

LAB_CRD_RECORD(Headers, "Headers") {
  record.field("request", &Headers::request);
  record.field("response", &Headers::response);
}

LAB_CRD_RECORD(HttpMatch, "HTTPMatchRequest") {
  record.origin(&HttpMatch::origin);
  record.field("name", &HttpMatch::name);
  record.field("uri", &HttpMatch::uri);
  record.field("scheme", &HttpMatch::scheme);
  record.field("method", &HttpMatch::method);
  record.field("authority", &HttpMatch::authority);
  record.field("headers", &HttpMatch::headers);
  record.field("port", &HttpMatch::port);
  record.field("sourceLabels", &HttpMatch::source_labels);
  record.field("gateways", &HttpMatch::gateways);
  record.field("queryParams", &HttpMatch::query_params);
  record.field("ignoreUriCase", &HttpMatch::ignore_uri_case);
  record.field("withoutHeaders", &HttpMatch::without_headers);
  record.field("sourceNamespace", &HttpMatch::source_namespace);
  record.field("statPrefix", &HttpMatch::stat_prefix);
}

LAB_CRD_RECORD(HttpRouteDestination, "HTTPRouteDestination") {
  record.origin(&HttpRouteDestination::origin);
  record.field("destination", &HttpRouteDestination::destination).required();
  record.field("weight", &HttpRouteDestination::weight);
  record.field("headers", &HttpRouteDestination::headers);
}

const std::vector<EnumName<RedirectPort>>& enum_names(const RedirectPort*) {
  static const std::vector<EnumName<RedirectPort>> names = {
      {RedirectPort::FROM_PROTOCOL_DEFAULT, "FROM_PROTOCOL_DEFAULT"},
      {RedirectPort::FROM_REQUEST_PORT, "FROM_REQUEST_PORT"}};
  return names;
}

LAB_CRD_RECORD(HttpRedirect, "HTTPRedirect") {
  record.origin(&HttpRedirect::origin);
  record.field("uri", &HttpRedirect::uri);
  record.field("authority", &HttpRedirect::authority);
  record.field("port", &HttpRedirect::port);
  record.field("derivePort", &HttpRedirect::derive_port);
  record.field("scheme", &HttpRedirect::scheme);
  record.field("redirectCode", &HttpRedirect::redirect_code);
  record.field("prefixRewrite", &HttpRedirect::prefix_rewrite);
  record.oneof("redirect_port", {"port", "derivePort"});
}

LAB_CRD_RECORD(HttpBody, "HTTPBody") {
  record.field("string", &HttpBody::string);
  record.field("bytes", &HttpBody::bytes);
  record.oneof("specifier", {"string", "bytes"});
}

LAB_CRD_RECORD(HttpDirectResponse, "HTTPDirectResponse") {
  record.origin(&HttpDirectResponse::origin);
  record.field("status", &HttpDirectResponse::status).required();
  record.field("body", &HttpDirectResponse::body);
}

LAB_CRD_RECORD(Delegate, "Delegate") {
  record.origin(&Delegate::origin);
  record.field("name", &Delegate::name);
  record.field("namespace", &Delegate::namespace_name);
}

LAB_CRD_RECORD(RegexRewrite, "RegexRewrite") {
  record.field("match", &RegexRewrite::match);
  record.field("rewrite", &RegexRewrite::rewrite);
}

LAB_CRD_RECORD(HttpRewrite, "HTTPRewrite") {
  record.field("uri", &HttpRewrite::uri);
  record.field("authority", &HttpRewrite::authority);
  record.field("uriRegexRewrite", &HttpRewrite::uri_regex_rewrite);
}

LAB_CRD_RECORD(HttpRetry, "HTTPRetry") {
  record.field("attempts", &HttpRetry::attempts);
  record.field("perTryTimeout", &HttpRetry::per_try_timeout);
  record.field("retryOn", &HttpRetry::retry_on);
  record.field("retryRemoteLocalities", &HttpRetry::retry_remote_localities);
  record.field("retryIgnorePreviousHosts", &HttpRetry::retry_ignore_previous_hosts);
  record.field("backoff", &HttpRetry::backoff);
}

LAB_CRD_RECORD(HttpDelay, "HTTPFaultInjection.Delay") {
  record.field("fixedDelay", &HttpDelay::fixed_delay);
  record.field("exponentialDelay", &HttpDelay::exponential_delay);
  record.field("percent", &HttpDelay::percent);
  record.field("percentage", &HttpDelay::percentage);
  record.oneof("http_delay_type", {"fixedDelay", "exponentialDelay"});
}

LAB_CRD_RECORD(HttpAbort, "HTTPFaultInjection.Abort") {
  record.field("httpStatus", &HttpAbort::http_status);
  record.field("grpcStatus", &HttpAbort::grpc_status);
  record.field("http2Error", &HttpAbort::http2_error);
  record.field("percentage", &HttpAbort::percentage);
  record.oneof("error_type", {"httpStatus", "grpcStatus", "http2Error"});
}

LAB_CRD_RECORD(HttpFault, "HTTPFaultInjection") {
  record.origin(&HttpFault::origin);
  record.field("delay", &HttpFault::delay);
  record.field("abort", &HttpFault::abort);
}

LAB_CRD_RECORD(HttpMirror, "HTTPMirrorPolicy") {
  record.origin(&HttpMirror::origin);
  record.field("destination", &HttpMirror::destination).required();
  record.field("percentage", &HttpMirror::percentage);
}

const std::vector<EnumName<UnmatchedPreflights>>& enum_names(const UnmatchedPreflights*) {
  static const std::vector<EnumName<UnmatchedPreflights>> names = {
      {UnmatchedPreflights::UNSPECIFIED, "UNSPECIFIED"},
      {UnmatchedPreflights::FORWARD, "FORWARD"},
      {UnmatchedPreflights::IGNORE, "IGNORE"}};
  return names;
}

LAB_CRD_RECORD(CorsPolicy, "CorsPolicy") {
  record.field("allowOrigin", &CorsPolicy::allow_origin);
  record.field("allowOrigins", &CorsPolicy::allow_origins);
  record.field("allowMethods", &CorsPolicy::allow_methods);
  record.field("allowHeaders", &CorsPolicy::allow_headers);
  record.field("exposeHeaders", &CorsPolicy::expose_headers);
  record.field("maxAge", &CorsPolicy::max_age);
  record.field("allowCredentials", &CorsPolicy::allow_credentials);
  record.field("unmatchedPreflights", &CorsPolicy::unmatched_preflights);
}

LAB_CRD_RECORD(HttpRoute, "HTTPRoute") {
  record.origin(&HttpRoute::origin);
  record.field("name", &HttpRoute::name);
  record.field("match", &HttpRoute::match);
  record.field("route", &HttpRoute::route);
  record.field("redirect", &HttpRoute::redirect);
  record.field("directResponse", &HttpRoute::direct_response);
  record.field("delegate", &HttpRoute::delegate);
  record.field("rewrite", &HttpRoute::rewrite);
  record.field("timeout", &HttpRoute::timeout);
  record.field("retries", &HttpRoute::retries);
  record.field("fault", &HttpRoute::fault);
  record.field("mirror", &HttpRoute::mirror);
  record.field("mirrors", &HttpRoute::mirrors);
  record.field("mirrorPercent", &HttpRoute::mirror_percent);
  record.field("mirror_percent", &HttpRoute::mirror_percent);
  record.field("mirrorPercentage", &HttpRoute::mirror_percentage);
  record.field("corsPolicy", &HttpRoute::cors_policy);
  record.field("headers", &HttpRoute::headers);
}

LAB_CRD_RECORD(RouteDestination, "RouteDestination") {
  record.origin(&RouteDestination::origin);
  record.field("destination", &RouteDestination::destination).required();
  record.field("weight", &RouteDestination::weight);
}

LAB_CRD_RECORD(TlsMatch, "TLSMatchAttributes") {
  record.origin(&TlsMatch::origin);
  record.field("sniHosts", &TlsMatch::sni_hosts);
  record.field("destinationSubnets", &TlsMatch::destination_subnets);
  record.field("port", &TlsMatch::port);
  record.field("sourceLabels", &TlsMatch::source_labels);
  record.field("gateways", &TlsMatch::gateways);
  record.field("sourceNamespace", &TlsMatch::source_namespace);
}

LAB_CRD_RECORD(TlsRoute, "TLSRoute") {
  record.origin(&TlsRoute::origin);
  record.field("match", &TlsRoute::match);
  record.field("route", &TlsRoute::route);
}

LAB_CRD_RECORD(TcpMatch, "L4MatchAttributes") {
  record.origin(&TcpMatch::origin);
  record.field("destinationSubnets", &TcpMatch::destination_subnets);
  record.field("port", &TcpMatch::port);
  record.field("sourceSubnet", &TcpMatch::source_subnet);
  record.field("sourceLabels", &TcpMatch::source_labels);
  record.field("gateways", &TcpMatch::gateways);
  record.field("sourceNamespace", &TcpMatch::source_namespace);
}

LAB_CRD_RECORD(TcpRoute, "TCPRoute") {
  record.origin(&TcpRoute::origin);
  record.field("match", &TcpRoute::match);
  record.field("route", &TcpRoute::route);
}

LAB_CRD_RECORD(VirtualServiceSpec, "VirtualService") {
  record.field("hosts", &VirtualServiceSpec::hosts);
  record.field("gateways", &VirtualServiceSpec::gateways);
  record.field("http", &VirtualServiceSpec::http);
  record.field("tls", &VirtualServiceSpec::tls);
  record.field("tcp", &VirtualServiceSpec::tcp);
  record.field("exportTo", &VirtualServiceSpec::export_to);
}

LAB_CRD_RECORD(VirtualService, "VirtualService object") {
  object_fields(record);
  record.field("spec", &VirtualService::spec);
  skip_status(record);
}

}  // namespace lab::crd
