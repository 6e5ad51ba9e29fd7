#include "mesh/compile/files.h"

#include "base/json.h"
#include "base/text.h"
#include "mesh/compile/secrets.h"

namespace lab::compile {
namespace {

constexpr std::uint32_t kAdminPort = 15000;

/// Changes when the content does (FNV-1a).
std::string version_of(const std::string& content) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return std::to_string(hash);
}

template <class T>
config::DiscoveryResponse response_with(const std::vector<T>& resources) {
  config::DiscoveryResponse response;
  for (const T& resource : resources) response.resources.push_back(config::Any::of(resource));
  return response;
}

std::string text_of(config::DiscoveryResponse response) {
  Value value = encode(response);
  const std::string content = write_json(value);
  response.version_info = version_of(content);
  return write_json(encode(response), 1) + "\n";
}

config::ConfigSource path_source(const std::string& path) {
  config::ConfigSource source;
  source.path_config_source.emplace().path = path;
  source.resource_api_version = config::ApiVersion::v3;
  return source;
}

config::Bootstrap frame(const NodeConfig& node) {
  config::Bootstrap bootstrap;
  config::Node& self = bootstrap.node.emplace();
  self.id = node.id;
  self.cluster = node.cluster;
  if (!node.workload.locality.empty()) {
    const std::vector<std::string> parts = split(node.workload.locality, '/');
    config::Locality& locality = self.locality.emplace();
    locality.region = parts[0];
    if (parts.size() > 1) locality.zone = parts[1];
    if (parts.size() > 2) locality.sub_zone = parts[2];
  }
  config::SocketAddress& admin =
      bootstrap.admin.emplace().address.emplace().socket_address.emplace();
  admin.address = "127.0.0.1";
  admin.port_value = kAdminPort;
  return bootstrap;
}

template <class T>
Value array_of(const std::vector<T>& resources) {
  Value array{Value::Array{}};
  for (const T& resource : resources) array.push(encode(resource));
  return array;
}

/// Puts what dynamic resources would bring into the resource that asks for it.
class Folder {
 public:
  explicit Folder(const NodeConfig& node) : node_(node) {
    for (const auto& routes : node.routes) routes_[routes.name] = &routes;
    for (const auto& endpoints : node.endpoints) endpoints_[endpoints.cluster_name] = &endpoints;
  }

  config::StaticResources fold() const {
    config::StaticResources all;
    for (config::Listener listener : node_.listeners) {
      for (config::FilterChain& chain : listener.filter_chains) fold(chain);
      if (listener.default_filter_chain) fold(*listener.default_filter_chain);
      all.listeners.push_back(std::move(listener));
    }
    for (config::Cluster cluster : node_.clusters) {
      fold(cluster);
      all.clusters.push_back(std::move(cluster));
    }
    all.secrets = node_.secrets;
    return all;
  }

 private:
  void fold(config::FilterChain& chain) const {
    for (config::Filter& filter : chain.filters) {
      const auto* source = filter.typed_config.get<config::HttpConnectionManager>();
      if (source == nullptr || !source->rds) continue;
      config::HttpConnectionManager hcm = *source;
      const auto routes = routes_.find(hcm.rds->route_config_name);
      hcm.rds.reset();
      if (routes != routes_.end()) hcm.route_config = *routes->second;
      filter.typed_config = config::Any::of(std::move(hcm));
    }
    if (chain.transport_socket) fold(*chain.transport_socket);
  }

  void fold(config::Cluster& cluster) const {
    if (cluster.transport_socket) fold(*cluster.transport_socket);
    for (config::TransportSocketMatch& match : cluster.transport_socket_matches)
      fold(*match.transport_socket);
    if (cluster.type != config::Cluster::DiscoveryType::eds) return;
    cluster.type = config::Cluster::DiscoveryType::static_;
    cluster.eds_cluster_config.reset();
    const auto endpoints = endpoints_.find(cluster.name);
    if (endpoints != endpoints_.end()) {
      cluster.load_assignment = *endpoints->second;
    } else {
      cluster.load_assignment.emplace().cluster_name = cluster.name;
    }
  }

  template <class Context>
  static bool fold_context(config::TransportSocket& socket) {
    const auto* source = socket.typed_config.get<Context>();
    if (source == nullptr) return false;
    Context context = *source;
    if (context.common_tls_context) make_static(*context.common_tls_context);
    socket.typed_config = config::Any::of(std::move(context));
    return true;
  }
  static void fold(config::TransportSocket& socket) {
    if (!fold_context<config::UpstreamTlsContext>(socket))
      fold_context<config::DownstreamTlsContext>(socket);
  }
  /// A secret's reference without a source means a static one.
  static void make_static(config::CommonTlsContext& tls) {
    for (config::SdsSecretConfig& secret : tls.tls_certificate_sds_secret_configs)
      secret.sds_config.reset();
    if (tls.combined_validation_context) {
      tls.combined_validation_context->validation_context_sds_secret_config.sds_config.reset();
    }
  }

  const NodeConfig& node_;
  std::map<std::string, const config::RouteConfiguration*> routes_;
  std::map<std::string, const config::ClusterLoadAssignment*> endpoints_;
};

/// The clusters as the control plane sends them: those by DNS name Envoy's resolver and limit its
/// queries. Files for proxies leave that out, since it is what both do anyway.
Value clusters_of(const NodeConfig& node) {
  Value clusters = array_of(node.clusters);
  if (node.dns_queries == 0) return clusters;
  for (Value& cluster : clusters.array()) {
    const Value* type = cluster.find("type");
    if (type == nullptr || (type->string() != "STRICT_DNS" && type->string() != "LOGICAL_DNS"))
      continue;
    Value settings, resolver;
    settings.set("@type",
                 "type.googleapis.com/"
                 "envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig");
    settings.set("udpMaxQueries", static_cast<std::int64_t>(node.dns_queries));
    resolver.set("name", "envoy.network.dns_resolver.cares");
    resolver.set("typedConfig", std::move(settings));
    cluster.set("typedDnsResolverConfig", std::move(resolver));
  }
  return clusters;
}

}  // namespace

std::map<std::string, std::string> files_of(const NodeConfig& node) {
  std::map<std::string, std::string> files;
  config::Bootstrap bootstrap = frame(node);
  config::DynamicResources& dynamic = bootstrap.dynamic_resources.emplace();
  dynamic.lds_config = path_source(node.folder + "/lds.json");
  dynamic.cds_config = path_source(node.folder + "/cds.json");
  files["bootstrap.json"] = write_json(encode(bootstrap), 1) + "\n";
  files["lds.json"] = text_of(response_with(node.listeners));
  files["cds.json"] = text_of(response_with(node.clusters));
  const auto add = [&](const std::string& kind, const std::string& name, std::string content) {
    files[resource_path("", kind, name).substr(1)] = std::move(content);
  };
  for (const auto& routes : node.routes)
    add("rds", routes.name, text_of(response_with(std::vector{routes})));
  for (const auto& endpoints : node.endpoints)
    add("eds", endpoints.cluster_name, text_of(response_with(std::vector{endpoints})));
  for (const auto& secret : node.secrets)
    add("sds", secret.name, text_of(response_with(std::vector{secret})));
  return files;
}

Value fold_static(const NodeConfig& node) {
  config::Bootstrap bootstrap = frame(node);
  bootstrap.static_resources = Folder(node).fold();
  return encode(bootstrap);
}

Value resources_of(const NodeConfig& node, std::string_view kind) {
  if (kind == "listeners") return array_of(node.listeners);
  if (kind == "routes") return array_of(node.routes);
  if (kind == "clusters") return clusters_of(node);
  if (kind == "endpoints") return array_of(node.endpoints);
  return array_of(node.secrets);
}

}  // namespace lab::compile
