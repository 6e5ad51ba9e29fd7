#include <set>

#include "base/text.h"
#include "mesh/config/validate.h"

namespace lab::config {

bool valid_route_action(const RouteAction& action, DecodeContext& context, Mark mark) {
  if (!action.prefix_rewrite.empty() && action.regex_rewrite)
    return refuse(context, mark, "prefix_rewrite and regex_rewrite are alternatives. Remove one.");
  std::set<std::string> upgrades;
  for (const RouteUpgradeConfig& upgrade : action.upgrade_configs) {
    if (!upgrades.insert(to_lower(upgrade.upgrade_type)).second) {
      return refuse(context, mark,
                    "the upgrade \"" + upgrade.upgrade_type + "\" is configured twice.");
    }
  }
  for (const HashPolicy& policy : action.hash_policy) {
    if (policy.cookie && policy.cookie->ttl && policy.cookie->ttl->count() < 0)
      return refuse(context, mark, "a cookie's ttl must not be negative.");
  }
  return true;
}

bool valid_mirror(const RequestMirrorPolicy& mirror, DecodeContext& context, Mark mark) {
  if (mirror.cluster.empty() != mirror.cluster_header.empty()) return true;
  return refuse(context, mark, "a mirror policy needs exactly one of cluster and cluster_header.");
}

bool valid_weighted_cluster(const WeightedClusterEntry& entry, DecodeContext& context, Mark mark) {
  if (entry.name.empty() != entry.cluster_header.empty()) return true;
  return refuse(context, mark, "a weighted cluster needs exactly one of name and cluster_header.");
}

bool valid_virtual_cluster(const VirtualCluster& cluster, DecodeContext& context, Mark mark) {
  return !cluster.headers.empty() ||
         refuse(context, mark, "a virtual cluster needs headers to match. Add them.");
}

bool valid_retry_predicate(const RetryHostPredicate& predicate, DecodeContext& context, Mark mark) {
  if (!predicate.typed_config.empty() &&
      (predicate.typed_config.type()->roles() & kRetryHostPredicate) != 0)
    return true;
  return refuse(context, mark,
                "\"" + predicate.name + "\" needs the typed_config of a retry host predicate.");
}

bool valid_filter_config(const FilterConfig& config, DecodeContext& context, Mark mark) {
  if (!config.config.empty() || config.disabled) return true;
  return refuse(context, mark, "an empty filter configuration. Set config or disabled.");
}

bool valid_per_filter(const std::map<std::string, Any>& configs, DecodeContext& context,
                      Mark mark) {
  for (const auto& [name, config] : configs) {
    if (config.empty()) continue;
    // As Envoy: a filter's own type is taken there, though only some filters act on it.
    const std::uint32_t roles = config.type()->roles();
    if ((roles & (kPerRoute | kHttpFilter)) != 0 && (roles & kTerminalHttpFilter) == 0) continue;
    return refuse(context, mark,
                  "typed_per_filter_config of \"" + name + "\": " + config.type()->name() +
                      " is not for a route, virtual host or cluster.");
  }
  return true;
}

}  // namespace lab::config
