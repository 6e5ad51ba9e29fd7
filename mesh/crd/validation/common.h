#pragma once

#include "mesh/crd/destination.h"
#include "mesh/crd/duration.h"
#include "mesh/crd/gateway.h"
#include "mesh/crd/target_reference.h"
#include "mesh/crd/traffic_policy.h"
#include "mesh/crd/validation/checker.h"
#include "mesh/crd/workload_entry.h"

/// Semantic rules on parts that several kinds have.
namespace lab::crd {

/// At least 1 ms, in whole milliseconds.
std::string duration_problem(const Duration& duration);
void check_duration(Checker& checker, const char* name, const std::optional<Duration>& duration);

void check_destination(Checker& checker, const Destination& destination);
/// Namespaces that an object is visible in: ".", "*", names; for a ServiceEntry "~" too.
void check_export_to(Checker& checker, const std::vector<std::string>& export_to,
                     bool service_entry, bool selected_rule);
void check_selector(Checker& checker, const char* name, const Labels& labels);
void check_targets(Checker& checker, const std::optional<LabelSelector>& selector,
                   const std::optional<TargetReference>& target,
                   const std::vector<TargetReference>& targets);
/// A host of a Gateway's server or of a Sidecar's egress: "[NAMESPACE/]HOST".
void check_scoped_host(Checker& checker, const std::string& host, bool gateway);

void check_connection_pool(Checker& checker, const ConnectionPool& pool);
void check_load_balancer(Checker& checker, const LoadBalancer& balancer,
                         bool has_outlier_detection);
/// `name` of the policy's namespace: at the rule, a subset or a port.
void check_traffic_policy(Checker& checker, const TrafficPolicy& policy);
void check_server_tls(Checker& checker, const ServerTlsSettings& tls);

/// `service_ports`: the names of the service's ports, or nullptr for a WorkloadEntry that stands
/// alone.
void check_workload_entry(Checker& checker, const WorkloadEntrySpec& entry,
                          const std::vector<std::string>* service_ports, bool names_allowed);

}  // namespace lab::crd
