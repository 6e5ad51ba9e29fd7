#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mesh/config/http_connection_manager.h"
#include "proxy/filter/http_filter.h"
#include "proxy/http/codec.h"
#include "proxy/match/path.h"
#include "proxy/net/loop.h"
#include "proxy/observe/access_log.h"
#include "proxy/session/local_reply.h"
#include "proxy/session/worker.h"

namespace lab::proxy {

/// A connection manager's configuration, compiled once and shared by all workers. Source: Envoy's
/// HttpConnectionManager; defaults are Envoy's.
struct HcmConfig {
  config::HttpConnectionManager config;
  Http1Options http1;
  Http2Options http2;
  PathRules path_rules;
  config::Router router;
  std::vector<AccessLogPtr> access_logs;
  LocalReplyRules local_replies;
  RouteTablePtr inline_routes;  ///< Null: by RDS.
  std::string server_name = "envoy";

  Duration idle_timeout = std::chrono::hours(1);
  Duration stream_idle_timeout = std::chrono::minutes(5);
  Duration request_timeout{};
  Duration request_headers_timeout{};
  /// request_timeout runs from a request's first byte, so it may end before
  /// request_headers_timeout.
  bool overall_ends_first() const {
    return request_timeout > Duration::zero() && (request_headers_timeout == Duration::zero() ||
                                                  request_timeout <= request_headers_timeout);
  }
  /// How long a head may take; zero: as long as it likes.
  Duration head_timeout() const {
    return overall_ends_first() ? request_timeout : request_headers_timeout;
  }
  Duration drain_timeout = std::chrono::seconds(5);
  Duration delayed_close_timeout = std::chrono::seconds(1);
  Duration max_connection_duration{};
  Duration max_stream_duration{};
  std::uint32_t max_requests_per_connection = 0;
  config::CommonHttpProtocolOptions::HeadersWithUnderscoresAction underscores =
      config::CommonHttpProtocolOptions::HeadersWithUnderscoresAction::allow;
  std::string scheme;                    ///< Of all requests; empty: their own.
  bool matches_upstream_scheme = false;  ///< The scheme is that of the upstream connection.

  std::string route_name() const {
    return config.rds            ? config.rds->route_config_name
           : config.route_config ? config.route_config->name
                                 : "";
  }
};
using HcmConfigPtr = std::shared_ptr<const HcmConfig>;

/// Fails with Errc::config for what can't be used.
Result<HcmConfigPtr> compile_hcm(config::HttpConnectionManager config);

/// The numbers of one connection manager, by Envoy's names below "http.PREFIX.".
struct HcmStats {
  explicit HcmStats(const StatsScope& scope);
  Counter &downstream_cx_total, &downstream_cx_http1_total, &downstream_cx_http2_total,
      &downstream_cx_ssl_total, &downstream_cx_destroy, &downstream_cx_destroy_local,
      &downstream_cx_destroy_remote, &downstream_cx_destroy_active_rq,
      &downstream_cx_destroy_local_active_rq, &downstream_cx_destroy_remote_active_rq,
      &downstream_cx_rx_bytes_total, &downstream_cx_tx_bytes_total, &downstream_cx_drain_close,
      &downstream_cx_idle_timeout, &downstream_cx_max_duration_reached,
      &downstream_cx_max_requests_reached, &downstream_cx_delayed_close_timeout,
      &downstream_cx_protocol_error, &downstream_cx_upgrades_total;
  Gauge &downstream_cx_active, &downstream_cx_http1_active, &downstream_cx_http2_active,
      &downstream_cx_ssl_active, &downstream_cx_upgrades_active;
  Counter &downstream_rq_total, &downstream_rq_http1_total, &downstream_rq_http2_total,
      &downstream_rq_rx_reset, &downstream_rq_tx_reset, &downstream_rq_non_relative_path,
      &downstream_rq_too_large, &downstream_rq_completed, &downstream_rq_timeout,
      &downstream_rq_header_timeout, &downstream_rq_idle_timeout,
      &downstream_rq_max_duration_reached, &downstream_rq_ws_on_non_ws_route, &downstream_rq_1xx,
      &downstream_rq_2xx, &downstream_rq_3xx, &downstream_rq_4xx, &downstream_rq_5xx,
      &downstream_rq_response_before_rq_complete;
  Gauge& downstream_rq_active;
  Counter &no_route, &no_cluster, &rq_redirect, &rq_direct_response, &rq_total, &rs_too_large;
  Histogram &downstream_cx_length_ms, &downstream_rq_time;
};

/// A connection manager in one worker.
struct HcmInstance {
  HcmInstance(Worker& worker, HcmConfigPtr hcm);
  RouteTablePtr routes() const {
    return config->inline_routes ? config->inline_routes : slot->table;
  }

  HcmConfigPtr config;
  HcmStats stats;
  RouteSlotPtr slot;                                      ///< Null with inline routes.
  std::vector<std::unique_ptr<HttpFilterMaker>> filters;  ///< Without the router.
};

}  // namespace lab::proxy
