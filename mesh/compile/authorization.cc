#include "mesh/compile/authorization.h"

#include <algorithm>

#include "base/text.h"
#include "mesh/compile/external_authorization.h"
#include "mesh/compile/policies.h"
#include "mesh/compile/rbac_matchers.h"

namespace lab::compile {
namespace {

using Action = config::Rbac::Action;
using crd::AuthorizationAction;

std::vector<const crd::AuthorizationPolicy*> policies_of(const Proxy& proxy,
                                                         AuthorizationAction action) {
  auto all = policies_for(proxy, proxy.snapshot.objects->authorization_policies);
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const crd::AuthorizationPolicy* policy) {
                             return policy->spec.action != action;
                           }),
            all.end());
  return all;
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
    for (auto& [name, made] : named_rules(*policy, tcp, action != Action::allow, proxy.mesh()))
      target->policies[name] = std::move(made);
  }
  return rules;
}

/// Without shadow rules the prefix is that of ALLOW, whatever the policies do; so Istio writes it.
const char* shadow_prefix(const std::optional<config::Rbac>& shadow) {
  if (!shadow || shadow->action == Action::allow) return "istio_dry_run_allow_";
  return shadow->action == Action::deny ? "istio_dry_run_deny_" : "";
}

void add_action(Authorization& out, AuthorizationAction kind, Action action, const Proxy& proxy) {
  const std::vector<const crd::AuthorizationPolicy*> policies = policies_of(proxy, kind);
  if (policies.empty()) return;
  Rules http = rules_of(policies, action, false, proxy),
        tcp = rules_of(policies, action, true, proxy);
  config::HttpRbac filter;
  filter.rules = std::move(http.enforced);
  filter.shadow_rules = std::move(http.shadow);
  filter.shadow_rules_stat_prefix = shadow_prefix(filter.shadow_rules);
  config::HttpFilter entry;
  entry.name = "envoy.filters.http.rbac";
  entry.typed_config = config::Any::of(std::move(filter));
  out.http.push_back(std::move(entry));
  config::NetworkRbac network;
  network.rules = std::move(tcp.enforced);
  network.shadow_rules = std::move(tcp.shadow);
  network.shadow_rules_stat_prefix = shadow_prefix(network.shadow_rules);
  network.stat_prefix = "tcp.";
  out.tcp.push_back({"envoy.filters.network.rbac", config::Any::of(std::move(network))});
}

}  // namespace

bool is_dry_run(const crd::AuthorizationPolicy& policy) {
  const auto found = policy.metadata.annotations.find("istio.io/dry-run");
  if (found == policy.metadata.annotations.end()) return false;
  const std::string lower = to_lower(found->second);
  return lower == "true" || lower == "t" || lower == "1";
}

std::map<std::string, config::Policy> named_rules(const crd::AuthorizationPolicy& policy, bool tcp,
                                                  bool deny, const model::MeshOptions& mesh) {
  std::map<std::string, config::Policy> named;
  const std::string& owner = policy.metadata.namespace_name;
  const std::string front = "ns[" + owner + "]-policy[" + policy.metadata.name + "]-rule[";
  for (std::size_t i = 0; i < policy.spec.rules.size(); ++i) {
    auto made = rule_policy(policy.spec.rules[i], owner, tcp, deny, mesh);
    if (made) named[front + std::to_string(i) + "]"] = std::move(*made);
  }
  if (policy.spec.rules.empty()) named[front + "0]"] = never();
  return named;
}

Authorization authorization_for(const Proxy& proxy, Diagnostics& beyond_proxy) {
  Authorization all;
  all.http = token_filters(proxy, beyond_proxy);
  const auto custom = policies_of(proxy, AuthorizationAction::CUSTOM);
  for (const crd::AuthorizationPolicy* policy : custom) {
    beyond_proxy.add(policy->origin, "AuthorizationPolicy \"" + policy->metadata.name +
                                         "\": action CUSTOM asks an external authorizer, which the "
                                         "lab's proxy cannot do yet. Run it with --proxy envoy, or "
                                         "use ALLOW or DENY.");
  }
  if (!custom.empty()) add_external_authorization(all, custom, proxy);
  add_action(all, AuthorizationAction::AUDIT, Action::log, proxy);
  add_action(all, AuthorizationAction::DENY, Action::deny, proxy);
  add_action(all, AuthorizationAction::ALLOW, Action::allow, proxy);
  return all;
}

}  // namespace lab::compile
