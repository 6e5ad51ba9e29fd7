#include "mesh/compile/clusters.h"
#include "mesh/compile/gateway_servers.h"

#include <algorithm>
#include <set>

#include "mesh/compile/names.h"
#include "mesh/compile/origins.h"
#include "mesh/compile/traffic_policy.h"

namespace lab::compile {
namespace {

using Type = config::Cluster::DiscoveryType;
using std::chrono::milliseconds;
using std::chrono::seconds;

Type type_of(const model::Service& service, const Proxy& proxy) {
  switch (service.resolution) {
    case model::Resolution::dns:
      return Type::strict_dns;
    case model::Resolution::dns_round_robin:
      return Type::logical_dns;
    case model::Resolution::passthrough:
      // Gateways have no original destination to go to.
      return proxy.is_gateway() ? Type::eds : Type::original_dst;
    default:
      return Type::eds;
  }
}

bool asks_dns(Type type) {
  return type == Type::strict_dns || type == Type::logical_dns;
}

void set_dns(config::Cluster& cluster, const Proxy& proxy) {
  cluster.dns_lookup_family = config::Cluster::DnsLookupFamily::v4_only;
  if (!proxy.profile().unlimited) return;
  cluster.dns_jitter = milliseconds(100);
  cluster.dns_refresh_rate = proxy.mesh().dns_refresh_rate.value_or(seconds(60));
  cluster.respect_dns_ttl = true;
}

bool wants_http2(const model::Port& port, const crd::TrafficPolicy& policy,
                 const model::MeshOptions& mesh) {
  if (model::is_http2(port.protocol)) return true;
  if (policy.connection_pool && policy.connection_pool->http) {
    const auto& http = *policy.connection_pool->http;
    if (http.use_client_protocol) return false;
    if (http.h2_upgrade_policy == crd::H2UpgradePolicy::UPGRADE) return true;
    if (http.h2_upgrade_policy == crd::H2UpgradePolicy::DO_NOT_UPGRADE) return false;
  }
  return mesh.h2_upgrade && model::is_http(port.protocol);
}

/// What a cluster carries: requests and connections of clients here, or the mesh's TLS unread
/// (AUTO_PASSTHROUGH), whose clusters have the server name's form and no TLS of their own.
enum class Carried : std::uint8_t { plain, mesh_tls };

/// Builds the clusters of one port of one service.
class PortClusters {
 public:
  PortClusters(const Proxy& proxy, Secrets& secrets, const model::Service& service,
               const model::Port& port, Carried carried)
      : proxy_(proxy),
        secrets_(secrets),
        service_(service),
        port_(port),
        carried_(carried),
        rule_(proxy.scope.rule_for(service)) {
    if (carried == Carried::plain) identities_ = identities_of(service, proxy);
  }

  void add_all(std::vector<config::Cluster>& out) {
    add(nullptr, out);
    if (rule_ == nullptr) return;
    for (const crd::Subset& subset : rule_->spec.subsets) add(&subset, out);
  }

 private:
  void add(const crd::Subset* subset, std::vector<config::Cluster>& out) {
    const std::string subset_name = subset == nullptr ? "" : subset->name;
    const crd::TrafficPolicy policy = policy_for(rule_, subset, port_.number, proxy_.profile());
    ClusterDraft draft;
    config::Cluster& cluster = draft.cluster;
    cluster.name = (carried_ == Carried::plain ? cluster_name : dns_cluster_name)(
        port_.number, subset_name, service_.host);
    cluster.type = type_of(service_, proxy_);
    cluster.common_lb_config.emplace();
    if (asks_dns(*cluster.type)) {
      set_dns(cluster, proxy_);
      cluster.load_assignment = load_assignment(proxy_, service_, port_, subset, cluster.name);
      if (cluster.load_assignment->endpoints.empty()) return;
    }
    apply_all(draft, policy, subset_name);
    cluster.metadata = origins(sources(subset));
    out.push_back(std::move(draft).finish());
  }

  void apply_all(ClusterDraft& draft, const crd::TrafficPolicy& policy, const std::string& subset) {
    config::Cluster& cluster = draft.cluster;
    if (port_.protocol == model::Protocol::sniffed && !proxy_.is_gateway()) {
      use_downstream_protocol(draft);
    } else if (wants_http2(port_, policy, proxy_.mesh())) {
      use_http2(draft, proxy_.profile());
    }
    apply_connection_pool(draft, policy, proxy_);
    apply_outlier_detection(cluster, policy, proxy_.profile());
    apply_load_balancer(cluster, policy, proxy_);
    if (carried_ == Carried::plain) apply_transport(draft, policy, subset);
    if (cluster.type == Type::original_dst)
      cluster.lb_policy = config::Cluster::LbPolicy::cluster_provided;
    if (cluster.type == Type::eds) {
      config::EdsClusterConfig& eds = cluster.eds_cluster_config.emplace();
      eds.service_name = cluster.name;
      eds.eds_config = file_source(proxy_.snapshot.folder, "eds", cluster.name);
    }
  }

  void apply_transport(ClusterDraft& draft, const crd::TrafficPolicy& policy,
                       const std::string& subset) {
    UpstreamTlsInput tls;
    tls.service = &service_;
    tls.port = port_.number;
    tls.subset = subset;
    tls.identities = identities_;
    tls.rule_selects_workloads = rule_ != nullptr && rule_->spec.workload_selector.has_value();
    apply_upstream_tls(draft, policy, tls, proxy_, secrets_);
    if (policy.proxy_protocol) wrap_in_proxy_protocol(draft.cluster, *policy.proxy_protocol);
  }

  std::vector<model::Source> sources(const crd::Subset* subset) const {
    std::vector<model::Source> all = service_.sources;
    if (rule_ == nullptr) return all;
    std::vector<model::Source> rules = rule_->sources;
    if (subset != nullptr && !rules.empty()) rules.front() = at(rules.front(), subset->origin);
    return join_sources(std::move(all), rules);
  }

  const Proxy& proxy_;
  Secrets& secrets_;
  const model::Service& service_;
  const model::Port& port_;
  const Carried carried_;
  const Rule* rule_;
  std::vector<std::string> identities_;
};

/// Some server of the gateway hands on the mesh's TLS (AUTO_PASSTHROUGH).
bool passes_mesh_tls(const Proxy& proxy) {
  for (const GatewayPort& port : gateway_ports(proxy)) {
    for (const GatewayServer& server : port.servers) {
      if (server.server->tls && server.server->tls->mode == crd::ServerTlsMode::AUTO_PASSTHROUGH)
        return true;
    }
  }
  return false;
}

config::Cluster black_hole(const Proxy& proxy) {
  config::Cluster cluster;
  cluster.name = kBlackHole;
  cluster.type = Type::static_;
  cluster.connect_timeout = proxy.mesh().connect_timeout;
  return cluster;
}

config::Cluster passthrough(const Proxy& proxy) {
  ClusterDraft draft;
  draft.cluster.name = kPassthrough;
  draft.cluster.type = Type::original_dst;
  draft.cluster.lb_policy = config::Cluster::LbPolicy::cluster_provided;
  apply_connection_pool(draft, {}, proxy);
  use_downstream_protocol(draft);
  draft.http->common_http_protocol_options.emplace().idle_timeout = seconds(300);
  return std::move(draft).finish();
}

/// Where the proxy's own connections come from, so that they are not captured again.
config::BindConfig own_source() {
  config::BindConfig bind;
  config::SocketAddress& source = bind.source_address.emplace();
  source.address = "127.0.0.6";
  source.port_value = 0;
  return bind;
}

/// Where a Sidecar's ingress sends to: "127.0.0.1:PORT", "0.0.0.0:PORT" (the workload's address) or
/// "unix://PATH".
std::optional<config::Address> default_endpoint(const crd::IstioIngressListener& ingress,
                                                const Proxy& proxy) {
  const std::string& text = ingress.default_endpoint;
  if (text.empty()) return {};
  config::Address address;
  if (text.rfind("unix://", 0) == 0) {
    address.pipe.emplace().path = text.substr(7);
    return address;
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {};
  const std::string host = text.substr(0, colon);
  config::SocketAddress& socket = address.socket_address.emplace();
  socket.address = host == "0.0.0.0" ? proxy.workload.address : host;
  socket.port_value =
      static_cast<std::uint32_t>(std::strtoul(text.c_str() + colon + 1, nullptr, 10));
  return address;
}

void set_fixed(config::Cluster& cluster, config::Address address) {
  cluster.type = Type::static_;
  config::ClusterLoadAssignment& all = cluster.load_assignment.emplace();
  all.cluster_name = cluster.name;
  config::LbEndpoint endpoint;
  endpoint.endpoint.emplace().address = std::move(address);
  all.endpoints.emplace_back().lb_endpoints.push_back(std::move(endpoint));
}

void set_destination(config::Cluster& cluster, const InboundTarget& target, const Proxy& proxy) {
  std::optional<config::Address> fixed;
  if (target.ingress != nullptr) fixed = default_endpoint(*target.ingress, proxy);
  const bool by_destination =
      proxy.profile().inbound_by_original_destination && !proxy.mesh().inbound_to_localhost;
  if (!fixed && !by_destination) {
    config::SocketAddress& local = fixed.emplace().socket_address.emplace();
    local.address = "127.0.0.1";
    local.port_value = target.target;
  }
  if (fixed) {
    const bool local = fixed->socket_address && fixed->socket_address->address == "127.0.0.1";
    set_fixed(cluster, *std::move(fixed));
    if (!local) cluster.upstream_bind_config = own_source();
    return;
  }
  cluster.type = Type::original_dst;
  cluster.lb_policy = config::Cluster::LbPolicy::cluster_provided;
  cluster.cleanup_interval = seconds(9223372035);  // The longest that there is: never.
  cluster.upstream_bind_config = own_source();
}

config::Cluster inbound_cluster(const InboundTarget& target, const Proxy& proxy) {
  ClusterDraft draft;
  draft.cluster.name = inbound_cluster_name(target, proxy.profile());
  draft.cluster.common_lb_config.emplace();
  if (model::is_http2(target.port.protocol)) {
    use_http2(draft, proxy.profile());
  } else if (target.port.protocol == model::Protocol::sniffed) {
    use_downstream_protocol(draft);
  }
  crd::TrafficPolicy policy;
  std::vector<model::Source> sources;
  if (target.service != nullptr) {
    sources = target.service->sources;
    // Of a rule only the limits count here: the server must be able to take what clients may send.
    const Rule* rule = proxy.scope.rule_for(*target.service);
    if (rule != nullptr && rule->spec.traffic_policy &&
        proxy.profile().inbound_by_original_destination) {
      const crd::TrafficPolicy stated =
          policy_for(rule, nullptr, target.port.number, proxy.profile());
      policy.connection_pool = stated.connection_pool;
      policy.retry_budget = stated.retry_budget;
      sources = join_sources(std::move(sources), rule->sources);
    }
  }
  const crd::Sidecar* sidecar = proxy.scope.sidecar();
  if (target.ingress != nullptr && target.ingress->connection_pool) {
    policy.connection_pool = target.ingress->connection_pool;
  } else if (sidecar != nullptr && sidecar->spec.inbound_connection_pool) {
    policy.connection_pool = sidecar->spec.inbound_connection_pool;
  }
  apply_connection_pool(draft, policy, proxy);
  set_destination(draft.cluster, target, proxy);
  draft.cluster.metadata = origins(sources);
  return std::move(draft).finish();
}

}  // namespace

std::string inbound_cluster_name(const InboundTarget& target, const Profile& profile) {
  if (!profile.inbound_names_service) return "inbound|" + std::to_string(target.target) + "||";
  return "inbound|" + std::to_string(target.port.number) + "||" + target.host;
}

std::vector<std::string> identities_of(const model::Service& service, const Proxy& proxy) {
  std::set<std::string> names(service.subject_alt_names.begin(), service.subject_alt_names.end());
  for (const model::Endpoint& endpoint : service.endpoints) {
    if (endpoint.service_account.empty()) continue;
    names.insert(
        model::spiffe_id(proxy.mesh().trust_domain, endpoint.name_space, endpoint.service_account));
    for (const std::string& alias : proxy.mesh().trust_domain_aliases) {
      names.insert(model::spiffe_id(alias, endpoint.name_space, endpoint.service_account));
    }
  }
  return {names.begin(), names.end()};
}

std::vector<config::Cluster> outbound_clusters(const Proxy& proxy, Secrets& secrets) {
  std::vector<config::Cluster> clusters;
  clusters.push_back(black_hole(proxy));
  if (!proxy.is_gateway()) {
    const bool needed = proxy.profile().passthrough_clusters ||
                        proxy.scope.unmatched() == model::UnmatchedTraffic::allow_any;
    if (needed) clusters.push_back(passthrough(proxy));
  }
  std::set<std::string> known;
  std::vector<config::Cluster> fresh;
  const bool passes_tls = proxy.is_gateway() && passes_mesh_tls(proxy);
  for (const model::Service* service : proxy.scope.services()) {
    if (service->resolution == model::Resolution::alias) continue;
    for (const model::Port& port : service->ports) {
      if (port.protocol == model::Protocol::udp) continue;
      PortClusters(proxy, secrets, *service, port, Carried::plain).add_all(fresh);
      if (passes_tls && !service->external)
        PortClusters(proxy, secrets, *service, port, Carried::mesh_tls).add_all(fresh);
    }
  }
  for (config::Cluster& cluster : fresh) {
    if (known.insert(cluster.name).second) clusters.push_back(std::move(cluster));
  }
  return clusters;
}

std::vector<config::Cluster> inbound_clusters(const Proxy& proxy,
                                              const std::vector<InboundTarget>& targets) {
  std::vector<config::Cluster> clusters;
  std::set<std::string> known;
  for (const InboundTarget& target : targets) {
    if (known.insert(inbound_cluster_name(target, proxy.profile())).second) {
      clusters.push_back(inbound_cluster(target, proxy));
    }
  }
  if (proxy.profile().inbound_port != 0 && !proxy.is_gateway()) {
    config::Cluster cluster = passthrough(proxy);
    cluster.name = kInboundPassthrough;
    cluster.upstream_bind_config = own_source();
    clusters.push_back(std::move(cluster));
  }
  return clusters;
}

}  // namespace lab::compile
