#include "mesh/compile/routes.h"

#include <algorithm>

#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/compile/traffic_policy.h"

namespace lab::compile {
namespace {

/// Whether the static part of a match holds here: source labels and namespace, gateway, port.
bool applies(const crd::HttpMatch& match, const RouteContext& context) {
  if (match.port != 0 && match.port != context.port) return false;
  if (!match.gateways.empty()) {
    return std::find(match.gateways.begin(), match.gateways.end(), context.gateway) !=
           match.gateways.end();
  }
  const model::Workload& workload = context.proxy.workload;
  if (!model::selects(match.source_labels, workload.labels)) return false;
  return match.source_namespace.empty() || match.source_namespace == workload.name_space;
}

/// "HOST:PORT/PATH" of a route with one cluster, else "NAME:PORT/PATH".
std::string operation(const config::Route& route, const std::string& name, std::uint32_t port) {
  std::string path = "/*";
  if (route.match.prefix) path = *route.match.prefix + "*";
  if (route.match.path) path = *route.match.path;
  if (route.match.safe_regex) path = route.match.safe_regex->regex;
  if (route.route && route.route->cluster) {
    const std::string target = operation_target(*route.route->cluster);
    if (!target.empty()) return target + path;
  }
  return name + ":" + std::to_string(port) + path;
}

config::Route translate(const crd::HttpRoute& source, const crd::HttpMatch* match,
                        const VirtualService& service, const RouteContext& context) {
  config::Route route;
  route.name = source.name;
  if (match != nullptr && !match->name.empty()) route.name += "." + match->name;
  if (match != nullptr) route.stat_prefix = match->stat_prefix;
  route.match = route_match(match, context.proxy.profile());
  if (source.headers) {
    route.request_headers_to_add = headers_to_add(source.headers->request);
    route.request_headers_to_remove = headers_to_remove(source.headers->request);
    route.response_headers_to_add = headers_to_add(source.headers->response);
    route.response_headers_to_remove = headers_to_remove(source.headers->response);
  }
  set_action(route, source, context);
  set_filters(route, source);
  route.decorator.emplace().operation = operation(route, service.name, context.port);
  std::vector<model::Source> sources = service.sources;
  if (!sources.empty())
    sources.front() = at(sources.front(), match != nullptr ? match->origin : source.origin);
  route.metadata = origins(sources);
  return route;
}

}  // namespace

std::vector<config::Route> http_routes(const VirtualService& service, const RouteContext& context) {
  std::vector<config::Route> routes;
  for (const crd::HttpRoute& source : service.spec.http) {
    if (source.match.empty()) {
      routes.push_back(translate(source, nullptr, service, context));
      return routes;
    }
    for (const crd::HttpMatch& match : source.match) {
      if (!applies(match, context)) continue;
      routes.push_back(translate(source, &match, service, context));
      if (takes_everything(routes.back())) return routes;
    }
  }
  return routes;
}

config::Route default_route(const model::Service& service, const model::Port& port,
                            const Proxy& proxy) {
  config::Route route;
  route.name = "default";
  route.match.prefix = "/";
  config::RouteAction& action = route.route.emplace();
  action.cluster = cluster_name(port.number, "", service.host);
  action.timeout = action.max_grpc_timeout = std::chrono::nanoseconds(0);
  action.retry_policy = retry_policy({}, false, proxy);
  const crd::ConsistentHash* hash = hash_for(proxy.scope.rule_for(service), "", port.number);
  if (auto policy = hash_policy(hash)) action.hash_policy.push_back(std::move(*policy));
  route.decorator.emplace().operation = host_and_port(service.host, port.number) + "/*";
  route.metadata = origins(service.sources);
  return route;
}

config::Route inbound_route(const std::string& cluster, const std::string& target, bool grpc,
                            const Profile& profile) {
  config::Route route;
  route.name = profile.inbound_retry_on.empty() ? "" : "default";
  route.match.prefix = "/";
  config::RouteAction& action = route.route.emplace();
  action.cluster = cluster;
  action.timeout = std::chrono::nanoseconds(0);
  if (profile.inbound_retry_on.empty()) {
    action.max_grpc_timeout = std::chrono::nanoseconds(0);
  } else {
    config::MaxStreamDuration& limits = action.max_stream_duration.emplace();
    limits.max_stream_duration = limits.grpc_timeout_header_max = std::chrono::nanoseconds(0);
    if (!grpc) {
      action.retry_policy.emplace().retry_on = profile.inbound_retry_on;
      action.retry_policy->num_retries = profile.retries;
    }
  }
  route.decorator.emplace().operation = target + "/*";
  return route;
}

}  // namespace lab::compile
