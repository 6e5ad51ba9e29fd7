#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
#include "mesh/model/service.h"

namespace lab::model {

/// Where traffic goes that no service claims.
enum class UnmatchedTraffic : std::uint8_t { allow_any, registry_only };

/// What proxies do to a path before they look at it (MeshConfig.pathNormalization).
enum class PathNormalization : std::uint8_t { none, base, merge_slashes, decode_and_merge_slashes };

/// A service that proxies can ask (MeshConfig.extensionProviders).
struct ExtensionProvider {
  std::string name;
  std::string kind;  ///< "envoyExtAuthzHttp", "envoyExtAuthzGrpc", ...
  Value settings;
};

/// What the mesh as a whole is told (MeshConfig); fields that a file leaves out come from the
/// profile.
struct MeshOptions {
  std::string trust_domain = "cluster.local";
  std::vector<std::string> trust_domain_aliases;
  std::string domain = "cluster.local";  ///< Of the cluster's DNS.
  std::string root_namespace = "istio-system";
  UnmatchedTraffic unmatched = UnmatchedTraffic::allow_any;
  bool auto_mtls = true;
  std::uint32_t proxy_http_port = 0;  ///< Where each sidecar is a forward proxy; 0: nowhere.
  std::chrono::nanoseconds connect_timeout{std::chrono::seconds(10)};
  std::chrono::nanoseconds protocol_detection_timeout{0};
  std::string access_log_file;    ///< Empty: none.
  std::string access_log_format;  ///< Empty: Envoy's form with Istio's fields.
  bool access_log_json = false;
  Visibility default_service_export_to, default_virtual_service_export_to,
      default_destination_rule_export_to;
  bool has_default_retries = false;
  std::int64_t default_retry_attempts = 2;
  std::string default_retry_on;
  bool locality_failover = true;  ///< localityLbSetting.enabled.
  std::optional<std::chrono::nanoseconds> http_idle_timeout;
  bool tls_13 = false;  ///< meshMTLS.minProtocolVersion: TLSV1_3.
  std::vector<std::string> cipher_suites;
  std::optional<std::chrono::nanoseconds> tcp_keepalive_time, tcp_keepalive_interval;
  std::optional<std::uint32_t> tcp_keepalive_probes;
  bool keepalive = false;
  std::vector<ExtensionProvider> extension_providers;
  // tlsDefaults: of TLS with certificates that users name, where they state nothing else.
  std::vector<std::string> tls_default_ciphers, tls_default_curves;
  std::string tls_default_version;  ///< minProtocolVersion: "TLSV1_2", "TLSV1_3" or empty.
  PathNormalization path_normalization = PathNormalization::base;
  std::optional<std::chrono::nanoseconds> dns_refresh_rate;
  bool inbound_to_localhost = false;  ///< inboundTrafficPolicy: LOCALHOST.
  // defaultConfig.gatewayTopology: what stands before the gateways.
  std::uint32_t trusted_proxies = 0;
  std::string forwarded_certificates;  ///< "APPEND_FORWARD" ...; empty: SANITIZE_SET.
  bool proxy_protocol = false;         ///< Connections to gateways begin with a PROXY header.
  bool h2_upgrade = false;             ///< h2UpgradePolicy: UPGRADE.
  /// Istio 1.0: the policy and telemetry servers, HOST:PORT; empty: none.
  std::string mixer_check_server, mixer_report_server;
  bool policy_check_fail_open = false;
  bool disable_policy_checks = true;
};

}  // namespace lab::model
