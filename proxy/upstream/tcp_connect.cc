#include "proxy/upstream/tcp_connect.h"

#include <cerrno>
#include <cstring>

#include "proxy/upstream/http_upstream.h"

namespace lab::proxy {

TcpUpstream::TcpUpstream(Loop& loop, TcpTarget target, ClusterStats& stats, CircuitBreaker& breaker,
                         TcpEvents& events)
    : loop_(loop),
      target_(std::move(target)),
      stats_(stats),
      breaker_(breaker),
      events_(events),
      connect_timer_(loop, Callback::to<&TcpUpstream::on_connect_timeout>(this)) {}

TcpUpstream::~TcpUpstream() {
  silent_ = true;
  if (connection_) connection_->close();
}

void TcpUpstream::start() {
  if (!breaker_.connections.available()) {
    stats_.upstream_cx_overflow.add();
    return events_.on_upstream_failed(UpstreamReset::overflow, "");
  }
  started_at_ = loop_.now();
  id_ = next_connection_id();
  stats_.upstream_cx_total.add();
  target_.host->cx_total.add();
  const Result<> opened = open();
  if (opened) return;
  stats_.upstream_cx_connect_fail.add();
  target_.host->cx_connect_fail.add();
  events_.on_upstream_failed(UpstreamReset::remote_connection_failure, opened.error().message);
}

Result<> TcpUpstream::open() {
  std::unique_ptr<TlsSession> tls;
  if (target_.tls) {
    TlsContextPtr context = target_.tls->get();
    if (!context) return fail(Errc::tls, kSecretMissing);
    tls = TlsSession::client(std::move(context), target_.tls_request);
  }
  auto fd = connect_socket(target_.address, target_.socket);
  if (!fd)
    return fail(Errc::system, std::string("immediate connect error: ") + std::strerror(errno));
  connection_ = std::make_unique<Connection>(loop_, std::move(*fd), *this, std::move(tls));
  connection_->set_watermark(target_.buffer_bytes);
  connection_->set_peer(target_.address);
  connect_timer_.start(target_.connect_timeout);
  breaker_.connections.take();
  stats_.upstream_cx_active.add();
  target_.host->cx_active.add();
  return {};
}

void TcpUpstream::on_connected() {
  connect_timer_.stop();
  connected_ = true;
  connected_at_ = loop_.now();
  if (connection_->has_tls()) stats_.ssl_handshake.add();
  events_.on_upstream_connected();
}

void TcpUpstream::on_closed(const CloseReason& reason) {
  connect_timer_.stop();
  breaker_.connections.give();
  stats_.upstream_cx_active.sub();
  stats_.upstream_cx_destroy.add();
  stats_.upstream_cx_rx_bytes_total.add(connection_->bytes_in());
  stats_.upstream_cx_tx_bytes_total.add(connection_->bytes_out());
  target_.host->cx_active.sub();
  if (silent_) return;
  silent_ = true;
  if (connected_) return events_.on_upstream_closed(reason);
  stats_.upstream_cx_connect_fail.add();
  target_.host->cx_connect_fail.add();
  if (reason.kind == CloseKind::tls_failed) stats_.ssl_connection_error.add();
  events_.on_upstream_failed(
      UpstreamReset::remote_connection_failure,
      reason.kind == CloseKind::connect_failed
          ? std::string("delayed connect error: ") + std::strerror(reason.error)
          : reason.transport);
}

void TcpUpstream::on_connect_timeout() {
  stats_.upstream_cx_connect_timeout.add();
  stats_.upstream_cx_connect_fail.add();
  target_.host->cx_connect_fail.add();
  silent_ = true;
  connection_->close();
  events_.on_upstream_failed(UpstreamReset::connection_timeout, "");
}

void TcpUpstream::close() {
  silent_ = true;
  if (connection_) connection_->close();
}

}  // namespace lab::proxy
