#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mesh/crd/destination.h"
#include "mesh/crd/duration.h"
#include "mesh/crd/metadata.h"

/// VirtualService. Source: Istio, networking/v1/virtual_service.proto.
namespace lab::crd {

struct HeaderOperations {
  std::map<std::string, std::string> set;
  std::map<std::string, std::string> add;
  std::vector<std::string> remove;
};
const Record<HeaderOperations>& record_of(const HeaderOperations*);

struct Headers {
  std::optional<HeaderOperations> request;
  std::optional<HeaderOperations> response;
};
const Record<Headers>& record_of(const Headers*);

/// All conditions of one match must hold.
struct HttpMatch {
  Origin origin;
  std::string name;
  std::optional<StringMatch> uri;
  std::optional<StringMatch> scheme;
  std::optional<StringMatch> method;
  std::optional<StringMatch> authority;
  std::map<std::string, StringMatch> headers;
  std::uint32_t port = 0;  ///< 0: any.
  Labels source_labels;
  std::vector<std::string> gateways;  ///< Empty: the VirtualService's.
  std::map<std::string, StringMatch> query_params;
  bool ignore_uri_case = false;
  std::map<std::string, StringMatch> without_headers;
  std::string source_namespace;
  std::string stat_prefix;
};
const Record<HttpMatch>& record_of(const HttpMatch*);

struct HttpRouteDestination {
  Origin origin;
  Destination destination;
  std::int32_t weight = 0;  ///< 0 where there is only one destination means all.
  std::optional<Headers> headers;
};
const Record<HttpRouteDestination>& record_of(const HttpRouteDestination*);

enum class RedirectPort : std::uint8_t { FROM_PROTOCOL_DEFAULT, FROM_REQUEST_PORT };
const std::vector<EnumName<RedirectPort>>& enum_names(const RedirectPort*);

struct HttpRedirect {
  Origin origin;
  std::string uri;  ///< "%PREFIX()%NEW" form included.
  std::string authority;
  std::optional<std::uint32_t> port;
  std::optional<RedirectPort> derive_port;
  std::string scheme;
  std::uint32_t redirect_code = 0;  ///< 0: 301.
  std::optional<std::string> prefix_rewrite;
};
const Record<HttpRedirect>& record_of(const HttpRedirect*);

struct HttpBody {
  std::optional<std::string> string;
  std::optional<std::string> bytes;  ///< Base64, as written.
};
const Record<HttpBody>& record_of(const HttpBody*);

struct HttpDirectResponse {
  Origin origin;
  std::uint32_t status = 0;
  std::optional<HttpBody> body;
};
const Record<HttpDirectResponse>& record_of(const HttpDirectResponse*);

/// Another VirtualService whose routes stand in for this one.
struct Delegate {
  Origin origin;
  std::string name;
  std::string namespace_name;  ///< Empty: the root's.
};
const Record<Delegate>& record_of(const Delegate*);

struct RegexRewrite {
  std::string match;
  std::string rewrite;
};
const Record<RegexRewrite>& record_of(const RegexRewrite*);

struct HttpRewrite {
  std::string uri;
  std::string authority;
  std::optional<RegexRewrite> uri_regex_rewrite;
};
const Record<HttpRewrite>& record_of(const HttpRewrite*);

struct HttpRetry {
  std::int32_t attempts = 0;
  std::optional<Duration> per_try_timeout;
  std::string retry_on;  ///< Empty: the profile's default.
  std::optional<bool> retry_remote_localities;
  std::optional<bool> retry_ignore_previous_hosts;
  std::optional<Duration> backoff;
};
const Record<HttpRetry>& record_of(const HttpRetry*);

struct HttpDelay {
  std::optional<Duration> fixed_delay;
  std::optional<Duration> exponential_delay;
  std::int32_t percent = 0;  ///< The older spelling of `percentage`.
  std::optional<Percent> percentage;
};
const Record<HttpDelay>& record_of(const HttpDelay*);

struct HttpAbort {
  std::optional<std::int32_t> http_status;
  std::optional<std::string> grpc_status;
  std::optional<std::string> http2_error;
  std::optional<Percent> percentage;
};
const Record<HttpAbort>& record_of(const HttpAbort*);

struct HttpFault {
  Origin origin;
  std::optional<HttpDelay> delay;
  std::optional<HttpAbort> abort;
};
const Record<HttpFault>& record_of(const HttpFault*);

struct HttpMirror {
  Origin origin;
  Destination destination;
  std::optional<Percent> percentage;  ///< Absent: all.
};
const Record<HttpMirror>& record_of(const HttpMirror*);

enum class UnmatchedPreflights : std::uint8_t { UNSPECIFIED, FORWARD, IGNORE };
const std::vector<EnumName<UnmatchedPreflights>>& enum_names(const UnmatchedPreflights*);

struct CorsPolicy {
  std::vector<std::string> allow_origin;  ///< The older spelling: exact origins.
  std::vector<StringMatch> allow_origins;
  std::vector<std::string> allow_methods;
  std::vector<std::string> allow_headers;
  std::vector<std::string> expose_headers;
  std::optional<Duration> max_age;
  std::optional<bool> allow_credentials;
  UnmatchedPreflights unmatched_preflights = UnmatchedPreflights::UNSPECIFIED;
};
const Record<CorsPolicy>& record_of(const CorsPolicy*);

struct HttpRoute {
  Origin origin;
  std::string name;
  std::vector<HttpMatch> match;  ///< One of them must hold; empty: every request.
  std::vector<HttpRouteDestination> route;
  std::optional<HttpRedirect> redirect;
  std::optional<HttpDirectResponse> direct_response;
  std::optional<Delegate> delegate;
  std::optional<HttpRewrite> rewrite;
  std::optional<Duration> timeout;
  std::optional<HttpRetry> retries;
  std::optional<HttpFault> fault;
  std::optional<Destination> mirror;
  std::vector<HttpMirror> mirrors;
  std::optional<std::uint32_t> mirror_percent;  ///< Both older spellings of mirror_percentage.
  std::optional<Percent> mirror_percentage;
  std::optional<CorsPolicy> cors_policy;
  std::optional<Headers> headers;
};
const Record<HttpRoute>& record_of(const HttpRoute*);

struct RouteDestination {
  Origin origin;
  Destination destination;
  std::int32_t weight = 0;
};
const Record<RouteDestination>& record_of(const RouteDestination*);

struct TlsMatch {
  Origin origin;
  std::vector<std::string> sni_hosts;
  std::vector<std::string> destination_subnets;
  std::uint32_t port = 0;
  Labels source_labels;
  std::vector<std::string> gateways;
  std::string source_namespace;
};
const Record<TlsMatch>& record_of(const TlsMatch*);

struct TlsRoute {
  Origin origin;
  std::vector<TlsMatch> match;
  std::vector<RouteDestination> route;
};
const Record<TlsRoute>& record_of(const TlsRoute*);

struct TcpMatch {
  Origin origin;
  std::vector<std::string> destination_subnets;
  std::uint32_t port = 0;
  std::string source_subnet;
  Labels source_labels;
  std::vector<std::string> gateways;
  std::string source_namespace;
};
const Record<TcpMatch>& record_of(const TcpMatch*);

struct TcpRoute {
  Origin origin;
  std::vector<TcpMatch> match;
  std::vector<RouteDestination> route;
};
const Record<TcpRoute>& record_of(const TcpRoute*);

struct VirtualServiceSpec {
  std::vector<std::string> hosts;
  std::vector<std::string> gateways;  ///< Empty: "mesh".
  std::vector<HttpRoute> http;
  std::vector<TlsRoute> tls;
  std::vector<TcpRoute> tcp;
  std::vector<std::string> export_to;
};
const Record<VirtualServiceSpec>& record_of(const VirtualServiceSpec*);

struct VirtualService : Object {
  VirtualServiceSpec spec;
};
const Record<VirtualService>& record_of(const VirtualService*);

}  // namespace lab::crd
