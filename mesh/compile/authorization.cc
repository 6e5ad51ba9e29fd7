#include "mesh/compile/authorization.h"

#include <algorithm>

#include "mesh/compile/rbac_matchers.h"

namespace lab::compile {
namespace {

using Action = config::Rbac::Action;
using crd::AuthorizationAction;

bool is_dry_run(const crd::AuthorizationPolicy& policy) {
  const auto found = policy.metadata.annotations.find("istio.io/dry-run");
  return found != policy.metadata.annotations.end() && found->second == "true";
}

/// Policies of the root namespace and of the workload's that select it.
std::vector<const crd::AuthorizationPolicy*> policies_for(const Proxy& proxy,
                                                          AuthorizationAction action) {
  std::vector<const crd::AuthorizationPolicy*> found;
  const std::string& root = proxy.mesh().root_namespace;
  for (const bool from_root : {true, false}) {
    for (const crd::AuthorizationPolicy* policy :
         oldest_first(proxy.snapshot.objects->authorization_policies)) {
      const std::string& owner = policy->metadata.namespace_name;
      if (policy->spec.action != action || (owner == root) != from_root) continue;
      if (!from_root && owner != proxy.workload.name_space) continue;
      if (policy->spec.target_ref || !policy->spec.target_refs.empty()) continue;
      if (policy->spec.selector &&
          !model::selects(policy->spec.selector->match_labels, proxy.workload.labels))
        continue;
      found.push_back(policy);
    }
  }
  return found;
}

/// What never matches: an ALLOW policy without rules allows nothing, but it is there.
config::Policy never() {
  config::Policy policy;
  policy.permissions.push_back(none_of(any_permission()));
  policy.principals.push_back(none_of(any_principal()));
  return policy;
}

struct Rules {
  std::optional<config::Rbac> enforced, shadow;
};

Rules rules_of(const std::vector<const crd::AuthorizationPolicy*>& policies, Action action,
               bool tcp, const Proxy& proxy) {
  Rules rules;
  for (const crd::AuthorizationPolicy* policy : policies) {
    std::optional<config::Rbac>& target = is_dry_run(*policy) ? rules.shadow : rules.enforced;
    if (!target) target.emplace().action = action;
    const std::string& owner = policy->metadata.namespace_name;
    const std::string front = "ns[" + owner + "]-policy[" + policy->metadata.name + "]-rule[";
    for (std::size_t i = 0; i < policy->spec.rules.size(); ++i) {
      auto made =
          rule_policy(policy->spec.rules[i], owner, tcp, action != Action::allow, proxy.mesh());
      if (made) target->policies[front + std::to_string(i) + "]"] = std::move(*made);
    }
    if (policy->spec.rules.empty()) target->policies[front + "0]"] = never();
  }
  return rules;
}

const char* shadow_prefix(Action action) {
  if (action == Action::log) return "";
  return action == Action::allow ? "istio_dry_run_allow_" : "istio_dry_run_deny_";
}

void add_action(Authorization& out, AuthorizationAction kind, Action action, const Proxy& proxy) {
  const std::vector<const crd::AuthorizationPolicy*> policies = policies_for(proxy, kind);
  if (policies.empty()) return;
  Rules http = rules_of(policies, action, false, proxy),
        tcp = rules_of(policies, action, true, proxy);
  config::HttpRbac filter;
  filter.rules = std::move(http.enforced);
  filter.shadow_rules = std::move(http.shadow);
  filter.shadow_rules_stat_prefix = shadow_prefix(action);
  config::HttpFilter entry;
  entry.name = "envoy.filters.http.rbac";
  entry.typed_config = config::Any::of(std::move(filter));
  out.http.push_back(std::move(entry));
  config::NetworkRbac network;
  network.rules = std::move(tcp.enforced);
  network.shadow_rules = std::move(tcp.shadow);
  network.shadow_rules_stat_prefix = shadow_prefix(action);
  network.stat_prefix = "tcp.";
  out.tcp.push_back({"envoy.filters.network.rbac", config::Any::of(std::move(network))});
}

}  // namespace

Authorization authorization_for(const Proxy& proxy, Diagnostics& out) {
  Authorization all;
  for (const crd::AuthorizationPolicy* policy : policies_for(proxy, AuthorizationAction::CUSTOM)) {
    out.add(policy->origin, "AuthorizationPolicy \"" + policy->metadata.name +
                                "\": action CUSTOM needs an external authorizer, which the proxy "
                                "cannot ask yet. Use ALLOW or DENY.");
  }
  all.http = token_filters(proxy);
  add_action(all, AuthorizationAction::AUDIT, Action::log, proxy);
  add_action(all, AuthorizationAction::DENY, Action::deny, proxy);
  add_action(all, AuthorizationAction::ALLOW, Action::allow, proxy);
  return all;
}

std::vector<config::HttpFilter> token_filters(const Proxy&) {
  return {};
}

}  // namespace lab::compile
