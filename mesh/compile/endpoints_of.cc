#include <algorithm>

#include "base/text.h"
#include "mesh/compile/registry.h"

namespace lab::compile {
namespace {

using model::Endpoint;
using model::Workload;

const Workload* find_workload(const std::vector<Workload>& all, const std::string& name_space,
                              const std::optional<crd::ObjectReference>& reference,
                              const std::string& address) {
  for (const Workload& workload : all) {
    if (reference && reference->name == workload.name && workload.name_space == name_space)
      return &workload;
  }
  for (const Workload& workload : all) {
    if (workload.address == address) return &workload;
  }
  return nullptr;
}

Endpoint endpoint_at(const std::string& address, const model::Service& service,
                     const Workload* workload) {
  Endpoint endpoint;
  endpoint.address = address;
  endpoint.name_space = service.name_space;
  endpoint.health_known = true;
  if (workload == nullptr) return endpoint;
  endpoint.labels = workload->labels;
  endpoint.service_account = workload->service_account;
  endpoint.name_space = workload->name_space;
  endpoint.workload = workload->name;
  endpoint.locality = workload->locality;
  endpoint.network = workload->network;
  endpoint.mutual_tls = workload->mutual_tls;
  endpoint.sources = workload->sources;
  return endpoint;
}

void from_slice(model::Service& service, const crd::EndpointSlice& slice,
                const std::vector<Workload>& workloads) {
  for (const crd::SliceEndpoint& source : slice.endpoints) {
    if (!source.conditions.ready.value_or(true) && !service.publish_not_ready) continue;
    for (const std::string& address : source.addresses) {
      const Workload* workload =
          find_workload(workloads, slice.metadata.namespace_name, source.target_ref, address);
      for (const crd::EndpointPort& port : slice.ports) {
        Endpoint endpoint = endpoint_at(address, service, workload);
        endpoint.port = port.port;
        endpoint.port_name = port.name;
        if (endpoint.sources.empty()) endpoint.sources.push_back(source_of(slice));
        service.endpoints.push_back(std::move(endpoint));
      }
      if (slice.address_type == "FQDN") continue;
    }
  }
}

void from_endpoints(model::Service& service, const crd::Endpoints& source,
                    const std::vector<Workload>& workloads, const Profile& profile) {
  for (const crd::EndpointSubset& subset : source.subsets) {
    for (const crd::EndpointAddress& address : subset.addresses) {
      const Workload* workload =
          find_workload(workloads, source.metadata.namespace_name, address.target_ref, address.ip);
      for (const crd::EndpointPort& port : subset.ports) {
        Endpoint endpoint = endpoint_at(address.ip, service, workload);
        if (workload == nullptr) endpoint.service_account = profile.registered_account;
        endpoint.port = port.port;
        endpoint.port_name = port.name;
        if (endpoint.sources.empty()) endpoint.sources.push_back(source_of(source));
        service.endpoints.push_back(std::move(endpoint));
      }
    }
  }
}

/// A key that sorts dotted addresses by their numbers.
std::vector<unsigned long> address_order(const std::string& address) {
  std::vector<unsigned long> numbers;
  for (const std::string& part : split(address, '.'))
    numbers.push_back(std::strtoul(part.c_str(), nullptr, 10));
  return numbers;
}

std::uint32_t target_of(const model::Port& port, const Workload& workload) {
  if (!port.target_name.empty()) {
    for (const model::ContainerPort& container : workload.ports) {
      if (container.name == port.target_name) return container.number;
    }
    return 0;
  }
  return port.target_number != 0 ? port.target_number : port.number;
}

void from_selector(model::Service& service, const std::vector<Workload>& workloads) {
  if (service.selector.empty()) return;
  std::vector<const Workload*> sorted;
  for (const Workload& workload : workloads) sorted.push_back(&workload);
  // Kubernetes lists addresses in their order.
  std::stable_sort(sorted.begin(), sorted.end(), [](const Workload* a, const Workload* b) {
    return address_order(a->address) < address_order(b->address);
  });
  for (const Workload* one : sorted) {
    const Workload& workload = *one;
    if (workload.name_space != service.name_space || workload.owner_kind == "ServiceEntry")
      continue;
    if (!model::selects(service.selector, workload.labels)) continue;
    if (!workload.ready && !service.publish_not_ready) continue;
    for (const model::Port& port : service.ports) {
      const std::uint32_t target = target_of(port, workload);
      if (target == 0) continue;
      Endpoint endpoint = endpoint_at(workload.address, service, &workload);
      endpoint.port = target;
      endpoint.port_name = port.name;
      service.endpoints.push_back(std::move(endpoint));
    }
  }
}

}  // namespace

void add_endpoints(model::Service& service, const crd::Objects& objects,
                   const std::vector<Workload>& workloads, const Profile& profile) {
  if (!service.external_name.empty()) return;
  bool listed = false;
  for (const crd::EndpointSlice& slice : objects.endpoint_slices) {
    const auto name = slice.metadata.labels.find("kubernetes.io/service-name");
    if (name == slice.metadata.labels.end() || name->second != service.name) continue;
    if (slice.metadata.namespace_name != service.name_space) continue;
    from_slice(service, slice, workloads);
    listed = true;
  }
  if (listed) return;
  for (const crd::Endpoints& endpoints : objects.endpoints) {
    if (endpoints.metadata.name != service.name ||
        endpoints.metadata.namespace_name != service.name_space)
      continue;
    from_endpoints(service, endpoints, workloads, profile);
    listed = true;
  }
  if (!listed) from_selector(service, workloads);
}

}  // namespace lab::compile
