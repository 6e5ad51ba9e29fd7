#include <algorithm>

#include "mesh/crd/lint/index.h"
#include "mesh/crd/validation/names.h"

namespace lab::crd {
namespace {

/// TLS settings at one of the four levels, with the subset and port that they are for ("" and 0:
/// all).
struct TlsLevel {
  const ClientTlsSettings* tls;
  std::string subset;
  std::uint32_t port;
};

void add_levels(const std::optional<TrafficPolicy>& policy, const std::string& subset,
                std::vector<TlsLevel>& levels) {
  if (!policy) return;
  if (policy->tls) levels.push_back({&*policy->tls, subset, 0});
  for (const PortTrafficPolicy& port : policy->port_level_settings) {
    if (port.tls) levels.push_back({&*port.tls, subset, port.port ? port.port->number : 0});
  }
}

std::vector<TlsLevel> levels_of(const DestinationRule& rule) {
  std::vector<TlsLevel> levels;
  add_levels(rule.spec.traffic_policy, "", levels);
  for (const Subset& subset : rule.spec.subsets)
    add_levels(subset.traffic_policy, subset.name, levels);
  return levels;
}

bool originates(const ClientTlsSettings& tls) {
  return tls.mode == ClientTlsMode::SIMPLE || tls.mode == ClientTlsMode::MUTUAL;
}

/// Some http route sends to this port of the host.
bool has_http_route(const LintIndex& index, const std::string& host, std::uint32_t port) {
  for (const VirtualService& object : index.objects().virtual_services) {
    for (const HttpRoute& route : object.spec.http) {
      for (const HttpRouteDestination& target : route.route) {
        const std::string name =
            LintIndex::full_name(target.destination.host, object.metadata.namespace_name);
        const bool port_fits = !target.destination.port || target.destination.port->number == port;
        if (port_fits && host_is_subset(name, host)) return true;
      }
    }
  }
  return false;
}

/// Some workload mounts volumes, and none of them holds the file. (Where nobody mounts any, files
/// come otherwise.)
bool is_missing(const LintIndex& index, const std::string& file) {
  if (is_installed_file(index, file)) return false;
  bool any = false;
  for (const KnownWorkload& workload : index.workloads()) {
    if (workload.pod == nullptr) continue;
    if (workload.mounts_by_annotation) return false;
    for (const Container& container : workload.pod->containers) {
      for (const VolumeMount& mount : container.volume_mounts) {
        any = true;
        if (file.compare(0, mount.mount_path.size(), mount.mount_path) == 0) return false;
      }
    }
  }
  return any;
}

void lint_tls_itself(const LintIndex& index, const DestinationRule& rule,
                     const ClientTlsSettings& tls, LintReport& report) {
  if (originates(tls) && tls.ca_certificates.empty() && tls.credential_name.empty() &&
      !tls.insecure_skip_verify.value_or(false)) {
    report.add("LAB0304", rule, tls.origin,
               "names no caCertificates: the server's certificate is checked against the system's "
               "roots, or not at all (Istio 1.0).");
  }
  const bool files =
      !tls.client_certificate.empty() || !tls.private_key.empty() || !tls.ca_certificates.empty();
  if (tls.mode == ClientTlsMode::ISTIO_MUTUAL && files) {
    report.add("LAB0306", rule, tls.origin,
               "mode ISTIO_MUTUAL uses the workload's own certificates; these files are ignored. "
               "Use MUTUAL.");
  }
  if (!originates(tls)) return;
  for (const std::string& file : {tls.client_certificate, tls.private_key, tls.ca_certificates}) {
    if (file.empty() || !is_missing(index, file)) continue;
    report.add("LAB0305", rule, tls.origin,
               "reads the file \"" + file + "\", which no workload mounts a volume for.");
  }
}

void lint_tls(const LintIndex& index, const DestinationRule& rule, const KnownHost& host,
              const TlsLevel& level, LintReport& report) {
  if (level.tls->mode == ClientTlsMode::ISTIO_MUTUAL && host.external()) {
    report.add("LAB0303", rule, level.tls->origin,
               "\"" + host.name +
                   "\" is outside the mesh and knows nothing of its certificates (ISTIO_MUTUAL). "
                   "Use MUTUAL or SIMPLE.");
  }
  if (!originates(*level.tls)) return;
  for (const KnownPort& port : host.ports) {
    if (level.port != 0 && port.number != level.port) continue;
    if (!is_tls_protocol(port.protocol) || has_http_route(index, host.name, port.number)) continue;
    report.add("LAB0302", rule, level.tls->origin,
               "clients of port " + std::to_string(port.number) + " (" + port.protocol +
                   ") speak TLS already; it would be wrapped twice. Send plain HTTP to it by a "
                   "route, or remove tls.");
  }
}

/// Settings that a port's own settings replace as a whole.
void lint_inheritance(const DestinationRule& rule, const std::optional<TrafficPolicy>& policy,
                      LintReport& report) {
  if (!policy) return;
  for (const PortTrafficPolicy& port : policy->port_level_settings) {
    std::set<std::string> lost;
    if (policy->tls && !port.tls) lost.insert("tls");
    if (policy->connection_pool && !port.connection_pool) lost.insert("connectionPool");
    if (policy->load_balancer && !port.load_balancer) lost.insert("loadBalancer");
    if (policy->outlier_detection && !port.outlier_detection) lost.insert("outlierDetection");
    if (lost.empty()) continue;
    report.add("LAB0307", rule, port.origin,
               "the settings of a port replace those of the destination: " + listed(lost) +
                   " fall back to defaults here. Repeat them.");
  }
}

void lint_failover(const DestinationRule& rule, const std::optional<TrafficPolicy>& policy,
                   LintReport& report) {
  if (!policy || !policy->load_balancer || !policy->load_balancer->locality_lb_setting ||
      policy->outlier_detection)
    return;
  const LocalityLoadBalancer& locality = *policy->load_balancer->locality_lb_setting;
  if (locality.failover.empty() && locality.failover_priority.empty()) return;
  report.add("LAB0310", rule, policy->load_balancer->origin,
             "failover has no effect without outlierDetection, which tells who failed.");
}

void lint_rules_of_one_host(const LintIndex& index, LintReport& report) {
  std::map<std::string, const DestinationRule*> owners;
  for (const DestinationRule& rule : index.objects().destination_rules) {
    if (rule.spec.workload_selector) continue;
    const std::string& space = rule.metadata.namespace_name;
    const auto [found, fresh] =
        owners.emplace(space + "/" + LintIndex::full_name(rule.spec.host, space), &rule);
    if (fresh) continue;
    report.add("LAB0301", rule,
               "DestinationRule \"" + found->second->metadata.name + "\" is for the host \"" +
                   rule.spec.host +
                   "\" too; only subsets are merged, and one trafficPolicy is lost. Merge them.");
  }
}

void lint_unused_subsets(const LintIndex& index, LintReport& report) {
  for (const DestinationRule& rule : index.objects().destination_rules) {
    const std::string host = LintIndex::full_name(rule.spec.host, rule.metadata.namespace_name);
    if (host.front() == '*') continue;
    for (const Subset& subset : rule.spec.subsets) {
      if (!index.sends_to(host, subset.name)) {
        report.add("LAB0308", rule, subset.origin,
                   "no VirtualService sends to subset \"" + subset.name +
                       "\", so that its settings have no effect.");
      }
    }
  }
}

/// A PeerAuthentication that wants mutual TLS from all who come to the host.
const PeerAuthentication* strict_policy(const LintIndex& index, const KnownHost& host) {
  for (const PeerAuthentication& policy : index.objects().peer_authentications) {
    if (!policy.spec.mtls || policy.spec.mtls->mode != MutualTlsMode::STRICT) continue;
    const std::string& space = policy.metadata.namespace_name;
    if (space != host.namespace_name && space != "istio-system") continue;
    if (!policy.spec.selector) return &policy;
    for (const Labels& labels : index.endpoint_labels(host)) {
      if (labels_match(policy.spec.selector->match_labels, labels)) return &policy;
    }
  }
  return nullptr;
}

void lint_disabled(const LintIndex& index, const DestinationRule& rule, const KnownHost& host,
                   const TlsLevel& level, LintReport& report) {
  if (level.tls->mode != ClientTlsMode::DISABLE || host.external()) return;
  const PeerAuthentication* policy = strict_policy(index, host);
  if (policy == nullptr) return;
  report.add("LAB0309", rule, level.tls->origin,
             "sends plain text, yet PeerAuthentication \"" + qualified_name(*policy) +
                 "\" (STRICT) lets only mutual TLS in.");
}

/// http routes to a port that speaks TLS, with nobody to begin it.
void lint_plain_to_tls(const LintIndex& index, LintReport& report) {
  for (const VirtualService& object : index.objects().virtual_services) {
    for (const HttpRoute& route : object.spec.http) {
      for (const HttpRouteDestination& target : route.route) {
        const Destination& destination = target.destination;
        if (!destination.port) continue;
        const std::string name =
            LintIndex::full_name(destination.host, object.metadata.namespace_name);
        const auto hosts = index.find_hosts(name);
        const bool speaks_tls =
            !hosts.empty() && std::all_of(hosts.begin(), hosts.end(), [&](const KnownHost* host) {
              return std::any_of(host->ports.begin(), host->ports.end(),
                                 [&](const KnownPort& port) {
                                   return port.number == destination.port->number &&
                                          is_tls_protocol(port.protocol);
                                 });
            });
        if (!speaks_tls) continue;
        bool begun = false;
        for (const DestinationRule* rule : index.find_rules(name)) {
          for (const TlsLevel& level : levels_of(*rule))
            begun = begun || level.tls->mode != ClientTlsMode::DISABLE;
        }
        if (begun) continue;
        report.add("LAB0311", object, destination.origin,
                   "sends plain HTTP to port " + std::to_string(destination.port->number) +
                       " of \"" + destination.host +
                       "\", which speaks TLS. Add a DestinationRule with tls for it.");
      }
    }
  }
}

}  // namespace

void lint_destination_rules(const LintIndex& index, LintReport& report) {
  for (const DestinationRule& rule : index.objects().destination_rules) {
    lint_inheritance(rule, rule.spec.traffic_policy, report);
    lint_failover(rule, rule.spec.traffic_policy, report);
    for (const Subset& subset : rule.spec.subsets) {
      lint_inheritance(rule, subset.traffic_policy, report);
      lint_failover(rule, subset.traffic_policy, report);
    }
    const auto hosts =
        index.find_hosts(LintIndex::full_name(rule.spec.host, rule.metadata.namespace_name));
    for (const TlsLevel& level : levels_of(rule)) {
      lint_tls_itself(index, rule, *level.tls, report);
      for (const KnownHost* host : hosts) {
        lint_tls(index, rule, *host, level, report);
        lint_disabled(index, rule, *host, level, report);
      }
    }
  }
  lint_rules_of_one_host(index, report);
  lint_unused_subsets(index, report);
  lint_plain_to_tls(index, report);
}

}  // namespace lab::crd
