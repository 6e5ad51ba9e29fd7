#include <algorithm>

#include "mesh/crd/lint/index.h"

// PeerAuthentication, RequestAuthentication, and the kinds of Istio 1.0.

namespace lab::crd {
namespace {

void lint_peer_authentications(const LintIndex& index, LintReport& report) {
  std::map<std::string, const PeerAuthentication*> whole;
  for (const PeerAuthentication& policy : index.objects().peer_authentications) {
    if (policy.spec.selector && policy.spec.selector->match_labels.empty()) {
      report.add("LAB0703", policy, policy.spec.selector->origin,
                 "its selector has no labels, so that it is for the whole namespace. Remove the "
                 "selector, or add labels.");
    }
    if (!policy.spec.selector) {
      const auto [found, fresh] = whole.emplace(policy.metadata.namespace_name, &policy);
      if (!fresh) {
        report.add("LAB0701", policy,
                   "\"" + found->second->metadata.name +
                       "\" is for the whole namespace, too; only the older one counts.");
      }
      continue;
    }
    const auto workloads =
        index.find_workloads(policy.spec.selector->match_labels, policy.metadata.namespace_name);
    for (const auto& [port, mode] : policy.spec.port_level_mtls) {
      bool any_ports = false;
      bool known = false;
      for (const KnownWorkload* workload : workloads) {
        if (workload->pod == nullptr) continue;
        for (const Container& container : workload->pod->containers) {
          for (const ContainerPort& listening : container.ports) {
            any_ports = true;
            known = known || std::to_string(listening.container_port) == port;
          }
        }
      }
      if (any_ports && !known) {
        report.add("LAB0702", policy, mode.origin,
                   "port " + port +
                       " is none of the workload's container ports; port-level mutual TLS is about "
                       "those, not a Service's.");
      }
    }
  }
}

void lint_rbac(const LintIndex& index, LintReport& report) {
  const Objects& objects = index.objects();
  for (const RbacConfig& config : objects.rbac_configs) {
    if (config.metadata.name != "default") {
      report.add("LAB0704", config, "only the object named \"default\" has an effect. Rename it.");
    }
  }
  for (const ServiceRoleBinding& binding : objects.service_role_bindings) {
    const bool found = std::any_of(
        objects.service_roles.begin(), objects.service_roles.end(), [&](const ServiceRole& role) {
          return role.metadata.name == binding.spec.role_ref.name &&
                 role.metadata.namespace_name == binding.metadata.namespace_name;
        });
    if (!found) {
      report.add("LAB0705", binding,
                 "binds to ServiceRole \"" + binding.spec.role_ref.name +
                     "\", which its namespace does not have.");
    }
  }
  if (objects.rbac_configs.empty() && !objects.service_roles.empty()) {
    report.add("LAB0708", objects.service_roles[0],
               "no RbacConfig or ClusterRbacConfig switches authorization on, so that roles have "
               "no effect.");
  }
}

void lint_legacy_policies(const LintIndex& index, LintReport& report) {
  std::map<std::string, const AuthenticationPolicy*> owners;
  for (const AuthenticationPolicy& policy : index.objects().authentication_policies) {
    for (const PolicyTarget& target : policy.spec.targets) {
      const std::string name = LintIndex::full_name(target.name, policy.metadata.namespace_name);
      if (index.find_hosts(name).empty()) {
        report.add(
            "LAB0706", policy, target.origin,
            "is for the service \"" + target.name + "\", which its namespace does not have.");
      }
      if (!target.ports.empty()) continue;
      const auto [found, fresh] = owners.emplace(name, &policy);
      if (!fresh && found->second != &policy) {
        report.add("LAB0707", policy, target.origin,
                   "Policy \"" + found->second->metadata.name + "\" is for \"" + target.name +
                       "\", too; only one of them counts.");
      }
    }
  }
}

}  // namespace

void lint_security(const LintIndex& index, LintReport& report) {
  lint_peer_authentications(index, report);
  lint_rbac(index, report);
  lint_legacy_policies(index, report);
}

}  // namespace lab::crd
