#include <algorithm>

#include "mesh/compile/registry.h"

namespace lab::compile {
namespace {

using model::Endpoint;

model::Resolution resolution_of(crd::ServiceResolution resolution) {
  switch (resolution) {
    case crd::ServiceResolution::NONE:
      return model::Resolution::passthrough;
    case crd::ServiceResolution::STATIC:
      return model::Resolution::listed;
    case crd::ServiceResolution::DNS:
      return model::Resolution::dns;
    case crd::ServiceResolution::DNS_ROUND_ROBIN:
      return model::Resolution::dns_round_robin;
    case crd::ServiceResolution::DYNAMIC_DNS:
      return model::Resolution::passthrough;
  }
  return model::Resolution::passthrough;
}

std::uint32_t port_of(const std::map<std::string, std::uint32_t>& stated, const model::Port& port) {
  const auto found = stated.find(port.name);
  if (found != stated.end()) return found->second;
  return port.target_number != 0 ? port.target_number : port.number;
}

void add_inline(model::Service& service, const crd::ServiceEntry& entry) {
  for (std::size_t i = 0; i < entry.spec.endpoints.size(); ++i) {
    const crd::WorkloadEntrySpec& spec = entry.spec.endpoints[i];
    for (const model::Port& port : service.ports) {
      Endpoint endpoint;
      const bool is_path = spec.address.rfind("unix://", 0) == 0;
      endpoint.address = is_path ? spec.address.substr(7) : spec.address;
      endpoint.port = is_path ? 0 : port_of(spec.ports, port);
      endpoint.port_name = port.name;
      endpoint.labels = spec.labels;
      endpoint.service_account = spec.service_account;
      endpoint.name_space = entry.metadata.namespace_name;
      endpoint.workload = entry.metadata.name + "-" + std::to_string(i);
      endpoint.locality = spec.locality;
      endpoint.network = spec.network;
      endpoint.weight = spec.weight;
      endpoint.mutual_tls = speaks_mutual_tls(spec);
      endpoint.sources.push_back(
          {"ServiceEntry", entry.metadata.namespace_name + "/" + entry.metadata.name, spec.origin});
      service.endpoints.push_back(std::move(endpoint));
    }
  }
}

void add_selected(model::Service& service, const crd::ServiceEntry& entry,
                  const std::vector<model::Workload>& workloads) {
  if (!entry.spec.workload_selector || entry.spec.workload_selector->labels.empty()) return;
  for (const model::Workload& workload : workloads) {
    if (workload.name_space != entry.metadata.namespace_name ||
        workload.owner_kind == "ServiceEntry")
      continue;
    if (!model::selects(entry.spec.workload_selector->labels, workload.labels)) continue;
    for (const model::Port& port : service.ports) {
      Endpoint endpoint;
      endpoint.address = workload.address;
      const auto own = workload.port_map.find(port.name);
      endpoint.port = own != workload.port_map.end()
                          ? static_cast<std::uint32_t>(std::stoul(own->second))
                          : port_of({}, port);
      endpoint.port_name = port.name;
      endpoint.labels = workload.labels;
      if (workload.account_stated) endpoint.service_account = workload.service_account;
      endpoint.name_space = workload.name_space;
      endpoint.workload = workload.name;
      endpoint.locality = workload.locality;
      endpoint.network = workload.network;
      endpoint.weight = workload.weight;
      endpoint.mutual_tls = workload.mutual_tls;
      endpoint.health_known = workload.owner_kind != "WorkloadEntry";
      endpoint.sources = workload.sources;
      service.endpoints.push_back(std::move(endpoint));
    }
  }
}

/// A name that DNS must resolve is an endpoint itself when no other is given.
void add_own_name(model::Service& service, const crd::ServiceEntry& entry) {
  const bool by_dns = service.resolution == model::Resolution::dns ||
                      service.resolution == model::Resolution::dns_round_robin;
  if (!by_dns || !service.endpoints.empty() || entry.spec.workload_selector) return;
  for (const model::Port& port : service.ports) {
    Endpoint endpoint;
    endpoint.address = service.host;
    endpoint.port = port_of({}, port);
    endpoint.port_name = port.name;
    endpoint.name_space = entry.metadata.namespace_name;
    endpoint.workload = entry.metadata.name + "-0";
    endpoint.sources.push_back(source_of(entry));
    service.endpoints.push_back(std::move(endpoint));
  }
}

std::string without_full_length(const std::string& address) {
  const std::size_t slash = address.find('/');
  if (slash == std::string::npos) return address;
  const std::string length = address.substr(slash + 1);
  const bool is_v6 = address.find(':') != std::string::npos;
  return length == (is_v6 ? "128" : "32") ? address.substr(0, slash) : address;
}

model::Service service_of(const crd::ServiceEntry& entry, const std::string& host,
                          const model::MeshOptions& mesh) {
  model::Service service;
  service.host = host;
  service.name = host;
  service.name_space = entry.metadata.namespace_name;
  service.object_name = entry.metadata.name;
  service.created = entry.metadata.creation_timestamp;
  service.labels = entry.metadata.labels;
  service.resolution = resolution_of(entry.spec.resolution);
  service.external = entry.spec.location == crd::ServiceLocation::MESH_EXTERNAL;
  service.subject_alt_names = entry.spec.subject_alt_names;
  service.export_to =
      entry.spec.export_to.empty() ? mesh.default_service_export_to : entry.spec.export_to;
  if (entry.spec.workload_selector) service.selector = entry.spec.workload_selector->labels;
  for (const std::string& address : entry.spec.addresses)
    service.addresses.push_back(without_full_length(address));
  for (const crd::Port& source : entry.spec.ports) {
    model::Port port;
    port.name = source.name;
    port.number = source.number;
    port.target_number = source.target_port;
    port.protocol = source.protocol.empty() ? model::Protocol::sniffed
                                            : model::protocol_of_word(source.protocol);
    service.ports.push_back(port);
  }
  service.sources.push_back(source_of(entry));
  return service;
}

}  // namespace

std::vector<model::Service> make_entries(const crd::Objects& objects,
                                         const std::vector<model::Workload>& workloads,
                                         const model::MeshOptions& mesh) {
  std::vector<model::Service> services;
  for (const crd::ServiceEntry& entry : objects.service_entries) {
    for (const std::string& host : entry.spec.hosts) {
      model::Service service = service_of(entry, host, mesh);
      add_inline(service, entry);
      add_selected(service, entry, workloads);
      add_own_name(service, entry);
      services.push_back(std::move(service));
    }
  }
  return services;
}

}  // namespace lab::compile
