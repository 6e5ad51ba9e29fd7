#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/core.h"

/// The endpoints of a cluster.
namespace lab::config {

/// Where an endpoint's health is asked, when not at its address.
struct EndpointHealthCheckConfig {
  std::uint32_t port_value = 0;
  std::string hostname;
  std::optional<Address> address;
  bool disable_active_health_check = false;
};

/// A further address of an endpoint.
struct EndpointAdditionalAddress {
  std::optional<Address> address;
};

/// An address in a cluster.
struct Endpoint {
  std::optional<Address> address;
  std::optional<EndpointHealthCheckConfig> health_check_config;
  std::string hostname;
  std::vector<EndpointAdditionalAddress> additional_addresses;
};

/// An endpoint with its weight and health.
struct LbEndpoint {
  std::optional<Endpoint> endpoint;
  HealthStatus health_status = HealthStatus::unknown;
  std::optional<Metadata> metadata;
  std::optional<std::uint32_t> load_balancing_weight;
};

/// The endpoints of one locality and priority.
struct LocalityLbEndpoints {
  std::optional<Locality> locality;
  std::optional<Metadata> metadata;
  std::vector<LbEndpoint> lb_endpoints;
  std::optional<std::uint32_t> load_balancing_weight;
  std::uint32_t priority = 0;
  std::optional<std::uint32_t> proximity;
};

/// A share of requests to drop.
struct DropOverload {
  std::string category;
  std::optional<FractionalPercent> drop_percentage;
};

/// Policy on all endpoints.
struct LoadAssignmentPolicy {
  std::vector<DropOverload> drop_overloads;
  std::optional<std::uint32_t> overprovisioning_factor;
  std::optional<Duration> endpoint_stale_after;
  bool weighted_priority_health = false;
};

/// All endpoints of a cluster.
struct ClusterLoadAssignment {
  std::string cluster_name;
  std::vector<LocalityLbEndpoints> endpoints;
  std::optional<LoadAssignmentPolicy> policy;
};

const Record<EndpointHealthCheckConfig>& record_of(const EndpointHealthCheckConfig*);
const Record<EndpointAdditionalAddress>& record_of(const EndpointAdditionalAddress*);
const Record<Endpoint>& record_of(const Endpoint*);
const Record<LbEndpoint>& record_of(const LbEndpoint*);
const Record<LocalityLbEndpoints>& record_of(const LocalityLbEndpoints*);
const Record<DropOverload>& record_of(const DropOverload*);
const Record<LoadAssignmentPolicy>& record_of(const LoadAssignmentPolicy*);
const Record<ClusterLoadAssignment>& record_of(const ClusterLoadAssignment*);

}  // namespace lab::config
