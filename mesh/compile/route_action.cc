#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/compile/routes.h"
#include "mesh/compile/traffic_policy.h"

namespace lab::compile {
namespace {

using Code = config::RedirectAction::RedirectResponseCode;

void set_timeout(config::RouteAction& action, const std::optional<crd::Duration>& timeout) {
  action.timeout = timeout ? std::chrono::nanoseconds(*timeout) : std::chrono::nanoseconds(0);
  action.max_grpc_timeout = action.timeout;
}

std::optional<config::RuntimeFractionalPercent> mirror_share(
    const std::optional<crd::Percent>& exact, const std::optional<std::uint32_t>& whole) {
  config::RuntimeFractionalPercent share;
  if (exact) {
    if (exact->value <= 0) return {};
    share.default_value.numerator = static_cast<std::uint32_t>(exact->value * 10000);
    share.default_value.denominator = config::FractionalPercent::DenominatorType::million;
    return share;
  }
  if (whole && *whole == 0) return {};
  share.default_value.numerator = whole.value_or(100);
  return share;
}

class ActionBuilder {
 public:
  ActionBuilder(config::Route& out, const crd::HttpRoute& route, const RouteContext& context)
      : out_(out), route_(route), context_(context) {}

  void build() {
    config::RouteAction& action = out_.route.emplace();
    set_timeout(action, route_.timeout);
    rewrite(action);
    mirrors(action);
    bool hashed = false;
    if (route_.route.size() == 1) {
      hashed = single(action, route_.route.front());
    } else {
      weighted(action);
    }
    action.retry_policy = retry_policy(route_.retries, hashed, context_.proxy);
  }

 private:
  std::string cluster_of(const crd::Destination& destination) const {
    return destination_cluster(destination, context_.find_service(destination.host), context_.port);
  }

  void rewrite(config::RouteAction& action) const {
    std::string authority = stated_authority(route_.headers);
    if (route_.rewrite) {
      if (route_.rewrite->uri_regex_rewrite) {
        config::RegexMatchAndSubstitute& regex = action.regex_rewrite.emplace();
        regex.pattern.regex = route_.rewrite->uri_regex_rewrite->match;
        regex.substitution = route_.rewrite->uri_regex_rewrite->rewrite;
      } else {
        action.prefix_rewrite = route_.rewrite->uri;
      }
      if (!route_.rewrite->authority.empty()) authority = route_.rewrite->authority;
    }
    if (!authority.empty()) action.host_rewrite_literal = authority;
  }

  void mirror(config::RouteAction& action, const crd::Destination& destination,
              std::optional<config::RuntimeFractionalPercent> share) const {
    if (!share) return;
    config::RequestMirrorPolicy& policy = action.request_mirror_policies.emplace_back();
    policy.cluster = cluster_of(destination);
    policy.runtime_fraction = std::move(share);
    policy.trace_sampled = false;
    policy.disable_shadow_host_suffix_append = context_.proxy.profile().mirror_keeps_host;
  }

  void mirrors(config::RouteAction& action) const {
    if (route_.mirror)
      mirror(action, *route_.mirror, mirror_share(route_.mirror_percentage, route_.mirror_percent));
    for (const crd::HttpMirror& copy : route_.mirrors)
      mirror(action, copy.destination, mirror_share(copy.percentage, {}));
  }

  const crd::ConsistentHash* hash_of(const crd::Destination& destination) const {
    const std::uint32_t port = destination.port ? destination.port->number : 0;
    return hash_for(context_.proxy.scope.rule_for(destination.host), destination.subset, port);
  }

  bool single(config::RouteAction& action, const crd::HttpRouteDestination& target) const {
    action.cluster = cluster_of(target.destination);
    if (target.headers) {
      append(out_.request_headers_to_add, headers_to_add(target.headers->request));
      append(out_.request_headers_to_remove, headers_to_remove(target.headers->request));
      append(out_.response_headers_to_add, headers_to_add(target.headers->response));
      append(out_.response_headers_to_remove, headers_to_remove(target.headers->response));
      const std::string authority = stated_authority(target.headers);
      if (!authority.empty() && !action.host_rewrite_literal)
        action.host_rewrite_literal = authority;
    }
    const crd::ConsistentHash* hash = hash_of(target.destination);
    if (auto policy = hash_policy(hash)) action.hash_policy.push_back(std::move(*policy));
    return hash != nullptr;
  }

  void weighted(config::RouteAction& action) const {
    config::WeightedCluster& all = action.weighted_clusters.emplace();
    for (const crd::HttpRouteDestination& target : route_.route) {
      if (target.weight == 0) continue;
      config::WeightedClusterEntry& entry = all.clusters.emplace_back();
      entry.name = cluster_of(target.destination);
      entry.weight = static_cast<std::uint32_t>(target.weight);
      if (target.headers) {
        entry.request_headers_to_add = headers_to_add(target.headers->request);
        entry.request_headers_to_remove = headers_to_remove(target.headers->request);
        entry.response_headers_to_add = headers_to_add(target.headers->response);
        entry.response_headers_to_remove = headers_to_remove(target.headers->response);
        const std::string authority = stated_authority(target.headers);
        if (!authority.empty()) entry.host_rewrite_literal = authority;
      }
      if (auto policy = hash_policy(hash_of(target.destination)))
        action.hash_policy.push_back(std::move(*policy));
    }
  }

  template <class T>
  static void append(std::vector<T>& to, std::vector<T> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }

  config::Route& out_;
  const crd::HttpRoute& route_;
  const RouteContext& context_;
};

Code redirect_code(std::uint32_t code) {
  switch (code) {
    case 302:
      return Code::found;
    case 303:
      return Code::see_other;
    case 307:
      return Code::temporary_redirect;
    case 308:
      return Code::permanent_redirect;
    default:
      return Code::moved_permanently;
  }
}

void set_redirect(config::Route& out, const crd::HttpRedirect& source,
                  const RouteContext& context) {
  config::RedirectAction& action = out.redirect.emplace();
  action.host_redirect = source.authority;
  action.path_redirect = source.uri;
  if (!source.scheme.empty()) action.scheme_redirect = source.scheme;
  if (source.port) action.port_redirect = *source.port;
  if (source.derive_port == crd::RedirectPort::FROM_REQUEST_PORT)
    action.port_redirect = context.port;
  const std::string scheme = !source.scheme.empty() ? source.scheme
                             : context.tls          ? "https"
                                                    : "http";
  const bool is_default = (action.port_redirect == 80 && scheme == "http") ||
                          (action.port_redirect == 443 && scheme == "https");
  if (is_default && (source.port || source.derive_port)) action.port_redirect = 0;
  action.response_code = redirect_code(source.redirect_code);
}

void set_direct_response(config::Route& out, const crd::HttpDirectResponse& source) {
  config::DirectResponseAction& action = out.direct_response.emplace();
  action.status = source.status;
  if (!source.body) return;
  if (source.body->string) {
    action.body.emplace().inline_string = *source.body->string;
  } else if (source.body->bytes) {
    Diagnostics ignored;
    config::Bytes bytes;
    if (decode(Value(*source.body->bytes), "", ignored, bytes))
      action.body.emplace().inline_bytes = std::move(bytes);
  }
}

}  // namespace

std::string destination_cluster(const crd::Destination& destination, const model::Service* service,
                                std::uint32_t listener_port) {
  std::string host = destination.host;
  if (service != nullptr && service->resolution == model::Resolution::alias)
    host = service->external_name;
  std::uint32_t port = listener_port;
  if (destination.port && destination.port->number != 0) {
    port = destination.port->number;
  } else if (service != nullptr && service->ports.size() == 1) {
    port = service->ports.front().number;
  }
  return cluster_name(port, destination.subset, host);
}

std::optional<config::HashPolicy> hash_policy(const crd::ConsistentHash* hash) {
  if (hash == nullptr) return {};
  config::HashPolicy policy;
  if (hash->http_header_name) {
    policy.header.emplace().header_name = *hash->http_header_name;
  } else if (hash->http_cookie) {
    config::HashCookie& cookie = policy.cookie.emplace();
    cookie.name = hash->http_cookie->name;
    cookie.path = hash->http_cookie->path;
    cookie.ttl = hash->http_cookie->ttl;
    for (const auto& attribute : hash->http_cookie->attributes)
      cookie.attributes.push_back({attribute.name, attribute.value});
  } else if (hash->use_source_ip) {
    policy.connection_properties.emplace().source_ip = *hash->use_source_ip;
  } else if (hash->http_query_parameter_name) {
    policy.query_parameter.emplace().name = *hash->http_query_parameter_name;
  } else {
    return {};
  }
  return policy;
}

void set_action(config::Route& out, const crd::HttpRoute& route, const RouteContext& context) {
  if (route.redirect) {
    set_redirect(out, *route.redirect, context);
  } else if (route.direct_response) {
    set_direct_response(out, *route.direct_response);
  } else {
    ActionBuilder(out, route, context).build();
  }
}

}  // namespace lab::compile
