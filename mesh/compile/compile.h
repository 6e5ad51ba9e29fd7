#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mesh/compile/node_config.h"
#include "mesh/compile/snapshot.h"

namespace lab::compile {

/// What to compile.
struct Input {
  const crd::Objects& objects;
  std::string profile = "istio-current";
  std::vector<std::string> nodes;  ///< NAME or NAME.NAMESPACE; empty: every workload with a proxy.
  std::string folder = "/etc/lab/proxy";  ///< Where the proxy will find its files.
};

/// The result: configurations by node ("NAME", or "NAME.NAMESPACE" where a name occurs twice).
using NodeConfigs = std::map<std::string, NodeConfig>;

/// Computes what Istio's control plane would send to each proxy. Pure: no files, no clock, the same
/// answer each time.
///
/// Fails with Errc::usage for a profile or node that does not exist (the message names near ones);
/// what is wrong with the objects goes to `out`, and the answer leaves it out.
Result<NodeConfigs> compile(const Input& input, Diagnostics& out);

/// The same, one after the other and none kept: the configurations of a large mesh don't fit in
/// memory together. Stops at the first failure of `visit`; nothing is compiled when something is
/// wrong with the objects (Errc::config, all of it).
Result<> compile_each(
    const Input& input, Diagnostics& out,
    const std::function<Result<>(const std::string& name, const NodeConfig& config)>& visit);

/// The workloads, services and addresses that the objects describe, without compiling: for those
/// who make the nodes.
Result<model::Registry> registry_of(const Input& input, Diagnostics& out);

/// Compiles one workload of a snapshot.
NodeConfig compile_node(const Snapshot& snapshot, const model::Workload& workload);

/// The node's name among the others: "NAME", or "NAME.NAMESPACE" when the name occurs twice.
std::string node_name(const model::Workload& workload, const std::vector<model::Workload>& all);

}  // namespace lab::compile
