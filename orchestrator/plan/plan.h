#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What will exist in a lab: data only. Making it is orchestrator/process's work, computing it the
/// scenario's.
namespace lab::orchestrator {

/// Istio's proxy user: its own connections are not redirected.
constexpr uid_t kProxyUid = 1337;
/// What marks the proxy's connections (SO_MARK) in a lab where only root exists, so that they can
/// be told there.
constexpr std::uint32_t kProxyMark = 1337;
/// Where every node finds the data plane, its alternative and their configuration.
constexpr char kProxyPath[] = "/usr/local/lib/lab/proxy";
constexpr char kEnvoyPath[] = "/usr/local/lib/lab/envoy";
constexpr char kProxyConfigDirectory[] = "/etc/lab/proxy";

/// A network of the lab: a bridge in the fabric, which is also its nodes' gateway.
///
/// The fabric routes between its bridges; an address that no node has is answered "unreachable" at
/// once.
struct Bridge {
  std::string name;     ///< At most 15 characters, for example "pods".
  std::string address;  ///< The fabric's own, for example "10.234.0.1".
  unsigned prefix_length = 16;
};

/// One end of a link, inside a node.
struct Interface {
  std::string name = "eth0";
  std::string bridge;  ///< Name of the Bridge it hangs on.
  std::vector<std::string>
      addresses;  ///< IPv4, without a prefix length; the first is the source of connections.
};

/// A route in a node, or in the fabric.
struct Route {
  std::string destination;  ///< "0.0.0.0/0", "192.168.0.0/24".
  std::string
      via;  ///< A gateway's or node's address; empty: nothing is sent, the answer is "unreachable".
};

/// A file that a node shall see; exists in that node only.
struct File {
  std::string path;  ///< Absolute; missing folders above it are made (0755, root).
  std::string content;
  mode_t mode = 0644;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// A folder that exists in the node only and that its programs may watch (inotify) while files in
/// it are replaced.
struct Directory {
  std::string path;  ///< Absolute.
  mode_t mode = 0755;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// A file or folder of the host, seen read-only at a place of the node; no folder above it need be
/// readable there.
struct HostMount {
  std::string host_path;
  std::string path;  ///< In the node; absolute.
};

/// Which connections of a node are bent to its proxy.
struct Redirect {
  enum class Mode : std::uint8_t {
    none,
    istio_1_0,      ///< Outbound and inbound both to 15001, as Istio 1.0's istio-iptables.sh.
    istio_current,  ///< Outbound to 15001, inbound to 15006, as today's istio-iptables.
  };
  Mode mode = Mode::none;
  uid_t proxy_uid = kProxyUid;
  gid_t proxy_gid = kProxyUid;
  /// Set where the proxy's user can't be mapped (rootless without /etc/subuid): connections with
  /// this mark (SO_MARK) are exempt instead of the user's.
  std::optional<std::uint32_t> exempt_mark;
  std::uint16_t outbound_port = 15001;
  std::uint16_t inbound_port = 15006;  ///< Not used by istio_1_0.
  std::vector<std::uint16_t>
      excluded_inbound_ports;  ///< Beside the proxy's own (15020, 15021, 15090 and 22 today).
  /// istio_1_0: only these are captured; nothing: every port. (Istio 1.0 took them from the Pod's
  /// containerPorts.)
  std::optional<std::vector<std::uint16_t>> included_inbound_ports;
  std::vector<std::uint16_t> excluded_outbound_ports;
  std::vector<std::string> excluded_outbound_ranges;  ///< CIDRs.
  std::vector<uid_t> excluded_uids;  ///< Users whose connections leave as they are.
};

/// A Service's port as a Pod without a proxy reaches it, which in a cluster is kube-proxy's work.
struct ServiceRoute {
  std::string address;  ///< The cluster IP.
  std::uint16_t port = 0;
  std::vector<std::string> endpoints;  ///< "ADDRESS:PORT"; without any, connections are refused.
};

/// When a program counts as started.
struct Readiness {
  enum class Kind : std::uint8_t {
    none,  ///< At once.
    port,  ///< Something accepts TCP connections on 127.0.0.1:port, or on `address`.
    http,  ///< GET path on 127.0.0.1:port answers 200.
    udp,   ///< A UDP socket is bound to the port.
  };
  Kind kind = Kind::none;
  std::uint16_t port = 0;
  std::string path = "/ready";
  std::string address = "127.0.0.1";
};

/// A program that runs in a node as long as the lab does.
struct Program {
  std::string name;               ///< Unique in its node: "proxy", "nginx", "app".
  std::vector<std::string> argv;  ///< argv[0] is looked up in the node's PATH.
  std::map<std::string, std::string> env;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string cwd = "/";
  Readiness ready;
};

/// "ADDRESS NAME...": a line of /etc/hosts.
struct HostEntry {
  std::string address;
  std::vector<std::string> names;
};

/// What /etc/resolv.conf says; without servers nothing can be looked up.
struct Resolver {
  std::vector<std::string> servers;
  std::vector<std::string> search;
  std::vector<std::string> options;  ///< "ndots:5".
};

enum class NodeKind : std::uint8_t {
  workload,  ///< A member of the mesh, with or without a sidecar.
  gateway,
  external,  ///< A server outside the mesh.
  outside,   ///< A client outside the mesh.
};

/// One machine or Pod of the lab: network, mount, process, host name and IPC namespaces of its own.
struct Node {
  std::string name;  ///< "sleep-v1"; with its namespace unique in the plan.
  std::string namespace_ =
      "default";  ///< The Kubernetes namespace; may be empty for external and outside nodes.
  NodeKind kind = NodeKind::workload;
  std::string hostname;  ///< Empty: name.
  std::vector<Interface> interfaces;
  bool default_route = true;     ///< By way of its first interface's bridge.
  std::vector<Route> routes;     ///< Further ones.
  std::vector<HostEntry> hosts;  ///< Beside localhost and its own name.
  Resolver resolver;
  std::vector<Directory>
      directories;  ///< Certificates, proxy configuration: what is replaced while programs run.
  std::vector<File> files;
  std::vector<HostMount> mounts;
  Redirect redirect;
  std::vector<ServiceRoute> services;  ///< Of a node whose traffic no proxy takes.
  std::map<std::string, std::string>
      sysctls;                    ///< "net.ipv4.tcp_keepalive_time" -> "10"; the node's own only.
  std::vector<Program> programs;  ///< Started all at once.

  /// "NAME.NAMESPACE", or "NAME" without a namespace: how requests to a running lab call it.
  std::string id() const { return namespace_.empty() ? name : name + "." + namespace_; }
};

/// A whole lab.
struct Plan {
  std::string name;  ///< "scenario15": how a lab that is left running is found again.
  std::vector<Bridge> bridges;
  std::vector<Node> nodes;
  std::vector<Route> fabric_routes;  ///< Beside those to the nodes' addresses.
};

}  // namespace lab::orchestrator
