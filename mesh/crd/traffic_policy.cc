#include "mesh/crd/traffic_policy.h"

namespace lab::crd {

const std::vector<EnumName<ClientTlsMode>>& enum_names(const ClientTlsMode*) {
  static const std::vector<EnumName<ClientTlsMode>> names = {
      {ClientTlsMode::DISABLE, "DISABLE"},
      {ClientTlsMode::SIMPLE, "SIMPLE"},
      {ClientTlsMode::MUTUAL, "MUTUAL"},
      {ClientTlsMode::ISTIO_MUTUAL, "ISTIO_MUTUAL"}};
  return names;
}

LAB_CRD_RECORD(ClientTlsSettings, "ClientTLSSettings") {
  record.origin(&ClientTlsSettings::origin);
  record.field("mode", &ClientTlsSettings::mode);
  record.field("clientCertificate", &ClientTlsSettings::client_certificate);
  record.field("privateKey", &ClientTlsSettings::private_key);
  record.field("caCertificates", &ClientTlsSettings::ca_certificates);
  record.field("caCrl", &ClientTlsSettings::ca_crl);
  record.field("credentialName", &ClientTlsSettings::credential_name);
  record.field("subjectAltNames", &ClientTlsSettings::subject_alt_names);
  record.field("sni", &ClientTlsSettings::sni);
  record.field("insecureSkipVerify", &ClientTlsSettings::insecure_skip_verify);
}

LAB_CRD_RECORD(TcpKeepalive, "TcpKeepalive") {
  record.field("probes", &TcpKeepalive::probes);
  record.field("time", &TcpKeepalive::time);
  record.field("interval", &TcpKeepalive::interval);
}

LAB_CRD_RECORD(TcpSettings, "TCPSettings") {
  record.field("maxConnections", &TcpSettings::max_connections);
  record.field("connectTimeout", &TcpSettings::connect_timeout);
  record.field("tcpKeepalive", &TcpSettings::tcp_keepalive);
  record.field("maxConnectionDuration", &TcpSettings::max_connection_duration);
  record.field("idleTimeout", &TcpSettings::idle_timeout);
}

const std::vector<EnumName<H2UpgradePolicy>>& enum_names(const H2UpgradePolicy*) {
  static const std::vector<EnumName<H2UpgradePolicy>> names = {
      {H2UpgradePolicy::DEFAULT, "DEFAULT"},
      {H2UpgradePolicy::DO_NOT_UPGRADE, "DO_NOT_UPGRADE"},
      {H2UpgradePolicy::UPGRADE, "UPGRADE"}};
  return names;
}

LAB_CRD_RECORD(Http2KeepAlive, "HTTP2KeepAlive") {
  record.field("interval", &Http2KeepAlive::interval);
  record.field("timeout", &Http2KeepAlive::timeout);
}

LAB_CRD_RECORD(HttpSettings, "HTTPSettings") {
  record.field("http1MaxPendingRequests", &HttpSettings::http1_max_pending_requests);
  record.field("http2MaxRequests", &HttpSettings::http2_max_requests);
  record.field("maxRequestsPerConnection", &HttpSettings::max_requests_per_connection);
  record.field("maxRetries", &HttpSettings::max_retries);
  record.field("idleTimeout", &HttpSettings::idle_timeout);
  record.field("h2UpgradePolicy", &HttpSettings::h2_upgrade_policy);
  record.field("useClientProtocol", &HttpSettings::use_client_protocol);
  record.field("maxConcurrentStreams", &HttpSettings::max_concurrent_streams);
  record.field("http2KeepAlive", &HttpSettings::http2_keep_alive);
}

LAB_CRD_RECORD(ConnectionPool, "ConnectionPoolSettings") {
  record.origin(&ConnectionPool::origin);
  record.field("tcp", &ConnectionPool::tcp);
  record.field("http", &ConnectionPool::http);
}

LAB_CRD_RECORD(OutlierDetection, "OutlierDetection") {
  record.origin(&OutlierDetection::origin);
  record.field("consecutiveErrors", &OutlierDetection::consecutive_errors);
  record.field("splitExternalLocalOriginErrors",
               &OutlierDetection::split_external_local_origin_errors);
  record.field("consecutiveLocalOriginFailures",
               &OutlierDetection::consecutive_local_origin_failures);
  record.field("consecutiveGatewayErrors", &OutlierDetection::consecutive_gateway_errors);
  record.field("consecutive5xxErrors", &OutlierDetection::consecutive_5xx_errors);
  record.field("interval", &OutlierDetection::interval);
  record.field("baseEjectionTime", &OutlierDetection::base_ejection_time);
  record.field("maxEjectionPercent", &OutlierDetection::max_ejection_percent);
  record.field("minHealthPercent", &OutlierDetection::min_health_percent);
  record.field("outlierDetectionHttpErrorCodes",
               &OutlierDetection::outlier_detection_http_error_codes);
}

LAB_CRD_RECORD(PortTrafficPolicy, "PortTrafficPolicy") {
  record.origin(&PortTrafficPolicy::origin);
  record.field("port", &PortTrafficPolicy::port);
  record.field("loadBalancer", &PortTrafficPolicy::load_balancer);
  record.field("connectionPool", &PortTrafficPolicy::connection_pool);
  record.field("outlierDetection", &PortTrafficPolicy::outlier_detection);
  record.field("tls", &PortTrafficPolicy::tls);
}

LAB_CRD_RECORD(Tunnel, "TunnelSettings") {
  record.field("protocol", &Tunnel::protocol);
  record.field("targetHost", &Tunnel::target_host).required();
  record.field("targetPort", &Tunnel::target_port).required();
}

const std::vector<EnumName<ProxyProtocolVersion>>& enum_names(const ProxyProtocolVersion*) {
  static const std::vector<EnumName<ProxyProtocolVersion>> names = {
      {ProxyProtocolVersion::V1, "V1"}, {ProxyProtocolVersion::V2, "V2"}};
  return names;
}

LAB_CRD_RECORD(ProxyProtocol, "ProxyProtocol") {
  record.field("version", &ProxyProtocol::version);
}

LAB_CRD_RECORD(RetryBudget, "RetryBudget") {
  record.field("percent", &RetryBudget::percent);
  record.field("minRetryConcurrency", &RetryBudget::min_retry_concurrency);
  record.field("budgetInterval", &RetryBudget::budget_interval);
}

LAB_CRD_RECORD(TrafficPolicy, "TrafficPolicy") {
  record.origin(&TrafficPolicy::origin);
  record.field("loadBalancer", &TrafficPolicy::load_balancer);
  record.field("connectionPool", &TrafficPolicy::connection_pool);
  record.field("outlierDetection", &TrafficPolicy::outlier_detection);
  record.field("tls", &TrafficPolicy::tls);
  record.field("portLevelSettings", &TrafficPolicy::port_level_settings);
  record.field("tunnel", &TrafficPolicy::tunnel);
  record.field("proxyProtocol", &TrafficPolicy::proxy_protocol);
  record.field("retryBudget", &TrafficPolicy::retry_budget);
}

}  // namespace lab::crd
