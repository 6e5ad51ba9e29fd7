#include <algorithm>

#include "mesh/compile/authorization.h"
#include "mesh/compile/policies.h"
#include "mesh/compile/rbac_matchers.h"
#include "mesh/compile/registry.h"

// What the compiler writes as Istio does and the lab's own proxy refuses. It is told by the
// object's name, before any node starts.

namespace lab::compile {
namespace {

constexpr const char* kAdvice = " Run it with --proxy envoy, or remove it.";

void tell(Diagnostics& out, const std::vector<model::Source>& sources, const std::string& what) {
  if (sources.empty()) return;
  const model::Source& source = sources.front();
  out.add(source.origin, source.kind + " \"" + source.name + "\": " + what + kAdvice);
}

bool has_tunnel(const crd::DestinationRuleSpec& rule) {
  const auto tunnels = [](const std::optional<crd::TrafficPolicy>& policy) {
    return policy && policy->tunnel;
  };
  return tunnels(rule.traffic_policy) ||
         std::any_of(rule.subsets.begin(), rule.subsets.end(),
                     [&](const crd::Subset& subset) { return tunnels(subset.traffic_policy); });
}

bool leaves_priorities(const crd::HttpRoute& route) {
  return route.retries && route.retries->retry_remote_localities.value_or(false);
}

bool has_templates(const crd::AuthorizationPolicy& policy) {
  for (const crd::AuthorizationRule& rule : policy.spec.rules) {
    for (const crd::AuthorizationTo& to : rule.to) {
      if (!to.operation) continue;
      const auto& paths = to.operation->paths;
      const auto& others = to.operation->not_paths;
      if (std::any_of(paths.begin(), paths.end(), is_path_template) ||
          std::any_of(others.begin(), others.end(), is_path_template))
        return true;
    }
  }
  return false;
}

/// Filters that Istio writes for a port's protocol.
void tell_protocols(const model::Service& service, Diagnostics& out) {
  for (const model::Port& port : service.ports) {
    if (port.protocol == model::Protocol::mongo)
      tell(out, service.sources, "the lab's proxy does not read MongoDB's protocol yet.");
    if (port.protocol == model::Protocol::grpc_web)
      tell(out, service.sources, "the lab's proxy does not translate gRPC-Web yet.");
  }
}

}  // namespace

void tell_beyond_proxy(const Proxy& proxy, Diagnostics& out) {
  for (const model::Service* service : proxy.scope.services()) {
    tell_protocols(*service, out);
    const Rule* rule = proxy.scope.rule_for(*service);
    if (rule != nullptr && has_tunnel(rule->spec))
      tell(out, rule->sources, "the lab's proxy cannot tunnel connections yet.");
  }
  for (const VirtualService& service : proxy.snapshot.virtual_services) {
    const auto& routes = service.spec.http;
    if (std::any_of(routes.begin(), routes.end(), leaves_priorities))
      tell(out, service.sources, "the lab's proxy does not retry in other localities yet.");
  }
  for (const crd::AuthorizationPolicy* policy :
       policies_for(proxy, proxy.snapshot.objects->authorization_policies)) {
    if (has_templates(*policy))
      tell(out, {source_of(*policy)}, "the lab's proxy knows no templates of paths yet.");
  }
}

}  // namespace lab::compile
