#include <charconv>
#include <cmath>

#include "base/text.h"
#include "proxy/observe/admin_internal.h"
#include "proxy/regex.h"

namespace lab::proxy {
namespace {

std::string rate_text(double rate) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), rate).ptr;
  return std::string(buffer, end);
}

std::string limits_text(const std::string& begin, const ClusterView::Limits& limits) {
  return begin + "max_connections::" + std::to_string(limits.max_connections) + "\n" + begin +
         "max_pending_requests::" + std::to_string(limits.max_pending_requests) + "\n" + begin +
         "max_requests::" + std::to_string(limits.max_requests) + "\n" + begin +
         "max_retries::" + std::to_string(limits.max_retries) + "\n";
}

std::string host_text(const std::string& cluster, const HostView& host) {
  const std::string begin = cluster + "::" + host.address + "::";
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    text += begin + std::string(name) + "::" + value + "\n";
  };
  line("cx_active", std::to_string(host.cx_active));
  line("cx_connect_fail", std::to_string(host.cx_connect_fail));
  line("cx_total", std::to_string(host.cx_total));
  line("rq_active", std::to_string(host.rq_active));
  line("rq_error", std::to_string(host.rq_error));
  line("rq_pending_active", std::to_string(host.rq_pending_active));
  line("rq_success", std::to_string(host.rq_success));
  line("rq_timeout", std::to_string(host.rq_timeout));
  line("rq_total", std::to_string(host.rq_total));
  line("hostname", host.hostname);
  line("health_flags", host.health_text);
  line("weight", std::to_string(host.weight));
  line("region", host.region);
  line("zone", host.zone);
  line("sub_zone", host.sub_zone);
  line("canary", "false");
  line("priority", std::to_string(host.priority));
  line("success_rate", rate_text(host.success_rate));
  line("local_origin_success_rate", rate_text(host.local_origin_success_rate));
  return text;
}

std::string success_rate_text(const std::string& name, const ClusterView::SuccessRates& rates) {
  const std::string begin = name + "::outlier::";
  return begin + "success_rate_average::" + rate_text(rates.average) + "\n" + begin +
         "success_rate_ejection_threshold::" + rate_text(rates.ejection_threshold) + "\n" + begin +
         "local_origin_success_rate_average::" + rate_text(rates.local_average) + "\n" + begin +
         "local_origin_success_rate_ejection_threshold::" +
         rate_text(rates.local_ejection_threshold) + "\n";
}

std::string cluster_text(const ClusterView& cluster) {
  const std::string& name = cluster.name;
  std::string text = name + "::observability_name::" + cluster.observability_name + "\n";
  if (cluster.success_rates) text += success_rate_text(name, *cluster.success_rates);
  text += limits_text(name + "::default_priority::", cluster.default_priority);
  text += limits_text(name + "::high_priority::", cluster.high_priority);
  text += name + "::added_via_api::" + (cluster.added_via_api ? "true" : "false") + "\n";
  if (!cluster.eds_service_name.empty()) {
    text += name + "::eds_service_name::" + cluster.eds_service_name + "\n";
  }
  for (const HostView& host : cluster.hosts) text += host_text(name, host);
  return text;
}

/// proto3 JSON leaves zeroes out, and writes 64-bit numbers as text.
Value stat_value(std::string_view name, std::uint64_t value, bool gauge) {
  Value entry;
  if (gauge) entry.set("type", "GAUGE");
  if (value != 0) entry.set("value", std::to_string(value));
  entry.set("name", name);
  return entry;
}

Value health_value(const HostView& host) {
  Value health(Value::Object{});
  const auto has = [&host](std::string_view flag) {
    return host.health_text.find("/" + std::string(flag)) != std::string::npos;
  };
  for (const char* flag : {"failed_active_health_check", "failed_outlier_check"}) {
    const bool active = std::string_view(flag) == "failed_active_health_check";
    if (has(active ? "failed_active_hc" : "failed_outlier_check")) health.set(flag, true);
  }
  if (has("degraded_active_hc")) health.set("failed_active_degraded_check", true);
  if (has("pending_dynamic_removal")) health.set("pending_dynamic_removal", true);
  if (has("pending_active_hc")) health.set("pending_active_hc", true);
  if (has("excluded_via_immediate_hc_fail")) health.set("excluded_via_immediate_hc_fail", true);
  if (has("active_hc_timeout")) health.set("active_hc_timeout", true);
  std::string eds = "HEALTHY";
  if (has("degraded_eds_health")) eds = "DEGRADED";
  if (has("failed_eds_health")) eds = "UNHEALTHY";
  if (has("eds_status_draining")) eds = "DRAINING";
  health.set("eds_health_status", eds);
  return health;
}

Value host_value(const HostView& host) {
  Value entry, socket, address;
  if (host.ip) {
    socket.set("address", host.ip->ip.text());
    socket.set("port_value", static_cast<std::int64_t>(host.ip->port));
    address.set("socket_address", std::move(socket));
  } else {
    socket.set("path", host.address);
    address.set("pipe", std::move(socket));
  }
  entry.set("address", std::move(address));
  Value::Array stats;
  stats.push_back(stat_value("cx_connect_fail", host.cx_connect_fail, false));
  stats.push_back(stat_value("cx_total", host.cx_total, false));
  stats.push_back(stat_value("rq_error", host.rq_error, false));
  stats.push_back(stat_value("rq_success", host.rq_success, false));
  stats.push_back(stat_value("rq_timeout", host.rq_timeout, false));
  stats.push_back(stat_value("rq_total", host.rq_total, false));
  stats.push_back(stat_value("cx_active", host.cx_active, true));
  stats.push_back(stat_value("rq_active", host.rq_active, true));
  stats.push_back(stat_value("rq_pending_active", host.rq_pending_active, true));
  entry.set("stats", std::move(stats));
  entry.set("health_status", health_value(host));
  if (host.success_rate >= 0) {
    Value rate;
    rate.set("value", host.success_rate);
    entry.set("success_rate", std::move(rate));
  }
  entry.set("weight", static_cast<std::int64_t>(host.weight));
  if (!host.hostname.empty()) entry.set("hostname", host.hostname);
  if (host.priority != 0) entry.set("priority", static_cast<std::int64_t>(host.priority));
  Value locality(Value::Object{});
  if (!host.region.empty()) locality.set("region", host.region);
  if (!host.zone.empty()) locality.set("zone", host.zone);
  if (!host.sub_zone.empty()) locality.set("sub_zone", host.sub_zone);
  entry.set("locality", std::move(locality));
  return entry;
}

Value thresholds_value(const ClusterView& cluster) {
  Value::Array thresholds;
  for (const auto* limits : {&cluster.default_priority, &cluster.high_priority}) {
    Value entry;
    if (limits == &cluster.high_priority) entry.set("priority", "HIGH");
    entry.set("max_connections", static_cast<std::int64_t>(limits->max_connections));
    entry.set("max_pending_requests", static_cast<std::int64_t>(limits->max_pending_requests));
    entry.set("max_requests", static_cast<std::int64_t>(limits->max_requests));
    entry.set("max_retries", static_cast<std::int64_t>(limits->max_retries));
    thresholds.push_back(std::move(entry));
  }
  Value result;
  result.set("thresholds", std::move(thresholds));
  return result;
}

Value cluster_value(const ClusterView& cluster) {
  Value entry;
  entry.set("name", cluster.name);
  if (cluster.added_via_api) entry.set("added_via_api", true);
  Value::Array hosts;
  for (const HostView& host : cluster.hosts) hosts.push_back(host_value(host));
  if (!hosts.empty()) entry.set("host_statuses", std::move(hosts));
  entry.set("circuit_breakers", thresholds_value(cluster));
  entry.set("observability_name", cluster.observability_name);
  if (!cluster.eds_service_name.empty()) entry.set("eds_service_name", cluster.eds_service_name);
  return entry;
}

}  // namespace

AdminResponse answer_clusters(const AdminParameters& parameters, AdminSource& source) {
  std::vector<ClusterView> clusters = source.clusters();
  const auto filter = parameters.find("filter");
  if (filter != parameters.end()) {
    const auto regex = Regex::compile(filter->second);
    if (!regex) return plain_answer("Invalid re2 regex", 400);
    std::erase_if(clusters,
                  [&](const ClusterView& cluster) { return !regex->finds(cluster.name); });
  }
  const auto format = parameters.find("format");
  if (format != parameters.end() && format->second == "json") {
    Value::Array statuses;
    for (const ClusterView& cluster : clusters) statuses.push_back(cluster_value(cluster));
    Value result(Value::Object{});
    if (!statuses.empty()) result.set("cluster_statuses", std::move(statuses));
    return json_answer(result);
  }
  std::string text;
  for (const ClusterView& cluster : clusters) text += cluster_text(cluster);
  return plain_answer(std::move(text));
}

}  // namespace lab::proxy
