#include "proxy/upstream/cluster_health.h"

#include <algorithm>

#include "proxy/upstream/cluster.h"

namespace lab::proxy {

using CheckResult = HealthCheckState::Result;

ClusterHealth::CheckStats::CheckStats(const StatsScope& scope)
    : attempt(scope.counter("health_check.attempt")),
      success(scope.counter("health_check.success")),
      failure(scope.counter("health_check.failure")),
      passive_failure(scope.counter("health_check.passive_failure")),
      network_failure(scope.counter("health_check.network_failure")),
      verify_cluster(scope.counter("health_check.verify_cluster")),
      healthy(scope.gauge("health_check.healthy")),
      degraded(scope.gauge("health_check.degraded")) {}

/// The check of one host: asks, waits, asks again.
class ClusterHealth::Watcher final : public ProbeEvents {
 public:
  Watcher(ClusterHealth& owner, HostPtr host)
      : owner_(owner),
        host_(std::move(host)),
        check_(*owner.check_),
        state_(check_),
        // A check that only connects has nothing to ask on a connection that stands already.
        keeps_(check_.reuse_connection.value_or(true) &&
               !(check_.tcp_health_check && check_.tcp_health_check->receive.empty())),
        wait_(loop(), Callback::to<&Watcher::ask>(this)),
        timeout_(loop(), Callback::to<&Watcher::on_timeout>(this)) {
    host_->set(HealthFlag::failed_active_hc);
    const auto& common = owner.cluster_.config().config.common_lb_config;
    if (common && common->ignore_new_hosts_until_first_hc)
      host_->set(HealthFlag::pending_active_hc);
    Duration first = Duration::zero();
    if (check_.initial_jitter && check_.initial_jitter->count() > 0)
      first =
          Duration(owner_.random_() % static_cast<std::uint64_t>(check_.initial_jitter->count()));
    wait_.start(first);
  }
  ~Watcher() override { stop(); }
  const Host& host() const { return *host_; }
  bool answered() const { return answered_; }

  void stop() {
    wait_.stop();
    timeout_.stop();
    drop();
  }
  void told(CheckResult result) {
    timeout_.stop();
    answered_ = true;
    const bool changed = state_.on_result(*host_, result);
    const bool traffic = owner_.cluster_.stats().upstream_cx_total.value() > 0;
    wait_.start(state_.next_wait(traffic, owner_.random_()));
    owner_.on_result(*host_, result, changed);
  }
  /// Fails at once, whatever the thresholds.
  bool fail() { return state_.on_result(*host_, CheckResult::failure); }

  void on_probe_result(CheckResult result) override {
    if (!keeps_ || result == CheckResult::network_failure) drop();
    told(result);
  }
  void on_probe_lost() override {
    drop();
    // As Envoy: a TCP connection that ends unasked is a failure; an HTTP one just was idle.
    if (check_.tcp_health_check) told(CheckResult::network_failure);
  }

 private:
  Loop& loop() const { return owner_.cluster_.loop(); }
  void drop() {
    if (!probe_) return;
    probe_->abandon();
    loop().destroy_later(std::move(probe_));
  }
  void ask() {
    owner_.stats_->attempt.add();
    timeout_.start(state_.timeout());
    if (probe_ && !probe_->reusable()) drop();
    if (!probe_) {
      probe_ = make_health_probe(loop(), check_, owner_.cluster_.config().health_headers, target(),
                                 *this);
    }
    probe_->ask();
  }
  ProbeTarget target() const {
    ProbeTarget target{owner_.cluster_.tcp_target(host_), owner_.cluster_.name()};
    const HostHealthCheck& own = host_->description().health_check;
    if (own.address) target.tcp.address = socket_address(*own.address);
    if (own.port != 0) target.tcp.address = target.tcp.address.with_port(own.port);
    if (check_.tls_options) target.tcp.tls_request.alpn = check_.tls_options->alpn_protocols;
    if (check_.http_health_check && !check_.http_health_check->host.empty())
      target.authority = check_.http_health_check->host;
    if (!own.hostname.empty()) target.authority = own.hostname;
    return target;
  }
  void on_timeout() {
    drop();
    told(CheckResult::timeout);
  }

  ClusterHealth& owner_;
  HostPtr host_;
  const config::HealthCheck& check_;
  HealthCheckState state_;
  const bool keeps_;
  bool answered_ = false;
  Timer wait_, timeout_;
  std::unique_ptr<HealthProbe> probe_;
};

ClusterHealth::ClusterHealth(Cluster& cluster, const StatsScope& scope, std::uint64_t seed)
    : cluster_(cluster),
      random_(seed),
      interval_(cluster.loop(), Callback::to<&ClusterHealth::on_interval>(this)),
      drop_(cluster.loop(), Callback::to<&ClusterHealth::drop_connections>(this)) {
  const config::Cluster& source = cluster.config().config;
  if (!source.health_checks.empty()) {
    check_ = &source.health_checks.front();
    stats_.emplace(scope);
  }
  if (!source.outlier_detection) return;
  outlier_.emplace(*source.outlier_detection, scope);
  interval_.start(outlier_->interval());
}

ClusterHealth::~ClusterHealth() = default;

void ClusterHealth::hosts_changed(const std::map<std::string, HostPtr>& hosts) {
  std::map<const Host*, std::unique_ptr<Watcher>> kept;
  std::vector<HostPtr> all;
  for (const auto& [address, host] : hosts) {
    all.push_back(host);
    if (check_ == nullptr || host->description().health_check.disabled) continue;
    const auto known = watchers_.find(host.get());
    kept[host.get()] = known != watchers_.end() ? std::move(known->second)
                                                : std::make_unique<Watcher>(*this, host);
  }
  watchers_.swap(kept);
  for (const HostPtr& host : hosts_) {
    const bool gone = std::find(all.begin(), all.end(), host) == all.end();
    if (gone && outlier_) outlier_->forget(*host);
    if (gone) std::erase(failed_, host.get());
  }
  hosts_.swap(all);
  publish();
}

void ClusterHealth::report(Host& host, HostOutcome outcome) {
  if (!outlier_) return;
  if (outlier_->report(host, outcome, hosts_.size(), cluster_.loop().now(), random_()))
    health_changed(host);
}

void ClusterHealth::immediate_failure(Host& host) {
  const auto found = watchers_.find(&host);
  if (found == watchers_.end()) return;
  host.set(HealthFlag::excluded_via_immediate_hc_fail);
  stats_->passive_failure.add();
  stats_->failure.add();
  found->second->fail();
  publish();
  health_changed(host);
}

void ClusterHealth::stop() {
  interval_.stop();
  for (auto& [host, watcher] : watchers_) watcher->stop();
}

bool ClusterHealth::settled() const {
  return std::all_of(watchers_.begin(), watchers_.end(),
                     [](const auto& entry) { return entry.second->answered(); });
}

void ClusterHealth::on_interval() {
  if (outlier_->on_interval(hosts_, cluster_.loop().now(), random_())) cluster_.health_changed();
  interval_.start(outlier_->interval());
}

void ClusterHealth::on_result(Host& host, CheckResult result, bool changed) {
  const bool good = result == CheckResult::success || result == CheckResult::degraded;
  (good ? stats_->success : stats_->failure).add();
  if (result == CheckResult::network_failure || result == CheckResult::timeout)
    stats_->network_failure.add();
  if (good && outlier_) changed = outlier_->on_check_success(host) || changed;
  publish();
  if (changed) health_changed(host);
}

void ClusterHealth::publish() {
  if (!stats_) return;
  std::int64_t healthy = 0, degraded = 0;
  for (const auto& [host, watcher] : watchers_) {
    healthy += host->has(HealthFlag::failed_active_hc) ? 0 : 1;
    degraded += host->has(HealthFlag::degraded_active_hc) ? 1 : 0;
  }
  stats_->healthy.set(healthy);
  stats_->degraded.set(degraded);
}

void ClusterHealth::health_changed(Host& host) {
  cluster_.health_changed();
  if (host.health() != HostHealth::unhealthy) return;
  failed_.push_back(&host);
  // Later: a connection of the host may be what told.
  drop_.start(Duration::zero());
}

void ClusterHealth::drop_connections() {
  std::vector<Host*> failed;
  failed.swap(failed_);
  for (Host* host : failed) cluster_.close_pools_of(*host);
}

}  // namespace lab::proxy
