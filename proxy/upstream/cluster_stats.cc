#include "proxy/upstream/cluster_stats.h"

#include <string>

namespace lab::proxy {

ClusterStats::ClusterStats(const StatsScope& scope)
    : upstream_cx_total(scope.counter("upstream_cx_total")),
      upstream_cx_http1_total(scope.counter("upstream_cx_http1_total")),
      upstream_cx_http2_total(scope.counter("upstream_cx_http2_total")),
      upstream_cx_connect_fail(scope.counter("upstream_cx_connect_fail")),
      upstream_cx_connect_timeout(scope.counter("upstream_cx_connect_timeout")),
      upstream_cx_overflow(scope.counter("upstream_cx_overflow")),
      upstream_cx_destroy(scope.counter("upstream_cx_destroy")),
      upstream_cx_destroy_local(scope.counter("upstream_cx_destroy_local")),
      upstream_cx_destroy_remote(scope.counter("upstream_cx_destroy_remote")),
      upstream_cx_destroy_with_active_rq(scope.counter("upstream_cx_destroy_with_active_rq")),
      upstream_cx_destroy_local_with_active_rq(
          scope.counter("upstream_cx_destroy_local_with_active_rq")),
      upstream_cx_destroy_remote_with_active_rq(
          scope.counter("upstream_cx_destroy_remote_with_active_rq")),
      upstream_cx_close_notify(scope.counter("upstream_cx_close_notify")),
      upstream_cx_rx_bytes_total(scope.counter("upstream_cx_rx_bytes_total")),
      upstream_cx_tx_bytes_total(scope.counter("upstream_cx_tx_bytes_total")),
      upstream_cx_idle_timeout(scope.counter("upstream_cx_idle_timeout")),
      upstream_cx_max_requests(scope.counter("upstream_cx_max_requests")),
      upstream_cx_none_healthy(scope.counter("upstream_cx_none_healthy")),
      upstream_cx_protocol_error(scope.counter("upstream_cx_protocol_error")),
      upstream_cx_pool_overflow(scope.counter("upstream_cx_pool_overflow")),
      upstream_cx_max_duration_reached(scope.counter("upstream_cx_max_duration_reached")),
      upstream_cx_connect_attempts_exceeded(scope.counter("upstream_cx_connect_attempts_exceeded")),
      upstream_cx_active(scope.gauge("upstream_cx_active")),
      upstream_cx_rx_bytes_buffered(scope.gauge("upstream_cx_rx_bytes_buffered")),
      upstream_cx_tx_bytes_buffered(scope.gauge("upstream_cx_tx_bytes_buffered")),
      upstream_rq_total(scope.counter("upstream_rq_total")),
      upstream_rq_completed(scope.counter("upstream_rq_completed")),
      upstream_rq_pending_total(scope.counter("upstream_rq_pending_total")),
      upstream_rq_pending_overflow(scope.counter("upstream_rq_pending_overflow")),
      upstream_rq_pending_failure_eject(scope.counter("upstream_rq_pending_failure_eject")),
      upstream_rq_cancelled(scope.counter("upstream_rq_cancelled")),
      upstream_rq_maintenance_mode(scope.counter("upstream_rq_maintenance_mode")),
      upstream_rq_timeout(scope.counter("upstream_rq_timeout")),
      upstream_rq_per_try_timeout(scope.counter("upstream_rq_per_try_timeout")),
      upstream_rq_per_try_idle_timeout(scope.counter("upstream_rq_per_try_idle_timeout")),
      upstream_rq_rx_reset(scope.counter("upstream_rq_rx_reset")),
      upstream_rq_tx_reset(scope.counter("upstream_rq_tx_reset")),
      upstream_rq_retry(scope.counter("upstream_rq_retry")),
      upstream_rq_retry_success(scope.counter("upstream_rq_retry_success")),
      upstream_rq_retry_overflow(scope.counter("upstream_rq_retry_overflow")),
      upstream_rq_retry_limit_exceeded(scope.counter("upstream_rq_retry_limit_exceeded")),
      upstream_rq_retry_backoff_exponential(scope.counter("upstream_rq_retry_backoff_exponential")),
      upstream_rq_retry_backoff_ratelimited(scope.counter("upstream_rq_retry_backoff_ratelimited")),
      upstream_rq_max_duration_reached(scope.counter("upstream_rq_max_duration_reached")),
      upstream_internal_redirect_failed_total(
          scope.counter("upstream_internal_redirect_failed_total")),
      upstream_internal_redirect_succeeded_total(
          scope.counter("upstream_internal_redirect_succeeded_total")),
      upstream_rq_active(scope.gauge("upstream_rq_active")),
      upstream_rq_pending_active(scope.gauge("upstream_rq_pending_active")),
      upstream_flow_control_paused_reading_total(
          scope.counter("upstream_flow_control_paused_reading_total")),
      upstream_flow_control_resumed_reading_total(
          scope.counter("upstream_flow_control_resumed_reading_total")),
      upstream_flow_control_backed_up_total(scope.counter("upstream_flow_control_backed_up_total")),
      upstream_flow_control_drained_total(scope.counter("upstream_flow_control_drained_total")),
      bind_errors(scope.counter("bind_errors")),
      membership_change(scope.counter("membership_change")),
      update_attempt(scope.counter("update_attempt")),
      update_success(scope.counter("update_success")),
      update_failure(scope.counter("update_failure")),
      update_empty(scope.counter("update_empty")),
      update_no_rebuild(scope.counter("update_no_rebuild")),
      assignment_stale(scope.counter("assignment_stale")),
      retry_or_shadow_abandoned(scope.counter("retry_or_shadow_abandoned")),
      membership_total(scope.gauge("membership_total")),
      membership_healthy(scope.gauge("membership_healthy")),
      membership_degraded(scope.gauge("membership_degraded")),
      membership_excluded(scope.gauge("membership_excluded")),
      max_host_weight(scope.gauge("max_host_weight")),
      version(scope.gauge("version")),
      ssl_handshake(scope.counter("ssl.handshake")),
      ssl_connection_error(scope.counter("ssl.connection_error")),
      ssl_session_reused(scope.counter("ssl.session_reused")),
      ssl_no_certificate(scope.counter("ssl.no_certificate")),
      ssl_fail_verify_error(scope.counter("ssl.fail_verify_error")),
      ssl_fail_verify_san(scope.counter("ssl.fail_verify_san")),
      ssl_fail_verify_cert_hash(scope.counter("ssl.fail_verify_cert_hash")),
      ssl_fail_verify_no_cert(scope.counter("ssl.fail_verify_no_cert")),
      upstream_cx_connect_ms(scope.histogram("upstream_cx_connect_ms")),
      upstream_cx_length_ms(scope.histogram("upstream_cx_length_ms")),
      upstream_rq_time(scope.histogram("upstream_rq_time")),
      scope_(scope) {
  for (unsigned i = 0; i < 5; ++i)
    classes_[i] = &scope_.counter("upstream_rq_" + std::to_string(i + 1) + "xx");
}

void ClusterStats::count_status(unsigned status) {
  upstream_rq_completed.add();
  if (status < 100 || status >= 600) return;
  classes_[status / 100 - 1]->add();
  Counter*& exact = statuses_[status];
  if (exact == nullptr) exact = &scope_.counter("upstream_rq_" + std::to_string(status));
  exact->add();
}

}  // namespace lab::proxy
