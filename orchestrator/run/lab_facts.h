#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "orchestrator/pki/make_pki.h"
#include "orchestrator/run/hops.h"
#include "orchestrator/run/judge.h"
#include "orchestrator/scenario/variables.h"

namespace lab::orchestrator {

/// A file in a node that shows one key of a Kubernetes Secret.
struct SecretFile {
  std::string node;  ///< Short name.
  std::string path;
  std::string secret;  ///< "NAMESPACE/NAME".
  std::string key;     ///< "tls.crt".
};

/// Whose records tell which way a request went.
enum class Engine : std::uint8_t {
  mesh,   ///< Our proxy's trace records.
  envoy,  ///< A real Envoy's counters: which proxies and clusters, without certificates.
};

/// One node as steps know it.
struct NodeFacts {
  std::string id;  ///< As the running lab calls it.
  std::string address;
  bool has_proxy = false;
  std::vector<std::string> servers;  ///< Programs beside the proxy.
};

/// The configuration files of all proxies: node -> file name -> content.
using ProxyFiles = std::map<std::string, std::map<std::string, std::string>>;

/// Everything that running steps need to know of a lab beside the lab itself.
struct LabFacts {
  Engine engine = Engine::mesh;
  std::map<std::string, NodeFacts> nodes;
  ProxyAddresses proxies;
  std::vector<SecretFile> secret_files;
  Pki pki;
  Variables variables;  ///< With the values of what was generated.
  ProxyFiles proxy_files;
  /// What the proxies' files become with these objects added (files of the scenario) and removed
  /// (KIND/NAME).
  std::function<Result<ProxyFiles>(const std::vector<std::string>& apply,
                                   const std::vector<std::string>& remove)>
      recompile;
  /// A part of a node's configuration in the profile's shape: "clusters/NAME".
  std::function<Result<Value>(const std::string& node, const std::string& part)> config;
};

}  // namespace lab::orchestrator
