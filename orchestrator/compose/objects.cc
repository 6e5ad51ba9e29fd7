#include "orchestrator/compose/objects.h"

#include "mesh/crd/load.h"

namespace lab::orchestrator {
namespace {

constexpr char kAddress[] = "lab/address";
constexpr char kInject[] = "sidecar.istio.io/inject";

void annotate(crd::Metadata& metadata, const NodeSpec& spec) {
  if (!spec.address.empty()) metadata.annotations[kAddress] = spec.address.all.front();
  if (spec.sidecar) metadata.annotations[kInject] = *spec.sidecar ? "true" : "false";
}

/// "curl", or "curl.legacy" where only that namespace's is meant.
bool is_called(const crd::Metadata& metadata, const std::string& name) {
  return metadata.name == name || metadata.name + "." + metadata.namespace_name == name;
}

/// Adds what a `nodes` entry says to the object of that name; false when there is none.
bool annotate_object(crd::Objects& objects, const std::string& name, const NodeSpec& spec) {
  bool found = false;
  for (crd::Deployment& deployment : objects.deployments) {
    if (!is_called(deployment.metadata, name)) continue;
    annotate(deployment.spec.pod_template.metadata, spec);
    found = true;
  }
  for (crd::Pod& pod : objects.pods) {
    if (!is_called(pod.metadata, name)) continue;
    annotate(pod.metadata, spec);
    found = true;
  }
  for (crd::WorkloadEntry& entry : objects.workload_entries) {
    if (!is_called(entry.metadata, name)) continue;
    annotate(entry.metadata, spec);
    found = true;
  }
  return found;
}

/// A Pod as a person would have written it for a workload that only the `nodes` section knows.
Value pod_document(const std::string& name, const NodeSpec& spec) {
  Value labels{Value::Object{}};
  for (const auto& [key, value] : spec.labels) labels.set(key, value);
  const std::size_t dot = name.find('.');
  Value metadata{Value::Object{}};
  metadata.set("name", name.substr(0, dot));
  if (dot != std::string::npos) metadata.set("namespace", name.substr(dot + 1));
  metadata.set("labels", labels);
  Value container{Value::Object{}};
  container.set("name", "app");
  Value ports{Value::Array{}};
  for (const std::uint32_t port : spec.ports) {
    Value one{Value::Object{}};
    one.set("containerPort", port);
    ports.push(one);
  }
  container.set("ports", ports);
  Value containers{Value::Array{}};
  containers.push(container);
  Value pod_spec{Value::Object{}};
  pod_spec.set("containers", containers);
  if (!spec.service_account.empty()) pod_spec.set("serviceAccountName", spec.service_account);
  Value document{Value::Object{}};
  document.mark = spec.origin.mark;
  document.set("apiVersion", "v1");
  document.set("kind", "Pod");
  document.set("metadata", metadata);
  document.set("spec", pod_spec);
  return document;
}

}  // namespace

crd::Objects scenario_objects(const Scenario& scenario, const std::vector<std::string>& files,
                              Diagnostics& out) {
  crd::Objects objects = crd::load_files(files, out);
  for (const auto& [name, spec] : scenario.nodes) {
    if (spec.kind != NodeSpecKind::workload || annotate_object(objects, name, spec)) continue;
    crd::load_document(pod_document(name, spec), scenario.path, objects, out);
    annotate_object(objects, name, spec);
  }
  return objects;
}

PodSource pod_source(const crd::Objects& objects, const std::string& name,
                     const std::string& name_space) {
  for (const crd::Deployment& deployment : objects.deployments) {
    if (deployment.metadata.name != name || deployment.metadata.namespace_name != name_space)
      continue;
    const crd::PodTemplate& pods = deployment.spec.pod_template;
    return {&pods.metadata, &pods.spec, deployment.origin};
  }
  for (const crd::Pod& pod : objects.pods) {
    if (pod.metadata.name != name || pod.metadata.namespace_name != name_space) continue;
    return {&pod.metadata, &pod.spec, pod.origin};
  }
  return {};
}

}  // namespace lab::orchestrator
