#include <algorithm>
#include <map>
#include <set>

#include "mesh/compile/registry.h"

namespace lab::compile {
namespace {

using model::Workload;
using model::WorkloadKind;

std::string value_of(const model::Labels& labels, const char* key) {
  const auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

bool runs_router(const crd::PodSpec& spec) {
  return std::any_of(
      spec.containers.begin(), spec.containers.end(), [](const crd::Container& container) {
        std::vector<std::string> words = container.command;
        words.insert(words.end(), container.args.begin(), container.args.end());
        const auto proxy = std::find(words.begin(), words.end(), "proxy");
        return proxy != words.end() && proxy + 1 != words.end() && *(proxy + 1) == "router";
      });
}

bool is_gateway(const Workload& workload, const crd::Objects& objects) {
  const std::string istio = value_of(workload.labels, "istio");
  if (istio == "ingressgateway" || istio == "egressgateway") return true;
  return std::any_of(objects.gateways.begin(), objects.gateways.end(),
                     [&](const crd::Gateway& gateway) {
                       return !gateway.spec.selector.empty() &&
                              model::selects(gateway.spec.selector, workload.labels);
                     });
}

void set_kind(Workload& workload, const crd::Objects& objects, bool router) {
  if (router || is_gateway(workload, objects)) {
    workload.kind = WorkloadKind::gateway;
  } else if (value_of(workload.labels, "sidecar.istio.io/inject") == "false" ||
             value_of(workload.annotations, "sidecar.istio.io/inject") == "false") {
    workload.kind = WorkloadKind::plain;
  }
}

/// "REGION/ZONE/SUBZONE" of a Node's labels; empty when it has none of them.
std::string locality_of(const crd::Node& node) {
  const model::Labels& labels = node.metadata.labels;
  const auto either = [&](const char* label, const char* older) {
    const std::string value = value_of(labels, label);
    return value.empty() ? value_of(labels, older) : value;
  };
  const std::string region =
      either("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region");
  const std::string zone =
      either("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone");
  const std::string subzone = value_of(labels, "topology.istio.io/subzone");
  if (region.empty() && zone.empty() && subzone.empty()) return "";
  return region + "/" + zone + "/" + subzone;
}

/// What the pod's own label says, else its Node's.
std::string locality_of(const Workload& workload, const crd::Objects& objects) {
  std::string own = value_of(workload.labels, "istio-locality");
  if (!own.empty()) {
    if (own.find('/') == std::string::npos) std::replace(own.begin(), own.end(), '.', '/');
    return own;
  }
  if (workload.node_name.empty()) return "";
  for (const crd::Node& node : objects.nodes) {
    if (node.metadata.name == workload.node_name) return locality_of(node);
  }
  return "";
}

Workload from_pod_spec(const crd::Metadata& metadata, const crd::PodSpec& spec,
                       const crd::Objects& objects) {
  Workload workload;
  workload.labels = metadata.labels;
  workload.annotations = metadata.annotations;
  workload.service_account = crd::service_account(spec);
  workload.node_name = spec.node_name;
  workload.locality = locality_of(workload, objects);
  workload.network = value_of(metadata.labels, "topology.istio.io/network");
  workload.address = value_of(metadata.annotations, "lab/address");
  workload.mutual_tls = value_of(metadata.labels, "security.istio.io/tlsMode") == "istio";
  for (const crd::Container& container : spec.containers) {
    for (const crd::ContainerPort& port : container.ports) {
      workload.ports.push_back(
          {port.name, port.container_port, port.protocol.empty() ? "TCP" : port.protocol});
    }
  }
  return workload;
}

Workload from_pod(const crd::Pod& pod, const crd::Objects& objects) {
  Workload workload = from_pod_spec(pod.metadata, pod.spec, objects);
  workload.name = pod.metadata.name;
  workload.name_space = pod.metadata.namespace_name;
  workload.owner_kind = "Pod";
  if (workload.address.empty()) workload.address = pod.status.pod_ip;
  for (const crd::PodCondition& condition : pod.status.conditions) {
    if (condition.type == "Ready") workload.ready = condition.status == "True";
  }
  workload.sources.push_back(source_of(pod));
  set_kind(workload, objects, runs_router(pod.spec));
  return workload;
}

/// Replicas after the first are told apart by a number.
Workload from_deployment(const crd::Deployment& source, const crd::Objects& objects,
                         const Profile& profile, int replica) {
  Workload workload =
      from_pod_spec(source.spec.pod_template.metadata, source.spec.pod_template.spec, objects);
  workload.name = source.metadata.name + (replica == 0 ? "" : "-" + std::to_string(replica + 1));
  workload.name_space = source.metadata.namespace_name;
  workload.owner_kind = source.kind;
  if (replica > 0) workload.address.clear();
  workload.sources.push_back(source_of(source));
  set_kind(workload, objects, runs_router(source.spec.pod_template.spec));
  // The injector labels what it gives a sidecar.
  if (profile.permissive_by_default && workload.kind == WorkloadKind::sidecar)
    workload.mutual_tls = true;
  return workload;
}

/// Whether Pods are there that came from this Deployment: then they are the workloads.
bool has_pods(const crd::Deployment& deployment, const crd::Objects& objects) {
  return std::any_of(objects.pods.begin(), objects.pods.end(), [&](const crd::Pod& pod) {
    return pod.metadata.namespace_name == deployment.metadata.namespace_name &&
           pod.metadata.name.rfind(deployment.metadata.name + "-", 0) == 0 &&
           model::selects(deployment.spec.pod_template.metadata.labels, pod.metadata.labels);
  });
}

void add_deployments(const std::vector<crd::Deployment>& all, const crd::Objects& objects,
                     const Profile& profile, std::vector<Workload>& out) {
  for (const crd::Deployment& deployment : all) {
    if (has_pods(deployment, objects)) continue;
    const int replicas = deployment.spec.replicas.value_or(1);
    for (int replica = 0; replica < replicas; ++replica) {
      out.push_back(from_deployment(deployment, objects, profile, replica));
    }
  }
}

Workload from_entry(const crd::WorkloadEntrySpec& spec, const crd::Metadata& metadata) {
  Workload workload;
  workload.name_space = metadata.namespace_name;
  workload.owner_kind = "WorkloadEntry";
  workload.labels = spec.labels;
  workload.annotations = metadata.annotations;
  workload.address = spec.address;
  workload.service_account = spec.service_account.empty() ? "default" : spec.service_account;
  workload.account_stated = !spec.service_account.empty();
  workload.locality = spec.locality;
  workload.network = spec.network;
  workload.weight = spec.weight;
  workload.mutual_tls = speaks_mutual_tls(spec);
  for (const auto& [name, number] : spec.ports) workload.port_map[name] = std::to_string(number);
  return workload;
}

void add_entries(const crd::Objects& objects, std::vector<Workload>& out) {
  for (const crd::WorkloadEntry& entry : objects.workload_entries) {
    Workload workload = from_entry(entry.spec, entry.metadata);
    workload.name = entry.metadata.name;
    for (const auto& [key, value] : entry.metadata.labels) workload.labels.emplace(key, value);
    workload.sources.push_back(source_of(entry));
    set_kind(workload, objects, false);
    out.push_back(std::move(workload));
  }
  // Endpoints that a ServiceEntry has inside the mesh are workloads too, named after it.
  for (const crd::ServiceEntry& entry : objects.service_entries) {
    if (entry.spec.location != crd::ServiceLocation::MESH_INTERNAL) continue;
    for (std::size_t i = 0; i < entry.spec.endpoints.size(); ++i) {
      Workload workload = from_entry(entry.spec.endpoints[i], entry.metadata);
      workload.owner_kind = "ServiceEntry";
      workload.kind = WorkloadKind::plain;  // Has a proxy only when somebody names it as a node.
      workload.name =
          entry.metadata.name + (entry.spec.endpoints.size() > 1 ? "-" + std::to_string(i) : "");
      workload.sources.push_back(source_of(entry));
      out.push_back(std::move(workload));
    }
  }
}

/// What EndpointSlices and Endpoints say about the addresses of Pods, by "NAMESPACE/NAME".
std::map<std::string, std::string> listed_addresses(const crd::Objects& objects) {
  std::map<std::string, std::string> found;
  for (const crd::EndpointSlice& slice : objects.endpoint_slices) {
    for (const crd::SliceEndpoint& endpoint : slice.endpoints) {
      if (!endpoint.target_ref || endpoint.addresses.empty()) continue;
      const std::string& stated = endpoint.target_ref->namespace_name;
      found.emplace((stated.empty() ? slice.metadata.namespace_name : stated) + "/" +
                        endpoint.target_ref->name,
                    endpoint.addresses.front());
    }
  }
  return found;
}

void assign_addresses(const crd::Objects& objects, std::vector<Workload>& workloads) {
  const std::map<std::string, std::string> listed = listed_addresses(objects);
  std::vector<std::string> taken;
  for (Workload& workload : workloads) {
    if (workload.address.empty()) {
      const auto found = listed.find(workload.name_space + "/" + workload.name);
      if (found != listed.end()) workload.address = found->second;
    }
    taken.push_back(workload.address);
  }
  std::vector<Workload*> sorted;
  for (Workload& workload : workloads) sorted.push_back(&workload);
  std::sort(sorted.begin(), sorted.end(), [](const Workload* a, const Workload* b) {
    return std::tie(a->name_space, a->name) < std::tie(b->name_space, b->name);
  });
  AddressPool pool((10u << 24) + (234u << 16) + (1u << 8) + 1, std::move(taken));
  for (Workload* workload : sorted) {
    if (workload->address.empty()) workload->address = pool.next();
  }
}

}  // namespace

std::vector<Workload> make_workloads(const crd::Objects& objects, const Profile& profile) {
  std::vector<Workload> workloads;
  for (const crd::Pod& pod : objects.pods) workloads.push_back(from_pod(pod, objects));
  add_deployments(objects.deployments, objects, profile, workloads);
  add_entries(objects, workloads);
  assign_addresses(objects, workloads);
  std::stable_sort(workloads.begin(), workloads.end(), [](const Workload& a, const Workload& b) {
    return std::tie(a.name_space, a.name) < std::tie(b.name_space, b.name);
  });
  return workloads;
}

}  // namespace lab::compile
