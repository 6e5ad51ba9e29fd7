#include "proxy/xds/discovery.h"

#include "mesh/config/load.h"

namespace lab::proxy {

Discovery::Discovery(Loop& loop, FileWatcher& watcher, Workers* workers, StatsStore& stats, Log log)
    : loop_(loop),
      watcher_(watcher),
      workers_(workers),
      stats_(stats),
      log_(std::move(log)),
      secrets_(watcher, log_) {}

Discovery::~Discovery() = default;

Result<> Discovery::start(const config::Bootstrap& bootstrap) {
  bootstrap_ = bootstrap;
  if (bootstrap_.static_resources) {
    secrets_.set_static(bootstrap_.static_resources->secrets);
    TRY(take_clusters(bootstrap_.static_resources->clusters, "", false));
  }
  const auto& dynamic = bootstrap_.dynamic_resources;
  if (dynamic && dynamic->cds_config) {
    const auto take = [this](const std::string& text, const std::string& path) -> Result<> {
      auto response = TRY(config::load<config::DiscoveryResponse>(text, path));
      auto clusters = TRY(config::load_resources<config::Cluster>(text, path));
      TRY(take_clusters(std::move(clusters), response.version_info, true));
      cds_version_ = response.version_info;
      return {};
    };
    cds_ =
        std::make_unique<Subscription>(watcher_, TRY(path_of(*dynamic->cds_config, "cds_config")),
                                       StatsScope(stats_, "cluster_manager.cds."), take, log_);
    const Result<> started = cds_->start();
    if (!started && cds_->missing()) return started;
  }
  if (bootstrap_.static_resources)
    TRY(take_listeners(bootstrap_.static_resources->listeners, "", false));
  if (dynamic && dynamic->lds_config) {
    const auto take = [this](const std::string& text, const std::string& path) -> Result<> {
      auto response = TRY(config::load<config::DiscoveryResponse>(text, path));
      auto listeners = TRY(config::load_resources<config::Listener>(text, path));
      TRY(take_listeners(std::move(listeners), response.version_info, true));
      lds_version_ = response.version_info;
      return {};
    };
    lds_ =
        std::make_unique<Subscription>(watcher_, TRY(path_of(*dynamic->lds_config, "lds_config")),
                                       StatsScope(stats_, "listener_manager.lds."), take, log_);
    const Result<> started = lds_->start();
    if (!started && lds_->missing()) return started;
  }
  initialized_ = true;
  return {};
}

}  // namespace lab::proxy
