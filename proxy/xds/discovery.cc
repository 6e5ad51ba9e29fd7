#include "proxy/xds/discovery.h"

#include "mesh/config/load.h"
#include "proxy/regex_limit.h"

namespace lab::proxy {

Discovery::Discovery(Loop& loop, FileWatcher& watcher, Workers* workers, StatsStore& stats, Log log)
    : loop_(loop),
      watcher_(watcher),
      workers_(workers),
      stats_(stats),
      log_(std::move(log)),
      secrets_(watcher, stats, log_) {}

Discovery::~Discovery() = default;

namespace {

/// The one runtime key that configuration is checked with.
void read_runtime(const config::Bootstrap& bootstrap) {
  if (!bootstrap.layered_runtime) return;
  for (const auto& layer : bootstrap.layered_runtime->layers) {
    if (!layer.static_layer.is_object()) continue;
    const Value* size = layer.static_layer.find("re2.max_program_size.error_level");
    if (size != nullptr && size->is_integer())
      set_max_regex_program(static_cast<int>(size->integer()));
  }
}

}  // namespace

Result<std::string> Discovery::dynamic_path(const config::ConfigSource& source,
                                            const std::string& what) const {
  const auto& node = bootstrap_.node;
  if (!node || node->id.empty() || node->cluster.empty()) {
    return fail(Errc::config, what +
                                  ": node 'id' and 'cluster' are required. Set them in the "
                                  "bootstrap's node, or with --service-node and "
                                  "--service-cluster.");
  }
  return path_of(source, what);
}

Result<> Discovery::start(const config::Bootstrap& bootstrap) {
  bootstrap_ = bootstrap;
  read_runtime(bootstrap);
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
    cds_ = std::make_unique<Subscription>(watcher_,
                                          TRY(dynamic_path(*dynamic->cds_config, "cds_config")),
                                          StatsScope(stats_, "cluster_manager.cds."), take, log_);
    const Result<> started = cds_->start();
    if (!started && cds_->missing()) return started;
  }
  if (bootstrap_.static_resources)
    TRY(take_listeners(bootstrap_.static_resources->listeners, "", false));
  // As Envoy, --mode validate does not open the file of the listeners.
  if (dynamic && dynamic->lds_config && workers_ != nullptr) {
    const auto take = [this](const std::string& text, const std::string& path) -> Result<> {
      auto response = TRY(config::load<config::DiscoveryResponse>(text, path));
      auto listeners = TRY(config::load_resources<config::Listener>(text, path));
      TRY(take_listeners(std::move(listeners), response.version_info, true));
      lds_version_ = response.version_info;
      return {};
    };
    lds_ = std::make_unique<Subscription>(watcher_,
                                          TRY(dynamic_path(*dynamic->lds_config, "lds_config")),
                                          StatsScope(stats_, "listener_manager.lds."), take, log_);
    const Result<> started = lds_->start();
    if (!started && lds_->missing()) return started;
  }
  return {};
}

}  // namespace lab::proxy
