#include <set>

#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/compile/registry.h"
#include "mesh/compile/snapshot.h"
#include "mesh/model/host.h"

namespace lab::compile {

bool VirtualService::is_bound_to(const std::string& gateway) const {
  return std::find(spec.gateways.begin(), spec.gateways.end(), gateway) != spec.gateways.end();
}

namespace {

std::string full_gateway(const std::string& name, const std::string& name_space) {
  if (name == kMeshGateway || name.find('/') != std::string::npos) {
    return name.rfind("./", 0) == 0 ? name_space + name.substr(1) : name;
  }
  // Older files name a gateway of another namespace by its host: "g.ns" or
  // "g.ns.svc.cluster.local".
  const std::vector<std::string> parts = split(name, '.');
  if (parts.size() >= 2) return parts[1] + "/" + parts[0];
  return name_space + "/" + name;
}

/// Rewrites the names in one VirtualService.
class Resolver {
 public:
  Resolver(std::string name_space, const model::MeshOptions& mesh)
      : name_space_(std::move(name_space)), mesh_(mesh) {}

  void host(std::string& name) const { name = model::full_host(name, name_space_, mesh_.domain); }
  void destination(crd::Destination& target) const { host(target.host); }
  void gateways(std::vector<std::string>& names) const {
    for (std::string& name : names) name = full_gateway(name, name_space_);
  }
  template <class Routes>
  void plain_routes(Routes& routes) const {
    for (auto& route : routes) {
      for (auto& match : route.match) gateways(match.gateways);
      for (auto& target : route.route) destination(target.destination);
    }
  }
  void http_routes(std::vector<crd::HttpRoute>& routes) const {
    plain_routes(routes);
    for (crd::HttpRoute& route : routes) {
      if (route.mirror) destination(*route.mirror);
      for (crd::HttpMirror& mirror : route.mirrors) destination(mirror.destination);
    }
  }
  void all(crd::VirtualServiceSpec& spec) const {
    for (std::string& name : spec.hosts) {
      host(name);
      name = to_lower(name);
    }
    if (spec.gateways.empty()) spec.gateways.emplace_back(kMeshGateway);
    gateways(spec.gateways);
    http_routes(spec.http);
    plain_routes(spec.tls);
    plain_routes(spec.tcp);
  }

 private:
  std::string name_space_;
  const model::MeshOptions& mesh_;
};

/// Whether what the leaf wants of a text is not a part of what the root wants. Regular expressions
/// are not compared: they always conflict.
bool texts_conflict(const crd::StringMatch& root, const crd::StringMatch& leaf) {
  if (root.regex || leaf.regex) return true;
  if (root.exact) return leaf.prefix || leaf.exact != root.exact;
  if (!root.prefix) return true;
  if (leaf.prefix) return leaf.prefix->rfind(*root.prefix, 0) != 0;
  return !leaf.exact || leaf.exact->rfind(*root.prefix, 0) != 0;
}

bool texts_conflict(const std::optional<crd::StringMatch>& root,
                    const std::optional<crd::StringMatch>& leaf) {
  return root && leaf && texts_conflict(*root, *leaf);
}

bool any_conflicts(const std::map<std::string, crd::StringMatch>& root,
                   const std::map<std::string, crd::StringMatch>& leaf) {
  return std::any_of(leaf.begin(), leaf.end(), [&](const auto& wanted) {
    const auto outer = root.find(wanted.first);
    return outer != root.end() && texts_conflict(outer->second, wanted.second);
  });
}

/// Whether no request, or only part of the root's, can meet both.
bool matches_conflict(const crd::HttpMatch& root, const crd::HttpMatch& leaf) {
  return texts_conflict(root.uri, leaf.uri) || texts_conflict(root.scheme, leaf.scheme) ||
         texts_conflict(root.method, leaf.method) ||
         texts_conflict(root.authority, leaf.authority) ||
         any_conflicts(root.headers, leaf.headers) ||
         any_conflicts(root.headers, leaf.without_headers) ||
         any_conflicts(root.query_params, leaf.query_params) ||
         root.ignore_uri_case != leaf.ignore_uri_case ||
         (root.port != 0 && leaf.port != 0 && root.port != leaf.port);
}

/// Both must hold; nothing when they can't.
std::optional<crd::HttpMatch> both(const crd::HttpMatch& root, const crd::HttpMatch& leaf) {
  if (matches_conflict(root, leaf)) return {};
  crd::HttpMatch merged = leaf;
  merged.name = root.name + (root.name.empty() || leaf.name.empty() ? "" : "-") + leaf.name;
  if (merged.gateways.empty()) merged.gateways = root.gateways;
  if (!merged.uri) merged.uri = root.uri;
  if (!merged.method) merged.method = root.method;
  if (!merged.authority) merged.authority = root.authority;
  if (!merged.scheme) merged.scheme = root.scheme;
  if (merged.port == 0) merged.port = root.port;
  if (merged.stat_prefix.empty()) merged.stat_prefix = root.stat_prefix;
  if (merged.source_namespace.empty()) merged.source_namespace = root.source_namespace;
  for (const auto& [key, value] : root.headers) merged.headers.emplace(key, value);
  for (const auto& [key, value] : root.without_headers) merged.without_headers.emplace(key, value);
  for (const auto& [key, value] : root.query_params) merged.query_params.emplace(key, value);
  for (const auto& [key, value] : root.source_labels) merged.source_labels.emplace(key, value);
  return merged;
}

void inherit(crd::HttpRoute& leaf, const crd::HttpRoute& root) {
  if (!leaf.timeout) leaf.timeout = root.timeout;
  if (!leaf.retries) leaf.retries = root.retries;
  if (!leaf.fault) leaf.fault = root.fault;
  if (!leaf.cors_policy) leaf.cors_policy = root.cors_policy;
  if (!leaf.mirror) leaf.mirror = root.mirror;
  if (leaf.mirrors.empty()) leaf.mirrors = root.mirrors;
  if (!leaf.mirror_percent) leaf.mirror_percent = root.mirror_percent;
  if (!leaf.mirror_percentage) leaf.mirror_percentage = root.mirror_percentage;
  if (!leaf.rewrite) leaf.rewrite = root.rewrite;
  if (root.headers && !leaf.headers) leaf.headers = root.headers;
}

/// One route of a delegate under the root's conditions; nothing when no request can meet both.
std::optional<crd::HttpRoute> under(const crd::HttpRoute& root, const crd::HttpRoute& leaf) {
  crd::HttpRoute merged = leaf;
  if (!root.name.empty()) merged.name = root.name + (leaf.name.empty() ? "" : "-" + leaf.name);
  inherit(merged, root);
  if (root.match.empty()) return merged;
  merged.match.clear();
  if (leaf.match.empty()) {
    merged.match = root.match;
    return merged;
  }
  for (const crd::HttpMatch& inner : leaf.match) {
    const std::size_t before = merged.match.size();
    for (const crd::HttpMatch& outer : root.match) {
      if (auto match = both(outer, inner)) merged.match.push_back(std::move(*match));
    }
    if (merged.match.size() == before) return {};  // Each of the leaf's must have its place.
  }
  return merged;
}

/// Puts the routes of delegates in the place of the references. A delegate has no hosts and no
/// delegates of its own.
class Delegates {
 public:
  Delegates(const crd::Objects& objects, const model::MeshOptions& mesh, Diagnostics& out)
      : mesh_(mesh), out_(out) {
    for (const crd::VirtualService& service : objects.virtual_services) {
      if (service.spec.hosts.empty())
        leaves_[service.metadata.namespace_name + "/" + service.metadata.name] = &service;
    }
  }

  void merge(VirtualService& root) const {
    std::vector<crd::HttpRoute> routes;
    for (crd::HttpRoute& route : root.spec.http) {
      if (!route.delegate) {
        routes.push_back(std::move(route));
      } else {
        append(root, route, routes);
      }
    }
    root.spec.http = std::move(routes);
  }

 private:
  void append(VirtualService& root, const crd::HttpRoute& reference,
              std::vector<crd::HttpRoute>& routes) const {
    const std::string& stated = reference.delegate->namespace_name;
    const std::string key =
        (stated.empty() ? root.name_space : stated) + "/" + reference.delegate->name;
    const auto found = leaves_.find(key);
    if (found == leaves_.end()) return;
    const crd::VirtualService& leaf = *found->second;
    const std::string& owner = leaf.metadata.namespace_name;
    if (!model::visible(leaf.spec.export_to, owner, root.name_space)) return;
    std::vector<crd::HttpRoute> own = leaf.spec.http;
    Resolver(owner, mesh_).http_routes(own);
    for (const crd::HttpRoute& route : own) {
      if (route.delegate) {
        out_.add(route.delegate->origin,
                 "VirtualService \"" + key + "\" is a delegate and must not delegate further.");
        continue;
      }
      if (auto merged = under(reference, route)) routes.push_back(std::move(*merged));
    }
    root.sources.push_back(source_of(leaf));
  }

  std::map<std::string, const crd::VirtualService*> leaves_;
  const model::MeshOptions& mesh_;
  Diagnostics& out_;
};

}  // namespace

std::vector<VirtualService> resolve_virtual_services(const crd::Objects& objects,
                                                     const model::MeshOptions& mesh,
                                                     Diagnostics& out) {
  const Delegates delegates(objects, mesh, out);
  std::vector<VirtualService> services, roots;
  for (const crd::VirtualService* source : oldest_first(objects.virtual_services)) {
    if (source->spec.hosts.empty()) continue;
    VirtualService service;
    service.name = source->metadata.name;
    service.name_space = source->metadata.namespace_name;
    service.spec = source->spec;
    service.sources.push_back(source_of(*source));
    if (service.spec.export_to.empty())
      service.spec.export_to = mesh.default_virtual_service_export_to;
    Resolver(service.name_space, mesh).all(service.spec);
    const bool delegating =
        std::any_of(service.spec.http.begin(), service.spec.http.end(),
                    [](const crd::HttpRoute& route) { return route.delegate.has_value(); });
    delegates.merge(service);
    (delegating ? roots : services).push_back(std::move(service));
  }
  // Those with delegates come after the others, whatever their age.
  for (VirtualService& root : roots) services.push_back(std::move(root));
  return services;
}

}  // namespace lab::compile
