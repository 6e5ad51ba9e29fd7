#include "mesh/config/endpoint.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

LAB_RECORD(EndpointHealthCheckConfig, "envoy.config.endpoint.v3.Endpoint.HealthCheckConfig") {
  record.field("port_value", &EndpointHealthCheckConfig::port_value).at_most(65535);
  record.field("hostname", &EndpointHealthCheckConfig::hostname);
  record.field("address", &EndpointHealthCheckConfig::address);
  record.field("disable_active_health_check",
               &EndpointHealthCheckConfig::disable_active_health_check);
}

LAB_RECORD(EndpointAdditionalAddress, "envoy.config.endpoint.v3.Endpoint.AdditionalAddress") {
  record.field("address", &EndpointAdditionalAddress::address);
}

LAB_RECORD(Endpoint, "envoy.config.endpoint.v3.Endpoint") {
  record.field("address", &Endpoint::address);
  record.field("health_check_config", &Endpoint::health_check_config);
  record.field("hostname", &Endpoint::hostname);
  record.field("additional_addresses", &Endpoint::additional_addresses)
      .ignored("an endpoint has one address: the first");
}

LAB_RECORD(LbEndpoint, "envoy.config.endpoint.v3.LbEndpoint") {
  record.field("endpoint", &LbEndpoint::endpoint);
  record.field("health_status", &LbEndpoint::health_status);
  record.field("metadata", &LbEndpoint::metadata);
  record.field("load_balancing_weight", &LbEndpoint::load_balancing_weight).at_least(1);
  record.check(valid_endpoint);
}

LAB_RECORD(LocalityLbEndpoints, "envoy.config.endpoint.v3.LocalityLbEndpoints") {
  record.field("locality", &LocalityLbEndpoints::locality);
  record.field("metadata", &LocalityLbEndpoints::metadata).ignored("only for management servers");
  record.field("lb_endpoints", &LocalityLbEndpoints::lb_endpoints);
  record.field("load_balancing_weight", &LocalityLbEndpoints::load_balancing_weight).at_least(1);
  record.field("priority", &LocalityLbEndpoints::priority).at_most(128);
  record.field("proximity", &LocalityLbEndpoints::proximity).ignored("only for management servers");
}

LAB_RECORD(DropOverload, "envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload") {
  record.field("category", &DropOverload::category).not_empty();
  record.field("drop_percentage", &DropOverload::drop_percentage);
}

LAB_RECORD(LoadAssignmentPolicy, "envoy.config.endpoint.v3.ClusterLoadAssignment.Policy") {
  record.field("drop_overloads", &LoadAssignmentPolicy::drop_overloads)
      .check(not_supported("requests are not dropped by category."));
  record.field("overprovisioning_factor", &LoadAssignmentPolicy::overprovisioning_factor)
      .at_least(1);
  record.field("endpoint_stale_after", &LoadAssignmentPolicy::endpoint_stale_after)
      .ignored("a file is never stale")
      .check(longer_than(std::chrono::seconds(0)));
  record.field("weighted_priority_health", &LoadAssignmentPolicy::weighted_priority_health)
      .ignored("endpoints weigh the same for the health of a priority");
}

LAB_RECORD(ClusterLoadAssignment, "envoy.config.endpoint.v3.ClusterLoadAssignment") {
  record.field("cluster_name", &ClusterLoadAssignment::cluster_name).not_empty();
  record.field("endpoints", &ClusterLoadAssignment::endpoints);
  record.field("policy", &ClusterLoadAssignment::policy);
}

}  // namespace lab::config
