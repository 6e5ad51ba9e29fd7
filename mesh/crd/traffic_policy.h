#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/crd/destination.h"
#include "mesh/crd/duration.h"
#include "mesh/crd/load_balancer.h"

/// What a DestinationRule says of connections, at its four levels. Source: Istio,
/// networking/v1/destination_rule.proto.
namespace lab::crd {

enum class ClientTlsMode : std::uint8_t { DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL };
const std::vector<EnumName<ClientTlsMode>>& enum_names(const ClientTlsMode*);

struct ClientTlsSettings {
  Origin origin;
  ClientTlsMode mode = ClientTlsMode::DISABLE;
  std::string client_certificate;  ///< File name.
  std::string private_key;         ///< File name.
  std::string ca_certificates;     ///< File name.
  std::string ca_crl;              ///< File name.
  std::string credential_name;     ///< Secret.
  std::vector<std::string> subject_alt_names;
  std::string sni;
  std::optional<bool> insecure_skip_verify;
};
const Record<ClientTlsSettings>& record_of(const ClientTlsSettings*);

struct TcpKeepalive {
  std::uint32_t probes = 0;
  std::optional<Duration> time;
  std::optional<Duration> interval;
};
const Record<TcpKeepalive>& record_of(const TcpKeepalive*);

struct TcpSettings {
  std::int32_t max_connections = 0;
  std::optional<Duration> connect_timeout;
  std::optional<TcpKeepalive> tcp_keepalive;
  std::optional<Duration> max_connection_duration;
  std::optional<Duration> idle_timeout;
};
const Record<TcpSettings>& record_of(const TcpSettings*);

enum class H2UpgradePolicy : std::uint8_t { DEFAULT, DO_NOT_UPGRADE, UPGRADE };
const std::vector<EnumName<H2UpgradePolicy>>& enum_names(const H2UpgradePolicy*);

struct Http2KeepAlive {
  std::optional<Duration> interval;
  std::optional<Duration> timeout;
};
const Record<Http2KeepAlive>& record_of(const Http2KeepAlive*);

struct HttpSettings {
  std::int32_t http1_max_pending_requests = 0;
  std::int32_t http2_max_requests = 0;
  std::int32_t max_requests_per_connection = 0;
  std::int32_t max_retries = 0;
  std::optional<Duration> idle_timeout;
  H2UpgradePolicy h2_upgrade_policy = H2UpgradePolicy::DEFAULT;
  bool use_client_protocol = false;
  std::int32_t max_concurrent_streams = 0;
  std::optional<Http2KeepAlive> http2_keep_alive;
};
const Record<HttpSettings>& record_of(const HttpSettings*);

struct ConnectionPool {
  Origin origin;
  std::optional<TcpSettings> tcp;
  std::optional<HttpSettings> http;
};
const Record<ConnectionPool>& record_of(const ConnectionPool*);

struct OutlierDetection {
  Origin origin;
  std::int32_t consecutive_errors = 0;  ///< The older spelling of gateway errors.
  bool split_external_local_origin_errors = false;
  std::optional<std::uint32_t> consecutive_local_origin_failures;
  std::optional<std::uint32_t> consecutive_gateway_errors;
  std::optional<std::uint32_t> consecutive_5xx_errors;
  std::optional<Duration> interval;
  std::optional<Duration> base_ejection_time;
  std::int32_t max_ejection_percent = 0;
  std::int32_t min_health_percent = 0;
  std::vector<std::uint32_t> outlier_detection_http_error_codes;
};
const Record<OutlierDetection>& record_of(const OutlierDetection*);

struct PortTrafficPolicy {
  Origin origin;
  std::optional<PortSelector> port;
  std::optional<LoadBalancer> load_balancer;
  std::optional<ConnectionPool> connection_pool;
  std::optional<OutlierDetection> outlier_detection;
  std::optional<ClientTlsSettings> tls;
};
const Record<PortTrafficPolicy>& record_of(const PortTrafficPolicy*);

struct Tunnel {
  std::string protocol;  ///< "CONNECT" (also when empty) or "POST".
  std::string target_host;
  std::uint32_t target_port = 0;
};
const Record<Tunnel>& record_of(const Tunnel*);

enum class ProxyProtocolVersion : std::uint8_t { V1, V2 };
const std::vector<EnumName<ProxyProtocolVersion>>& enum_names(const ProxyProtocolVersion*);

struct ProxyProtocol {
  ProxyProtocolVersion version = ProxyProtocolVersion::V1;
};
const Record<ProxyProtocol>& record_of(const ProxyProtocol*);

struct RetryBudget {
  std::optional<double> percent;
  std::uint32_t min_retry_concurrency = 0;
  std::optional<Duration> budget_interval;
};
const Record<RetryBudget>& record_of(const RetryBudget*);

struct TrafficPolicy {
  Origin origin;
  std::optional<LoadBalancer> load_balancer;
  std::optional<ConnectionPool> connection_pool;
  std::optional<OutlierDetection> outlier_detection;
  std::optional<ClientTlsSettings> tls;
  std::vector<PortTrafficPolicy> port_level_settings;
  std::optional<Tunnel> tunnel;
  std::optional<ProxyProtocol> proxy_protocol;
  std::optional<RetryBudget> retry_budget;
};
const Record<TrafficPolicy>& record_of(const TrafficPolicy*);

}  // namespace lab::crd
