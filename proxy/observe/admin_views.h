#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "mesh/config/any.h"
#include "mesh/config/bootstrap.h"
#include "proxy/net/certificate_info.h"
#include "proxy/observe/stream_info.h"

/// Plain values that the admin interface shows; whoever owns the real things fills them.
namespace lab::proxy {

/// The process as a whole.
struct ServerView {
  enum class State : std::uint8_t { live, draining, pre_initializing, initializing };
  std::string version;
  State state = State::initializing;
  std::chrono::seconds uptime{0};
  std::map<std::string, Value>
      options;  ///< Command line options as Envoy names them ("concurrency").
  std::optional<config::Node> node;
  std::uint64_t resident_bytes = 0, heap_bytes = 0;
};

/// One resource as it is in use.
struct ResourceView {
  std::string name;
  config::Any config;
  bool dynamic = false;
  std::string version_info;
  SystemTime last_updated{};
};

/// An update that was refused.
struct FailedUpdateView {
  std::string name;
  std::string version_info;
  std::string details;
  SystemTime attempted{};
};

/// All configuration.
struct ConfigView {
  Value bootstrap;  ///< As encoded: camelCase.
  SystemTime bootstrap_updated{};
  std::vector<ResourceView> clusters, listeners, routes, endpoints, secrets;
  std::string clusters_version, listeners_version;
  std::vector<FailedUpdateView> failed_listeners, failed_clusters, failed_routes, failed_secrets;
};

/// One endpoint of a cluster.
struct HostView {
  std::string address;  ///< "10.0.0.1:80", or a path.
  std::optional<IpPort> ip;
  std::string hostname;
  std::uint64_t cx_active = 0, cx_connect_fail = 0, cx_total = 0;
  std::uint64_t rq_active = 0, rq_error = 0, rq_pending_active = 0, rq_success = 0, rq_timeout = 0,
                rq_total = 0;
  std::string health_text = "healthy";  ///< Host::health_text().
  std::uint32_t weight = 1;
  std::string region, zone, sub_zone;
  std::uint32_t priority = 0;
  double success_rate = -1, local_origin_success_rate = -1;
};

/// One cluster.
struct ClusterView {
  struct Limits {
    std::uint64_t max_connections = 1024, max_pending_requests = 1024, max_requests = 1024,
                  max_retries = 3;
  };
  std::string name, observability_name, eds_service_name;
  Limits default_priority, high_priority;
  bool added_via_api = false;
  std::vector<HostView> hosts;
  /// Of outlier detection; shown where it is configured.
  struct SuccessRates {
    double average = -1, ejection_threshold = -1;
    double local_average = -1, local_ejection_threshold = -1;
  };
  std::optional<SuccessRates> success_rates;
};

struct ListenerView {
  std::string name;
  std::vector<IpPort> addresses;
  std::string path;  ///< Where it listens instead of at an address.
};

/// The certificates of one TLS context.
struct CertificateSetView {
  std::vector<CertificateInfoPtr> ca, chain;
};

/// Parameters of /drain_listeners.
struct DrainRequest {
  bool graceful = false, skip_exit = false, inbound_only = false;
};

}  // namespace lab::proxy
