#include "proxy/session/tcp_session.h"

namespace lab::proxy {

TcpProxyStats::TcpProxyStats(const StatsScope& scope)
    : downstream_cx_total(scope.counter("downstream_cx_total")),
      downstream_cx_no_route(scope.counter("downstream_cx_no_route")),
      downstream_cx_rx_bytes_total(scope.counter("downstream_cx_rx_bytes_total")),
      downstream_cx_tx_bytes_total(scope.counter("downstream_cx_tx_bytes_total")),
      downstream_flow_control_paused_reading_total(
          scope.counter("downstream_flow_control_paused_reading_total")),
      downstream_flow_control_resumed_reading_total(
          scope.counter("downstream_flow_control_resumed_reading_total")),
      idle_timeout(scope.counter("idle_timeout")),
      max_downstream_connection_duration(scope.counter("max_downstream_connection_duration")),
      upstream_flush_total(scope.counter("upstream_flush_total")),
      upstream_flush_active(scope.gauge("upstream_flush_active")) {}

Result<TcpProxyConfigPtr> compile_tcp_proxy(config::TcpProxy source, bool sni_cluster) {
  auto proxy = std::make_shared<TcpProxyConfig>();
  proxy->config = std::move(source);
  proxy->sni_cluster = sni_cluster;
  for (const auto& log : proxy->config.access_log)
    proxy->access_logs.push_back(TRY(make_access_log(log)));
  if (proxy->config.idle_timeout) proxy->idle_timeout = *proxy->config.idle_timeout;
  if (proxy->config.max_downstream_connection_duration) {
    proxy->max_duration = *proxy->config.max_downstream_connection_duration;
  }
  proxy->max_connect_attempts = proxy->config.max_connect_attempts.value_or(1);
  return TcpProxyConfigPtr(std::move(proxy));
}

TcpProxyInstance::TcpProxyInstance(Worker& worker, TcpProxyConfigPtr tcp)
    : config(std::move(tcp)),
      stats(StatsScope(worker.stats, "tcp." + config->config.stat_prefix + ".")) {}

TcpSession::TcpSession(SessionContext context, std::shared_ptr<TcpProxyInstance> proxy,
                       std::shared_ptr<NetworkFilters> filters)
    : context_(std::move(context)),
      proxy_(std::move(proxy)),
      filters_(std::move(filters)),
      idle_timer_(context_.worker.loop, Callback::to<&TcpSession::on_idle>(this)),
      duration_timer_(context_.worker.loop, Callback::to<&TcpSession::on_max_duration>(this)),
      handshake_timer_(context_.worker.loop, Callback::to<&TcpSession::on_handshake_late>(this)),
      started_at_(context_.worker.loop.now()) {
  info_.connection = context_.info.get();
  info_.start = context_.worker.loop.wall_now();
  info_.origins = context_.origins;
  info_.listener_owner = context_.keep;
  proxy_->stats.downstream_cx_total.add();
}

void TcpSession::start(Fd fd, std::unique_ptr<TlsSession> tls, Buffer early) {
  downstream_ = std::make_unique<Connection>(context_.worker.loop, std::move(fd), *this,
                                             std::move(tls), std::move(early));
  downstream_->set_watermark(context_.buffer_bytes);
  if (downstream_->has_tls() && context_.handshake_timeout > Duration::zero()) {
    handshake_timer_.start(context_.handshake_timeout);
  }
  downstream_->start();
}

void TcpSession::on_connected() {
  handshake_timer_.stop();
  if (downstream_->has_tls()) {
    context_.info->tls = downstream_->tls_info();
    context_.info->alpn = context_.info->tls->alpn;
  }
  for (const auto& filter : *filters_) {
    if (filter->accept(info_, context_.info->termination_details)) continue;
    downstream_->close();
    return;
  }
  if (proxy_->config->max_duration > Duration::zero())
    duration_timer_.start(proxy_->config->max_duration);
  downstream_->pause();
  connect_upstream();
}

std::string TcpSession::choose_cluster() {
  const config::TcpProxy& config = proxy_->config->config;
  if (proxy_->config->sni_cluster && !context_.info->requested_server_name.empty()) {
    return context_.info->requested_server_name;
  }
  if (config.cluster) return *config.cluster;
  if (!config.weighted_clusters) return "";
  std::uint64_t total = 0;
  for (const auto& each : config.weighted_clusters->clusters) total += each.weight;
  if (total == 0) return "";
  std::uint64_t draw = context_.worker.random() % total;
  for (const auto& each : config.weighted_clusters->clusters) {
    if (draw < each.weight) return each.name;
    draw -= each.weight;
  }
  return "";
}

void TcpSession::connect_upstream() {
  state_ = State::connecting;
  ++info_.attempts;
  if (!cluster_) {
    cluster_name_ = choose_cluster();
    info_.upstream.cluster = info_.upstream.cluster_raw = cluster_name_;
    cluster_ = context_.worker.clusters.find(cluster_name_);
    if (!cluster_) {
      proxy_->stats.downstream_cx_no_route.add();
      return refuse(ResponseFlag::no_cluster_found, details::kClusterNotFound);
    }
    info_.upstream.cluster = cluster_->config().stat_name();
    const auto& metadata = cluster_->config().config.metadata;
    info_.origins.add(metadata);
    info_.cluster_owner = cluster_->shared_config();
    info_.upstream.cluster_metadata = metadata ? &*metadata : nullptr;
  }
  LoadBalancerContext balancer;
  balancer.original_destination = context_.info->original_destination();
  host_ = cluster_->choose_host(balancer);
  if (!host_) return refuse(ResponseFlag::no_healthy_upstream, details::kNoHealthyUpstream);
  info_.upstream.host = host_->description().ip;
  info_.upstream.host_name = host_->name();
  info_.upstream.endpoint_metadata = &host_->description().metadata;
  upstream_ = std::make_unique<TcpUpstream>(
      context_.worker.loop, cluster_->tcp_target(host_), cluster_->stats(),
      cluster_->breaker(config::RoutingPriority::default_), *this);
  upstream_->start();
}

void TcpSession::refuse(ResponseFlag flag, std::string_view details) {
  info_.flags.set(flag);
  info_.response_code_details = details;
  downstream_->close();
}

void TcpSession::on_upstream_connected() {
  state_ = State::piping;
  cluster_->report(*host_, HostOutcome::connect_success_final);
  Connection& upstream = *upstream_->connection();
  info_.upstream.local = ip_port(upstream.local());
  info_.upstream.connected = ip_port(upstream.peer());
  info_.upstream.connection_id = upstream_->id();
  info_.upstream.tls = upstream.tls_info();
  info_.upstream.pool_ready = context_.worker.loop.now() - started_at_;
  if (proxy_->config->idle_timeout > Duration::zero())
    idle_timer_.start(proxy_->config->idle_timeout);
  downstream_->resume();
}

void TcpSession::on_upstream_failed(UpstreamReset reason, const std::string& transport) {
  info_.upstream.transport_failure_reason = transport;
  retire_upstream();
  const bool overflow = reason == UpstreamReset::overflow;
  if (!overflow) cluster_->report(*host_, HostOutcome::connect_failure);
  if (!overflow && info_.attempts < proxy_->config->max_connect_attempts) return connect_upstream();
  if (!overflow && proxy_->config->max_connect_attempts > 1) {
    info_.flags.set(ResponseFlag::upstream_retry_limit_exceeded);
    cluster_->stats().upstream_cx_connect_attempts_exceeded.add();
  }
  refuse(overflow ? ResponseFlag::upstream_overflow : ResponseFlag::upstream_connection_failure,
         reset_details(reason, false, transport));
}

void TcpSession::retire_upstream() {
  if (upstream_) context_.worker.loop.destroy_later(std::move(upstream_));
}

void TcpSession::touch() {
  if (idle_timer_.armed()) idle_timer_.start(proxy_->config->idle_timeout);
}

std::size_t TcpSession::on_data(std::string_view bytes) {
  touch();
  info_.bytes.body_received += bytes.size();
  upstream_->connection()->out().append(bytes);
  upstream_->connection()->send();
  return bytes.size();
}

std::size_t TcpSession::on_upstream_data(std::string_view bytes) {
  touch();
  info_.bytes.body_sent += bytes.size();
  downstream_->out().append(bytes);
  downstream_->send();
  return bytes.size();
}

void TcpSession::on_end() {
  if (upstream_ && upstream_->connection() != nullptr && state_ == State::piping) {
    upstream_->connection()->end_output();
  } else {
    downstream_->close();
  }
}

void TcpSession::on_upstream_end() {
  downstream_->end_output();
}

void TcpSession::on_write_blocked(bool blocked) {
  if (!upstream_ || upstream_->connection() == nullptr || state_ != State::piping) return;
  blocked ? upstream_->connection()->pause() : upstream_->connection()->resume();
}

void TcpSession::on_upstream_blocked(bool blocked) {
  TcpProxyStats& stats = proxy_->stats;
  if (downstream_->state() == Connection::State::closed) return;
  (blocked ? stats.downstream_flow_control_paused_reading_total
           : stats.downstream_flow_control_resumed_reading_total)
      .add();
  blocked ? downstream_->pause() : downstream_->resume();
}

void TcpSession::on_upstream_closed(const CloseReason& reason) {
  retire_upstream();
  state_ = State::closed;
  if (reason.kind == CloseKind::remote_reset) {
    info_.flags.set(ResponseFlag::upstream_connection_termination);
    downstream_->reset();
  } else {
    downstream_->close_after_flush(std::chrono::seconds(1));
  }
}

void TcpSession::on_closed(const CloseReason& reason) {
  if (upstream_ && upstream_->connection() != nullptr) {
    // What the client sent before it left still goes to the upstream.
    Connection& upstream = *upstream_->connection();
    if (reason.kind == CloseKind::remote_reset) {
      upstream.reset();
    } else if (upstream.pending() > 0 && upstream.state() == Connection::State::open) {
      proxy_->stats.upstream_flush_total.add();
    }
  }
  if (upstream_ && state_ == State::connecting)
    info_.flags.set(ResponseFlag::downstream_connection_termination);
  state_ = State::closed;
  retire_upstream();
  report();
  context_.ended(*this);
}

void TcpSession::on_idle() {
  proxy_->stats.idle_timeout.add();
  info_.flags.set(ResponseFlag::stream_idle_timeout);
  downstream_->close();
}

void TcpSession::on_max_duration() {
  proxy_->stats.max_downstream_connection_duration.add();
  info_.flags.set(ResponseFlag::duration_timeout);
  downstream_->close();
}

void TcpSession::on_handshake_late() {
  downstream_->close();
}

void TcpSession::report() {
  info_.timing.complete = context_.worker.loop.now() - started_at_;
  context_.info->transport_failure_reason = downstream_->tls_failure();
  proxy_->stats.downstream_cx_rx_bytes_total.add(info_.bytes.body_received);
  proxy_->stats.downstream_cx_tx_bytes_total.add(info_.bytes.body_sent);
  for (const AccessLogPtr& log : proxy_->config->access_logs) log->log(info_);
  context_.worker.trace.add(info_);
}

}  // namespace lab::proxy
