#include <algorithm>
#include <cctype>

#include "mesh/config/validate.h"

namespace lab::config {
namespace {

using ClusterType = Cluster::DiscoveryType;
using LbPolicy = Cluster::LbPolicy;

bool is_prime(std::uint64_t number) {
  if (number < 2) return false;
  for (std::uint64_t divisor = 2; divisor * divisor <= number; ++divisor) {
    if (number % divisor == 0) return false;
  }
  return true;
}

bool valid_balancer(const Cluster& cluster, DecodeContext& context, Mark mark) {
  const bool original = cluster.type.value_or(ClusterType::static_) == ClusterType::original_dst;
  const bool provided = cluster.lb_policy == LbPolicy::cluster_provided;
  if (original && !provided) {
    return refuse(context, mark,
                  "an ORIGINAL_DST cluster takes only lb_policy CLUSTER_PROVIDED. Set it.");
  }
  if (!original && provided)
    return refuse(context, mark, "lb_policy CLUSTER_PROVIDED is for ORIGINAL_DST clusters.");
  if (cluster.lb_policy == LbPolicy::load_balancing_policy_config &&
      !cluster.load_balancing_policy) {
    return refuse(context, mark,
                  "lb_policy LOAD_BALANCING_POLICY_CONFIG needs load_balancing_policy. Add it.");
  }
  if (cluster.lb_policy == LbPolicy::ring_hash && cluster.ring_hash_lb_config) {
    const auto& ring = *cluster.ring_hash_lb_config;
    if (ring.minimum_ring_size.value_or(1024) > ring.maximum_ring_size.value_or(8388608))
      return refuse(context, mark, "minimum_ring_size is above maximum_ring_size.");
  }
  if (cluster.lb_policy == LbPolicy::maglev && cluster.maglev_lb_config) {
    if (!is_prime(cluster.maglev_lb_config->table_size.value_or(65537)))
      return refuse(context, mark, "the table size of maglev must be a prime number.");
  }
  return true;
}

bool single_endpoint(const std::optional<ClusterLoadAssignment>& assignment) {
  return assignment && assignment->endpoints.size() == 1 &&
         assignment->endpoints.front().lb_endpoints.size() == 1;
}

bool custom_resolver(const std::optional<ClusterLoadAssignment>& assignment) {
  if (!assignment) return false;
  for (const auto& locality : assignment->endpoints) {
    for (const auto& each : locality.lb_endpoints) {
      if (each.endpoint && each.endpoint->address && each.endpoint->address->socket_address &&
          !each.endpoint->address->socket_address->resolver_name.empty())
        return true;
    }
  }
  return false;
}

bool valid_discovery(const Cluster& cluster, DecodeContext& context, Mark mark) {
  const ClusterType type = cluster.type.value_or(ClusterType::static_);
  if (cluster.eds_cluster_config && type != ClusterType::eds)
    return refuse(context, mark, "eds_cluster_config is set in a cluster that is not of type EDS.");
  if (type == ClusterType::logical_dns && !single_endpoint(cluster.load_assignment)) {
    return refuse(context, mark,
                  "a LOGICAL_DNS cluster needs exactly one locality with one endpoint.");
  }
  if (type == ClusterType::original_dst && cluster.load_assignment)
    return refuse(context, mark, "an ORIGINAL_DST cluster has no load_assignment. Remove it.");
  if ((type == ClusterType::strict_dns || type == ClusterType::logical_dns) &&
      custom_resolver(cluster.load_assignment))
    return refuse(context, mark, "a DNS cluster's endpoint can't have a resolver_name. Remove it.");
  const auto& typed = cluster.typed_dns_resolver_config;
  if (typed && typed->typed_config.get<CaresDnsResolverConfig>() == nullptr) {
    return refuse(context, mark, "typed_dns_resolver_config can be a CaresDnsResolverConfig only.");
  }
  for (const Address& resolver : cluster.dns_resolvers) {
    const bool letters = resolver.socket_address &&
                         std::any_of(resolver.socket_address->address.begin(),
                                     resolver.socket_address->address.end(), [](unsigned char c) {
                                       return std::isalpha(c) != 0 && std::isxdigit(c) == 0;
                                     });
    if (letters) return refuse(context, mark, "a DNS resolver must be an IP address.");
  }
  return true;
}

bool valid_limits(const Cluster& cluster, DecodeContext& context, Mark mark) {
  if (cluster.circuit_breakers) {
    for (const Thresholds& each : cluster.circuit_breakers->per_host_thresholds) {
      if (each.max_pending_requests || each.max_requests || each.max_retries ||
          each.max_connection_pools || each.retry_budget || each.track_remaining)
        return refuse(context, mark, "per_host_thresholds can have max_connections only.");
    }
  }
  if (cluster.health_checks.size() > 1) {
    return refuse(context, mark,
                  "several health_checks need names, which are not supported. Keep one.");
  }
  if (cluster.outlier_detection) {
    const auto& outlier = *cluster.outlier_detection;
    const Duration base = outlier.base_ejection_time.value_or(std::chrono::seconds(30));
    if (outlier.max_ejection_time && *outlier.max_ejection_time < base)
      return refuse(context, mark, "max_ejection_time is below base_ejection_time.");
  }
  return true;
}

bool valid_protocols(const Cluster& cluster, DecodeContext& context, Mark mark) {
  for (const auto& [name, options] : cluster.typed_extension_protocol_options) {
    if (name != "envoy.extensions.upstreams.http.v3.HttpProtocolOptions")
      return refuse(context, mark, "no filter or protocol is named \"" + name + "\".");
    const auto* http = options.get<HttpProtocolOptions>();
    if (http == nullptr)
      return refuse(context, mark, "the options of \"" + name + "\" are of another type.");
    const bool tls = cluster.transport_socket &&
                     cluster.transport_socket->typed_config.get<UpstreamTlsContext>() != nullptr;
    if (http->auto_config && !tls)
      return refuse(context, mark, "auto_config needs a transport socket with ALPN (TLS).");
  }
  return true;
}

}  // namespace

bool valid_cluster(const Cluster& cluster, DecodeContext& context, Mark mark) {
  for (const TransportSocketMatch& match : cluster.transport_socket_matches) {
    if (!match.transport_socket)
      return refuse(context, mark, "a transport_socket_match needs a transport_socket. Add it.");
  }
  return valid_balancer(cluster, context, mark) && valid_discovery(cluster, context, mark) &&
         valid_limits(cluster, context, mark) && valid_protocols(cluster, context, mark);
}

bool valid_endpoint(const LbEndpoint& endpoint, DecodeContext& context, Mark mark) {
  if (!endpoint.endpoint || !endpoint.endpoint->address)
    return refuse(context, mark, "an endpoint needs an address. Add endpoint.address.");
  return true;
}

bool valid_payload(const HealthCheckPayload& payload, DecodeContext& context, Mark mark) {
  if (!payload.text) return true;
  const std::string& text = *payload.text;
  if (text.size() % 2 == 0 &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; }))
    return true;
  return refuse(context, mark, "a payload's text is bytes in hexadecimal, two digits each.");
}

bool valid_http_health_check(const HttpHealthCheck& check, DecodeContext& context, Mark mark) {
  for (const auto* ranges : {&check.expected_statuses, &check.retriable_statuses}) {
    for (const Int64Range& range : *ranges) {
      if (range.start < range.end && range.start >= 100 && range.end <= 600) continue;
      return refuse(context, mark,
                    "a range of statuses has a start below its end, both between 100 and 600.");
    }
  }
  return true;
}

bool valid_backoff(const BackoffStrategy& backoff, DecodeContext& context, Mark mark) {
  if (!backoff.max_interval || !backoff.base_interval ||
      *backoff.max_interval >= *backoff.base_interval)
    return true;
  return refuse(context, mark, "max_interval is below base_interval.");
}

bool valid_refresh_rate(const RefreshRate& rate, DecodeContext& context, Mark mark) {
  if (!rate.max_interval || !rate.base_interval || *rate.max_interval >= *rate.base_interval)
    return true;
  return refuse(context, mark, "max_interval is below base_interval.");
}

}  // namespace lab::config
