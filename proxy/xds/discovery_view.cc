#include "proxy/xds/discovery.h"

namespace lab::proxy {

bool Discovery::is_dynamic_cluster(const std::string& name) const {
  const auto found = clusters_.find(name);
  return found != clusters_.end() && found->second->dynamic;
}

ConfigView Discovery::view() const {
  ConfigView view;
  view.bootstrap = encode(bootstrap_);
  view.bootstrap_updated = started_;
  view.clusters_version = cds_version_;
  view.listeners_version = lds_version_;
  for (const auto& [name, entry] : clusters_) {
    view.clusters.push_back(
        {name, config::Any::of(entry->source), entry->dynamic, entry->version, entry->updated});
    if (entry->assignment) {
      view.endpoints.push_back(
          {name, config::Any::of(*entry->assignment), entry->dynamic, "", entry->updated});
    }
  }
  for (const auto& [name, entry] : listeners_) {
    view.listeners.push_back({name, config::Any::of(entry->compiled->config), entry->dynamic,
                              entry->version, entry->updated});
    for (const ChainConfig& chain : entry->compiled->chains) {
      if (!chain.hcm || !chain.hcm->inline_routes) continue;
      const config::RouteConfiguration& routes = chain.hcm->inline_routes->config();
      view.routes.push_back({routes.name, config::Any::of(routes), false, "", entry->updated});
    }
  }
  for (const auto& [name, state] : routes_) {
    if (!state.table) continue;
    view.routes.push_back({name, config::Any::of(state.table->config()), true, state.version,
                           state.subscription->last_success()});
  }
  for (const auto& [name, state] : routes_) {
    const std::string& error = state.subscription->last_error();
    if (!error.empty())
      view.failed_routes.push_back(
          {name, state.version, error, state.subscription->last_attempt()});
  }
  for (const auto& [name, entry] : clusters_) {
    const Subscription* endpoints = entry->endpoints.get();
    if (endpoints != nullptr && !endpoints->last_error().empty())
      view.failed_clusters.push_back(
          {name, entry->version, endpoints->last_error(), endpoints->last_attempt()});
  }
  if (cds_ && !cds_->last_error().empty()) {
    view.failed_clusters.push_back({"", cds_version_, cds_->last_error(), cds_->last_attempt()});
  }
  if (lds_ && !lds_->last_error().empty()) {
    view.failed_listeners.push_back({"", lds_version_, lds_->last_error(), lds_->last_attempt()});
  }
  secrets_.add_to(view);
  return view;
}

}  // namespace lab::proxy
