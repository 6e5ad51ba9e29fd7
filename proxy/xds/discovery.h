#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mesh/config/bootstrap.h"
#include "proxy/observe/admin_views.h"
#include "proxy/upstream/dns.h"
#include "proxy/xds/refusals.h"
#include "proxy/xds/secrets.h"
#include "proxy/xds/subscription.h"
#include "proxy/xds/workers.h"

namespace lab::proxy {

/// All configuration of the process: read, checked as a whole, handed to the workers, and kept for
/// /config_dump. Lives on the main loop.
class Discovery {
 public:
  using Log = std::function<void(const std::string&)>;
  /// `workers` may be null: then configuration is only checked (--mode validate), no socket is
  /// opened.
  Discovery(Loop& loop, FileWatcher& watcher, Workers* workers, StatsStore& stats, Log log);
  ~Discovery();

  /// Takes over a bootstrap: static resources, then what the dynamic ones name. Fails with
  /// Errc::config for what is wrong in the bootstrap itself; a bad dynamic file is logged and
  /// counted, and waits for a better one.
  Result<> start(const config::Bootstrap& bootstrap);

  const config::Bootstrap& bootstrap() const { return bootstrap_; }
  /// Everything that is in force, and what was refused.
  ConfigView view() const;
  bool is_dynamic_cluster(const std::string& name) const;
  const Secrets& secrets() const { return secrets_; }

 private:
  struct ClusterEntry {
    config::Cluster source;
    std::string json;  ///< For comparison.
    ClusterConfigPtr compiled;
    std::vector<TlsBindingPtr> bindings;
    std::unique_ptr<Subscription> endpoints;
    std::unique_ptr<DnsResolution> dns;
    EndpointSetPtr current;
    std::optional<config::ClusterLoadAssignment> assignment;
    std::string version;
    SystemTime updated = std::chrono::system_clock::now();
    bool dynamic = false;
  };
  struct ListenerEntry {
    std::string json;
    ListenerConfigPtr compiled;
    std::vector<TlsBindingPtr> bindings;
    std::string version;
    SystemTime updated = std::chrono::system_clock::now();
    bool dynamic = false;
  };
  struct RouteEntryState {
    std::unique_ptr<Subscription> subscription;
    RouteTablePtr table;
    std::string version;
  };

  // discovery_clusters.cc
  Result<> take_clusters(std::vector<config::Cluster> clusters, const std::string& version,
                         bool dynamic);
  Result<std::unique_ptr<ClusterEntry>> compile(config::Cluster cluster);
  Result<TlsSlotPtr> bind_transport(const std::optional<config::TransportSocket>& socket,
                                    ClusterEntry& entry, bool* has_alpn);
  Result<> start_endpoints(ClusterEntry& entry);
  Result<> take_endpoints(ClusterEntry& entry, const std::string& text, const std::string& path);
  void publish_endpoints(const std::string& cluster, EndpointSetPtr endpoints);

  // discovery_listeners.cc
  struct PendingListener {
    std::unique_ptr<ListenerEntry> entry;
    std::vector<std::vector<Fd>> sockets;  ///< Per worker; empty: the old ones stay.
  };
  Result<> take_listeners(std::vector<config::Listener> listeners, const std::string& version,
                          bool dynamic);
  Result<PendingListener> compile(config::Listener listener);
  Result<PendingListener> prepare(config::Listener listener);
  Result<std::vector<std::vector<Fd>>> open_sockets(const ListenerConfig& listener) const;
  Result<> subscribe_routes(const ListenerConfig& listener);
  Result<> take_routes(const std::string& name, const std::string& text, const std::string& path);
  void forget_unused_routes();
  void refuse_shared_addresses(const std::map<std::string, PendingListener>& fresh,
                               const std::set<std::string>& named, bool dynamic,
                               Refusals& refusals) const;
  /// Every cluster that the routes name is there, where the configuration asks for that check.
  Result<> check_clusters(const config::RouteConfiguration& routes, bool by_default) const;

  /// The file that a dynamic source names; as Envoy, only for a proxy that says who it is.
  Result<std::string> dynamic_path(const config::ConfigSource& source,
                                   const std::string& what) const;
  void log(const std::string& message) const { log_(message); }

  Loop& loop_;
  FileWatcher& watcher_;
  Workers* workers_;
  StatsStore& stats_;
  Log log_;
  Secrets secrets_;
  config::Bootstrap bootstrap_;
  std::map<std::string, std::unique_ptr<ClusterEntry>> clusters_;
  std::map<std::string, std::unique_ptr<ListenerEntry>> listeners_;
  std::map<std::string, RouteEntryState> routes_;
  std::unique_ptr<Subscription> cds_, lds_;
  std::string cds_version_, lds_version_;
  SystemTime started_ = std::chrono::system_clock::now();
  std::size_t unnamed_ = 0;  ///< Listeners that had no name.
};

}  // namespace lab::proxy
