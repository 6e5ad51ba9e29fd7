#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mesh/compile/scope.h"

namespace lab::compile {

/// One server of a Gateway, as a gateway's proxy has it.
struct GatewayServer {
  const crd::Server* server = nullptr;
  std::string gateway;  ///< "NAMESPACE/NAME".
  std::string name_space;
  std::vector<std::string> hosts;         ///< "HOST" or "NAMESPACE/HOST"; no "." and no "*/".
  std::vector<std::string> server_names;  ///< Of the hosts, for TLS.
  std::uint32_t port = 0;                 ///< Where the workload listens.
  std::string route_name;                 ///< Empty: no HTTP.
  model::Source source;

  bool speaks_http() const;  ///< Plain HTTP.
  bool has_tls() const;      ///< Any TLS, also passed through.
  bool passes_tls() const;   ///< PASSTHROUGH, AUTO_PASSTHROUGH.
  bool ends_https() const;   ///< HTTPS with a certificate here.
};

/// Servers that share an address and port, in the order of their objects.
struct GatewayPort {
  std::uint32_t port = 0;
  std::string bind;
  std::string protocol;
  std::string route_name;  ///< Of plain HTTP.
  std::vector<GatewayServer> servers;
};

/// All servers of the Gateways that select the workload, oldest Gateway first. Servers that cannot
/// stand beside an earlier one (another protocol in plain text, the same host with TLS) are left
/// out, as Istio does.
std::vector<GatewayPort> gateway_ports(const Proxy& proxy);

/// Whether a server of that host ("NAMESPACE/HOST" or "HOST") serves objects of that namespace, and
/// the bare host.
bool host_for(const std::string& server_host, const std::string& name_space, std::string& bare);

}  // namespace lab::compile
