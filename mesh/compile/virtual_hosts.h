#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "mesh/compile/routes.h"

namespace lab::compile {

/// Makes the route configurations of a sidecar's outbound HTTP listeners. Those of one port share
/// their virtual hosts, which are collected once.
class SidecarRoutes {
 public:
  explicit SidecarRoutes(const Proxy& proxy) : proxy_(proxy) {}
  /// `name` is the port, or "HOST:PORT" for a listener of one service alone, which then gets all
  /// hosts.
  config::RouteConfiguration make(const std::string& name);

 private:
  struct Port {
    std::vector<config::VirtualHost> hosts;
    std::unordered_map<std::string, std::size_t> by_domain;  ///< The first that has it.
  };
  const Port& at(std::uint32_t number);

  const Proxy& proxy_;
  std::map<std::uint32_t, Port> ports_;
};

/// The names under which clients in the proxy's namespace may ask for a service.
/// Names of ExternalName Services that lead there count where `egress` imports them.
std::vector<std::string> service_domains(const model::Service& service, const Egress& egress,
                                         const Proxy& proxy);

/// The virtual host for all other names; nothing where the profile answers them with 404.
std::optional<config::VirtualHost> catch_all_host(const Proxy& proxy);

}  // namespace lab::compile
