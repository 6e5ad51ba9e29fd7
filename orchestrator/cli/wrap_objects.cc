#include "orchestrator/cli/wrap_objects.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "mesh/crd/load.h"
#include "orchestrator/cli/object_files.h"

namespace lab::orchestrator {
namespace {

namespace fs = std::filesystem;

constexpr char kOutside[] = "outside";
constexpr char kOutsideAddress[] = "192.168.250.10";
/// For names that only the mesh knows: a sidecar takes the connection, whatever its address
/// (Istio's own choice for such names).
constexpr char kAnyAddress[] = "240.240.0.1";

Value list_of(const std::vector<std::string>& texts) {
  Value list{Value::Array{}};
  for (const std::string& text : texts) list.push(text);
  return list;
}

bool has_labels(const std::map<std::string, std::string>& labels,
                const std::map<std::string, std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

/// The name in "http://NAME:PORT/path".
std::string host_in(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  return url.substr(begin, url.find_first_of(":/?", begin) - begin);
}

/// Collects the sections of the scenario.
class Wrapper {
 public:
  Wrapper(const ObjectsRequest& request, const crd::Objects& objects)
      : request_(request), objects_(objects) {}

  Value scenario(const std::vector<std::string>& files) {
    add_gateways();
    add_sender();
    for (const crd::ServiceEntry& entry : objects_.service_entries) {
      for (const std::string& host : entry.spec.hosts) {
        if (host.find('*') == std::string::npos) dns_.set(host, kAnyAddress);
      }
    }
    if (request_.from == kOutside && !gateway_.empty()) dns_.set(host_in(request_.url), gateway_);
    Value step{Value::Object{}};
    step.set("name", "it is answered");
    step.set("from", request_.from);
    step.set("curl", request_.url);
    step.set("expect", Value{Value::Object{}});
    Value steps{Value::Array{}};
    steps.push(step);
    Value root{Value::Object{}};
    root.set("id", "objects");
    root.set("title", "GET " + request_.url + " from " + request_.from);
    root.set("mesh", list_of(files));
    root.set("nodes", nodes_);
    root.set("dns", dns_);
    root.set("steps", steps);
    return root;
  }

 private:
  bool exists(const std::string& name) const {
    const auto is_it = [&](const auto& object) { return object.metadata.name == name; };
    return std::any_of(objects_.deployments.begin(), objects_.deployments.end(), is_it) ||
           std::any_of(objects_.pods.begin(), objects_.pods.end(), is_it);
  }

  bool is_selected(const std::map<std::string, std::string>& selector) const {
    return std::any_of(objects_.deployments.begin(), objects_.deployments.end(),
                       [&](const crd::Deployment& deployment) {
                         return has_labels(deployment.spec.pod_template.metadata.labels, selector);
                       }) ||
           std::any_of(objects_.pods.begin(), objects_.pods.end(), [&](const crd::Pod& pod) {
             return has_labels(pod.metadata.labels, selector);
           });
  }

  void add_gateways() {
    for (const crd::Gateway& gateway : objects_.gateways) {
      const auto& selector = gateway.spec.selector;
      const auto word = selector.find("istio");
      const std::string name = word == selector.end() ? "gateway" : "istio-" + word->second;
      if (gateway_.empty()) gateway_ = name;
      if (selector.empty() || is_selected(selector) || nodes_.find(name) != nullptr) continue;
      Value labels{Value::Object{}};
      for (const auto& [key, value] : selector) labels.set(key, value);
      Value node{Value::Object{}};
      node.set("labels", labels);
      nodes_.set(name, node);
    }
  }

  void add_sender() {
    Value node{Value::Object{}};
    if (request_.from == kOutside) {
      node.set("kind", kOutside);
      node.set("address", kOutsideAddress);
    } else if (!exists(request_.from)) {
      Value labels{Value::Object{}};
      labels.set("app", request_.from);
      node.set("labels", labels);
    } else {
      return;
    }
    nodes_.set(request_.from, node);
  }

  const ObjectsRequest& request_;
  const crd::Objects& objects_;
  Value nodes_{Value::Object{}}, dns_{Value::Object{}};
  std::string gateway_;
};

}  // namespace

Result<> wrap_objects(const ObjectsRequest& request, const fs::path& target) {
  std::error_code error;
  const fs::path folder = fs::canonical(request.folder, error);
  if (error) return fail(Errc::usage, "there is no folder \"" + request.folder + "\".");
  if (fs::exists(folder / "scenario.yaml", error)) {
    return fail(Errc::usage, request.folder +
                                 " has a scenario.yaml, which says who sends what. "
                                 "Leave out --get, or `lab up` it and use `lab curl`.");
  }
  const auto files = TRY(object_files_of({folder.string()}));
  if (files.empty()) return fail(Errc::usage, "there is no file of objects in " + request.folder);
  Diagnostics out;
  const crd::Objects objects = crd::load_files(files, out);
  TRY(out.result());
  return write_file((target / "scenario.yaml").string(),
                    write_json(Wrapper(request, objects).scenario(files), 2));
}

}  // namespace lab::orchestrator
