#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mesh/compile/scope.h"
#include "mesh/config/bootstrap.h"

namespace lab::compile {

/// A filter chain's checks on who may do what, in the order in which they run.
struct Authorization {
  std::vector<config::HttpFilter> http;
  std::vector<config::Filter> tcp;
};

/// The RequestAuthentications and AuthorizationPolicies that select the workload: tokens first,
/// then CUSTOM, AUDIT, DENY and ALLOW. Source: Istio, AuthorizationPolicy. `beyond_proxy` gets what
/// the lab's own proxy cannot run yet.
Authorization authorization_for(const Proxy& proxy, Diagnostics& beyond_proxy);

/// What the lab's own proxy refuses in the configuration of this proxy, by object: tunnels, retries
/// in other localities, templates of paths.
void tell_beyond_proxy(const Proxy& proxy, Diagnostics& out);

bool is_dry_run(const crd::AuthorizationPolicy& policy);

/// A policy's rules by their names ("ns[foo]-policy[allow]-rule[0]"); without rules one that never
/// matches.
std::map<std::string, config::Policy> named_rules(const crd::AuthorizationPolicy& policy, bool tcp,
                                                  bool deny, const model::MeshOptions& mesh);

/// The 1.0 kinds: roles of services, bound to callers. Nothing is enforced unless a
/// (Cluster)RbacConfig covers the service. Source: Istio 1.0 and 1.1, rbac/v1alpha1/rbac.proto.
Authorization service_roles_for(const Proxy& proxy, const model::Service& service,
                                std::uint32_t port);

/// RequestAuthentications that select the workload, as one filter; nothing when there are none.
std::vector<config::HttpFilter> token_filters(const Proxy& proxy, Diagnostics& beyond_proxy);

/// One AuthorizationPolicy rule as a policy of Envoy's; nothing when it cannot be enforced on TCP
/// and `deny` is false. On TCP a DENY rule keeps only the parts that exist there, so that it rather
/// denies too much.
std::optional<config::Policy> rule_policy(const crd::AuthorizationRule& rule,
                                          const std::string& name_space, bool tcp, bool deny,
                                          const model::MeshOptions& mesh);

}  // namespace lab::compile
