#include "proxy/upstream/http_pool.h"

#include <algorithm>
#include <cstring>

#include "proxy/upstream/http_upstream.h"

namespace lab::proxy {

UpstreamStream::~UpstreamStream() {
  if (upstream_ != nullptr) {
    upstream_->abandon(*this);
  } else if (waiting_) {
    pool_->cancel(*this);
  }
}

void UpstreamStream::send_request(const RequestHead& head, bool end_stream) {
  id_ = upstream_->send_request(*this, head, end_stream);
}
void UpstreamStream::send_data(std::string_view data, bool end_stream) {
  if (upstream_ != nullptr) upstream_->send_data(id_, data, end_stream);
}
void UpstreamStream::send_trailers(const HeaderMap& trailers) {
  if (upstream_ != nullptr) upstream_->send_trailers(id_, trailers);
}
void UpstreamStream::consume(std::size_t bytes) {
  if (upstream_ != nullptr) upstream_->consume(id_, bytes);
}
bool UpstreamStream::blocked() const {
  return upstream_ != nullptr && upstream_->blocked(id_);
}
const Connection* UpstreamStream::connection() const {
  return upstream_ == nullptr ? nullptr : &upstream_->connection();
}
Protocol UpstreamStream::protocol() const {
  return upstream_->protocol();
}
std::uint64_t UpstreamStream::connection_id() const {
  return upstream_->id();
}

HttpPool::HttpPool(Loop& loop, HostPtr host, HttpPoolOptions options, ClusterStats& stats,
                   CircuitBreaker& breaker)
    : loop_(loop),
      host_(std::move(host)),
      options_(std::move(options)),
      stats_(stats),
      breaker_(breaker) {}

HttpPool::~HttpPool() {
  draining_ = true;
  when_idle_ = {};
  fail_waiting(UpstreamReset::local_connection_failure, "");
  while (!connections_.empty()) {
    HttpUpstream& first = *connections_.front();
    first.close();
    remove(first);
  }
}

void HttpPool::request(UpstreamStream& stream) {
  stream.waiting_since_ = loop_.now();
  if (options_.tls) leave_stale();
  if (take_ready(stream)) return;
  if (!breaker_.pending.available()) {
    stats_.upstream_rq_pending_overflow.add();
    stream.events_.on_pool_failure(UpstreamReset::overflow, "");
    return;
  }
  stream.waiting_ = true;
  waiting_.push_back(&stream);
  breaker_.pending.take();
  stats_.upstream_rq_pending_total.add();
  stats_.upstream_rq_pending_active.add();
  connect_if_needed();
}

/// Connections with replaced certificates end with their last request.
void HttpPool::leave_stale() {
  if (left_version_ == tls_version()) return;
  left_version_ = tls_version();
  for (auto next = connections_.begin(); next != connections_.end();) {
    HttpUpstream& upstream = **next++;
    if (upstream.stale() && upstream.state() == HttpUpstream::State::open) upstream.drain();
  }
}

bool HttpPool::take_ready(UpstreamStream& stream) {
  // The connection used last is the least likely to have been closed by the peer: they stand first,
  // and the full ones last.
  for (const auto& upstream : connections_) {
    if (upstream->room() == 0) continue;
    if (!breaker_.requests.available()) {
      stats_.upstream_rq_pending_overflow.add();
      stream.events_.on_pool_failure(UpstreamReset::overflow, "");
      return true;
    }
    attach(*upstream, stream);
    return true;
  }
  return false;
}

void HttpPool::attach(HttpUpstream& upstream, UpstreamStream& stream) {
  stream.upstream_ = &upstream;
  upstream.bind(stream);
  if (upstream.protocol() != Protocol::http2)
    connections_.splice(connections_.end(), connections_, upstream.place);
  stats_.upstream_rq_total.add();
  stats_.upstream_rq_active.add();
  host_->rq_total.add();
  host_->rq_active.add();
  breaker_.requests.take();
  stream.events_.on_pool_ready();
}

std::size_t HttpPool::connecting_capacity() const {
  std::size_t capacity = 0;
  for (const auto& upstream : connections_) capacity += upstream->expected_room();
  return capacity;
}

bool HttpPool::connect_if_needed() {
  if (connecting_capacity() >= waiting_.size()) return true;
  if (!breaker_.connections.available()) {
    stats_.upstream_cx_overflow.add();
    // A pool without any connection gets one nevertheless: otherwise its requests would wait for
    // nothing.
    if (!connections_.empty()) return false;
  }
  const Result<> opened = open_connection();
  if (opened) return true;
  stats_.upstream_cx_total.add();
  stats_.upstream_cx_connect_fail.add();
  host_->cx_connect_fail.add();
  fail_waiting(UpstreamReset::remote_connection_failure, opened.error().message);
  return false;
}

Result<> HttpPool::open_connection() {
  std::unique_ptr<TlsSession> tls;
  if (options_.tls) {
    TlsContextPtr context = options_.tls->get();
    if (!context) return fail(Errc::tls, kSecretMissing);
    tls = TlsSession::client(std::move(context), options_.tls_request);
  }
  auto fd = connect_socket(options_.address, options_.socket);
  if (!fd)
    return fail(Errc::system, std::string("immediate connect error: ") + std::strerror(errno));
  connections_.push_back(std::make_unique<HttpUpstream>(*this, std::move(tls), std::move(*fd)));
  connections_.back()->place = std::prev(connections_.end());
  return {};
}

void HttpPool::serve_waiting() {
  for (auto next = connections_.begin(); next != connections_.end() && !waiting_.empty();) {
    HttpUpstream& upstream = **next++;
    while (!waiting_.empty() && upstream.room() > 0) {
      UpstreamStream& stream = *waiting_.front();
      leave_queue(stream);
      if (breaker_.requests.available()) {
        attach(upstream, stream);
      } else {
        stats_.upstream_rq_pending_overflow.add();
        stream.events_.on_pool_failure(UpstreamReset::overflow, "");
      }
    }
  }
  connect_if_needed();
}

void HttpPool::leave_queue(UpstreamStream& stream) {
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &stream));
  stream.waiting_ = false;
  breaker_.pending.give();
  stats_.upstream_rq_pending_active.sub();
}

void HttpPool::cancel(UpstreamStream& stream) {
  leave_queue(stream);
  stats_.upstream_rq_cancelled.add();
  if (draining_) leave_connections();
}

void HttpPool::fail_waiting(UpstreamReset reason, const std::string& transport) {
  // Only those that wait now: an owner that tries again comes after them.
  std::size_t count = waiting_.size();
  while (count-- > 0 && !waiting_.empty()) {
    UpstreamStream& stream = *waiting_.front();
    leave_queue(stream);
    stats_.upstream_rq_pending_failure_eject.add();
    stream.events_.on_pool_failure(reason, transport);
  }
}

void HttpPool::connection_ready(HttpUpstream& upstream) {
  connections_.splice(connections_.begin(), connections_, upstream.place);
  if (!waiting_.empty()) serve_waiting();
  if (draining_) leave_connections();
}

void HttpPool::connection_failed(HttpUpstream& upstream, UpstreamReset reason,
                                 const std::string& transport) {
  stats_.upstream_cx_connect_fail.add();
  host_->cx_connect_fail.add();
  remove(upstream);
  fail_waiting(reason, transport);
}

void HttpPool::remove(HttpUpstream& upstream) {
  const auto place =
      std::find_if(connections_.begin(), connections_.end(),
                   [&](const auto& candidate) { return candidate.get() == &upstream; });
  if (place == connections_.end()) return;
  loop_.destroy_later(std::move(*place));
  connections_.erase(place);
  if (draining_ && idle() && when_idle_) when_idle_();
}

void HttpPool::drain(Callback when_idle) {
  draining_ = true;
  when_idle_ = when_idle;
  leave_connections();
}

/// Connections that are being made stay for as long as a request waits for one, as Envoy does it.
void HttpPool::leave_connections() {
  for (auto next = connections_.begin(); next != connections_.end();) {
    HttpUpstream& upstream = **next++;
    const bool awaited = upstream.state() == HttpUpstream::State::connecting && !waiting_.empty();
    if (!awaited) upstream.drain();
  }
}

}  // namespace lab::proxy
