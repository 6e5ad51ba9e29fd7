#pragma once

#include <cstdint>

#include "mesh/compile/listeners.h"

namespace lab::compile {

/// What a sidecar's TCP listener is made from.
struct TcpInput {
  const model::Service* service = nullptr;
  const model::Port* port = nullptr;
  std::uint32_t listener_port = 0;
  std::vector<std::string> destination_ranges;  ///< Of a service whose address is a CIDR range.
  bool any_address = false;                     ///< The listener is at 0.0.0.0.
  const std::vector<const VirtualService*>* virtual_services = nullptr;
};

/// The filter chains of a TCP or TLS port: those of VirtualServices' tcp and tls routes, else one
/// to the service.
std::vector<ChainDraft> tcp_chains(const TcpInput& input, const Proxy& proxy);

}  // namespace lab::compile
