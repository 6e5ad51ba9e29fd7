#include <algorithm>

#include "base/text.h"
#include "mesh/compile/registry.h"

namespace lab::compile {
namespace {

model::Visibility visibility_of(const crd::Metadata& metadata, const model::Visibility& fallback) {
  const auto stated = metadata.annotations.find("networking.istio.io/exportTo");
  if (stated == metadata.annotations.end()) return fallback;
  model::Visibility to;
  for (const std::string& part : split(stated->second, ',')) to.emplace_back(trim(part));
  return to;
}

model::Port port_of(const crd::ServicePort& source, const Profile& profile) {
  model::Port port;
  port.name = source.name;
  port.number = source.port;
  port.protocol =
      model::protocol_of_port(source.protocol, source.name, source.app_protocol, source.port);
  if (port.protocol == model::Protocol::sniffed && !profile.detect_protocols)
    port.protocol = model::Protocol::tcp;
  port.target_name = source.target_port.name;
  port.target_number = source.target_port.number;
  return port;
}

bool is_headless(const crd::Service& service) {
  return service.spec.cluster_ip == "None";
}

/// The other name itself, for DNS to resolve.
void add_name_endpoints(model::Service& service) {
  for (const model::Port& port : service.ports) {
    model::Endpoint endpoint;
    endpoint.address = service.external_name;
    endpoint.port = port.number;
    endpoint.port_name = port.name;
    endpoint.name_space = service.name_space;
    service.endpoints.push_back(std::move(endpoint));
  }
}

model::Service service_of(const crd::Service& source, const model::MeshOptions& mesh,
                          const Profile& profile) {
  model::Service service;
  const crd::Metadata& metadata = source.metadata;
  service.name = metadata.name;
  service.name_space = metadata.namespace_name;
  service.host = metadata.name + "." + metadata.namespace_name + ".svc." + mesh.domain;
  service.kubernetes = true;
  service.labels = metadata.labels;
  service.selector = source.spec.selector;
  service.created = metadata.creation_timestamp;
  service.object_name = metadata.name;
  service.export_to = visibility_of(metadata, mesh.default_service_export_to);
  // "ACCOUNT" or "ACCOUNT,ACCOUNT": who may run what no Pod stands for (istioctl register).
  const auto accounts = metadata.annotations.find("alpha.istio.io/kubernetes-serviceaccounts");
  if (accounts != metadata.annotations.end()) {
    for (const std::string& account : split(accounts->second, ','))
      service.subject_alt_names.push_back(
          model::spiffe_id(mesh.trust_domain, service.name_space, std::string(trim(account))));
  }
  service.publish_not_ready = source.spec.publish_not_ready_addresses;
  for (const crd::ServicePort& port : source.spec.ports)
    service.ports.push_back(port_of(port, profile));
  if (source.spec.type == "ExternalName") {
    service.external = true;
    service.external_name = source.spec.external_name;
    service.resolution =
        profile.external_names_are_aliases ? model::Resolution::alias : model::Resolution::dns;
    if (!profile.external_names_are_aliases) add_name_endpoints(service);
  } else if (is_headless(source)) {
    service.resolution = model::Resolution::passthrough;
    service.headless = true;
  }
  service.sources.push_back(source_of(source));
  return service;
}

std::string stated_address(const crd::Service& service) {
  const auto own = service.metadata.annotations.find("lab/address");
  if (own != service.metadata.annotations.end()) return own->second;
  return is_headless(service) ? "" : service.spec.cluster_ip;
}

bool needs_address(const crd::Service& service) {
  return service.spec.type != "ExternalName" && !is_headless(service);
}

}  // namespace

std::vector<model::Service> make_services(const crd::Objects& objects,
                                          const model::MeshOptions& mesh, const Profile& profile) {
  std::vector<const crd::Service*> sorted;
  std::vector<std::string> taken;
  for (const crd::Service& service : objects.services) {
    sorted.push_back(&service);
    taken.push_back(stated_address(service));
  }
  std::sort(sorted.begin(), sorted.end(), [](const crd::Service* a, const crd::Service* b) {
    return std::tie(a->metadata.namespace_name, a->metadata.name) <
           std::tie(b->metadata.namespace_name, b->metadata.name);
  });
  AddressPool pool((10u << 24) + (233u << 16) + 1, std::move(taken));
  std::vector<model::Service> services;
  for (const crd::Service* source : sorted) {
    model::Service service = service_of(*source, mesh, profile);
    std::string address = stated_address(*source);
    if (address.empty() && needs_address(*source)) address = pool.next();
    if (!address.empty()) service.addresses.push_back(std::move(address));
    services.push_back(std::move(service));
  }
  return services;
}

}  // namespace lab::compile
