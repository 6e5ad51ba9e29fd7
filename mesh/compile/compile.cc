#include "mesh/compile/compile.h"

#include <algorithm>

#include "base/text.h"
#include "mesh/compile/authorization.h"
#include "mesh/compile/clusters.h"
#include "mesh/compile/listeners.h"
#include "mesh/compile/virtual_hosts.h"

namespace lab::compile {
namespace {

template <class T>
void sort_by_name(std::vector<T>& resources) {
  std::stable_sort(resources.begin(), resources.end(),
                   [](const T& a, const T& b) { return a.name < b.name; });
}

std::string identifier(const model::Workload& workload, const model::MeshOptions& mesh) {
  const bool gateway = workload.kind == model::WorkloadKind::gateway;
  return std::string(gateway ? "router" : "sidecar") + "~" + workload.address + "~" +
         workload.name + "." + workload.name_space + "~" + workload.name_space + ".svc." +
         mesh.domain;
}

std::string service_cluster(const model::Workload& workload) {
  const auto app = workload.labels.find("app");
  return (app == workload.labels.end() ? workload.name : app->second) + "." + workload.name_space;
}

std::vector<Registration> registrations_of(const Proxy& proxy) {
  std::vector<Registration> all;
  for (const model::Service* service : proxy.scope.services()) {
    for (const model::Endpoint& endpoint : service->endpoints) {
      const model::Port* port = service->port_named(endpoint.port_name);
      if (port == nullptr) continue;
      all.push_back({service->host, port->name, port->number,
                     std::string(model::protocol_name(port->protocol)), endpoint.address,
                     endpoint.port, endpoint.labels});
    }
  }
  return all;
}

/// The workload that `name` means; of equal names the one of the stated namespace.
const model::Workload* find_node(const std::vector<model::Workload>& all, const std::string& name) {
  const model::Workload* found = nullptr;
  for (const model::Workload& workload : all) {
    if (workload.name + "." + workload.name_space == name) return &workload;
    if (workload.name == name && found == nullptr) found = &workload;
  }
  return found;
}

Result<std::vector<const model::Workload*>> chosen(const Input& input,
                                                   const std::vector<model::Workload>& all) {
  std::vector<const model::Workload*> nodes;
  if (input.nodes.empty()) {
    for (const model::Workload& workload : all) {
      if (workload.kind != model::WorkloadKind::plain) nodes.push_back(&workload);
    }
    return nodes;
  }
  std::vector<std::string> names;
  for (const model::Workload& workload : all) names.push_back(workload.name);
  for (const std::string& name : input.nodes) {
    const model::Workload* node = find_node(all, name);
    if (node == nullptr)
      return fail(Errc::usage,
                  "no workload is called \"" + name + "\"." + did_you_mean(name, names));
    nodes.push_back(node);
  }
  return nodes;
}

/// What is known and not compiled is said, never dropped.
void report_unsupported(const crd::Objects& objects, Diagnostics& out) {
  for (const crd::UnsupportedField& field : objects.unsupported)
    out.add(field.origin, field.object + ": " + field.message);
}

}  // namespace

std::string node_name(const model::Workload& workload, const std::vector<model::Workload>& all) {
  const auto same = std::count_if(all.begin(), all.end(),
                                  [&](const auto& other) { return other.name == workload.name; });
  return same > 1 ? workload.name + "." + workload.name_space : workload.name;
}

NodeConfig compile_node(const Snapshot& snapshot, const model::Workload& workload) {
  const Proxy proxy(snapshot, workload);
  Secrets secrets(snapshot, workload.name_space);
  NodeConfig node;
  node.workload = workload;
  node.id = identifier(workload, snapshot.mesh);
  node.cluster = service_cluster(workload);
  node.profile = snapshot.profile->name;
  node.folder = snapshot.folder;
  node.policy_server = snapshot.mesh.mixer_check_server;
  node.telemetry_server = snapshot.mesh.mixer_report_server;
  node.policy_fails_open = snapshot.mesh.policy_check_fail_open;
  node.dns_queries = snapshot.profile->dns_queries;
  node.names_assignment = snapshot.profile->names_assignment;
  tell_beyond_proxy(proxy, node.beyond_proxy);
  const std::vector<InboundTarget> targets = inbound_targets(proxy);
  node.clusters = outbound_clusters(proxy, secrets);
  node.endpoints = endpoints_of(proxy, node.clusters);
  if (proxy.is_gateway()) {
    GatewayOutput gateway = gateway_listeners(proxy, secrets, node.beyond_proxy);
    node.listeners = std::move(gateway.listeners);
    node.routes = std::move(gateway.routes);
  } else {
    for (config::Cluster& cluster : inbound_clusters(proxy, targets))
      node.clusters.push_back(std::move(cluster));
    std::set<std::string> routes;
    node.listeners = outbound_listeners(proxy, routes);
    for (config::Listener& listener : inbound_listeners(proxy, targets, secrets, node.beyond_proxy))
      node.listeners.push_back(std::move(listener));
    SidecarRoutes maker(proxy);
    for (const std::string& name : routes) node.routes.push_back(maker.make(name));
  }
  sort_by_name(node.listeners);
  sort_by_name(node.routes);
  sort_by_name(node.clusters);
  std::stable_sort(node.endpoints.begin(), node.endpoints.end(),
                   [](const auto& a, const auto& b) { return a.cluster_name < b.cluster_name; });
  node.secrets = secrets.take();
  node.registrations = registrations_of(proxy);
  return node;
}

Result<> compile_each(
    const Input& input, Diagnostics& out,
    const std::function<Result<>(const std::string& name, const NodeConfig& config)>& visit) {
  const Profile* profile = TRY(find_profile(input.profile));
  Snapshot snapshot = make_snapshot(input.objects, *profile, out);
  snapshot.folder = input.folder;
  report_unsupported(input.objects, out);
  TRY(out.result());
  const std::vector<model::Workload>& all = snapshot.registry.workloads;
  for (const model::Workload* workload : TRY(chosen(input, all)))
    TRY(visit(node_name(*workload, all), compile_node(snapshot, *workload)));
  return {};
}

Result<NodeConfigs> compile(const Input& input, Diagnostics& out) {
  const Profile* profile = TRY(find_profile(input.profile));
  Snapshot snapshot = make_snapshot(input.objects, *profile, out);
  snapshot.folder = input.folder;
  report_unsupported(input.objects, out);
  NodeConfigs configs;
  const std::vector<model::Workload>& all = snapshot.registry.workloads;
  for (const model::Workload* workload : TRY(chosen(input, all)))
    configs.emplace(node_name(*workload, all), compile_node(snapshot, *workload));
  return configs;
}

Result<model::Registry> registry_of(const Input& input, Diagnostics& out) {
  const Profile* profile = TRY(find_profile(input.profile));
  return make_snapshot(input.objects, *profile, out).registry;
}

}  // namespace lab::compile
