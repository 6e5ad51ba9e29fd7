#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "proxy/net/connection.h"
#include "proxy/net/socket.h"
#include "proxy/observe/response_flags.h"
#include "proxy/upstream/circuit_breaker.h"
#include "proxy/upstream/cluster_stats.h"
#include "proxy/upstream/host.h"
#include "proxy/upstream/tls_slot.h"

namespace lab::proxy {

/// How a connection to one host is opened, whatever it will carry.
struct TcpTarget {
  HostPtr host;
  Address address;
  ConnectOptions socket;
  Duration connect_timeout = std::chrono::seconds(5);
  std::size_t buffer_bytes = 1024 * 1024;
  TlsSlotPtr tls;  ///< Null: cleartext.
  TlsSession::ClientRequest tls_request;
};

/// What a TcpUpstream tells its owner, who may destroy it through Loop::destroy_later.
class TcpEvents {
 public:
  virtual ~TcpEvents() = default;
  virtual void on_upstream_connected() = 0;
  virtual void on_upstream_failed(UpstreamReset reason, const std::string& transport) = 0;
  virtual std::size_t on_upstream_data(std::string_view bytes) = 0;
  virtual void on_upstream_end() = 0;
  virtual void on_upstream_closed(const CloseReason& reason) = 0;
  virtual void on_upstream_blocked(bool blocked) = 0;
};

/// One connection to an upstream for one downstream connection (tcp_proxy): counted, limited,
/// timed.
class TcpUpstream final : public ConnectionCallbacks, public Deletable {
 public:
  TcpUpstream(Loop& loop, TcpTarget target, ClusterStats& stats, CircuitBreaker& breaker,
              TcpEvents& events);
  ~TcpUpstream() override;

  /// Begins. Fails at once (on_upstream_failed, from within) when the circuit breaker is open, a
  /// secret is missing or the kernel refuses.
  void start();
  Connection* connection() { return connection_.get(); }
  const TcpTarget& target() const { return target_; }
  std::uint64_t id() const { return id_; }
  Duration connect_time() const { return connected_at_ - started_at_; }
  void close();

  void on_connected() override;
  std::size_t on_data(std::string_view bytes) override { return events_.on_upstream_data(bytes); }
  void on_end() override { events_.on_upstream_end(); }
  void on_closed(const CloseReason& reason) override;
  void on_write_blocked(bool blocked) override { events_.on_upstream_blocked(blocked); }

 private:
  Result<> open();
  void on_connect_timeout();

  Loop& loop_;
  TcpTarget target_;
  ClusterStats& stats_;
  CircuitBreaker& breaker_;
  TcpEvents& events_;
  std::unique_ptr<Connection> connection_;
  Timer connect_timer_;
  TimePoint started_at_{}, connected_at_{};
  std::uint64_t id_ = 0;
  bool connected_ = false;
  bool silent_ = false;  ///< The owner closed it, or was told already.
};

}  // namespace lab::proxy
