#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/compile/scope.h"
#include "mesh/compile/secrets.h"
#include "mesh/config/bootstrap.h"
#include "mesh/config/cluster.h"

namespace lab::compile {

/// A cluster under construction; HTTP options become an extension when all is known.
struct ClusterDraft {
  config::Cluster cluster;
  std::optional<config::HttpProtocolOptions> http;

  config::HttpProtocolOptions& http_options() { return http ? *http : http.emplace(); }
  bool is_http2() const {
    return http && http->explicit_http_config && http->explicit_http_config->http2_protocol_options;
  }
  config::Cluster finish() &&;
};

/// Makes the upstream speak HTTP/2 from the first byte.
void use_http2(ClusterDraft& draft, const Profile& profile);
/// Makes the upstream speak what the downstream spoke.
void use_downstream_protocol(ClusterDraft& draft);

/// Connection pool, circuit breakers, keep-alive. Source: Istio, ConnectionPoolSettings.
void apply_connection_pool(ClusterDraft& draft, const crd::TrafficPolicy& policy,
                           const Proxy& proxy);
/// Outlier detection. Source: Istio, OutlierDetection.
void apply_outlier_detection(config::Cluster& cluster, const crd::TrafficPolicy& policy,
                             const Profile& profile);
/// Load balancing. Source: Istio, LoadBalancerSettings.
void apply_load_balancer(config::Cluster& cluster, const crd::TrafficPolicy& policy,
                         const Proxy& proxy);

/// What TLS towards one cluster depends on.
struct UpstreamTlsInput {
  const model::Service* service = nullptr;
  std::uint32_t port = 0;
  std::string subset;
  std::vector<std::string> identities;  ///< SPIFFE IDs of the service's accounts.
  bool rule_selects_workloads =
      false;  ///< The rule has a workloadSelector: sidecars may use its credentialName.
};

/// TLS of a cluster: what the rule says, else the mesh's own where the endpoints speak it.
void apply_upstream_tls(ClusterDraft& draft, const crd::TrafficPolicy& policy,
                        const UpstreamTlsInput& input, const Proxy& proxy, Secrets& secrets);

/// Each connection begins with a PROXY header, whatever transport follows.
void wrap_in_proxy_protocol(config::Cluster& cluster, const crd::ProxyProtocol& protocol);

}  // namespace lab::compile
