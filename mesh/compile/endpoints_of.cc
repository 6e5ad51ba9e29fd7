#include <algorithm>

#include "base/text.h"
#include "mesh/compile/registry.h"

namespace lab::compile {
namespace {

using model::Endpoint;
using model::Workload;

Endpoint endpoint_at(const std::string& address, const model::Service& service,
                     const Workload* workload) {
  Endpoint endpoint;
  endpoint.address = address;
  endpoint.name_space = service.name_space;
  endpoint.health_known = true;
  if (workload == nullptr) return endpoint;
  endpoint.labels = workload->labels;
  if (workload->account_stated) endpoint.service_account = workload->service_account;
  endpoint.name_space = workload->name_space;
  endpoint.workload = workload->name;
  endpoint.locality = workload->locality;
  endpoint.network = workload->network;
  endpoint.mutual_tls = workload->mutual_tls;
  endpoint.sources = workload->sources;
  return endpoint;
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

std::string label_key(const std::string& name_space, const std::string& key,
                      const std::string& value) {
  return name_space + "/" + key + "=" + value;
}

/// Kubernetes lists addresses in their order.
std::vector<const Workload*> in_order_of_address(const std::vector<Workload>& workloads) {
  std::vector<std::pair<std::vector<unsigned long>, const Workload*>> sorted;
  for (const Workload& workload : workloads)
    sorted.emplace_back(address_order(workload.address), &workload);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const Workload*> result;
  for (const auto& [key, workload] : sorted) result.push_back(workload);
  return result;
}

}  // namespace

EndpointFinder::EndpointFinder(const crd::Objects& objects, const std::vector<Workload>& workloads,
                               const Profile& profile)
    : profile_(profile) {
  for (const Workload& workload : workloads) {
    by_name_.emplace(workload.name_space + "/" + workload.name, &workload);
    by_address_.emplace(workload.address, &workload);
  }
  for (const Workload* workload : in_order_of_address(workloads)) {
    if (workload->owner_kind == "ServiceEntry") continue;
    for (const auto& [key, value] : workload->labels)
      by_label_[label_key(workload->name_space, key, value)].push_back(workload);
  }
  for (const crd::EndpointSlice& slice : objects.endpoint_slices) {
    const auto name = slice.metadata.labels.find("kubernetes.io/service-name");
    if (name != slice.metadata.labels.end())
      slices_[slice.metadata.namespace_name + "/" + name->second].push_back(&slice);
  }
  for (const crd::Endpoints& endpoints : objects.endpoints)
    endpoints_[qualified_name(endpoints)].push_back(&endpoints);
}

const Workload* EndpointFinder::find(const std::string& name_space,
                                     const std::optional<crd::ObjectReference>& reference,
                                     const std::string& address) const {
  if (reference) {
    const auto named = by_name_.find(name_space + "/" + reference->name);
    if (named != by_name_.end()) return named->second;
  }
  const auto there = by_address_.find(address);
  return there == by_address_.end() ? nullptr : there->second;
}

void EndpointFinder::from_slice(model::Service& service, const crd::EndpointSlice& slice) const {
  for (const crd::SliceEndpoint& source : slice.endpoints) {
    if (!source.conditions.ready.value_or(true) && !service.publish_not_ready) continue;
    for (const std::string& address : source.addresses) {
      const Workload* workload = find(slice.metadata.namespace_name, source.target_ref, address);
      for (const crd::EndpointPort& port : slice.ports) {
        Endpoint endpoint = endpoint_at(address, service, workload);
        endpoint.port = port.port;
        endpoint.port_name = port.name;
        if (endpoint.sources.empty()) endpoint.sources.push_back(source_of(slice));
        service.endpoints.push_back(std::move(endpoint));
      }
    }
  }
}

void EndpointFinder::from_endpoints(model::Service& service, const crd::Endpoints& source) const {
  for (const crd::EndpointSubset& subset : source.subsets) {
    for (const crd::EndpointAddress& address : subset.addresses) {
      const Workload* workload =
          find(source.metadata.namespace_name, address.target_ref, address.ip);
      for (const crd::EndpointPort& port : subset.ports) {
        Endpoint endpoint = endpoint_at(address.ip, service, workload);
        if (workload == nullptr) endpoint.service_account = profile_.registered_account;
        endpoint.port = port.port;
        endpoint.port_name = port.name;
        if (endpoint.sources.empty()) endpoint.sources.push_back(source_of(source));
        service.endpoints.push_back(std::move(endpoint));
      }
    }
  }
}

void EndpointFinder::from_selector(model::Service& service) const {
  if (service.selector.empty()) return;
  const auto& [key, value] = *service.selector.begin();
  const auto candidates = by_label_.find(label_key(service.name_space, key, value));
  if (candidates == by_label_.end()) return;
  for (const Workload* workload : candidates->second) {
    if (!model::selects(service.selector, workload->labels)) continue;
    if (!workload->ready && !service.publish_not_ready) continue;
    for (const model::Port& port : service.ports) {
      const std::uint32_t target = target_of(port, *workload);
      if (target == 0) continue;
      Endpoint endpoint = endpoint_at(workload->address, service, workload);
      endpoint.port = target;
      endpoint.port_name = port.name;
      service.endpoints.push_back(std::move(endpoint));
    }
  }
}

void EndpointFinder::add_to(model::Service& service) const {
  if (!service.external_name.empty()) return;
  const std::string name = service.name_space + "/" + service.name;
  const auto slices = slices_.find(name);
  const auto endpoints = endpoints_.find(name);
  if (slices != slices_.end()) {
    for (const crd::EndpointSlice* slice : slices->second) from_slice(service, *slice);
  } else if (endpoints != endpoints_.end()) {
    for (const crd::Endpoints* source : endpoints->second) from_endpoints(service, *source);
  } else {
    from_selector(service);
  }
}

}  // namespace lab::compile
