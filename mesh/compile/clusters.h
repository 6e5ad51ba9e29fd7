#pragma once

#include <vector>

#include "mesh/compile/cluster_draft.h"
#include "mesh/compile/inbound_target.h"

namespace lab::compile {

/// A cluster for each port and subset of each service that the proxy sees, in order of their names;
/// those that traffic without a service goes to as well.
std::vector<config::Cluster> outbound_clusters(const Proxy& proxy, Secrets& secrets);

/// A cluster for each port of the workload's own program.
std::vector<config::Cluster> inbound_clusters(const Proxy& proxy,
                                              const std::vector<InboundTarget>& targets);

/// The endpoints of every EDS cluster among `clusters`.
std::vector<config::ClusterLoadAssignment> endpoints_of(
    const Proxy& proxy, const std::vector<config::Cluster>& clusters);

/// The endpoints of one port and subset (null: all), by locality and priority.
config::ClusterLoadAssignment load_assignment(const Proxy& proxy, const model::Service& service,
                                              const model::Port& port, const crd::Subset* subset,
                                              const std::string& name);

/// The SPIFFE IDs that servers of the service may have, sorted.
std::vector<std::string> identities_of(const model::Service& service, const Proxy& proxy);

}  // namespace lab::compile
