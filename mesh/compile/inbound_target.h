#pragma once

#include <cstdint>
#include <vector>

#include "mesh/compile/scope.h"

namespace lab::compile {

/// One port of the workload's own program, with what leads there.
struct InboundTarget {
  const model::Service* service = nullptr;  ///< Null when only a Sidecar's ingress names the port.
  model::Port port;                         ///< The service's.
  std::uint32_t target = 0;                 ///< The workload's.
  const crd::IstioIngressListener* ingress = nullptr;
  std::string host;  ///< For names and traces.
};

/// The ports that services (or the Sidecar's ingress, which replaces them) lead to, by number; of
/// several services on one port the oldest counts first.
std::vector<InboundTarget> inbound_targets(const Proxy& proxy);

/// "inbound|80||", in 1.0 "inbound|80||HOST".
std::string inbound_cluster_name(const InboundTarget& target, const Profile& profile);

}  // namespace lab::compile
