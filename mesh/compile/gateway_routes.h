#pragma once

#include "mesh/compile/gateway_servers.h"
#include "mesh/compile/virtual_hosts.h"

namespace lab::compile {

/// The route configuration of a gateway's HTTP servers that share its name.
config::RouteConfiguration gateway_routes(const std::string& name,
                                          const std::vector<const GatewayServer*>& servers,
                                          const Proxy& proxy);

}  // namespace lab::compile
