#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/recycled.h"
#include "proxy/http/codec.h"
#include "proxy/net/connection.h"
#include "proxy/net/socket.h"
#include "proxy/observe/response_flags.h"
#include "proxy/upstream/circuit_breaker.h"
#include "proxy/upstream/cluster_stats.h"
#include "proxy/upstream/host.h"
#include "proxy/upstream/tls_slot.h"

namespace lab::proxy {

class HttpPool;
class HttpUpstream;
class UpstreamStream;

/// What an attempt to use an upstream tells its owner. Any of these may destroy the UpstreamStream.
class UpstreamEvents {
 public:
  virtual ~UpstreamEvents() = default;
  /// A connection was found: send the request now.
  virtual void on_pool_ready() = 0;
  /// There will be none. `transport` is what TLS or the kernel said; may be empty.
  virtual void on_pool_failure(UpstreamReset reason, const std::string& transport) = 0;
  virtual void on_informational(ResponseHead&& head) = 0;
  virtual void on_response(ResponseHead&& head, bool end_stream) = 0;
  virtual void on_response_data(std::string_view data, bool end_stream) = 0;
  virtual void on_response_trailers(HeaderMap&& trailers) = 0;
  virtual void on_upstream_reset(UpstreamReset reason, const std::string& transport) = 0;
  /// What waits towards the upstream fell below half of its high mark.
  virtual void on_upstream_writable() = 0;
};

/// One request towards an upstream: first waiting in a pool, then a stream of one of its
/// connections. Destroying it cancels what is still open.
class UpstreamStream final : public Recycled<UpstreamStream> {
 public:
  UpstreamStream(HttpPool& pool, UpstreamEvents& events) : pool_(&pool), events_(events) {}
  UpstreamStream(const UpstreamStream&) = delete;
  UpstreamStream& operator=(const UpstreamStream&) = delete;
  ~UpstreamStream();

  bool attached() const { return upstream_ != nullptr; }
  void send_request(const RequestHead& head, bool end_stream);
  void send_data(std::string_view data, bool end_stream);
  void send_trailers(const HeaderMap& trailers);
  /// The owner used up so many bytes of on_response_data.
  void consume(std::size_t bytes);
  /// More waits towards the upstream than its high mark.
  bool blocked() const;
  /// The connection, for records; nullptr while waiting.
  const Connection* connection() const;
  Protocol protocol() const;
  std::uint64_t connection_id() const;

 private:
  friend class HttpPool;
  friend class HttpUpstream;
  HttpPool* pool_;
  UpstreamEvents& events_;
  HttpUpstream* upstream_ = nullptr;
  StreamId id_ = 0;
  bool waiting_ = false;
  bool request_done_ = false;
  bool response_done_ = false;
  TimePoint waiting_since_{};
};

/// How the connections of a pool are made and used.
struct HttpPoolOptions {
  enum class Version : std::uint8_t { http1, http2, by_alpn };
  Version version = Version::http1;
  Http1Options http1;
  Http2Options http2;
  Address address;
  ConnectOptions socket;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration idle_timeout = std::chrono::hours(1);  ///< 0: never.
  Duration max_duration{};                        ///< 0: no limit.
  std::uint64_t max_requests = 0;                 ///< Per connection; 0: no limit.
  std::size_t buffer_bytes = 1024 * 1024;
  TlsSlotPtr tls;  ///< Null: cleartext.
  TlsSession::ClientRequest tls_request;
  Duration keepalive_interval{};  ///< HTTP/2 PING; 0: none.
  Duration keepalive_timeout = std::chrono::seconds(20);
};

/// The connections to one host that carry HTTP in one way.
class HttpPool final : public Deletable {
 public:
  HttpPool(Loop& loop, HostPtr host, HttpPoolOptions options, ClusterStats& stats,
           CircuitBreaker& breaker);
  ~HttpPool() override;

  /// Asks for a connection; the events come later or from within this call (then the stream is
  /// finished already).
  void request(UpstreamStream& stream);

  /// For a host that is gone: requests that wait or are in flight are served, no others come, and
  /// connections close when they are not needed for them. `when_idle` is called when none is left.
  void drain(Callback when_idle);
  bool idle() const { return connections_.empty() && waiting_.empty(); }

  Loop& loop() const { return loop_; }
  Host& host() const { return *host_; }
  const HostPtr& host_pointer() const { return host_; }
  std::uint64_t tls_version() const { return options_.tls ? options_.tls->version() : 0; }
  const HttpPoolOptions& options() const { return options_; }
  ClusterStats& stats() const { return stats_; }
  CircuitBreaker& breaker() const { return breaker_; }

 private:
  friend class HttpUpstream;
  friend class UpstreamStream;
  void leave_stale();
  void leave_connections();
  bool take_ready(UpstreamStream& stream);
  void attach(HttpUpstream& upstream, UpstreamStream& stream);
  bool connect_if_needed();
  Result<> open_connection();
  void serve_waiting();
  void cancel(UpstreamStream& stream);
  void leave_queue(UpstreamStream& stream);
  void fail_waiting(UpstreamReset reason, const std::string& transport);
  void connection_ready(HttpUpstream& upstream);
  void connection_failed(HttpUpstream& upstream, UpstreamReset reason,
                         const std::string& transport);
  void remove(HttpUpstream& upstream);
  std::size_t connecting_capacity() const;

  Loop& loop_;
  HostPtr host_;
  HttpPoolOptions options_;
  ClusterStats& stats_;
  CircuitBreaker& breaker_;
  std::list<std::unique_ptr<HttpUpstream>> connections_;
  std::deque<UpstreamStream*> waiting_;
  std::uint64_t left_version_ = 0;  ///< Connections of older certificates take no requests.
  bool draining_ = false;
  Callback when_idle_;
};

}  // namespace lab::proxy
