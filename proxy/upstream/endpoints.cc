#include "proxy/upstream/endpoints.h"

#include <cstring>

namespace lab::proxy {

namespace {

Locality locality_of(const std::optional<config::Locality>& source) {
  return source ? Locality{source->region, source->zone, source->sub_zone} : Locality{};
}

void add_health(config::HealthStatus status, HostDescription& host) {
  switch (status) {
    case config::HealthStatus::unknown:
    case config::HealthStatus::healthy:
      break;
    case config::HealthStatus::draining:
      host.initial_flags.push_back(HealthFlag::eds_status_draining);
      [[fallthrough]];
    case config::HealthStatus::unhealthy:
    case config::HealthStatus::timeout:
      host.initial_flags.push_back(HealthFlag::failed_eds_health);
      break;
    case config::HealthStatus::degraded:
      host.initial_flags.push_back(HealthFlag::degraded_eds_health);
      break;
  }
}

Result<HostHealthCheck> health_check_of(const config::EndpointHealthCheckConfig& source) {
  HostHealthCheck check;
  check.hostname = source.hostname;
  check.port = static_cast<std::uint16_t>(source.port_value);
  check.disabled = source.disable_active_health_check;
  if (source.address && source.address->socket_address) {
    const auto& socket = *source.address->socket_address;
    check.address = ip_port(TRY(
        Address::parse(socket.address, static_cast<std::uint16_t>(socket.port_value.value_or(0)))));
  }
  return check;
}

}  // namespace

Result<HostDescription> describe_endpoint(const config::LbEndpoint& endpoint,
                                          const config::LocalityLbEndpoints& group) {
  HostDescription host;
  if (endpoint.endpoint) host.hostname = endpoint.endpoint->hostname;
  if (endpoint.endpoint && endpoint.endpoint->health_check_config)
    host.health_check = TRY(health_check_of(*endpoint.endpoint->health_check_config));
  host.weight = endpoint.load_balancing_weight.value_or(1);
  host.locality = locality_of(group.locality);
  host.priority = group.priority;
  if (endpoint.metadata) host.metadata = *endpoint.metadata;
  add_health(endpoint.health_status, host);
  return host;
}

void add_locality_weight(const config::LocalityLbEndpoints& group, EndpointSet& set) {
  set.locality_weights[{group.priority, locality_of(group.locality)}] =
      group.load_balancing_weight.value_or(0);
}

Result<EndpointSetPtr> endpoints_of(const config::ClusterLoadAssignment& assignment) {
  auto set = std::make_shared<EndpointSet>();
  if (assignment.policy && assignment.policy->overprovisioning_factor) {
    set->overprovisioning_factor = *assignment.policy->overprovisioning_factor;
  }
  for (const auto& group : assignment.endpoints) {
    add_locality_weight(group, *set);
    for (const auto& endpoint : group.lb_endpoints) {
      HostDescription host = TRY(describe_endpoint(endpoint, group));
      if (!endpoint.endpoint || !endpoint.endpoint->address) continue;
      const config::Address& address = *endpoint.endpoint->address;
      if (address.pipe) {
        host.address = address.pipe->path;
      } else if (address.socket_address) {
        const Address parsed = TRY(Address::parse(
            address.socket_address->address,
            static_cast<std::uint16_t>(address.socket_address->port_value.value_or(0))));
        host.ip = ip_port(parsed);
        host.address = parsed.text();
      }
      set->hosts.push_back(std::move(host));
    }
  }
  return EndpointSetPtr(std::move(set));
}

std::optional<IpPort> ip_port(const Address& address) {
  if (address.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address.get());
    return IpPort{IpAddress::v4(ntohl(v4->sin_addr.s_addr)), address.port()};
  }
  if (address.family() != AF_INET6) return std::nullopt;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address.get());
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &v6->sin6_addr, bytes.size());
  return IpPort{IpAddress::v6(bytes), address.port()};
}

Address socket_address(const IpPort& address) {
  if (address.ip.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&v4.sin_addr, address.ip.bytes().data(), 4);
    return {reinterpret_cast<const sockaddr*>(&v4), sizeof v4};
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  std::memcpy(&v6.sin6_addr, address.ip.bytes().data(), 16);
  return {reinterpret_cast<const sockaddr*>(&v6), sizeof v6};
}

Result<Address> host_address(const HostDescription& host) {
  if (host.ip) return socket_address(*host.ip);
  return Address::pipe(host.address);
}

}  // namespace lab::proxy
