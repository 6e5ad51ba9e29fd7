#pragma once

#include "proxy/observe/stats.h"

namespace lab::proxy {

/// The numbers of one cluster, by Envoy's names below "cluster.NAME.".
struct ClusterStats {
  explicit ClusterStats(const StatsScope& scope);

  Counter &upstream_cx_total, &upstream_cx_http1_total, &upstream_cx_http2_total,
      &upstream_cx_connect_fail, &upstream_cx_connect_timeout, &upstream_cx_overflow,
      &upstream_cx_destroy, &upstream_cx_destroy_local, &upstream_cx_destroy_remote,
      &upstream_cx_destroy_with_active_rq, &upstream_cx_destroy_local_with_active_rq,
      &upstream_cx_destroy_remote_with_active_rq, &upstream_cx_close_notify,
      &upstream_cx_rx_bytes_total, &upstream_cx_tx_bytes_total, &upstream_cx_idle_timeout,
      &upstream_cx_max_requests, &upstream_cx_none_healthy, &upstream_cx_protocol_error,
      &upstream_cx_pool_overflow, &upstream_cx_max_duration_reached,
      &upstream_cx_connect_attempts_exceeded;
  Gauge &upstream_cx_active, &upstream_cx_rx_bytes_buffered, &upstream_cx_tx_bytes_buffered;

  Counter &upstream_rq_total, &upstream_rq_completed, &upstream_rq_pending_total,
      &upstream_rq_pending_overflow, &upstream_rq_pending_failure_eject, &upstream_rq_cancelled,
      &upstream_rq_maintenance_mode, &upstream_rq_timeout, &upstream_rq_per_try_timeout,
      &upstream_rq_per_try_idle_timeout, &upstream_rq_rx_reset, &upstream_rq_tx_reset,
      &upstream_rq_retry, &upstream_rq_retry_success, &upstream_rq_retry_overflow,
      &upstream_rq_retry_limit_exceeded, &upstream_rq_retry_backoff_exponential,
      &upstream_rq_retry_backoff_ratelimited, &upstream_rq_max_duration_reached,
      &upstream_internal_redirect_failed_total, &upstream_internal_redirect_succeeded_total;
  Gauge &upstream_rq_active, &upstream_rq_pending_active;

  Counter &upstream_flow_control_paused_reading_total, &upstream_flow_control_resumed_reading_total,
      &upstream_flow_control_backed_up_total, &upstream_flow_control_drained_total, &bind_errors;
  Counter &membership_change, &update_attempt, &update_success, &update_failure, &update_empty,
      &update_no_rebuild, &assignment_stale, &retry_or_shadow_abandoned;
  Gauge &membership_total, &membership_healthy, &membership_degraded, &membership_excluded,
      &max_host_weight, &version;

  Counter &ssl_handshake, &ssl_connection_error, &ssl_session_reused, &ssl_no_certificate,
      &ssl_fail_verify_error, &ssl_fail_verify_san, &ssl_fail_verify_cert_hash,
      &ssl_fail_verify_no_cert;
  Histogram &upstream_cx_connect_ms, &upstream_cx_length_ms, &upstream_rq_time;

  /// Counts a response with this status: upstream_rq_2xx, upstream_rq_200 and, where they apply,
  /// internal.* and external.*.
  void count_status(unsigned status);

 private:
  StatsScope scope_;
  Counter* classes_[5];
  Counter* statuses_[600] = {};
};

}  // namespace lab::proxy
