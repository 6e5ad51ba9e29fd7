#include <algorithm>

#include "mesh/crd/lint/index.h"
#include "mesh/crd/validation/names.h"

// Services, ServiceEntries and workloads.

namespace lab::crd {
namespace {

/// A DestinationRule begins TLS to the host: clients send it plain HTTP.
bool begins_tls(const LintIndex& index, const ServiceEntry& entry) {
  const auto begins = [](const std::optional<ClientTlsSettings>& tls) {
    return tls && tls->mode != ClientTlsMode::DISABLE;
  };
  for (const std::string& host : entry.spec.hosts) {
    for (const DestinationRule* rule : index.find_rules(host)) {
      const auto& policy = rule->spec.traffic_policy;
      if (!policy) continue;
      const auto& ports = policy->port_level_settings;
      if (begins(policy->tls) ||
          std::any_of(ports.begin(), ports.end(),
                      [&](const PortTrafficPolicy& port) { return begins(port.tls); }))
        return true;
    }
  }
  return false;
}

void lint_entry_port(const LintIndex& index, const ServiceEntry& entry, const Port& port,
                     LintReport& report) {
  const std::string& protocol = port.protocol;
  const bool plain_tcp = protocol.empty() || protocol_class(protocol) == ProtocolClass::tcp;
  if (plain_tcp && entry.spec.addresses.empty() &&
      entry.spec.location == ServiceLocation::MESH_EXTERNAL) {
    report.add("LAB0501", entry, port.origin,
               "port " + std::to_string(port.number) +
                   " is plain TCP, and no address is given: it takes all traffic to that port of "
                   "any host. Add addresses.");
  }
  if (port.number == 443 && is_http_protocol(protocol) && !begins_tls(index, entry)) {
    report.add("LAB0505", entry, port.origin,
               "port 443 is declared " + protocol +
                   ": what clients send there is TLS. Use HTTPS, or mean plain text.");
  }
}

void lint_entry(const LintIndex& index, const ServiceEntry& entry, LintReport& report) {
  const ServiceEntrySpec& spec = entry.spec;
  for (const Port& port : spec.ports) lint_entry_port(index, entry, port, report);
  if (spec.resolution == ServiceResolution::STATIC && spec.endpoints.empty() &&
      !spec.workload_selector && spec.addresses.empty()) {
    report.add("LAB0502", entry,
               "resolution STATIC without endpoints or workloadSelector: every request gets 503.");
  }
}

void lint_duplicates(const LintIndex& index, LintReport& report) {
  std::map<std::pair<std::string, std::uint32_t>, const KnownHost*> owners;
  for (const KnownHost& host : index.hosts()) {
    for (const KnownPort& port : host.ports) {
      const auto [found, fresh] = owners.emplace(std::pair(host.name, port.number), &host);
      if (fresh) continue;
      const Object& object =
          host.entry != nullptr ? static_cast<const Object&>(*host.entry) : *host.service;
      const KnownHost& first = *found->second;
      const Object& other =
          first.entry != nullptr ? static_cast<const Object&>(*first.entry) : *first.service;
      // A Service and a ServiceEntry of one name are told below.
      if (&object == &other || (host.entry != nullptr && first.service != nullptr)) continue;
      report.add("LAB0504", object,
                 "port " + std::to_string(port.number) + " of \"" + host.name +
                     "\" is defined by " + other.kind + " \"" + qualified_name(other) +
                     "\" too; which endpoints win depends on age and namespace.");
    }
    if (host.entry == nullptr) continue;
    const auto same = index.find_hosts(host.name);
    const auto service = std::find_if(same.begin(), same.end(), [&](const KnownHost* known) {
      return known->service != nullptr;
    });
    if (service == same.end()) continue;
    report.add("LAB0506", *host.entry,
               "\"" + host.name +
                   "\" is a Kubernetes Service, too, which wins: ports that only this entry has "
                   "are lost.");
  }
}

std::string name_prefix_protocol(const std::string& name) {
  ServicePort port;
  port.name = name;
  return declared_protocol(port);
}

/// Where Istio's gateways tell load balancers that they are ready; no traffic of the mesh.
bool is_status_port(const ServicePort& port) {
  return port.name == "status-port" || port.port == 15020 || port.port == 15021;
}

void lint_service_ports(const Service& service, LintReport& report) {
  if (service.spec.type == "ExternalName") return;
  for (const ServicePort& port : service.spec.ports) {
    const std::string number = std::to_string(port.port);
    if (declared_protocol(port).empty() && !is_status_port(port)) {
      report.add("LAB0601", service, port.origin,
                 "port " + number + " (\"" + port.name +
                     "\") declares no protocol: Istio 1.0 takes it for TCP, later versions guess. "
                     "Name it \"http-...\", \"tcp-...\", or set appProtocol.");
    }
    const std::string by_name = name_prefix_protocol(port.name);
    if (!port.app_protocol.empty() && !by_name.empty() && by_name != declared_protocol(port)) {
      report.add("LAB0602", service, port.origin,
                 "port " + number + " is " + by_name + " by its name and " + port.app_protocol +
                     " by appProtocol, which wins.");
    }
  }
}

/// A workload's port that two services declare differently: only one of them can be right at the
/// receiving side.
void lint_shared_ports(const LintIndex& index, LintReport& report) {
  std::map<std::pair<const KnownWorkload*, std::uint32_t>, std::pair<const Service*, std::string>>
      declared;
  for (const Service& service : index.objects().services) {
    if (service.spec.selector.empty()) continue;
    for (const KnownWorkload* workload :
         index.find_workloads(service.spec.selector, service.metadata.namespace_name)) {
      for (const ServicePort& port : service.spec.ports) {
        if (!port.target_port.name.empty()) continue;
        const std::uint32_t target =
            port.target_port.number == 0 ? port.port : port.target_port.number;
        const std::string protocol = declared_protocol(port);
        const auto [found, fresh] =
            declared.emplace(std::pair(workload, target), std::pair(&service, protocol));
        if (fresh || found->second.second == protocol) continue;
        report.add("LAB0604", service, port.origin,
                   "port " + std::to_string(target) + " of " + workload->object->kind + " \"" +
                       workload->object->metadata.name + "\" has another protocol in Service \"" +
                       found->second.first->metadata.name + "\".");
      }
    }
  }
}

/// Of several Sidecars for the same workloads one is used.
void lint_sidecars(const LintIndex& index, LintReport& report) {
  std::map<std::pair<std::string, Labels>, const Sidecar*> owners;
  for (const Sidecar& sidecar : index.objects().sidecars) {
    const auto& selector = sidecar.spec.workload_selector;
    const auto [found, fresh] = owners.emplace(
        std::pair(sidecar.metadata.namespace_name, selector ? selector->labels : Labels{}),
        &sidecar);
    if (fresh) continue;
    report.add("LAB0605", sidecar,
               "is for the same workloads as Sidecar \"" + found->second->metadata.name +
                   "\"; only the older one is used. Merge them.");
  }
}

}  // namespace

void lint_services(const LintIndex& index, LintReport& report) {
  for (const ServiceEntry& entry : index.objects().service_entries)
    lint_entry(index, entry, report);
  for (const Service& service : index.objects().services) lint_service_ports(service, report);
  for (const KnownWorkload& workload : index.workloads()) {
    if (workload.pod != nullptr && workload.pod->host_network) {
      report.add("LAB0603", *workload.object,
                 "uses the host's network, where no traffic is redirected: it gets no sidecar.");
    }
  }
  lint_duplicates(index, report);
  lint_shared_ports(index, report);
  lint_sidecars(index, report);
}

}  // namespace lab::crd
