#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mesh/config/cluster.h"
#include "proxy/match/header_mutation.h"
#include "proxy/upstream/endpoints.h"
#include "proxy/upstream/http_pool.h"
#include "proxy/upstream/load_balancer.h"
#include "proxy/upstream/outlier.h"
#include "proxy/upstream/tcp_connect.h"

namespace lab::proxy {

class ClusterHealth;

/// A transport socket that endpoints choose by their metadata.
struct MatchedTransport {
  Value match;     ///< Members that envoy.transport_socket_match must have.
  TlsSlotPtr tls;  ///< Null: cleartext.
};

/// A cluster's configuration, compiled once and shared by all workers.
struct ClusterConfig {
  config::Cluster config;
  HttpPoolOptions pool;  ///< Without what depends on the host.
  bool use_downstream_protocol = false;
  bool auto_sni = false;
  bool auto_san_validation = false;
  std::string auto_sni_header;  ///< Lower case; empty: the authority.
  bool has_alpn = false;        ///< The TLS context names protocols itself.
  std::vector<MatchedTransport> matched_transports;
  HeaderMutation health_headers;  ///< Of an HTTP health check's requests.

  const std::string& name() const { return config.name; }
  const std::string& stat_name() const {
    return config.alt_stat_name.empty() ? config.name : config.alt_stat_name;
  }
  /// What all its statistics begin with: "cluster.NAME.".
  std::string stats_prefix() const { return "cluster." + stat_name_part(stat_name()) + "."; }
};
using ClusterConfigPtr = std::shared_ptr<const ClusterConfig>;

/// TLS of a cluster, as the discovery bound it.
struct ClusterTransports {
  TlsSlotPtr main;
  bool main_has_alpn = false;
  std::vector<MatchedTransport> matched;
};

/// Fails with Errc::config for what can't be used.
Result<ClusterConfigPtr> compile_cluster(config::Cluster config, ClusterTransports transports);

/// What a request brings to the choice of a pool.
struct PoolRequest {
  config::RoutingPriority priority = config::RoutingPriority::default_;
  Protocol downstream = Protocol::http11;
  std::string sni;  ///< What auto_sni takes from the request; empty: nothing.
};

/// A cluster at work in one worker: its hosts, how one is chosen, and the connections to them.
class Cluster final : public Deletable {
 public:
  Cluster(Loop& loop, ClusterConfigPtr config, StatsStore& stats, std::uint64_t seed);
  ~Cluster() override;

  const ClusterConfig& config() const { return *config_; }
  const ClusterConfigPtr& shared_config() const { return config_; }
  const std::string& name() const { return config_->name(); }
  ClusterStats& stats() { return stats_; }
  CircuitBreaker& breaker(config::RoutingPriority priority) {
    return priority == config::RoutingPriority::high ? high_ : default_;
  }
  Loop& loop() const { return loop_; }

  /// Takes over endpoints; hosts whose address stays keep their object, connections and health.
  void set_endpoints(const EndpointSet& endpoints);
  /// Sorts the hosts by their health again: after a check or ejection changed one.
  void health_changed();
  /// How a request or connection to a host ended, for outlier detection.
  void report(Host& host, HostOutcome outcome);
  /// An answer of the host said that it fails.
  void immediate_failure(Host& host);
  /// Connections to the host end with their requests; later requests open new ones.
  void close_pools_of(const Host& host);
  /// False until each host was checked once, where health checks are configured.
  bool settled() const;
  /// Null where outlier detection is not configured.
  const OutlierDetector* outlier() const;
  const std::vector<PriorityHosts>& priorities() const { return priorities_; }
  template <class Visit>
  void for_each_host(Visit visit) const {
    for (const auto& [address, host] : hosts_) visit(*host);
  }
  bool has_endpoints() const { return has_endpoints_; }

  /// A host for a request; null when there is none to be used.
  HostPtr choose_host(const LoadBalancerContext& context);
  HttpPool& pool(const HostPtr& host, const PoolRequest& request);
  TcpTarget tcp_target(const HostPtr& host) const;
  bool uses_tls(const Host& host) const { return transport_of(host) != nullptr; }

  /// Takes no new requests and closes connections as they become idle.
  void drain();

 private:
  struct PoolKey {
    const Host* host;
    config::RoutingPriority priority;
    bool http2;
    std::string sni;
    friend auto operator<=>(const PoolKey&, const PoolKey&) = default;
  };
  HostPtr original_destination_host(const LoadBalancerContext& context);
  HttpPoolOptions pool_options(const Host& host, const PoolRequest& request, bool http2) const;
  TlsSlotPtr transport_of(const Host& host) const;
  void publish_membership();
  void forget_unused_hosts();
  void release_retired();

  Loop& loop_;
  ClusterConfigPtr config_;
  StatsScope scope_;
  ClusterStats stats_;
  CircuitBreaker default_, high_;
  std::vector<PriorityHosts> priorities_;
  std::map<std::string, HostPtr> hosts_;  ///< By address.
  std::unique_ptr<LoadBalancer> balancer_;
  std::map<PoolKey, std::unique_ptr<HttpPool>> pools_;
  std::vector<std::unique_ptr<HttpPool>>
      retired_;    ///< Of hosts that are gone, until their last request is done.
  Timer cleanup_;  ///< ORIGINAL_DST: forgets hosts that nobody used.
  std::map<std::string, bool> used_;
  bool has_endpoints_ = false;
  std::unique_ptr<ClusterHealth> health_;  ///< Null: hosts are neither checked nor ejected.
};
using ClusterPtr = std::shared_ptr<Cluster>;

}  // namespace lab::proxy
