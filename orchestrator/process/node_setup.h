#pragma once

#include <sys/types.h>

#include <map>
#include <string>

#include "base/result.h"
#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {

/// Settings of a node's or the fabric's network: no IPv6, all ports for all users, ...; then the
/// plan's own.
Result<> apply_sysctls(const std::map<std::string, std::string>& further, bool is_fabric);

/// Addresses and routes of a node whose links exist. Addresses stand alone (/32): everything goes
/// by way of the fabric, which knows who exists and refuses the rest at once.
Result<> configure_interfaces(const Plan& plan, const Node& node);

/// Bridges of the fabric and its routes, in the calling process's network namespace.
Result<> make_fabric(const Plan& plan);
/// The links of one node, whose process 1 is `pid`; `index` is its place in the plan.
Result<> link_node(const Plan& plan, std::size_t index, pid_t pid);
/// A route of the fabric beside those to the nodes.
Result<> add_fabric_route(const Plan& plan, const Route& route);
/// Whether all links of the fabric carry traffic.
Result<bool> fabric_ready();

/// A hardware address that follows from an IPv4 one, so that neighbours need not be asked for.
std::string mac_of(const std::string& address);

/// Capabilities with which a program could change the host (its clock, its modules) are given up
/// for good.
void drop_host_capabilities();

}  // namespace lab::orchestrator
