#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mesh/config/tcp_proxy.h"
#include "proxy/filter/network_filter.h"
#include "proxy/observe/access_log.h"
#include "proxy/session/session.h"
#include "proxy/upstream/tcp_connect.h"

namespace lab::proxy {

/// A tcp_proxy's configuration, shared by all workers.
struct TcpProxyConfig {
  config::TcpProxy config;
  std::vector<AccessLogPtr> access_logs;
  Duration idle_timeout = std::chrono::hours(1);  ///< 0: none.
  Duration max_duration{};
  std::uint32_t max_connect_attempts = 1;
  bool sni_cluster = false;  ///< The cluster is named by the client's SNI.
};
using TcpProxyConfigPtr = std::shared_ptr<const TcpProxyConfig>;
Result<TcpProxyConfigPtr> compile_tcp_proxy(config::TcpProxy config, bool sni_cluster);

/// The numbers of one tcp_proxy, by Envoy's names below "tcp.PREFIX.".
struct TcpProxyStats {
  explicit TcpProxyStats(const StatsScope& scope);
  Counter &downstream_cx_total, &downstream_cx_no_route, &downstream_cx_rx_bytes_total,
      &downstream_cx_tx_bytes_total, &downstream_flow_control_paused_reading_total,
      &downstream_flow_control_resumed_reading_total, &idle_timeout,
      &max_downstream_connection_duration, &upstream_flush_total;
  Gauge& upstream_flush_active;
};

/// A tcp_proxy in one worker.
struct TcpProxyInstance {
  TcpProxyInstance(Worker& worker, TcpProxyConfigPtr tcp);
  TcpProxyConfigPtr config;
  TcpProxyStats stats;
};

/// The filters before a terminal one, in one worker.
using NetworkFilters = std::vector<std::unique_ptr<NetworkFilter>>;

/// A downstream connection whose bytes go to one upstream connection and back.
///
///   starting --> connecting --> piping --> closed
///       |            |  ^          |         ^
///       |            +--+ retry    |         |
///       +------------+-------------+---------+
///
/// starting: downstream TLS. connecting: the upstream is chosen and connected; the downstream is
/// not read meanwhile. piping: both ways, each end of a direction is passed on.
class TcpSession final : public Session, public ConnectionCallbacks, public TcpEvents {
 public:
  enum class State : std::uint8_t { starting, connecting, piping, closed };

  TcpSession(SessionContext context, std::shared_ptr<TcpProxyInstance> proxy,
             std::shared_ptr<NetworkFilters> filters);
  void start(Fd fd, std::unique_ptr<TlsSession> tls, Buffer early) override;
  void drain() override {
  }  // As Envoy: a TCP connection ends when its ends want it to, or when the drain is over.
  void close() override { downstream_->close(); }

  void on_connected() override;
  std::size_t on_data(std::string_view bytes) override;
  void on_end() override;
  void on_closed(const CloseReason& reason) override;
  void on_write_blocked(bool blocked) override;

  void on_upstream_connected() override;
  void on_upstream_failed(UpstreamReset reason, const std::string& transport) override;
  std::size_t on_upstream_data(std::string_view bytes) override;
  void on_upstream_end() override;
  void on_upstream_closed(const CloseReason& reason) override;
  void on_upstream_blocked(bool blocked) override;

 private:
  std::string choose_cluster();
  void connect_upstream();
  void refuse(ResponseFlag flag, std::string_view details);
  void retire_upstream();
  void touch();
  void on_idle();
  void on_max_duration();
  void on_handshake_late();
  void report();

  SessionContext context_;
  std::shared_ptr<TcpProxyInstance> proxy_;
  std::shared_ptr<NetworkFilters> filters_;
  std::unique_ptr<Connection> downstream_;
  std::unique_ptr<TcpUpstream> upstream_;
  ClusterPtr cluster_;
  HostPtr host_;
  std::string cluster_name_;
  StreamInfo info_;
  Timer idle_timer_, duration_timer_, handshake_timer_;
  TimePoint started_at_;
  State state_ = State::starting;
  bool upstream_blocked_ = false;
};

}  // namespace lab::proxy
