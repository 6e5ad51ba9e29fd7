#pragma once

#include "mesh/crd/destination_rule.h"
#include "mesh/crd/gateway.h"
#include "mesh/crd/service_entry.h"
#include "mesh/crd/sidecar.h"
#include "mesh/crd/validation/checker.h"
#include "mesh/crd/virtual_service.h"
#include "mesh/crd/workload_entry.h"

/// The semantic rules of the networking kinds, one file each; `checker` stands at the spec.
namespace lab::crd {

void check_spec(Checker& checker, const VirtualServiceSpec& spec);
void check_spec(Checker& checker, const DestinationRuleSpec& spec);
void check_spec(Checker& checker, const GatewaySpec& spec);
void check_spec(Checker& checker, const ServiceEntrySpec& spec);
void check_spec(Checker& checker, const WorkloadEntrySpec& spec);
void check_spec(Checker& checker, const SidecarSpec& spec);

/// One HTTP route; `delegated`: its VirtualService has no hosts, so that others delegate to it.
void check_http_route(Checker& checker, const HttpRoute& route, bool delegated);
void check_http_match(Checker& checker, const HttpMatch& match);
void check_gateway_names(Checker& checker, const std::vector<std::string>& gateways);
/// Names a route or match may use for claims of a token: "@request.auth.claims.x",
/// "@request.auth.claims[x]".
bool is_claim_header(std::string_view name);

}  // namespace lab::crd
