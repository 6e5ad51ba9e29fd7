#include "orchestrator/process/node_setup.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/handle.h"
#include "base/text.h"
#include "orchestrator/netns/netlink.h"

namespace lab::orchestrator {
namespace {

Result<> write_sysctl(const std::string& name, const std::string& value) {
  const std::string path = "/proc/sys/" + replace_all(name, ".", "/");
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file && ::write(file.get(), value.data(), value.size()) >= 0) return {};
  Error error = last_errno("set " + name + " to \"" + value + "\"");
  if (errno == EPERM || errno == EACCES || errno == EROFS) {
    error.code = Errc::unfit;
    error.message += ". In a container, start it with --privileged";
  }
  return tl::unexpected(error);
}

const Bridge* bridge_named(const Plan& plan, const std::string& name) {
  const auto found = std::find_if(plan.bridges.begin(), plan.bridges.end(),
                                  [&](const Bridge& bridge) { return bridge.name == name; });
  return found == plan.bridges.end() ? nullptr : &*found;
}

std::string network_of(const Bridge& bridge) {
  in_addr address{};
  ::inet_pton(AF_INET, bridge.address.c_str(), &address);
  const unsigned length = bridge.prefix_length;
  address.s_addr &= htonl(length == 0 ? 0 : ~std::uint32_t{0} << (32 - length));
  char text[INET_ADDRSTRLEN];
  ::inet_ntop(AF_INET, &address, text, sizeof(text));
  return text + ("/" + std::to_string(length));
}

Result<> configure(Netlink& netlink, const Plan& plan, const Interface& interface) {
  for (const std::string& address : interface.addresses) {
    TRY(netlink.add_address(interface.name, address, 32));
  }
  TRY(netlink.set_up(interface.name));
  const Bridge* bridge = bridge_named(plan, interface.bridge);
  if (bridge == nullptr) return {};
  TRY(netlink.add_neighbour(interface.name, bridge->address, mac_of(bridge->address)));
  return netlink.add_route(interface.name, network_of(*bridge), bridge->address);
}

Result<> add_planned_route(Netlink& netlink, const std::string& link, const Route& route) {
  if (route.via.empty()) return netlink.add_unreachable(route.destination);
  return netlink.add_route(link, route.destination, route.via);
}

/// The link that a gateway's address belongs to: the one whose network has it, else the first.
std::string link_for(const Plan& plan, const Node& node, const std::string& gateway) {
  for (const Interface& interface : node.interfaces) {
    const Bridge* bridge = bridge_named(plan, interface.bridge);
    if (bridge != nullptr && bridge->address == gateway) return interface.name;
  }
  return node.interfaces.empty() ? "lo" : node.interfaces[0].name;
}

/// The bridge on which an address lives.
std::string bridge_of(const Plan& plan, const std::string& address) {
  for (const Node& node : plan.nodes) {
    for (const Interface& interface : node.interfaces) {
      const auto& own = interface.addresses;
      if (std::find(own.begin(), own.end(), address) != own.end()) return interface.bridge;
    }
  }
  return "lo";
}

}  // namespace

std::string mac_of(const std::string& address) {
  in_addr parsed{};
  ::inet_pton(AF_INET, address.c_str(), &parsed);
  const auto* bytes = reinterpret_cast<const unsigned char*>(&parsed);
  char text[24];
  std::snprintf(text, sizeof(text), "02:00:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2],
                bytes[3]);
  return text;
}

Result<> apply_sysctls(const std::map<std::string, std::string>& further, bool is_fabric) {
  if (::access("/proc/sys/net/ipv6", F_OK) ==
      0) {  // A kernel may have been built or started without it.
    TRY(write_sysctl("net.ipv6.conf.all.disable_ipv6", "1"));
    TRY(write_sysctl("net.ipv6.conf.default.disable_ipv6", "1"));
  }
  if (is_fabric) {
    TRY(write_sysctl("net.ipv4.ip_forward", "1"));
    TRY(write_sysctl("net.ipv4.icmp_ratemask",
                     "0"));  // Every "unreachable" is said, however many there are.
    for (const char* scope : {"all", "default"}) {
      const std::string prefix = std::string("net.ipv4.conf.") + scope;
      TRY(write_sysctl(prefix + ".send_redirects",
                       "0"));  // Nodes of one bridge talk by way of us on purpose.
      TRY(write_sysctl(prefix + ".rp_filter", "0"));
    }
  } else {
    TRY(write_sysctl("net.ipv4.ip_unprivileged_port_start", "0"));
    for (const char* scope : {"all", "default"}) {
      TRY(write_sysctl(std::string("net.ipv4.conf.") + scope + ".rp_filter", "0"));
    }
  }
  for (const auto& [name, value] : further) TRY(write_sysctl(name, value));
  return {};
}

Result<> configure_interfaces(const Plan& plan, const Node& node) {
  Netlink netlink = TRY(Netlink::open());
  TRY(netlink.set_up("lo"));
  for (const Interface& interface : node.interfaces) TRY(configure(netlink, plan, interface));
  if (node.default_route && !node.interfaces.empty()) {
    const Bridge* bridge = bridge_named(plan, node.interfaces[0].bridge);
    if (bridge != nullptr) {
      TRY(netlink.add_route(node.interfaces[0].name, "0.0.0.0/0", bridge->address));
    }
  }
  for (const Route& route : node.routes) {
    TRY(add_planned_route(netlink, link_for(plan, node, route.via), route));
  }
  return {};
}

Result<> make_fabric(const Plan& plan) {
  Netlink netlink = TRY(Netlink::open());
  TRY(netlink.set_up("lo"));
  for (const Bridge& bridge : plan.bridges) {
    TRY(netlink.add_bridge(bridge.name, mac_of(bridge.address)));
    TRY(netlink.add_address(bridge.name, bridge.address, 32));
  }
  // What nobody has leads to loopback, where a rule answers "unreachable". A route of type
  // unreachable would too, but the kernel limits those answers to one a second for each sender.
  return netlink.add_route("lo", "0.0.0.0/0", "");
}

Result<> link_node(const Plan& plan, std::size_t index, pid_t pid) {
  Netlink netlink = TRY(Netlink::open());
  const Node& node = plan.nodes[index];
  for (std::size_t i = 0; i < node.interfaces.size(); ++i) {
    const Interface& interface = node.interfaces[i];
    if (interface.addresses.empty()) continue;
    const std::string name = "n" + std::to_string(index) + "." + interface.name.substr(0, 10);
    const std::string mac = mac_of(interface.addresses[0]);
    TRY(netlink.add_veth({name, interface.bridge, interface.name, mac, pid}));
    for (const std::string& address : interface.addresses) {
      TRY(netlink.add_neighbour(interface.bridge, address, mac));
      TRY(netlink.add_route(interface.bridge, address + "/32", ""));
    }
  }
  return {};
}

Result<> add_fabric_route(const Plan& plan, const Route& route) {
  Netlink netlink = TRY(Netlink::open());
  return add_planned_route(netlink, bridge_of(plan, route.via), route);
}

Result<bool> fabric_ready() {
  Netlink netlink = TRY(Netlink::open());
  return netlink.ports_ready();
}

void drop_host_capabilities() {
  for (const int capability : {CAP_SYS_TIME, CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_MKNOD,
                               CAP_MAC_ADMIN, CAP_MAC_OVERRIDE, CAP_WAKE_ALARM}) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
}

}  // namespace lab::orchestrator
