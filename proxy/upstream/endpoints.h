#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "mesh/config/endpoint.h"
#include "proxy/net/address.h"
#include "proxy/upstream/host.h"

namespace lab::proxy {

/// The endpoints of a cluster at one time, as plain values: made on the main loop, shared by all
/// workers.
struct EndpointSet {
  std::vector<HostDescription> hosts;
  std::map<std::pair<std::uint32_t, Locality>, std::uint32_t>
      locality_weights;                         ///< By priority and locality.
  std::uint32_t overprovisioning_factor = 140;  ///< Percent.
};
using EndpointSetPtr = std::shared_ptr<const EndpointSet>;

/// Fails with Errc::config for an address that is no IP address or path.
Result<EndpointSetPtr> endpoints_of(const config::ClusterLoadAssignment& assignment);

/// One endpoint as configuration gives it, apart from its address (which DNS may give). Fails with
/// Errc::config for a health check's address that is none.
Result<HostDescription> describe_endpoint(const config::LbEndpoint& endpoint,
                                          const config::LocalityLbEndpoints& group);
void add_locality_weight(const config::LocalityLbEndpoints& group, EndpointSet& set);

/// A socket's address as logs and records show it; nothing for paths.
std::optional<IpPort> ip_port(const Address& address);
Address socket_address(const IpPort& address);
/// The address to connect to.
Result<Address> host_address(const HostDescription& host);

}  // namespace lab::proxy
