#include "mesh/crd/kinds.h"

#include <algorithm>

#include "base/text.h"

namespace lab::crd {
namespace {

template <class T, std::vector<T> Objects::*List>
bool decode_into(const Value& document, DecodeContext& context, Objects& objects) {
  T object;
  const bool good = Codec<T>::decode(document, context, object);
  if (good) (objects.*List).push_back(std::move(object));
  return good;
}

bool decode_config_map(const Value& document, DecodeContext& context, Objects& objects) {
  ConfigMap object;
  if (!Codec<ConfigMap>::decode(document, context, object)) return false;
  if (const Value* data = document.find("data"); data != nullptr && data->is_object()) {
    for (const Member& member : data->object()) object.data_marks[member.key] = member.value.mark;
  }
  objects.config_maps.push_back(std::move(object));
  return true;
}

using Versions = std::vector<std::string_view>;
const Versions kNetworking = {"networking.istio.io/v1alpha3", "networking.istio.io/v1beta1",
                              "networking.istio.io/v1"};
const Versions kSecurity = {"security.istio.io/v1beta1", "security.istio.io/v1"};
const Versions kWorkload = {"apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1"};

std::vector<Kind> compiled_kinds() {
  return {
      {"Namespace", {"v1"}, true, decode_into<Namespace, &Objects::namespaces>},
      {"Node", {"v1"}, true, decode_into<Node, &Objects::nodes>},
      {"ServiceAccount", {"v1"}, false, decode_into<ServiceAccount, &Objects::service_accounts>},
      {"ConfigMap", {"v1"}, false, decode_config_map},
      {"Secret", {"v1"}, false, decode_into<Secret, &Objects::secrets>},
      {"Service", {"v1"}, false, decode_into<Service, &Objects::services>},
      {"Endpoints", {"v1"}, false, decode_into<Endpoints, &Objects::endpoints>},
      {"EndpointSlice",
       {"discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"},
       false,
       decode_into<EndpointSlice, &Objects::endpoint_slices>},
      {"Pod", {"v1"}, false, decode_into<Pod, &Objects::pods>},
      {"Deployment", kWorkload, false, decode_into<Deployment, &Objects::deployments>},
      {"StatefulSet", kWorkload, false, decode_into<Deployment, &Objects::deployments>},
      {"DaemonSet", kWorkload, false, decode_into<Deployment, &Objects::deployments>},
      {"ReplicaSet", kWorkload, false, decode_into<Deployment, &Objects::deployments>},
      {"VirtualService", kNetworking, false,
       decode_into<VirtualService, &Objects::virtual_services>},
      {"DestinationRule", kNetworking, false,
       decode_into<DestinationRule, &Objects::destination_rules>},
      {"Gateway", kNetworking, false, decode_into<Gateway, &Objects::gateways>},
      {"ServiceEntry", kNetworking, false, decode_into<ServiceEntry, &Objects::service_entries>},
      {"WorkloadEntry", kNetworking, false, decode_into<WorkloadEntry, &Objects::workload_entries>},
      {"Sidecar", kNetworking, false, decode_into<Sidecar, &Objects::sidecars>},
      {"PeerAuthentication", kSecurity, false,
       decode_into<PeerAuthentication, &Objects::peer_authentications>},
      {"AuthorizationPolicy", kSecurity, false,
       decode_into<AuthorizationPolicy, &Objects::authorization_policies>},
      {"RequestAuthentication", kSecurity, false,
       decode_into<RequestAuthentication, &Objects::request_authentications>},
      {"Policy",
       {"authentication.istio.io/v1alpha1"},
       false,
       decode_into<AuthenticationPolicy, &Objects::authentication_policies>},
      {"MeshPolicy",
       {"authentication.istio.io/v1alpha1"},
       true,
       decode_into<AuthenticationPolicy, &Objects::authentication_policies>},
      {"RbacConfig",
       {"rbac.istio.io/v1alpha1"},
       false,
       decode_into<RbacConfig, &Objects::rbac_configs>},
      {"ClusterRbacConfig",
       {"rbac.istio.io/v1alpha1"},
       true,
       decode_into<RbacConfig, &Objects::rbac_configs>},
      {"ServiceRole",
       {"rbac.istio.io/v1alpha1"},
       false,
       decode_into<ServiceRole, &Objects::service_roles>},
      {"ServiceRoleBinding",
       {"rbac.istio.io/v1alpha1"},
       false,
       decode_into<ServiceRoleBinding, &Objects::service_role_bindings>},
  };
}

/// Known, and either without effect here or (needed) not compiled yet.
std::vector<Kind> other_kinds() {
  const auto without_effect = [](std::string_view name, Versions versions, bool cluster_wide,
                                 std::string_view reason) {
    return Kind{name, std::move(versions), cluster_wide, nullptr, reason, false};
  };
  const auto needed = [](std::string_view name, Versions versions) {
    return Kind{name, std::move(versions), false, nullptr, "It is validated, but not compiled yet.",
                true};
  };
  constexpr std::string_view kNoApi =
      "It governs access to the cluster's API, which a lab doesn't have.";
  constexpr std::string_view kNoScheduler =
      "It governs scheduling and scaling, which a lab doesn't do.";
  constexpr std::string_view kNoStorage = "It governs storage, which a lab's workloads don't use.";
  return {
      needed("EnvoyFilter", {"networking.istio.io/v1alpha3"}),
      needed("ProxyConfig", {"networking.istio.io/v1beta1"}),
      needed("WorkloadGroup", kNetworking),
      needed("Telemetry", {"telemetry.istio.io/v1alpha1", "telemetry.istio.io/v1"}),
      needed("WasmPlugin", {"extensions.istio.io/v1alpha1"}),
      needed("TrafficExtension", {"extensions.istio.io/v1alpha1"}),
      needed("GatewayClass", {"gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"}),
      needed("Gateway", {"gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"}),
      needed("HTTPRoute", {"gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"}),
      needed("GRPCRoute", {"gateway.networking.k8s.io/v1"}),
      needed("Ingress", {"networking.k8s.io/v1", "extensions/v1beta1"}),
      without_effect("Node", {"v1"}, true, "A lab's workloads all run on this machine."),
      without_effect("Event", {"v1", "events.k8s.io/v1"}, false, "It only tells what happened."),
      without_effect("LimitRange", {"v1"}, false, kNoScheduler),
      without_effect("ResourceQuota", {"v1"}, false, kNoScheduler),
      without_effect("PersistentVolume", {"v1"}, true, kNoStorage),
      without_effect("PersistentVolumeClaim", {"v1"}, false, kNoStorage),
      without_effect("StorageClass", {"storage.k8s.io/v1"}, true, kNoStorage),
      without_effect("Role", {"rbac.authorization.k8s.io/v1"}, false, kNoApi),
      without_effect("RoleBinding", {"rbac.authorization.k8s.io/v1"}, false, kNoApi),
      without_effect("ClusterRole", {"rbac.authorization.k8s.io/v1"}, true, kNoApi),
      without_effect("ClusterRoleBinding", {"rbac.authorization.k8s.io/v1"}, true, kNoApi),
      without_effect("CustomResourceDefinition",
                     {"apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"}, true, kNoApi),
      without_effect("MutatingWebhookConfiguration", {"admissionregistration.k8s.io/v1"}, true,
                     kNoApi),
      without_effect("ValidatingWebhookConfiguration", {"admissionregistration.k8s.io/v1"}, true,
                     kNoApi),
      without_effect("PodDisruptionBudget", {"policy/v1", "policy/v1beta1"}, false, kNoScheduler),
      without_effect("HorizontalPodAutoscaler",
                     {"autoscaling/v1", "autoscaling/v2", "autoscaling/v2beta1"}, false,
                     kNoScheduler),
      without_effect("PriorityClass", {"scheduling.k8s.io/v1"}, true, kNoScheduler),
      without_effect("NetworkPolicy", {"networking.k8s.io/v1"}, false,
                     "A lab's network lets every node reach every other."),
      without_effect("Job", {"batch/v1"}, false, "A lab runs what serves or asks, not jobs."),
      without_effect("CronJob", {"batch/v1", "batch/v1beta1"}, false,
                     "A lab runs what serves or asks, not jobs."),
  };
}

std::string versions_text(std::string_view name) {
  std::vector<std::string> versions;
  for (const Kind& kind : kinds()) {
    if (kind.name != name) continue;
    for (const std::string_view version : kind.api_versions) versions.emplace_back(version);
  }
  return join(versions, ", ");
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> result = compiled_kinds();
    for (Kind& kind : other_kinds()) result.push_back(std::move(kind));
    return result;
  }();
  return all;
}

const Kind* find_kind(std::string_view api_version, std::string_view name, std::string& problem) {
  bool known = false;
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) {
    names.emplace_back(kind.name);
    if (kind.name != name) continue;
    known = true;
    const auto& versions = kind.api_versions;
    if (std::find(versions.begin(), versions.end(), api_version) != versions.end()) return &kind;
  }
  const std::string quoted = "\"" + std::string(name) + "\"";
  if (known) {
    problem = "there is no kind " + quoted + " in apiVersion \"" + std::string(api_version) +
              "\". Use one of " + versions_text(name) + ".";
  } else {
    problem = "the kind " + quoted + " (apiVersion \"" + std::string(api_version) +
              "\") is not known." + did_you_mean(name, names) +
              " Remove the document, or correct its kind.";
  }
  return nullptr;
}

}  // namespace lab::crd
