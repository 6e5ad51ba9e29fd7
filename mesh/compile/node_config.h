#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "mesh/config/bootstrap.h"
#include "mesh/model/workload.h"

namespace lab::compile {

/// An address behind one port of a service, as Istio 1.0's debug pages list them.
struct Registration {
  std::string host;
  std::string port_name;
  std::uint32_t port = 0;
  std::string protocol;
  std::string address;
  std::uint32_t endpoint_port = 0;
  model::Labels labels;
};

/// All that one proxy is configured with.
struct NodeConfig {
  model::Workload workload;
  std::string id;       ///< "sidecar~ADDRESS~NAME.NAMESPACE~NAMESPACE.svc.DOMAIN".
  std::string cluster;  ///< "APP.NAMESPACE".
  std::string profile;
  std::string folder;
  std::vector<config::Listener> listeners;
  std::vector<config::RouteConfiguration> routes;
  std::vector<config::Cluster> clusters;
  std::vector<config::ClusterLoadAssignment> endpoints;
  std::vector<config::Secret> secrets;
  std::vector<Registration> registrations;
  // What only dumps show.
  std::uint32_t dns_queries = 0;  ///< Of Envoy's resolver for DNS clusters; 0: not stated.
  std::string policy_server, telemetry_server;  ///< "HOST:PORT"; empty: none.
  bool policy_fails_open = false;
  bool names_assignment = false;  ///< EDS clusters state the name of their assignment.
  /// What the lab's own proxy cannot run yet, with the object that asks for it.
  Diagnostics beyond_proxy;
};

}  // namespace lab::compile
