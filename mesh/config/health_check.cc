#include "mesh/config/health_check.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<CodecClientType>>& enum_names(const CodecClientType*) {
  static const std::vector<EnumName<CodecClientType>> names = {
      {CodecClientType::http1, "HTTP1"},
      {CodecClientType::http2, "HTTP2"},
      {CodecClientType::http3, "HTTP3"},
  };
  return names;
}

LAB_RECORD(HealthCheckPayload, "envoy.config.core.v3.HealthCheck.Payload") {
  record.field("text", &HealthCheckPayload::text).not_empty();
  record.field("binary", &HealthCheckPayload::binary);
  record.oneof("payload", {"text", "binary"}, true);
  record.check(valid_payload);
}

LAB_RECORD(HttpHealthCheck, "envoy.config.core.v3.HealthCheck.HttpHealthCheck") {
  record.field("host", &HttpHealthCheck::host).check(header_value(Strict::yes));
  record.field("path", &HttpHealthCheck::path).not_empty().check(header_value(Strict::yes));
  record.field("send", &HttpHealthCheck::send);
  record.field("receive", &HttpHealthCheck::receive);
  record.field("response_buffer_size", &HttpHealthCheck::response_buffer_size);
  record.field("request_headers_to_add", &HttpHealthCheck::request_headers_to_add)
      .check(items_at_most(1000));
  record.field("request_headers_to_remove", &HttpHealthCheck::request_headers_to_remove)
      .check(header_name(Strict::no));
  record.field("expected_statuses", &HttpHealthCheck::expected_statuses);
  record.field("retriable_statuses", &HttpHealthCheck::retriable_statuses);
  record.field("codec_client_type", &HttpHealthCheck::codec_client_type);
  record.field("service_name_matcher", &HttpHealthCheck::service_name_matcher)
      .check(not_supported("the answer's status and content decide."));
  record.field("method", &HttpHealthCheck::method).check(not_in(6));
  record.check(valid_http_health_check);
}

LAB_RECORD(TcpHealthCheck, "envoy.config.core.v3.HealthCheck.TcpHealthCheck") {
  record.field("send", &TcpHealthCheck::send);
  record.field("receive", &TcpHealthCheck::receive);
}

LAB_RECORD(HealthCheckTlsOptions, "envoy.config.core.v3.HealthCheck.TlsOptions") {
  record.field("alpn_protocols", &HealthCheckTlsOptions::alpn_protocols);
}

LAB_RECORD(HealthCheck, "envoy.config.core.v3.HealthCheck") {
  record.field("timeout", &HealthCheck::timeout)
      .required()
      .check(longer_than(std::chrono::seconds(0)));
  record.field("interval", &HealthCheck::interval)
      .required()
      .check(longer_than(std::chrono::seconds(0)));
  record.field("initial_jitter", &HealthCheck::initial_jitter);
  record.field("interval_jitter", &HealthCheck::interval_jitter);
  record.field("interval_jitter_percent", &HealthCheck::interval_jitter_percent);
  record.field("unhealthy_threshold", &HealthCheck::unhealthy_threshold).required();
  record.field("healthy_threshold", &HealthCheck::healthy_threshold).required();
  record.field("alt_port", &HealthCheck::alt_port)
      .ignored("without effect in Envoy 1.40, too; an endpoint's health_check_config has a port");
  record.field("reuse_connection", &HealthCheck::reuse_connection);
  record.field("http_health_check", &HealthCheck::http_health_check);
  record.field("tcp_health_check", &HealthCheck::tcp_health_check);
  record.field("no_traffic_interval", &HealthCheck::no_traffic_interval)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("no_traffic_healthy_interval", &HealthCheck::no_traffic_healthy_interval)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("unhealthy_interval", &HealthCheck::unhealthy_interval)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("unhealthy_edge_interval", &HealthCheck::unhealthy_edge_interval)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("healthy_edge_interval", &HealthCheck::healthy_edge_interval)
      .check(longer_than(std::chrono::seconds(0)));
  record.field("event_log_path", &HealthCheck::event_log_path)
      .ignored(
          "changes of health are counted and shown in /clusters, and not written to a file of "
          "their own");
  record.field("always_log_health_check_failures", &HealthCheck::always_log_health_check_failures)
      .ignored("there is no health check log");
  record.field("always_log_health_check_success", &HealthCheck::always_log_health_check_success)
      .ignored("there is no health check log");
  record.field("tls_options", &HealthCheck::tls_options);
  record.field("transport_socket_match_criteria", &HealthCheck::transport_socket_match_criteria)
      .check([](const Value& value) -> std::string {
        return value.is_null() ? ""
                               : "is not supported: checks use the transport of the requests. "
                                 "Remove it.";
      });
  record.oneof("health_checker", {"http_health_check", "tcp_health_check"}, true);
}

}  // namespace lab::config
