#pragma once

#include "mesh/compile/routes.h"

namespace lab::compile {

/// The route configuration of a sidecar's outbound HTTP listeners at one port; `name` is the port,
/// or "HOST:PORT" for a listener of one service alone, which then gets all hosts.
config::RouteConfiguration sidecar_routes(const Proxy& proxy, const std::string& name);

/// The names under which clients in the proxy's namespace may ask for a service.
/// `port` is appended in a second form where the profile has both.
std::vector<std::string> service_domains(const model::Service& service, std::uint32_t port,
                                         const Proxy& proxy);

/// The virtual host for all other names; nothing where the profile answers them with 404.
std::optional<config::VirtualHost> catch_all_host(const Proxy& proxy);

}  // namespace lab::compile
