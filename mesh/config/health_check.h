#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/matcher.h"

/// Active health checks.
namespace lab::config {

/// Which HTTP a health check speaks.
enum class CodecClientType : std::int32_t { http1 = 0, http2 = 1, http3 = 2 };

/// Bytes to send or to find.
struct HealthCheckPayload {
  std::optional<std::string> text;
  std::optional<Bytes> binary;
};

/// Healthy when the answer's status is as expected.
struct HttpHealthCheck {
  std::string host;
  std::string path;
  std::optional<HealthCheckPayload> send;
  std::vector<HealthCheckPayload> receive;
  std::optional<std::uint64_t> response_buffer_size;
  std::vector<HeaderValueOption> request_headers_to_add;
  std::vector<std::string> request_headers_to_remove;
  std::vector<Int64Range> expected_statuses;
  std::vector<Int64Range> retriable_statuses;
  CodecClientType codec_client_type = CodecClientType::http1;
  std::optional<StringMatcher> service_name_matcher;
  RequestMethod method = RequestMethod::method_unspecified;
};

/// Healthy when the connection stands and the expected bytes come.
struct TcpHealthCheck {
  std::optional<HealthCheckPayload> send;
  std::vector<HealthCheckPayload> receive;
};

/// TLS of health checks.
struct HealthCheckTlsOptions {
  std::vector<std::string> alpn_protocols;
};

/// How an endpoint's health is asked.
struct HealthCheck {
  std::optional<Duration> timeout;
  std::optional<Duration> interval;
  std::optional<Duration> initial_jitter;
  std::optional<Duration> interval_jitter;
  std::uint32_t interval_jitter_percent = 0;
  std::optional<std::uint32_t> unhealthy_threshold;
  std::optional<std::uint32_t> healthy_threshold;
  std::optional<std::uint32_t> alt_port;
  std::optional<bool> reuse_connection;
  std::optional<HttpHealthCheck> http_health_check;
  std::optional<TcpHealthCheck> tcp_health_check;
  std::optional<Duration> no_traffic_interval;
  std::optional<Duration> no_traffic_healthy_interval;
  std::optional<Duration> unhealthy_interval;
  std::optional<Duration> unhealthy_edge_interval;
  std::optional<Duration> healthy_edge_interval;
  std::string event_log_path;
  bool always_log_health_check_failures = false;
  bool always_log_health_check_success = false;
  std::optional<HealthCheckTlsOptions> tls_options;
  Value transport_socket_match_criteria;
};

const Record<HealthCheckPayload>& record_of(const HealthCheckPayload*);
const Record<HttpHealthCheck>& record_of(const HttpHealthCheck*);
const Record<TcpHealthCheck>& record_of(const TcpHealthCheck*);
const Record<HealthCheckTlsOptions>& record_of(const HealthCheckTlsOptions*);
const Record<HealthCheck>& record_of(const HealthCheck*);
const std::vector<EnumName<CodecClientType>>& enum_names(const CodecClientType*);

}  // namespace lab::config
