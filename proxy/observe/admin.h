#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mesh/config/any.h"
#include "mesh/config/bootstrap.h"
#include "proxy/observe/admin_views.h"
#include "proxy/observe/stats_output.h"
#include "proxy/observe/trace.h"

namespace lab::proxy {

struct AdminRequest {
  std::string method;  ///< "GET", "POST" ...
  std::string target;  ///< Path and query.
};

struct AdminResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=UTF-8";
  std::string body;
};

/// What the admin asks and tells the rest of the process.
class AdminSource {
 public:
  virtual ~AdminSource() = default;
  virtual ServerView server() = 0;
  virtual ConfigView config() = 0;
  virtual std::vector<ClusterView> clusters() = 0;
  virtual std::vector<ListenerView> listeners() = 0;
  virtual std::vector<CertificateSetView> certificates() = 0;
  virtual StatsSnapshot stats() = 0;
  virtual const TraceStore& trace() = 0;
  /// Logger names with their levels ("http" -> "info").
  virtual std::map<std::string, std::string> log_levels() = 0;

  virtual void reset_counters() = 0;
  /// An empty name means all loggers.
  virtual void set_log_level(const std::string& name, const std::string& level) = 0;
  virtual void set_healthy(bool healthy) = 0;
  virtual void drain_listeners(const DrainRequest& request) = 0;
  virtual void reopen_logs() = 0;
  virtual void quit() = 0;
};

/// Answers one request. Paths, methods, parameters and shapes are Envoy's (docs: operations/admin),
/// /lab/trace is ours. Private keys and passwords are never shown.
AdminResponse handle_admin(const AdminRequest& request, AdminSource& source);

}  // namespace lab::proxy
