#include "proxy/xds/discovery.h"

namespace lab::proxy {

Result<> Discovery::check_clusters(const config::RouteConfiguration& routes,
                                   bool by_default) const {
  if (!routes.validate_clusters.value_or(by_default)) return {};
  const auto known = [this](const std::string& what, const std::string& name) -> Result<> {
    if (name.empty() || clusters_.count(name) > 0) return {};
    return fail(Errc::config, "route: unknown " + what + " '" + name + "'");
  };
  for (const auto& host : routes.virtual_hosts) {
    for (const auto& mirror : host.request_mirror_policies)
      TRY(known("shadow cluster", mirror.cluster));
    for (const auto& route : host.routes) {
      if (!route.route) continue;
      TRY(known("cluster", route.route->cluster.value_or("")));
      for (const auto& mirror : route.route->request_mirror_policies)
        TRY(known("shadow cluster", mirror.cluster));
      if (!route.route->weighted_clusters) continue;
      for (const auto& each : route.route->weighted_clusters->clusters)
        TRY(known("weighted cluster", each.name));
    }
  }
  return {};
}

}  // namespace lab::proxy
