#pragma once

#include "mesh/crd/authentication_policy.h"
#include "mesh/crd/authorization_policy.h"
#include "mesh/crd/config_map.h"
#include "mesh/crd/deployment.h"
#include "mesh/crd/destination_rule.h"
#include "mesh/crd/endpoints.h"
#include "mesh/crd/gateway.h"
#include "mesh/crd/peer_authentication.h"
#include "mesh/crd/pod.h"
#include "mesh/crd/rbac_config.h"
#include "mesh/crd/request_authentication.h"
#include "mesh/crd/service.h"
#include "mesh/crd/service_entry.h"
#include "mesh/crd/sidecar.h"
#include "mesh/crd/virtual_service.h"
#include "mesh/crd/workload_entry.h"

namespace lab::crd {

/// A valid object that no proxy's configuration is made from.
struct OtherObject : Object {
  std::string reason;   ///< Why nothing is made from it.
  bool needed = false;  ///< True: it would change the configuration, so that a run must refuse it.
  Value document;
};

/// A field that a file sets and the compiler does not support yet (coverage.h).
struct UnsupportedField {
  Origin origin;
  std::string object;   ///< "DestinationRule default/a".
  std::string path;     ///< "spec.trafficPolicy.tunnel".
  std::string message;  ///< Which field, and why.
};

/// All objects of some files, by kind, in the order of the files.
struct Objects {
  std::vector<Namespace> namespaces;
  std::vector<Node> nodes;
  std::vector<ServiceAccount> service_accounts;
  std::vector<ConfigMap> config_maps;
  std::vector<Secret> secrets;
  std::vector<Service> services;
  std::vector<Endpoints> endpoints;
  std::vector<EndpointSlice> endpoint_slices;
  std::vector<Pod> pods;
  std::vector<Deployment>
      deployments;  ///< Deployment, StatefulSet, DaemonSet, ReplicaSet; `kind` tells.

  std::vector<VirtualService> virtual_services;
  std::vector<DestinationRule> destination_rules;
  std::vector<Gateway> gateways;
  std::vector<ServiceEntry> service_entries;
  std::vector<WorkloadEntry> workload_entries;
  std::vector<Sidecar> sidecars;
  std::vector<PeerAuthentication> peer_authentications;
  std::vector<AuthorizationPolicy> authorization_policies;
  std::vector<RequestAuthentication> request_authentications;

  std::vector<AuthenticationPolicy> authentication_policies;  ///< Policy, MeshPolicy.
  std::vector<RbacConfig> rbac_configs;                       ///< RbacConfig, ClusterRbacConfig.
  std::vector<ServiceRole> service_roles;
  std::vector<ServiceRoleBinding> service_role_bindings;

  std::vector<OtherObject> others;
  std::vector<UnsupportedField> unsupported;  ///< Of the objects above: a run must refuse them.
};

}  // namespace lab::crd
