#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mesh/crd/lint.h"

namespace lab::crd {

/// A port that a host offers.
struct KnownPort {
  std::uint32_t number = 0;
  std::string name;
  std::string protocol;  ///< As declared: the name's prefix, appProtocol or ServiceEntry's
                         ///< protocol, upper case; "" unknown.
};

/// A host that requests can go to.
struct KnownHost {
  std::string name;  ///< Full name; a ServiceEntry's may begin with a wildcard.
  std::string namespace_name;
  std::vector<KnownPort> ports;
  const Service* service = nullptr;  ///< One of these two.
  const ServiceEntry* entry = nullptr;
  bool external() const {
    return entry != nullptr && entry->spec.location == ServiceLocation::MESH_EXTERNAL;
  }
};

/// What runs: a pod, a deployment's pods, or a WorkloadEntry.
struct KnownWorkload {
  const Object* object = nullptr;
  std::string namespace_name;
  Labels labels;
  std::string service_account;
  const PodSpec* pod = nullptr;       ///< nullptr for a WorkloadEntry.
  bool mounts_by_annotation = false;  ///< The injector adds volumes to its sidecar.
};

/// All objects by what others call them.
class LintIndex {
 public:
  explicit LintIndex(const Objects& objects);

  const Objects& objects() const { return objects_; }
  const std::vector<KnownHost>& hosts() const { return hosts_; }
  const std::vector<KnownWorkload>& workloads() const { return workloads_; }

  /// "a" as an object of `space` means it: "a.SPACE.svc.cluster.local"; names with a dot stay.
  static std::string full_name(const std::string& host, const std::string& space);
  /// The hosts that `name` (full, perhaps a wildcard) stands for.
  std::vector<const KnownHost*> find_hosts(const std::string& name) const;
  /// Rules for the full name, exact ones before wildcards.
  std::vector<const DestinationRule*> find_rules(const std::string& name) const;
  const Gateway* find_gateway(const std::string& name, const std::string& space) const;
  /// Workloads of a namespace ("" all) with these labels.
  std::vector<const KnownWorkload*> find_workloads(const Labels& labels,
                                                   const std::string& space) const;
  /// The labels of each endpoint of a host.
  std::vector<Labels> endpoint_labels(const KnownHost& host) const;
  bool has_secret(const std::string& name, const std::string& space) const;
  /// Some VirtualService sends to that subset of the host (full name).
  bool sends_to(const std::string& host, const std::string& subset) const;

 private:
  void add_services();
  void add_entries();
  void add_workloads();
  void add_destinations();

  const Objects& objects_;
  std::vector<KnownHost> hosts_;
  std::vector<KnownWorkload> workloads_;
  std::map<std::string, std::vector<std::size_t>>
      by_name_;  ///< Exact host names, for large meshes.
  std::vector<std::size_t> wildcards_;
  std::map<std::string, std::vector<const DestinationRule*>> rules_;
  std::set<std::pair<std::string, std::string>> sent_to_;  ///< Host, subset.
};

/// A Service that comes with an installation of Istio or with Kubernetes.
bool is_installed_host(const std::string& name);
/// Labels of the gateways that an installation of Istio brings.
bool is_installed_gateway(const Labels& labels);
/// A file that is there without a volume of the user's own objects.
bool is_installed_file(const LintIndex& index, const std::string& file);

/// Where rules put what they find.
class LintReport {
 public:
  explicit LintReport(std::vector<LintFinding>& findings) : findings_(findings) {}
  void add(std::string_view code, const Object& object, const Origin& origin, std::string message);
  void add(std::string_view code, const Object& object, std::string message) {
    add(code, object, object.origin, std::move(message));
  }

 private:
  std::vector<LintFinding>& findings_;
};

/// The protocol that a port's name or appProtocol declares, upper case; "" when it is left to
/// detection.
std::string declared_protocol(const ServicePort& port);
/// "a, b" for messages; at most a handful.
std::string listed(const std::set<std::string>& names);
/// The mesh itself reads it, not only gateways.
bool bound_to_mesh(const VirtualService& object);
/// Each destination of a route's http, tls and tcp routes and mirrors.
void each_destination(const VirtualService& object,
                      const std::function<void(const Destination&)>& visit);

void lint_references(const LintIndex& index, LintReport& report);
void lint_workload_references(const LintIndex& index, LintReport& report);
void lint_routes(const LintIndex& index, LintReport& report);
void lint_route_scope(const LintIndex& index, LintReport& report);
void lint_destination_rules(const LintIndex& index, LintReport& report);
void lint_gateways(const LintIndex& index, LintReport& report);
void lint_services(const LintIndex& index, LintReport& report);
void lint_security(const LintIndex& index, LintReport& report);
void lint_authorization(const LintIndex& index, LintReport& report);

}  // namespace lab::crd
