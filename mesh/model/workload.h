#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mesh/model/service.h"

namespace lab::model {

enum class WorkloadKind : std::uint8_t {
  sidecar,  ///< A program with a proxy beside it.
  gateway,  ///< The proxy is the program.
  plain,    ///< Not in the mesh: no proxy.
};

/// A port that a container opens; Services may call it by name.
struct ContainerPort {
  std::string name;
  std::uint32_t number = 0;
  std::string transport = "TCP";
};

/// A member of the mesh: a Pod, one replica of a Deployment, or a WorkloadEntry.
struct Workload {
  std::string name;
  std::string name_space;
  std::string owner_kind;  ///< "Pod", "Deployment", "StatefulSet", "DaemonSet", "WorkloadEntry".
  WorkloadKind kind = WorkloadKind::sidecar;
  std::string address;
  Labels labels;
  Labels annotations;
  std::string service_account = "default";
  bool account_stated = true;  ///< False: a WorkloadEntry without one; clients expect none of it.
  std::string locality;
  std::string network;
  std::string node_name;
  bool ready = true;
  bool mutual_tls = false;  ///< Known to speak the mesh's TLS (label security.istio.io/tlsMode, or
                            ///< a profile's default).
  std::vector<ContainerPort> ports;
  Labels port_map;  ///< A WorkloadEntry's ports by name.
  std::uint32_t weight = 0;
  std::vector<Source> sources;
};

/// "spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT". Source: SPIFFE ID of Istio workloads.
std::string spiffe_id(const std::string& trust_domain, const std::string& name_space,
                      const std::string& account);

}  // namespace lab::model
