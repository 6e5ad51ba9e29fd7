#include "proxy/upstream/cluster_manager.h"

#include <algorithm>

namespace lab::proxy {

ClusterManager::~ClusterManager() = default;

ClusterPtr ClusterManager::find(std::string_view name) const {
  const auto found = clusters_.find(name);
  return found == clusters_.end() ? nullptr : found->second;
}

void ClusterManager::set(ClusterConfigPtr config) {
  ClusterPtr& place = clusters_[config->name()];
  if (place) place->drain();
  // The last request may end while a pool's method is on the stack: destroyed at the end of the
  // turn.
  place = ClusterPtr(new Cluster(loop_, std::move(config), stats_, ++seed_),
                     [&loop = loop_](Cluster* cluster) {
                       loop.destroy_later(std::unique_ptr<Deletable>(cluster));
                     });
}

void ClusterManager::remove(const std::string& name) {  // `name` may be the entry's own.
  const auto found = clusters_.find(name);
  if (found == clusters_.end()) return;
  found->second->drain();
  clusters_.erase(found);
}

void ClusterManager::clear() {
  while (!clusters_.empty()) remove(clusters_.begin()->first);
}

bool ClusterManager::settled() const {
  return std::all_of(clusters_.begin(), clusters_.end(),
                     [](const auto& entry) { return entry.second->settled(); });
}

void ClusterManager::set_endpoints(const std::string& name, const EndpointSet& endpoints) {
  const ClusterPtr cluster = find(name);
  if (cluster) cluster->set_endpoints(endpoints);
}

}  // namespace lab::proxy
