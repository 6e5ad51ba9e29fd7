#include "orchestrator/plan/check.h"

#include <arpa/inet.h>

#include <charconv>
#include <optional>
#include <set>

#include "base/text.h"

namespace lab::orchestrator {
namespace {

constexpr std::size_t kMaxLinkName = 15;  // IFNAMSIZ without its zero.
constexpr std::size_t kMaxHostname = 64;

std::optional<std::uint32_t> ipv4(const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1) return {};
  return ntohl(address.s_addr);
}

bool is_range(const std::string& text) {
  const std::size_t slash = text.find('/');
  unsigned bits = 32;
  if (slash != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + slash + 1, end, bits);
    if (read.ec != std::errc() || read.ptr != end) return false;
  }
  return bits <= 32 && ipv4(text.substr(0, slash)).has_value();
}

bool is_inside(std::uint32_t address, std::uint32_t network, unsigned prefix_length) {
  const std::uint32_t mask = prefix_length == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix_length);
  return (address & mask) == (network & mask);
}

class Checker {
 public:
  explicit Checker(const Plan& plan) : plan_(plan) {}

  Result<> run() {
    if (plan_.name.empty() || plan_.name.find_first_of("/ \n") != std::string::npos) {
      find("the lab's name \"" + plan_.name +
           "\" must not be empty, nor contain a slash or a space");
    }
    for (const Bridge& bridge : plan_.bridges) check_bridge(bridge);
    for (const Node& node : plan_.nodes) check_node(node);
    for (const Route& route : plan_.fabric_routes) check_route("the fabric", route);
    if (findings_.empty()) return {};
    return fail(Errc::config,
                "lab " + plan_.name + " can't be made:\n  " + join(findings_, "\n  "));
  }

 private:
  void find(std::string finding) { findings_.push_back(std::move(finding)); }

  void check_bridge(const Bridge& bridge) {
    const std::string what = "bridge \"" + bridge.name + "\"";
    if (bridge.name.empty() || bridge.name.size() > kMaxLinkName) {
      find(what + ": the name must have 1 to 15 characters");
    }
    if (!bridges_.insert(bridge.name).second) find(what + " is there twice");
    if (!ipv4(bridge.address)) find(what + ": \"" + bridge.address + "\" is no IPv4 address");
    if (bridge.prefix_length > 32) find(what + ": the prefix length is above 32");
    if (!addresses_.insert(bridge.address).second) find(what + ": " + bridge.address + " is taken");
  }

  void check_node(const Node& node) {
    const std::string what = "node " + node.id();
    if (node.name.empty() || node.name == "fabric") find(what + ": choose another name");
    if (!nodes_.insert(node.id()).second) find(what + " is there twice");
    if (node.hostname.size() > kMaxHostname)
      find(what + ": the host name is longer than 64 characters");
    for (const Interface& interface : node.interfaces) check_interface(what, interface);
    for (const Route& route : node.routes) check_route(what, route);
    for (const File& file : node.files) check_path(what, file.path);
    for (const Directory& directory : node.directories) check_path(what, directory.path);
    for (const HostMount& mount : node.mounts) check_path(what, mount.path);
    for (const std::string& range : node.redirect.excluded_outbound_ranges) {
      if (!is_range(range)) find(what + ": \"" + range + "\" is no IPv4 range");
    }
    for (const auto& [name, value] : node.sysctls) {
      if (!name.starts_with("net.") || name.find('/') != std::string::npos) {
        find(what + ": sysctl \"" + name + "\" is not the node's own; only those below net. are");
      }
    }
    check_programs(what, node);
  }

  void check_interface(const std::string& what, const Interface& interface) {
    const std::string link = what + ", interface " + interface.name;
    if (interface.name.empty() || interface.name.size() > kMaxLinkName) {
      find(link + ": the name must have 1 to 15 characters");
    }
    if (interface.addresses.empty()) find(link + " has no address");
    const Bridge* bridge = nullptr;
    for (const Bridge& one : plan_.bridges) {
      if (one.name == interface.bridge) bridge = &one;
    }
    if (bridge == nullptr) return find(link + ": there is no bridge \"" + interface.bridge + "\"");
    for (const std::string& address : interface.addresses) {
      const auto number = ipv4(address), network = ipv4(bridge->address);
      if (!number) {
        find(link + ": \"" + address + "\" is no IPv4 address");
      } else if (network && !is_inside(*number, *network, bridge->prefix_length)) {
        find(link + ": " + address + " is outside " + bridge->address + "/" +
             std::to_string(bridge->prefix_length) + " of bridge " + bridge->name);
      }
      if (!addresses_.insert(address).second) find(link + ": " + address + " is taken");
    }
  }

  void check_route(const std::string& what, const Route& route) {
    if (!is_range(route.destination)) {
      find(what + ": \"" + route.destination + "\" is no IPv4 range to route to");
    }
    if (!route.via.empty() && !ipv4(route.via)) {
      find(what + ": \"" + route.via + "\" is no IPv4 address to route by");
    }
  }

  void check_path(const std::string& what, const std::string& path) {
    if (!path.starts_with("/") || path.ends_with("/") || path.find("/../") != std::string::npos) {
      find(what + ": \"" + path +
           "\" must be an absolute path without \"..\" and without a slash at its end");
    }
  }

  void check_programs(const std::string& what, const Node& node) {
    std::set<std::string> names;
    for (const Program& program : node.programs) {
      if (!names.insert(program.name).second)
        find(what + ": program " + program.name + " is there twice");
      if (program.argv.empty()) find(what + ": program " + program.name + " has no command");
      const bool asked = program.ready.kind != Readiness::Kind::none;
      if (asked && program.ready.port == 0)
        find(what + ": program " + program.name + " is ready on no port");
    }
  }

  const Plan& plan_;
  std::vector<std::string> findings_;
  std::set<std::string> bridges_, nodes_, addresses_;
};

}  // namespace

Result<> check(const Plan& plan) {
  return Checker(plan).run();
}

}  // namespace lab::orchestrator
