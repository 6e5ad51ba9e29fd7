#include "base/json.h"
#include "proxy/observe/admin_internal.h"
#include "proxy/observe/proto_names.h"
#include "proxy/observe/time_text.h"
#include "proxy/regex.h"

namespace lab::proxy {
namespace {

std::string_view state_text(ServerView::State state) {
  using State = ServerView::State;
  switch (state) {
    case State::live:
      return "LIVE";
    case State::draining:
      return "DRAINING";
    case State::pre_initializing:
      return "PRE_INITIALIZING";
    case State::initializing:
      break;
  }
  return "INITIALIZING";
}

/// Whole days from now until then, never negative.
std::string days_until(SystemTime then) {
  const auto left = std::chrono::floor<std::chrono::days>(then - std::chrono::system_clock::now());
  return std::to_string(std::max<std::int64_t>(0, left.count()));
}

Value certificate_value(const CertificateInfo& certificate) {
  Value entry;
  entry.set("path", certificate.file.empty() ? "<inline>" : certificate.file);
  entry.set("serial_number", certificate.serial);
  Value::Array names;
  const auto add = [&names](const char* kind, const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      Value name;
      name.set(kind, value);
      names.push_back(std::move(name));
    }
  };
  add("dns", certificate.dns_sans);
  add("uri", certificate.uri_sans);
  add("ip_address", certificate.ip_sans);
  entry.set("subject_alt_names", std::move(names));
  entry.set("days_until_expiration", days_until(certificate.not_after));
  entry.set("valid_from", utc_text(certificate.not_before, "%Y-%m-%dT%H:%M:%SZ"));
  entry.set("expiration_time", utc_text(certificate.not_after, "%Y-%m-%dT%H:%M:%SZ"));
  return entry;
}

Value certificates_value(const std::vector<CertificateInfoPtr>& certificates) {
  Value::Array entries;
  for (const CertificateInfoPtr& certificate : certificates) {
    entries.push_back(certificate_value(*certificate));
  }
  return Value(std::move(entries));
}

std::string levels_text(AdminSource& source) {
  std::string text = "active loggers:\n";
  for (const auto& [name, level] : source.log_levels()) text += "  " + name + ": " + level + "\n";
  return text + "\n";
}

bool is_level(const std::string& level) {
  for (const char* known : {"trace", "debug", "info", "warning", "error", "critical", "off"}) {
    if (level == known) return true;
  }
  return false;
}

constexpr std::string_view kLoggingUsage =
    "\nusage: /logging?<name>=<level> (change single level)\n"
    "usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)\n"
    "usage: /logging?level=<level> (change all levels)\n"
    "levels: trace debug info warning error critical off \n";

/// Applies "name:level,name:level"; what is wrong, or "".
std::string apply_levels(const std::string& text, AdminSource& source) {
  const auto known = source.log_levels();
  std::vector<std::pair<std::string, std::string>> changes;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    const auto colon = part.find(':');
    if (colon == std::string::npos) return "error: empty logger name or empty logger level\n";
    changes.emplace_back(part.substr(0, colon), part.substr(colon + 1));
    at = end + 1;
  }
  for (const auto& [name, level] : changes) {
    if (!is_level(level)) return "error: unknown logger level\n";
    if (!name.empty() && !known.contains(name)) return "error: unknown logger name\n";
  }
  for (const auto& [name, level] : changes) source.set_log_level(name, level);
  return "";
}

}  // namespace

AdminResponse answer_logging(const AdminParameters& parameters, AdminSource& source) {
  std::string problem;
  if (parameters.size() > 1) {
    problem = "error: invalid parameter\n";
  } else if (!parameters.empty()) {
    const auto& [name, value] = *parameters.begin();
    const std::string change = name == "paths"   ? value
                               : name == "level" ? ":" + value
                                                 : name + ":" + value;
    problem = apply_levels(change, source);
  }
  if (!problem.empty()) {
    return plain_answer(problem + std::string(kLoggingUsage) + levels_text(source), 400);
  }
  return plain_answer(levels_text(source));
}

AdminResponse answer_listeners(const AdminParameters& parameters, AdminSource& source) {
  const std::vector<ListenerView> listeners = source.listeners();
  const auto format = parameters.find("format");
  if (format == parameters.end() || format->second != "json") {
    std::string text;
    for (const ListenerView& listener : listeners) {
      for (const IpPort& address : listener.addresses) {
        text += listener.name + "::" + address.text() + "\n";
      }
      if (!listener.path.empty()) text += listener.name + "::" + listener.path + "\n";
    }
    return plain_answer(std::move(text));
  }
  Value::Array statuses;
  for (const ListenerView& listener : listeners) {
    Value status;
    status.set("name", listener.name);
    for (const IpPort& address : listener.addresses) {
      Value socket, local;
      socket.set("address", address.ip.text());
      socket.set("port_value", static_cast<std::int64_t>(address.port));
      local.set("socket_address", std::move(socket));
      status.set("local_address", std::move(local));
      break;
    }
    if (!listener.path.empty()) {
      Value pipe, local;
      pipe.set("path", listener.path);
      local.set("pipe", std::move(pipe));
      status.set("local_address", std::move(local));
    }
    statuses.push_back(std::move(status));
  }
  Value result(Value::Object{});
  if (!statuses.empty()) result.set("listener_statuses", std::move(statuses));
  return json_answer(result);
}

AdminResponse answer_certs(AdminSource& source) {
  Value::Array sets;
  for (const CertificateSetView& set : source.certificates()) {
    Value entry;
    entry.set("ca_cert", certificates_value(set.ca));
    entry.set("cert_chain", certificates_value(set.chain));
    sets.push_back(std::move(entry));
  }
  Value result;
  result.set("certificates", std::move(sets));
  return json_answer(result);
}

AdminResponse answer_server_info(AdminSource& source) {
  const ServerView server = source.server();
  const std::string uptime = std::to_string(server.uptime.count()) + "s";
  Value options(Value::Object{});
  for (const auto& [name, value] : server.options) options.set(name, value);
  Value result;
  result.set("version", server.version);
  result.set("state", state_text(server.state));
  result.set("uptime_current_epoch", uptime);
  result.set("uptime_all_epochs", uptime);
  result.set("hot_restart_version", "disabled");
  result.set("command_line_options", std::move(options));
  if (server.node) {
    const RecordBase& record = record_of(static_cast<const config::Node*>(nullptr));
    result.set("node", with_proto_names(encode(*server.node), &record));
  }
  return json_answer(result);
}

AdminResponse answer_stats(const AdminParameters& parameters, bool prometheus,
                           AdminSource& source) {
  StatsQuery query;
  const auto get = [&parameters](const char* name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
  };
  query.used_only = parameters.contains("usedonly");
  if (const std::string pattern = get("filter"); !pattern.empty()) {
    auto regex = Regex::compile(pattern);
    if (!regex) return plain_answer("Invalid re2 regex", 400);
    const bool invert = parameters.contains("invert_filter");
    query.wanted = [regex = *regex, invert](std::string_view name) {
      return regex.finds(name) != invert;
    };
  }
  using Types = StatsQuery::Types;
  const std::map<std::string, Types> types = {{"", Types::all},
                                              {"All", Types::all},
                                              {"Counters", Types::counters},
                                              {"Gauges", Types::gauges},
                                              {"Histograms", Types::histograms},
                                              {"TextReadouts", Types::texts}};
  using Buckets = StatsQuery::Buckets;
  const std::map<std::string, Buckets> buckets = {
      {"", Buckets::summary},          {"summary", Buckets::summary},
      {"none", Buckets::summary},      {"cumulative", Buckets::cumulative},
      {"disjoint", Buckets::disjoint}, {"detailed", Buckets::detailed}};
  const auto type = types.find(get("type"));
  if (type == types.end()) return plain_answer("invalid &type= param", 400);
  query.types = type->second;
  const auto bucket = buckets.find(get("histogram_buckets"));
  if (bucket == buckets.end()) {
    return plain_answer(
        "usage: /stats?histogram_buckets=(summary|cumulative|disjoint|detailed)\n\n", 400);
  }
  query.buckets = bucket->second;
  const std::string format = prometheus ? "prometheus" : get("format");
  const StatsSnapshot snapshot = source.stats();
  if (format == "prometheus") return plain_answer(stats_prometheus(snapshot, query));
  if (format == "json") {
    AdminResponse response = plain_answer(stats_json(snapshot, query));
    response.content_type = "application/json";
    return response;
  }
  if (!format.empty() && format != "text") {
    return plain_answer("usage: /stats?format=(html|active-html|json|prometheus|text)\n\n", 400);
  }
  return plain_answer(stats_text(snapshot, query));
}

}  // namespace lab::proxy
