#include "mesh/compile/filters.h"

#include "base/json.h"
#include "mesh/compile/names.h"
#include "mesh/config/foreign.h"

namespace lab::compile {
namespace {

using Hcm = config::HttpConnectionManager;

/// Istio's own log line. Source: Istio, MeshConfig.accessLogFormat.
constexpr std::string_view kLogFormat =
    "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
    "%RESPONSE_CODE% %RESPONSE_FLAGS% "
    "%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "
    "\"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" "
    "%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "
    "\"%REQ(X-FORWARDED-FOR)%\" "
    "\"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" "
    "%UPSTREAM_CLUSTER% "
    "%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% "
    "%REQUESTED_SERVER_NAME% "
    "%ROUTE_NAME%\n";

using Forwarding = Hcm::ForwardClientCertDetails;

/// What a gateway does with certificates that it or a proxy before it has seen.
Forwarding gateway_forwarding(const std::string& word) {
  if (word == "SANITIZE") return Forwarding::sanitize;
  if (word == "FORWARD_ONLY") return Forwarding::forward_only;
  if (word == "APPEND_FORWARD") return Forwarding::append_forward;
  if (word == "ALWAYS_FORWARD_ONLY") return Forwarding::always_forward_only;
  return Forwarding::sanitize_set;
}

void set_identity_headers(Hcm& hcm, Side side, const Proxy& proxy) {
  if (side == Side::outbound) return;
  const bool gateway = side == Side::gateway;
  hcm.server_name = proxy.profile().server_name;
  hcm.forward_client_cert_details = gateway
                                        ? gateway_forwarding(proxy.mesh().forwarded_certificates)
                                        : Forwarding::append_forward;
  if (gateway) hcm.xff_num_trusted_hops = proxy.mesh().trusted_proxies;
  if (hcm.forward_client_cert_details != Forwarding::append_forward &&
      hcm.forward_client_cert_details != Forwarding::sanitize_set)
    return;
  config::SetCurrentClientCertDetails& details = hcm.set_current_client_cert_details.emplace();
  details.subject = true;
  details.dns = details.uri = true;
  details.cert = gateway;
}

void set_normalization(Hcm& hcm, model::PathNormalization form) {
  using Form = model::PathNormalization;
  hcm.normalize_path = form != Form::none;
  hcm.merge_slashes = form == Form::merge_slashes || form == Form::decode_and_merge_slashes;
  hcm.path_with_escaped_slashes_action =
      form == Form::decode_and_merge_slashes
          ? Hcm::PathWithEscapedSlashesAction::unescape_and_forward
          : Hcm::PathWithEscapedSlashesAction::keep_unchanged;
}

template <class T>
void add_http_filter(Hcm& hcm, const char* name, T message) {
  config::HttpFilter filter;
  filter.name = name;
  filter.typed_config = config::Any::of(std::move(message));
  hcm.http_filters.push_back(std::move(filter));
}

const Rule* rule_of(const crd::Destination& destination, const Proxy& proxy) {
  return proxy.scope.rule_for(destination.host);
}

bool hashes_source(const Rule& rule, const std::string& subset) {
  const auto uses = [](const std::optional<crd::TrafficPolicy>& policy) -> std::optional<bool> {
    if (!policy || !policy->load_balancer) return {};
    const auto& hash = policy->load_balancer->consistent_hash;
    return hash && hash->use_source_ip.value_or(false);
  };
  for (const crd::Subset& candidate : rule.spec.subsets) {
    if (candidate.name != subset) continue;
    if (const auto own = uses(candidate.traffic_policy)) return *own;
  }
  return uses(rule.spec.traffic_policy).value_or(false);
}

/// The tunnel of the subset's own policy, or of the host's for connections to no subset: neither
/// inherits the other's. Source: Istio, TrafficPolicy.TunnelSettings.
const crd::Tunnel* tunnel_of(const Rule& rule, const std::string& subset) {
  const auto of_policy = [](const std::optional<crd::TrafficPolicy>& policy) {
    return policy && policy->tunnel ? &*policy->tunnel : nullptr;
  };
  if (subset.empty()) return of_policy(rule.spec.traffic_policy);
  for (const crd::Subset& candidate : rule.spec.subsets) {
    if (candidate.name == subset) return of_policy(candidate.traffic_policy);
  }
  return nullptr;
}

void apply_tunnel(config::TcpProxy& tcp, const Rule& rule, const std::string& subset) {
  const crd::Tunnel* tunnel = tunnel_of(rule, subset);
  if (tunnel == nullptr) return;
  config::TunnelingConfig& out = tcp.tunneling_config.emplace();
  out.hostname = host_and_port(tunnel->target_host, tunnel->target_port);
  out.use_post = tunnel->protocol == "POST";
}

void apply_rule(config::TcpProxy& tcp, const Rule* rule, const std::string& subset,
                Tunnels tunnels = Tunnels::used) {
  if (rule == nullptr) return;
  if (tunnels == Tunnels::used) apply_tunnel(tcp, *rule, subset);
  const auto& policy = rule->spec.traffic_policy;
  if (policy && policy->connection_pool && policy->connection_pool->tcp) {
    tcp.idle_timeout = policy->connection_pool->tcp->idle_timeout;
    tcp.max_downstream_connection_duration = policy->connection_pool->tcp->max_connection_duration;
  }
  if (hashes_source(*rule, subset)) tcp.hash_policy.emplace_back().source_ip.emplace();
}

/// Envoy took private addresses for internal ones until 1.32; since then it wants to be told, and
/// Istio 1.0's proxies behaved the old way.
void trust_private_addresses(Hcm& hcm) {
  config::InternalAddressConfig& internal = hcm.internal_address_config.emplace();
  internal.cidr_ranges = {{"10.0.0.0", 8}, {"172.16.0.0", 12}, {"192.168.0.0", 16}};
}

config::Filter as_filter(config::TcpProxy tcp) {
  return {"envoy.filters.network.tcp_proxy", config::Any::of(std::move(tcp))};
}

}  // namespace

config::Filter http_connection(HttpOptions options, const Proxy& proxy) {
  Hcm hcm;
  hcm.stat_prefix = std::move(options.stat_prefix);
  if (options.routes) {
    hcm.route_config = std::move(options.routes);
  } else {
    config::Rds& rds = hcm.rds.emplace();
    rds.route_config_name = options.route_name;
    rds.config_source = file_source(proxy.snapshot.folder, "rds", options.route_name);
  }
  hcm.http_filters = std::move(options.authorization);
  if (options.grpc_web)
    hcm.http_filters.push_back(
        {"envoy.filters.http.grpc_web", config::foreign<config::GrpcWeb>(Value(Value::Object{}))});
  add_http_filter(hcm, "envoy.filters.http.fault", config::HttpFault{});
  add_http_filter(hcm, "envoy.filters.http.cors", config::Cors{});
  add_http_filter(hcm, "envoy.filters.http.router", config::Router{});
  hcm.stream_idle_timeout = std::chrono::nanoseconds(0);
  hcm.use_remote_address = options.side == Side::gateway;
  if (proxy.snapshot.profile->name == "istio-1.0") trust_private_addresses(hcm);
  if (options.forward_proxy) {
    hcm.http_protocol_options.emplace().allow_absolute_url = true;
  } else {
    hcm.proxy_100_continue = true;
  }
  set_normalization(hcm, proxy.mesh().path_normalization);
  hcm.upgrade_configs.emplace_back().upgrade_type = "websocket";
  if (options.side == Side::gateway) hcm.http_protocol_options.emplace();
  if (options.http2) hcm.http2_protocol_options.emplace();
  set_identity_headers(hcm, options.side, proxy);
  hcm.access_log = access_logs(proxy.mesh());
  return {"envoy.filters.network.http_connection_manager", config::Any::of(std::move(hcm))};
}

config::Filter tcp_proxy(const std::string& cluster, const std::string& stat_prefix,
                         const Proxy& proxy, const Rule* rule, const std::string& subset,
                         Tunnels tunnels) {
  config::TcpProxy tcp;
  tcp.stat_prefix = stat_prefix;
  tcp.cluster = cluster;
  apply_rule(tcp, rule, subset, tunnels);
  tcp.access_log = access_logs(proxy.mesh());
  return as_filter(std::move(tcp));
}

config::Filter tcp_proxy_to(const std::vector<crd::RouteDestination>& targets,
                            const VirtualService& service, std::uint32_t port, const Proxy& proxy) {
  const auto cluster_of = [&](const crd::Destination& destination) {
    return destination_cluster(destination, proxy.scope.find(destination.host), port);
  };
  if (targets.size() == 1) {
    const crd::Destination& only = targets.front().destination;
    const std::string cluster = cluster_of(only);
    return tcp_proxy(cluster, cluster, proxy, rule_of(only, proxy), only.subset);
  }
  config::TcpProxy tcp;
  tcp.stat_prefix = service.name + "." + service.name_space;
  config::TcpWeightedCluster& all = tcp.weighted_clusters.emplace();
  for (const crd::RouteDestination& target : targets) {
    if (target.weight <= 0) continue;
    config::TcpWeightedClusterEntry& entry = all.clusters.emplace_back();
    entry.name = cluster_of(target.destination);
    entry.weight = static_cast<std::uint32_t>(target.weight);
  }
  if (!targets.empty()) apply_rule(tcp, rule_of(targets.front().destination, proxy), "");
  tcp.access_log = access_logs(proxy.mesh());
  return as_filter(std::move(tcp));
}

config::Filter tcp_unmatched(const Proxy& proxy) {
  std::string cluster(kBlackHole);
  if (proxy.scope.unmatched() == model::UnmatchedTraffic::allow_any) {
    const crd::Destination* egress = proxy.scope.egress_proxy();
    cluster =
        egress != nullptr ? destination_cluster(*egress, nullptr, 0) : std::string(kPassthrough);
  }
  return tcp_proxy(cluster, cluster, proxy);
}

void add_opaque(std::vector<config::Filter>& filters, model::Protocol protocol,
                config::Filter tcp) {
  if (protocol == model::Protocol::mongo) {
    const std::string& prefix = tcp.typed_config.get<config::TcpProxy>()->stat_prefix;
    filters.push_back(
        {"envoy.filters.network.mongo_proxy", config::Any::of(config::MongoProxy{prefix})});
  }
  filters.push_back(std::move(tcp));
}

config::TransportSocket downstream_tls(config::DownstreamTlsContext context) {
  return {"envoy.transport_sockets.tls", config::Any::of(std::move(context))};
}

config::Address socket_address(const std::string& address, std::uint32_t port) {
  config::Address out;
  config::SocketAddress& socket = out.socket_address.emplace();
  socket.address = address;
  socket.port_value = port;
  return out;
}

std::vector<config::AccessLog> access_logs(const model::MeshOptions& mesh) {
  if (mesh.access_log_file.empty()) return {};
  config::FileAccessLog file;
  file.path = mesh.access_log_file;
  config::SubstitutionFormatString& format = file.log_format.emplace();
  const std::string stated = mesh.access_log_format;
  if (mesh.access_log_json) {
    const auto parsed = parse_json(stated, "accessLogFormat");
    if (parsed) format.json_format = *parsed;
  }
  if (format.json_format.is_null()) {
    format.text_format_source.emplace().inline_string =
        stated.empty() ? std::string(kLogFormat) : stated;
  }
  config::AccessLog log;
  log.name = "envoy.access_loggers.file";
  log.typed_config = config::Any::of(std::move(file));
  return {log};
}

}  // namespace lab::compile
