#pragma once

#include <set>

#include "mesh/crd/objects.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/scenario/variables.h"

namespace lab::orchestrator {

/// The server that a node runs: as its `nodes` entry says, else as its container images' names say;
/// `hello` stands in for a program that the lab doesn't have when its containers name ports.
ServerKind server_of(const NodeSpec* spec, const crd::PodSpec* pod, const Node& node);

/// What is needed to make servers.
struct ServerContext {
  const Scenario& scenario;
  const Variables& variables;
  std::string templates;  ///< Folder nginx-conf.
};

/// Adds the node's server or command to it: its program, configuration files and when it is ready.
Result<> add_server(const ServerContext& context, const NodeSpec* spec, const crd::PodSpec* pod,
                    Node& node);

/// The DNS server of the cluster: answers `records` (name -> addresses) and NXDOMAIN for everything
/// else.
Node dns_node(const std::string& address, const std::string& bridge,
              const std::map<std::string, std::vector<std::string>>& records);

}  // namespace lab::orchestrator
