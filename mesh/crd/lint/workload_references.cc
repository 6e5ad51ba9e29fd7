#include <algorithm>

#include "mesh/crd/lint/index.h"

// What selectors, volumes and credentials name must be there.

namespace lab::crd {
namespace {

std::string text_of(const Labels& labels) {
  std::string result;
  for (const auto& [key, value] : labels)
    result += (result.empty() ? "" : ", ") + key + ": " + value;
  return result;
}

void lint_service(const LintIndex& index, const Service& service, LintReport& report) {
  const Labels& selector = service.spec.selector;
  if (selector.empty()) return;
  if (index.workloads().empty()) return;  // Only Services are given; who serves is not known.
  const auto workloads = index.find_workloads(selector, service.metadata.namespace_name);
  if (workloads.empty()) {
    report.add("LAB0111", service,
               "selects {" + text_of(selector) +
                   "}, which no workload of its namespace has: it has no endpoints.");
    return;
  }
  for (const ServicePort& port : service.spec.ports) {
    if (port.target_port.name.empty()) continue;
    const bool any =
        std::any_of(workloads.begin(), workloads.end(), [&](const KnownWorkload* workload) {
          if (workload->pod == nullptr) return true;
          for (const Container& container : workload->pod->containers) {
            for (const ContainerPort& named : container.ports) {
              if (named.name == port.target_port.name) return true;
            }
          }
          return false;
        });
    if (!any) {
      report.add("LAB0112", service, port.origin,
                 "sends port " + std::to_string(port.port) + " to the container port \"" +
                     port.target_port.name + "\", which no selected container names.");
    }
  }
}

void lint_selector(const LintIndex& index, const Object& object, const Labels& labels,
                   const std::string& space, LintReport& report) {
  if (labels.empty() || !index.find_workloads(labels, space).empty()) return;
  if (index.workloads().empty() && object.kind != "Gateway") return;  // None are given.
  if (is_installed_gateway(labels)) return;
  report.add("LAB0113", object,
             "selects {" + text_of(labels) + "}, which no workload" +
                 (space.empty() ? "" : " of its namespace") + " has, so that it has no effect.");
}

/// A policy in the root namespace selects workloads everywhere.
std::string policy_space(const Object& object) {
  return object.metadata.namespace_name == "istio-system" ? "" : object.metadata.namespace_name;
}

template <class Kind>
void lint_policies(const LintIndex& index, const std::vector<Kind>& policies, LintReport& report) {
  for (const Kind& policy : policies) {
    if (policy.spec.selector) {
      lint_selector(index, policy, policy.spec.selector->match_labels, policy_space(policy),
                    report);
    }
  }
}

void lint_volumes(const LintIndex& index, const KnownWorkload& workload, LintReport& report) {
  if (workload.pod == nullptr) return;
  const auto& maps = index.objects().config_maps;
  const auto& secrets = index.objects().secrets;
  for (const Volume& volume : workload.pod->volumes) {
    // Where the files have none at all, they are made by hand (kubectl create secret).
    if (volume.config_map && !volume.config_map->optional && !maps.empty() &&
        std::none_of(maps.begin(), maps.end(), [&](const ConfigMap& map) {
          return map.metadata.name == volume.config_map->name &&
                 map.metadata.namespace_name == workload.namespace_name;
        })) {
      report.add("LAB0114", *workload.object, volume.origin,
                 "mounts the ConfigMap \"" + volume.config_map->name +
                     "\", which its namespace does not have.");
    }
    if (volume.secret && !volume.secret->optional && !secrets.empty() &&
        !index.has_secret(volume.secret->secret_name, workload.namespace_name)) {
      report.add("LAB0115", *workload.object, volume.origin,
                 "mounts the Secret \"" + volume.secret->secret_name +
                     "\", which its namespace does not have.");
    }
  }
}

void lint_credentials(const LintIndex& index, const Gateway& gateway, LintReport& report) {
  if (index.objects().secrets.empty()) return;  // Secrets are kept elsewhere then.
  for (const Server& server : gateway.spec.servers) {
    if (!server.tls || server.tls->credential_name.empty()) continue;
    const auto workloads = index.find_workloads(gateway.spec.selector, "");
    const bool any =
        std::any_of(workloads.begin(), workloads.end(), [&](const KnownWorkload* workload) {
          return index.has_secret(server.tls->credential_name, workload->namespace_name);
        });
    if (any || workloads.empty()) continue;
    report.add("LAB0116", gateway, server.tls->origin,
               "takes its certificate from the Secret \"" + server.tls->credential_name +
                   "\", which the namespace of its workloads does not have.");
  }
}

}  // namespace

void lint_workload_references(const LintIndex& index, LintReport& report) {
  const Objects& objects = index.objects();
  for (const Service& service : objects.services) lint_service(index, service, report);
  for (const Gateway& gateway : objects.gateways) {
    lint_selector(index, gateway, gateway.spec.selector, "", report);
    lint_credentials(index, gateway, report);
  }
  lint_policies(index, objects.peer_authentications, report);
  lint_policies(index, objects.authorization_policies, report);
  lint_policies(index, objects.request_authentications, report);
  for (const Sidecar& sidecar : objects.sidecars) {
    if (sidecar.spec.workload_selector) {
      lint_selector(index, sidecar, sidecar.spec.workload_selector->labels, policy_space(sidecar),
                    report);
    }
  }
  for (const ServiceEntry& entry : objects.service_entries) {
    if (entry.spec.workload_selector) {
      lint_selector(index, entry, entry.spec.workload_selector->labels,
                    entry.metadata.namespace_name, report);
    }
  }
  for (const KnownWorkload& workload : index.workloads()) lint_volumes(index, workload, report);
}

}  // namespace lab::crd
