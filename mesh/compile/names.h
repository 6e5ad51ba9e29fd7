#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lab::compile {

/// "outbound|80|v1|HOST": the name of a cluster; the subset may be empty.
std::string cluster_name(std::uint32_t port, std::string_view subset, std::string_view host);
/// The same in the form that is a valid DNS name: "outbound_.80_.v1_.HOST".
std::string dns_cluster_name(std::uint32_t port, std::string_view subset, std::string_view host);
/// The parts of either form.
struct ClusterName {
  std::uint32_t port = 0;
  std::string subset, host;
  bool dns_form = false;
};
ClusterName parse_cluster_name(const std::string& name);
/// "HOST:80", the name of a virtual host.
std::string host_and_port(std::string_view host, std::uint32_t port);
/// "ADDRESS_PORT", the name of a listener.
std::string listener_name(std::string_view address, std::uint32_t port);
/// "HOST:PORT" of a cluster's name, for operations; empty when it is no such name.
std::string operation_target(std::string_view cluster);

inline constexpr std::string_view kAnyAddress = "0.0.0.0";
inline constexpr std::string_view kBlackHole = "BlackHoleCluster";
inline constexpr std::string_view kPassthrough = "PassthroughCluster";
inline constexpr std::string_view kInboundPassthrough = "InboundPassthroughCluster";
inline constexpr std::string_view kMeshGateway = "mesh";
/// The route configuration of MeshConfig.proxyHttpPort.
inline constexpr std::string_view kForwardProxyRoutes = "http_proxy";

}  // namespace lab::compile
