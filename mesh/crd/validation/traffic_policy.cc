#include <cmath>

#include "base/text.h"
#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"

namespace lab::crd {

using namespace std::chrono_literals;

namespace {

void check_not_negative(Checker& checker, const char* name, std::int32_t value) {
  if (value < 0) checker.error(name, "must not be negative.");
}

void check_http_settings(Checker& checker, const HttpSettings& http) {
  check_not_negative(checker, "http1MaxPendingRequests", http.http1_max_pending_requests);
  check_not_negative(checker, "http2MaxRequests", http.http2_max_requests);
  check_not_negative(checker, "maxRequestsPerConnection", http.max_requests_per_connection);
  check_not_negative(checker, "maxRetries", http.max_retries);
  check_not_negative(checker, "maxConcurrentStreams", http.max_concurrent_streams);
  check_duration(checker, "idleTimeout", http.idle_timeout);
  if (http.h2_upgrade_policy == H2UpgradePolicy::UPGRADE && http.use_client_protocol) {
    checker.error("useClientProtocol", "must not be true when h2UpgradePolicy is UPGRADE.");
  }
}

void check_tcp_settings(Checker& checker, const TcpSettings& tcp) {
  check_not_negative(checker, "maxConnections", tcp.max_connections);
  check_duration(checker, "connectTimeout", tcp.connect_timeout);
  check_duration(checker, "maxConnectionDuration", tcp.max_connection_duration);
  // Below one millisecond switches the timeout off.
  if (tcp.idle_timeout && (*tcp.idle_timeout >= 1ms || *tcp.idle_timeout <= -1ms)) {
    check_duration(checker, "idleTimeout", tcp.idle_timeout);
  }
  checker.with("tcpKeepalive", tcp.tcp_keepalive, [&](const TcpKeepalive& keepalive) {
    check_duration(checker, "time", keepalive.time);
    check_duration(checker, "interval", keepalive.interval);
  });
}

std::string percent_problem(std::int32_t percent) {
  return percent >= 0 && percent <= 100 ? "" : "must be a percentage from 0 to 100.";
}

void check_outlier_detection(Checker& checker, const OutlierDetection& outlier) {
  check_duration(checker, "baseEjectionTime", outlier.base_ejection_time);
  check_duration(checker, "interval", outlier.interval);
  if (outlier.consecutive_errors != 0) {
    const Checker::Step step(checker, "consecutiveErrors");
    checker.warn("is deprecated; use consecutiveGatewayErrors or consecutive5xxErrors.");
  }
  if (!outlier.split_external_local_origin_errors &&
      outlier.consecutive_local_origin_failures.value_or(0) > 0) {
    checker.error("consecutiveLocalOriginFailures", "needs splitExternalLocalOriginErrors: true.");
  }
  checker.expect("maxEjectionPercent", percent_problem(outlier.max_ejection_percent));
  checker.expect("minHealthPercent", percent_problem(outlier.min_health_percent));
}

/// A CA from a ConfigMap: "configmap://NAMESPACE/NAME", of the rule's own namespace.
void check_config_map_credential(Checker& checker, const std::string& name) {
  constexpr std::string_view kScheme = "configmap://";
  if (name.compare(0, kScheme.size(), kScheme) != 0) return;
  const std::vector<std::string> parts = split(name.substr(kScheme.size()), '/');
  if (parts.size() < 2 || parts[0].empty() || parts[1].empty()) {
    checker.error("credentialName", "must be of the form configmap://NAMESPACE/NAME.");
  } else if (parts[0] != checker.metadata().namespace_name) {
    checker.error("credentialName", "a ConfigMap must be of the rule's own namespace, " +
                                        checker.metadata().namespace_name + ".");
  }
}

void check_client_tls(Checker& checker, const ClientTlsSettings& tls) {
  check_config_map_credential(checker, tls.credential_name);
  const bool simple = tls.mode == ClientTlsMode::SIMPLE;
  const bool mutual = tls.mode == ClientTlsMode::MUTUAL;
  if (tls.insecure_skip_verify.value_or(false)) {
    if ((simple || mutual) && (!tls.ca_certificates.empty() || !tls.subject_alt_names.empty())) {
      checker.error("insecureSkipVerify", "excludes caCertificates and subjectAltNames.");
    }
    if (simple && !tls.credential_name.empty()) {
      checker.error("insecureSkipVerify", "excludes credentialName in mode SIMPLE.");
    }
  }
  if ((simple || mutual) && !tls.credential_name.empty()) {
    if (!tls.client_certificate.empty() || !tls.ca_certificates.empty() ||
        !tls.private_key.empty() || !tls.ca_crl.empty()) {
      checker.error("credentialName",
                    "excludes clientCertificate, privateKey, caCertificates and caCrl.");
    }
    return;  // The credential brings all that follows.
  }
  if (!mutual) return;
  if (tls.client_certificate.empty())
    checker.error("clientCertificate", "mode MUTUAL needs a client certificate.");
  if (tls.private_key.empty()) checker.error("privateKey", "mode MUTUAL needs a private key.");
}

void check_port_policy(Checker& checker, const PortTrafficPolicy& policy) {
  if (!policy.port) checker.error("the settings of a port need the field \"port\".");
  if (!policy.outlier_detection && !policy.connection_pool && !policy.load_balancer &&
      !policy.tls) {
    return checker.error("the settings of a port must say at least one thing.");
  }
  checker.with("outlierDetection", policy.outlier_detection,
               [&](const OutlierDetection& outlier) { check_outlier_detection(checker, outlier); });
  checker.with("connectionPool", policy.connection_pool,
               [&](const ConnectionPool& pool) { check_connection_pool(checker, pool); });
  checker.with("loadBalancer", policy.load_balancer, [&](const LoadBalancer& balancer) {
    check_load_balancer(checker, balancer, policy.outlier_detection.has_value());
  });
  checker.with("tls", policy.tls,
               [&](const ClientTlsSettings& tls) { check_client_tls(checker, tls); });
}

void check_tunnel(Checker& checker, const Tunnel& tunnel) {
  if (!tunnel.protocol.empty() && tunnel.protocol != "CONNECT" && tunnel.protocol != "POST") {
    checker.error("protocol", "must be CONNECT or POST.");
  }
  if (!fqdn_problem(tunnel.target_host).empty() && !is_ip_address(tunnel.target_host)) {
    checker.error("targetHost", "must be a domain name or an IP address.");
  }
  checker.expect("targetPort", port_problem(tunnel.target_port));
}

}  // namespace

void check_connection_pool(Checker& checker, const ConnectionPool& pool) {
  if (!pool.http && !pool.tcp) return checker.error("connectionPool must have http or tcp.");
  checker.with("http", pool.http,
               [&](const HttpSettings& http) { check_http_settings(checker, http); });
  checker.with("tcp", pool.tcp, [&](const TcpSettings& tcp) { check_tcp_settings(checker, tcp); });
}

void check_traffic_policy(Checker& checker, const TrafficPolicy& policy) {
  if (!policy.outlier_detection && !policy.connection_pool && !policy.load_balancer &&
      !policy.tls && policy.port_level_settings.empty() && !policy.tunnel &&
      !policy.proxy_protocol && !policy.retry_budget) {
    return checker.error("trafficPolicy must have at least one field.");
  }
  if (policy.tunnel && policy.proxy_protocol) {
    return checker.error("tunnel and proxyProtocol must not be set together.");
  }
  checker.with("outlierDetection", policy.outlier_detection,
               [&](const OutlierDetection& outlier) { check_outlier_detection(checker, outlier); });
  checker.with("connectionPool", policy.connection_pool,
               [&](const ConnectionPool& pool) { check_connection_pool(checker, pool); });
  checker.with("loadBalancer", policy.load_balancer, [&](const LoadBalancer& balancer) {
    check_load_balancer(checker, balancer, policy.outlier_detection.has_value());
  });
  checker.with("tls", policy.tls,
               [&](const ClientTlsSettings& tls) { check_client_tls(checker, tls); });
  checker.each("portLevelSettings", policy.port_level_settings,
               [&](const PortTrafficPolicy& port) { check_port_policy(checker, port); });
  checker.with("tunnel", policy.tunnel,
               [&](const Tunnel& tunnel) { check_tunnel(checker, tunnel); });
}

}  // namespace lab::crd
