#include "mesh/compile/inbound_target.h"

#include <algorithm>

namespace lab::compile {
namespace {

bool is_here(const model::Endpoint& endpoint, const model::Workload& workload) {
  if (endpoint.address != workload.address) return false;
  return endpoint.workload.empty() || endpoint.name_space == workload.name_space;
}

void add_service(const model::Service& service, const Proxy& proxy,
                 std::vector<InboundTarget>& targets) {
  // Istio finds a Pod's services by their selectors: one that only lists the Pod's address is not
  // known to serve there.
  if (service.kubernetes && service.selector.empty() && proxy.profile().detect_protocols) return;
  for (const model::Port& port : service.ports) {
    if (port.protocol == model::Protocol::udp) continue;
    for (const model::Endpoint& endpoint : service.endpoints) {
      if (endpoint.port_name != port.name || !is_here(endpoint, proxy.workload)) continue;
      targets.push_back({&service, port, endpoint.port, nullptr, service.host});
    }
  }
}

void add_ingress(const crd::Sidecar& sidecar, const Proxy& proxy,
                 std::vector<InboundTarget>& targets) {
  for (const crd::IstioIngressListener& listener : sidecar.spec.ingress) {
    InboundTarget target;
    target.ingress = &listener;
    target.port.name = listener.port.name;
    target.port.number = listener.port.number;
    target.port.protocol = model::protocol_of_word(listener.port.protocol);
    target.target = listener.port.number;
    target.host = sidecar.metadata.name + "." + sidecar.metadata.namespace_name;
    for (const model::Service& service : proxy.snapshot.registry.services) {
      for (const model::Endpoint& endpoint : service.endpoints) {
        if (target.service == nullptr && is_here(endpoint, proxy.workload) &&
            endpoint.port == target.target) {
          target.service = &service;
        }
      }
    }
    targets.push_back(std::move(target));
  }
}

}  // namespace

std::vector<InboundTarget> inbound_targets(const Proxy& proxy) {
  std::vector<InboundTarget> targets;
  if (proxy.is_gateway()) return targets;
  const crd::Sidecar* sidecar = proxy.scope.sidecar();
  if (sidecar != nullptr && !sidecar->spec.ingress.empty()) {
    add_ingress(*sidecar, proxy, targets);
  } else {
    for (const model::Service& service : proxy.snapshot.registry.services)
      add_service(service, proxy, targets);
  }
  std::stable_sort(
      targets.begin(), targets.end(),
      [](const InboundTarget& a, const InboundTarget& b) { return a.target < b.target; });
  return targets;
}

}  // namespace lab::compile
