#pragma once

#include <functional>

#include "proxy/observe/admin.h"
#include "proxy/xds/discovery.h"
#include "proxy/xds/flags.h"
#include "proxy/xds/workers.h"

namespace lab::proxy {

/// What the admin interface sees of this process. Lives on the main loop; of other workers it reads
/// only what is made to be read by others (statistics), and their hosts through the first worker's
/// copy.
class ProcessAdmin final : public AdminSource {
 public:
  struct Controls {
    std::function<void(bool exits)> drain;
    std::function<void()> quit;
  };
  ProcessAdmin(const Flags& flags, Workers& workers, const Discovery& discovery,
               const TraceStore& trace, Controls controls);

  void set_draining() { draining_ = true; }
  void set_initialized() { initialized_ = true; }

  ServerView server() override;
  ConfigView config() override;
  std::vector<ClusterView> clusters() override;
  std::vector<ListenerView> listeners() override;
  std::vector<CertificateSetView> certificates() override;
  StatsSnapshot stats() override;
  const TraceStore& trace() override { return trace_; }
  std::map<std::string, std::string> log_levels() override;

  void reset_counters() override;
  void set_log_level(const std::string& name, const std::string& level) override;
  void set_healthy(bool healthy) override { healthy_ = healthy; }
  void drain_listeners(const DrainRequest& request) override;
  void reopen_logs() override;
  void quit() override { controls_.quit(); }

 private:
  const Flags& flags_;
  Workers& workers_;
  const Discovery& discovery_;
  const TraceStore& trace_;
  Controls controls_;
  std::chrono::steady_clock::time_point started_;
  bool draining_ = false;
  bool initialized_ = false;
  bool healthy_ = true;
};

}  // namespace lab::proxy
