#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "mesh/compile/scope.h"

namespace lab::compile {

/// Whether a workload's proxy wants the mesh's TLS from its clients.
enum class MutualTls : std::uint8_t { disable, permissive, strict };

/// What PeerAuthentication says for one workload, all levels in one.
struct PeerSettings {
  MutualTls mode = MutualTls::permissive;
  std::map<std::uint32_t, MutualTls> by_port;  ///< Ports of the workload.
  std::vector<model::Source> sources;

  MutualTls at(std::uint32_t port) const;
};

/// The mesh's, the namespace's and the workload's policy; the narrower wins, UNSET looks further
/// out. Source: Istio, PeerAuthentication.
PeerSettings peer_settings(const model::Labels& labels, const std::string& name_space,
                           const Snapshot& snapshot);

/// The 1.0 kinds: MeshPolicy, and a Policy for the namespace, one of its services, or one port of
/// that. No policy: disable. Source: Istio 1.0, authentication/v1alpha1/policy.proto.
MutualTls policy_mode(const model::Service& service, std::uint32_t port, const Snapshot& snapshot,
                      std::vector<model::Source>& sources);

/// Whether clients should use the mesh's TLS for that service where endpoints speak it (automatic
/// mTLS).
bool service_speaks_mutual_tls(const model::Service& service, const crd::TrafficPolicy& policy,
                               std::uint32_t port, const Snapshot& snapshot);

}  // namespace lab::compile
