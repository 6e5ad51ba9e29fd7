#pragma once

#include <string>

#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {

/// What iptables-restore reads to bend a node's traffic to its proxy; "" when there is nothing to
/// bend.
///
/// Chains and their order are Istio's own: istio-iptables.sh of 1.0 and istio-iptables of today, so
/// that what a user knows from a cluster (`iptables -t nat -S`) looks the same here.
std::string redirect_rules(const Redirect& redirect);

/// What iptables-restore reads to lead connections to Services' addresses to one of their
/// endpoints each, by chance; "" without services. Chains are called as kube-proxy's.
std::string service_rules(const std::vector<ServiceRoute>& services);

/// What iptables-restore reads in the fabric: what was routed to loopback has no owner and is
/// refused at once.
std::string fabric_rules();

}  // namespace lab::orchestrator
