#include "mesh/compile/names.h"

#include "base/text.h"

namespace lab::compile {

std::string cluster_name(std::uint32_t port, std::string_view subset, std::string_view host) {
  std::string name = "outbound|" + std::to_string(port) + "|";
  name += subset;
  name += "|";
  name += host;
  return name;
}

std::string dns_cluster_name(std::uint32_t port, std::string_view subset, std::string_view host) {
  std::string name = "outbound_." + std::to_string(port) + "_.";
  name += subset;
  name += "_.";
  name += host;
  return name;
}

ClusterName parse_cluster_name(const std::string& name) {
  ClusterName parsed;
  parsed.dns_form = name.compare(0, 10, "outbound_.") == 0;
  const std::string between = parsed.dns_form ? "_." : "|";
  const std::size_t port = name.find(between) + between.size();
  const std::size_t subset = name.find(between, port) + between.size();
  const std::size_t host = name.find(between, subset) + between.size();
  parsed.port = static_cast<std::uint32_t>(std::strtoul(name.c_str() + port, nullptr, 10));
  parsed.subset = name.substr(subset, host - between.size() - subset);
  parsed.host = name.substr(host);
  return parsed;
}

std::string host_and_port(std::string_view host, std::uint32_t port) {
  const bool is_v6 = host.find(':') != std::string_view::npos;
  return (is_v6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::to_string(port);
}

std::string listener_name(std::string_view address, std::uint32_t port) {
  return std::string(address) + "_" + std::to_string(port);
}

std::string operation_target(std::string_view cluster) {
  const std::vector<std::string> parts = split(cluster, '|');
  return parts.size() == 4 ? parts[3] + ":" + parts[1] : "";
}

}  // namespace lab::compile
