#include "proxy/xds/admin_source.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

#include "proxy/observe/log_file.h"
#include "proxy/xds/log.h"

namespace lab::proxy {

namespace {

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

HostView view_of(const Host& host) {
  const HostDescription& description = host.description();
  HostView view;
  view.address = description.address;
  view.ip = description.ip;
  view.hostname = description.hostname;
  view.cx_active = static_cast<std::uint64_t>(host.cx_active.value());
  view.cx_connect_fail = host.cx_connect_fail.value();
  view.cx_total = host.cx_total.value();
  view.rq_active = static_cast<std::uint64_t>(host.rq_active.value());
  view.rq_error = host.rq_error.value();
  view.rq_success = host.rq_success.value();
  view.rq_timeout = host.rq_timeout.value();
  view.rq_total = host.rq_total.value();
  view.health_text = host.health_text();
  view.weight = description.weight;
  view.region = description.locality.region;
  view.zone = description.locality.zone;
  view.sub_zone = description.locality.sub_zone;
  view.priority = description.priority;
  view.success_rate = host.outlier.external_success_rate;
  view.local_origin_success_rate = host.outlier.local_success_rate;
  return view;
}

ClusterView::Limits limits_of(CircuitBreaker& breaker) {
  return {breaker.connections.limit(), breaker.pending.limit(), breaker.requests.limit(),
          breaker.retries.limit()};
}

}  // namespace

ProcessAdmin::ProcessAdmin(const Flags& flags, Workers& workers, const Discovery& discovery,
                           const TraceStore& trace, Controls controls)
    : flags_(flags),
      workers_(workers),
      discovery_(discovery),
      trace_(trace),
      controls_(std::move(controls)),
      started_(std::chrono::steady_clock::now()) {}

ServerView ProcessAdmin::server() {
  ServerView view;
  view.version = "lab-proxy/1.0";
  view.state = draining_ || !healthy_ ? ServerView::State::draining
               : initialized_         ? ServerView::State::live
                                      : ServerView::State::initializing;
  view.uptime =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  view.options["concurrency"] = Value(static_cast<std::int64_t>(flags_.concurrency));
  view.options["configPath"] = Value(flags_.config_path);
  view.options["logLevel"] = Value(log_level());
  view.options["mode"] = Value("Serve");
  view.options["drainTime"] = Value(std::to_string(flags_.drain_time.count()) + "s");
  view.node = discovery_.bootstrap().node;
  view.resident_bytes = resident_bytes();
  view.heap_bytes = ::mallinfo2().uordblks;
  return view;
}

ConfigView ProcessAdmin::config() {
  return discovery_.view();
}

std::vector<ClusterView> ProcessAdmin::clusters() {
  std::vector<ClusterView> views;
  for (const auto& [name, cluster] : workers_.first().worker.clusters.all()) {
    ClusterView view;
    view.name = name;
    view.observability_name = cluster->config().stat_name();
    if (cluster->config().config.eds_cluster_config) {
      view.eds_service_name = cluster->config().config.eds_cluster_config->service_name;
    }
    view.default_priority = limits_of(cluster->breaker(config::RoutingPriority::default_));
    view.high_priority = limits_of(cluster->breaker(config::RoutingPriority::high));
    if (const OutlierDetector* outlier = cluster->outlier()) {
      const auto& external = outlier->external_averages();
      const auto& local = outlier->local_averages();
      view.success_rates = ClusterView::SuccessRates{external.average, external.threshold,
                                                     local.average, local.threshold};
    }
    view.added_via_api = discovery_.is_dynamic_cluster(name);
    cluster->for_each_host([&](const Host& host) { view.hosts.push_back(view_of(host)); });
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<ListenerView> ProcessAdmin::listeners() {
  std::vector<ListenerView> views;
  for (const auto& [name, listener] : workers_.first().listeners.all()) {
    ListenerView view;
    view.name = name;
    for (const Address& each : listener->addresses()) {
      if (const auto address = ip_port(each)) {
        view.addresses.push_back(*address);
      } else {
        view.path = each.text();
      }
    }
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<CertificateSetView> ProcessAdmin::certificates() {
  std::vector<CertificateSetView> sets;
  for (const TlsContextPtr& context : discovery_.secrets().contexts()) {
    sets.push_back({context_authorities(*context), context_certificates(*context)});
  }
  return sets;
}

StatsSnapshot ProcessAdmin::stats() {
  std::vector<const StatsStore*> stores;
  for (std::size_t i = 0; i < workers_.count(); ++i) stores.push_back(&workers_.at(i).worker.stats);
  return StatsSnapshot::of(stores);
}

std::map<std::string, std::string> ProcessAdmin::log_levels() {
  return {{"admin", log_level()}, {"config", log_level()}, {"main", log_level()}};
}

void ProcessAdmin::reset_counters() {
  for (std::size_t i = 0; i < workers_.count(); ++i) workers_.at(i).worker.stats.reset_counters();
}

void ProcessAdmin::set_log_level(const std::string&, const std::string& level) {
  proxy::set_log_level(level);
}

void ProcessAdmin::drain_listeners(const DrainRequest& request) {
  if (!request.inbound_only) return controls_.drain(!request.skip_exit);
  workers_.each([](Workers::One& one) {
    for (const auto& [name, listener] : one.listeners.all()) {
      if (listener->config().config.traffic_direction == config::TrafficDirection::inbound)
        listener->drain();
    }
  });
}

void ProcessAdmin::reopen_logs() {
  reopen_log_files();
  reopen_log();
}

}  // namespace lab::proxy
