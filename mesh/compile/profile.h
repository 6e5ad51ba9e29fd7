#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mesh/model/mesh_options.h"

namespace lab::compile {

/// How the name of a service travels in the TLS handshake between proxies.
enum class MutualSni : std::uint8_t {
  host,         ///< "reviews.prod.svc.cluster.local" (Istio 1.0).
  cluster,      ///< "outbound|80|v1|reviews..." (some 1.0.x releases).
  dns_cluster,  ///< "outbound_.80_.v1_.reviews..." (since 1.1).
};

/// What one release of Istio does where releases differ. Every difference that the compiler knows
/// is a row here.
struct Profile {
  std::string_view name;
  // Capture.
  std::uint32_t outbound_port = 15001;  ///< Where redirected connections arrive.
  std::uint32_t inbound_port = 0;  ///< Where those to the workload arrive; 0: at outbound_port too.
  std::string_view capture_listener;   ///< Name of the listener at outbound_port.
  bool capture_blocks_itself = false;  ///< A connection to the capture port itself is refused.
  // Outbound.
  bool sniff_http = false;  ///< HTTP listeners let other bytes through to where they wanted.
  bool tls_by_service_host =
      false;                      ///< TLS ports at 0.0.0.0 match the service's host as server name.
  bool detect_protocols = false;  ///< Ports that say nothing are sniffed; else they are TCP.
  bool headless_per_endpoint = false;
  bool entry_per_address = false;  ///< A ServiceEntry is a service for each address: each brings
                                   ///< all endpoints, and only the first names virtual hosts.
  std::string_view server_name;    ///< What proxies call themselves in answers; empty: Envoy's own.
  // Virtual hosts and routes.
  bool domains_with_port = false;  ///< "host" and "host:80".
  bool absolute_domains = false;   ///< "host." too.
  bool short_names_of_entries =
      false;  ///< ServiceEntries get short names, and every part of the shared suffix.
  bool catch_all_host = false;  ///< "*" goes to the original address, or gets 502; else 404.
  bool case_sensitive_stated =
      false;                  ///< A match states case_sensitive even where it is the default.
  std::string_view retry_on;  ///< Of every route to a service; empty: no retries.
  std::uint32_t retries = 0;
  std::string_view inbound_retry_on;
  bool mirror_keeps_host = false;      ///< Else Envoy appends "-shadow" to a copy's host.
  bool count_attempts = false;         ///< x-envoy-attempt-count.
  bool gateway_in_route_name = false;  ///< "https.443.NAME.GATEWAY.NAMESPACE".
  std::uint32_t direct_response_bytes = 0;
  bool collapse_hosts =
      false;  ///< A gateway has one virtual host for names with the very same routes.
  // Clusters.
  std::string_view load_balancer;  ///< Of a service without a rule.
  bool unlimited = false;          ///< Circuit breakers as high as they go.
  bool no_panic = false;           ///< Healthy-panic threshold 0 is stated.
  std::optional<std::uint32_t> http2_streams;
  std::uint32_t dns_queries = 0;  ///< After so many a DNS client takes a new port; 0: not stated.
  bool inbound_by_original_destination =
      false;  ///< inbound clusters go where the client wanted; else to 127.0.0.1.
  bool names_assignment = false;       ///< v2: an EDS cluster states the name of its assignment.
  bool inbound_names_service = false;  ///< "inbound|80||HOST"; else "inbound|80||".
  bool passthrough_clusters = false;
  bool port_settings_replace =
      false;  ///< portLevelSettings replace their level; else they are laid over it.
  // TLS.
  MutualSni mutual_sni = MutualSni::dns_cluster;
  bool secrets_by_name =
      false;                ///< Certificates are secrets with names; else files in the context.
  bool auto_names = false;  ///< Without `sni`, name and check follow the request's host.
  bool system_roots =
      false;  ///< Without caCertificates the system's authorities count; else nothing is checked.
  bool stated_versions = false;  ///< TLS 1.2 to 1.3 and a list of ciphers are stated.
  bool mesh_sans = false;  ///< A server in the mesh checks that clients are of its trust domain.
  bool peer_exchange = false;  ///< ALPN "istio-peer-exchange" is offered.
  bool permissive_by_default = false;
  bool permissive_by_alpn = false;  ///< PERMISSIVE chains ask for ALPN "istio"; else for TLS.
  bool connect_deadline = false;    ///< TLS of listeners must be done in 15 s.
  // Authorization.
  bool policies_by_name = false;        ///< 1.0 kinds keep a role's name as the policy's.
  std::string_view registered_account;  ///< Of addresses that Endpoints list and no Pod has.
  // Visibility.
  bool rules_everywhere = false;         ///< DestinationRules act in all namespaces.
  bool entries_before_services = false;  ///< Of equal hosts at a port the ServiceEntry counts.
  bool external_names_are_aliases =
      false;  ///< ExternalName means the other service; else a name that DNS resolves.
  // Defaults of MeshConfig.
  model::MeshOptions mesh;
};

/// The profile of that name; Errc::usage names the known ones.
Result<const Profile*> find_profile(std::string_view name);
const std::vector<const Profile*>& all_profiles();

}  // namespace lab::compile
