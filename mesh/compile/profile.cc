#include "mesh/compile/profile.h"

#include "base/text.h"

namespace lab::compile {
namespace {

using std::chrono::seconds;

/// Istio 1.0.2, as the lessons of the series ran it.
Profile istio_1_0() {
  Profile p;
  p.name = "istio-1.0";
  p.capture_listener = "virtual";
  p.domains_with_port = true;
  p.short_names_of_entries = true;
  p.load_balancer = "ROUND_ROBIN";
  p.http2_streams = 1073741824;
  p.inbound_names_service = true;
  p.mutual_sni = MutualSni::host;
  p.policies_by_name = true;
  p.rules_everywhere = true;
  p.entries_before_services = true;
  p.registered_account = "default";  // What `istioctl register` noted down.
  p.mesh.auto_mtls = false;
  p.mesh.unmatched = model::UnmatchedTraffic::registry_only;
  p.mesh.connect_timeout = seconds(1);
  p.mesh.access_log_file = "/dev/stdout";
  p.mesh.locality_failover = false;
  return p;
}

/// Istio 1.0.3 to 1.0.5: lessons 18, 20 and 21.
Profile istio_1_0_5() {
  Profile p = istio_1_0();
  p.name = "istio-1.0.5";
  p.mutual_sni = MutualSni::cluster;
  return p;
}

/// Istio 1.1 as far as lesson 19 shows it.
Profile istio_1_1() {
  Profile p = istio_1_0();
  p.name = "istio-1.1";
  p.mutual_sni = MutualSni::dns_cluster;
  p.permissive_by_alpn = true;
  p.names_assignment = true;
  return p;
}

/// Istio of 2026 (1.32 in development).
Profile istio_current() {
  Profile p;
  p.name = "istio-current";
  p.inbound_port = 15006;
  p.capture_listener = "virtualOutbound";
  p.server_name = "istio-envoy";
  p.capture_blocks_itself = true;
  p.sniff_http = true;
  p.tls_by_service_host = true;
  p.detect_protocols = true;
  p.headless_per_endpoint = true;
  p.entry_per_address = true;
  p.absolute_domains = true;
  p.catch_all_host = true;
  p.case_sensitive_stated = true;
  p.retry_on = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";
  p.retries = 2;
  p.inbound_retry_on = "reset-before-request";
  p.mirror_keeps_host = true;
  p.count_attempts = true;
  p.gateway_in_route_name = true;
  p.direct_response_bytes = 1048576;
  p.collapse_hosts = true;
  p.load_balancer = "LEAST_REQUEST";
  p.unlimited = true;
  p.no_panic = true;
  p.dns_queries = 100;
  p.inbound_by_original_destination = true;
  p.passthrough_clusters = true;
  p.port_settings_replace = true;
  p.mutual_sni = MutualSni::dns_cluster;
  p.secrets_by_name = true;
  p.auto_names = true;
  p.system_roots = true;
  p.stated_versions = true;
  p.mesh_sans = true;
  p.peer_exchange = true;
  p.permissive_by_default = true;
  p.connect_deadline = true;
  p.external_names_are_aliases = true;
  return p;
}

}  // namespace

const std::vector<const Profile*>& all_profiles() {
  static const auto* const profiles =
      new std::vector<const Profile*>{new Profile(istio_current()), new Profile(istio_1_0()),
                                      new Profile(istio_1_0_5()), new Profile(istio_1_1())};
  return *profiles;
}

Result<const Profile*> find_profile(std::string_view name) {
  std::vector<std::string> names;
  for (const Profile* profile : all_profiles()) {
    if (profile->name == name) return profile;
    names.emplace_back(profile->name);
  }
  return fail(Errc::usage, "there is no profile \"" + std::string(name) + "\" (there are " +
                               join(names, ", ") + ")." + did_you_mean(name, names));
}

}  // namespace lab::compile
