#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "mesh/model/protocol.h"

namespace lab::model {

using Labels = std::map<std::string, std::string>;

/// An object of the user that had a part in something: for "where does this come from".
struct Source {
  std::string kind;
  std::string name;  ///< "NAMESPACE/NAME".
  Origin origin;
};

/// One port that a service listens on.
struct Port {
  std::string name;
  std::uint32_t number = 0;
  Protocol protocol = Protocol::sniffed;
  std::string target_name;          ///< Of a container port, when targetPort is a name.
  std::uint32_t target_number = 0;  ///< Of targetPort; 0: the same number.
};

/// How a client finds a service's endpoints.
enum class Resolution : std::uint8_t {
  listed,           ///< The mesh knows the addresses (EDS).
  dns,              ///< All addresses that DNS gives (STRICT_DNS).
  dns_round_robin,  ///< One address that DNS gives, renewed (LOGICAL_DNS).
  passthrough,      ///< The address that the client asked for (ORIGINAL_DST).
  alias,            ///< Another name's service (ExternalName).
};

/// Who may see an object: "." its own namespace, "*" all, "~" nobody, else names.
using Visibility = std::vector<std::string>;

/// One address behind a service.
struct Endpoint {
  std::string address;     ///< IP, host name (DNS resolutions) or path of a socket.
  std::uint32_t port = 0;  ///< 0: of a path.
  std::string port_name;   ///< Which of the service's ports it serves.
  Labels labels;
  std::string service_account;
  std::string name_space;
  std::string workload;  ///< Name of the Pod or WorkloadEntry.
  std::string locality;  ///< "region/zone/sub-zone", or empty.
  std::string network;
  std::uint32_t weight = 0;  ///< 0: unset.
  bool mutual_tls = false;   ///< Its proxy speaks the mesh's TLS.
  bool healthy = true;
  bool health_known = false;  ///< From Kubernetes, which says so; not from a ServiceEntry.
  bool draining = false;
  std::vector<Source> sources;
};

/// A service of the mesh or outside it; a ServiceEntry makes one for each host and address.
struct Service {
  std::string host;
  std::string name;
  std::string name_space;
  std::vector<std::string> addresses;  ///< Virtual IPs (or CIDR ranges); empty: any address.
  std::vector<Port> ports;
  Resolution resolution = Resolution::listed;
  bool external = false;    ///< MESH_EXTERNAL, or an ExternalName.
  bool kubernetes = false;  ///< From a Service object: short names reach it.
  bool headless = false;
  bool node_local = false;  ///< internalTrafficPolicy: Local.
  bool publish_not_ready = false;
  std::string external_name;  ///< The other name, for Resolution::alias.
  Visibility export_to;       ///< Empty: all namespaces.
  Labels labels;
  Labels selector;
  std::vector<std::string> subject_alt_names;
  std::string created;      ///< RFC 3339; orders what conflicts.
  std::string object_name;  ///< Of the ServiceEntry: decides between equal times.
  std::vector<Endpoint> endpoints;
  std::vector<Source> sources;

  const Port* port(std::uint32_t number) const;
  const Port* port_named(std::string_view name) const;
};

/// Whether somebody in `name_space` sees what is exported from `owner`.
bool visible(const Visibility& export_to, const std::string& owner, const std::string& name_space);

/// Whether labels hold each of `wanted`.
bool selects(const Labels& wanted, const Labels& labels);

}  // namespace lab::model
