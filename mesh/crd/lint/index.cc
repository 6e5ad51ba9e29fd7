#include "mesh/crd/lint/index.h"

#include <algorithm>

#include "base/text.h"
#include "mesh/crd/validation/names.h"

namespace lab::crd {
namespace {

constexpr const char* kDomain = ".svc.cluster.local";

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return text;
}

bool mounts_by_annotation(const Metadata& metadata) {
  return metadata.annotations.count("sidecar.istio.io/userVolumeMount") != 0;
}

}  // namespace

std::string declared_protocol(const ServicePort& port) {
  if (!port.app_protocol.empty()) {
    const std::string& name = port.app_protocol;
    if (name == "kubernetes.io/h2c") return "HTTP2";
    if (name == "kubernetes.io/ws" || name == "kubernetes.io/wss") return "HTTP";
    if (protocol_class(name) != ProtocolClass::unsupported) return upper(name);
  }
  if (port.protocol == "UDP") return "UDP";
  if (port.name.compare(0, 8, "grpc-web") == 0) return "GRPC-WEB";
  const std::string prefix = port.name.substr(0, port.name.find('-'));
  return protocol_class(prefix) == ProtocolClass::unsupported ? "" : upper(prefix);
}

std::string listed(const std::set<std::string>& names) {
  std::string result;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (count == 6) return result + ", ...";
    result += (count++ == 0 ? "" : ", ") + name;
  }
  return result.empty() ? "none" : result;
}

bool bound_to_mesh(const VirtualService& object) {
  const auto& gateways = object.spec.gateways;
  return gateways.empty() || std::find(gateways.begin(), gateways.end(), "mesh") != gateways.end();
}

void each_destination(const VirtualService& object,
                      const std::function<void(const Destination&)>& visit) {
  for (const HttpRoute& route : object.spec.http) {
    for (const HttpRouteDestination& target : route.route) visit(target.destination);
    if (route.mirror) visit(*route.mirror);
    for (const HttpMirror& mirror : route.mirrors) visit(mirror.destination);
  }
  for (const TlsRoute& route : object.spec.tls) {
    for (const RouteDestination& target : route.route) visit(target.destination);
  }
  for (const TcpRoute& route : object.spec.tcp) {
    for (const RouteDestination& target : route.route) visit(target.destination);
  }
}

void LintReport::add(std::string_view code, const Object& object, const Origin& origin,
                     std::string message) {
  const LintCode* found = find_lint_code(code);
  LAB_ASSERT(found != nullptr);
  findings_.push_back(LintFinding{found, origin.file.empty() ? object.origin : origin,
                                  object.kind + " " + qualified_name(object), std::move(message)});
}

LintIndex::LintIndex(const Objects& objects) : objects_(objects) {
  add_services();
  add_entries();
  add_workloads();
  add_destinations();
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].name.front() == '*') {
      wildcards_.push_back(i);
    } else {
      by_name_[hosts_[i].name].push_back(i);
    }
  }
  for (const DestinationRule& rule : objects_.destination_rules) {
    rules_[full_name(rule.spec.host, rule.metadata.namespace_name)].push_back(&rule);
  }
}

void LintIndex::add_services() {
  for (const Service& service : objects_.services) {
    KnownHost host;
    host.namespace_name = service.metadata.namespace_name;
    host.name = service.metadata.name + "." + host.namespace_name + kDomain;
    host.service = &service;
    for (const ServicePort& port : service.spec.ports) {
      host.ports.push_back(KnownPort{port.port, port.name, declared_protocol(port)});
    }
    hosts_.push_back(std::move(host));
  }
}

void LintIndex::add_entries() {
  for (const ServiceEntry& entry : objects_.service_entries) {
    for (const std::string& name : entry.spec.hosts) {
      KnownHost host;
      host.namespace_name = entry.metadata.namespace_name;
      host.name = name;
      host.entry = &entry;
      for (const Port& port : entry.spec.ports) {
        host.ports.push_back(KnownPort{port.number, port.name,
                                       port.protocol.empty() ? "TCP" : upper(port.protocol)});
      }
      hosts_.push_back(std::move(host));
    }
  }
}

void LintIndex::add_workloads() {
  for (const Pod& pod : objects_.pods) {
    workloads_.push_back({&pod, pod.metadata.namespace_name, pod.metadata.labels,
                          service_account(pod.spec), &pod.spec,
                          mounts_by_annotation(pod.metadata)});
  }
  for (const Deployment& deployment : objects_.deployments) {
    const PodTemplate& pods = deployment.spec.pod_template;
    workloads_.push_back({&deployment, deployment.metadata.namespace_name, pods.metadata.labels,
                          service_account(pods.spec), &pods.spec,
                          mounts_by_annotation(pods.metadata)});
  }
  for (const WorkloadEntry& entry : objects_.workload_entries) {
    Labels labels = entry.metadata.labels;
    labels.insert(entry.spec.labels.begin(), entry.spec.labels.end());
    const std::string& account = entry.spec.service_account;
    workloads_.push_back({&entry, entry.metadata.namespace_name, labels,
                          account.empty() ? "default" : account, nullptr, false});
  }
}

void LintIndex::add_destinations() {
  for (const VirtualService& object : objects_.virtual_services) {
    each_destination(object, [&](const Destination& destination) {
      sent_to_.emplace(full_name(destination.host, object.metadata.namespace_name),
                       destination.subset);
    });
  }
}

bool LintIndex::sends_to(const std::string& host, const std::string& subset) const {
  return sent_to_.count({host, subset}) != 0;
}

std::string LintIndex::full_name(const std::string& host, const std::string& space) {
  if (host.find('.') != std::string::npos || host.find('*') != std::string::npos) return host;
  return host + "." + space + kDomain;
}

std::vector<const KnownHost*> LintIndex::find_hosts(const std::string& name) const {
  std::vector<const KnownHost*> result;
  if (!name.empty() && name.front() == '*') {
    for (const KnownHost& host : hosts_) {
      if (hosts_overlap(host.name, name)) result.push_back(&host);
    }
    return result;
  }
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) {
    for (const std::size_t at : found->second) result.push_back(&hosts_[at]);
  }
  for (const std::size_t at : wildcards_) {
    if (host_is_subset(name, hosts_[at].name)) result.push_back(&hosts_[at]);
  }
  return result;
}

std::vector<const DestinationRule*> LintIndex::find_rules(const std::string& name) const {
  std::vector<const DestinationRule*> result;
  const auto found = rules_.find(name);
  if (found != rules_.end()) result = found->second;
  for (const auto& [host, rules] : rules_) {
    if (host.front() != '*') break;  // "*" sorts before every letter and digit.
    if (host != name && host_is_subset(name, host))
      result.insert(result.end(), rules.begin(), rules.end());
  }
  return result;
}

const Gateway* LintIndex::find_gateway(const std::string& name, const std::string& space) const {
  const std::size_t slash = name.find('/');
  std::string wanted_space = slash == std::string::npos ? space : name.substr(0, slash);
  std::string wanted = slash == std::string::npos ? name : name.substr(slash + 1);
  if (slash == std::string::npos &&
      name.find('.') != std::string::npos) {  // "gateway.namespace.svc.cluster.local"
    const std::vector<std::string> parts = split(name, '.');
    wanted = parts[0];
    wanted_space = parts[1];
  }
  for (const Gateway& gateway : objects_.gateways) {
    if (gateway.metadata.name == wanted && gateway.metadata.namespace_name == wanted_space)
      return &gateway;
  }
  return nullptr;
}

std::vector<const KnownWorkload*> LintIndex::find_workloads(const Labels& labels,
                                                            const std::string& space) const {
  std::vector<const KnownWorkload*> result;
  for (const KnownWorkload& workload : workloads_) {
    if ((space.empty() || workload.namespace_name == space) &&
        labels_match(labels, workload.labels)) {
      result.push_back(&workload);
    }
  }
  return result;
}

std::vector<Labels> LintIndex::endpoint_labels(const KnownHost& host) const {
  std::vector<Labels> result;
  const Labels* selector = nullptr;
  if (host.service != nullptr && !host.service->spec.selector.empty())
    selector = &host.service->spec.selector;
  if (host.entry != nullptr && host.entry->spec.workload_selector)
    selector = &host.entry->spec.workload_selector->labels;
  if (selector != nullptr) {
    for (const KnownWorkload* workload : find_workloads(*selector, host.namespace_name))
      result.push_back(workload->labels);
  }
  if (host.entry != nullptr) {
    for (const WorkloadEntrySpec& endpoint : host.entry->spec.endpoints)
      result.push_back(endpoint.labels);
  }
  return result;
}

bool LintIndex::has_secret(const std::string& name, const std::string& space) const {
  return std::any_of(objects_.secrets.begin(), objects_.secrets.end(), [&](const Secret& secret) {
    return secret.metadata.name == name &&
           (space.empty() || secret.metadata.namespace_name == space);
  });
}

}  // namespace lab::crd
