#include "orchestrator/run/hops.h"

#include <algorithm>
#include <cstring>
#include <ctime>

namespace lab::orchestrator {
namespace {

std::string text_at(const Value& record, const char* key) {
  const Value* value = record.find(key);
  return value != nullptr && value->is_string() ? value->string() : "";
}

/// "2026-11-23T17:15:13.123456Z" as seconds; 0 for anything else.
double time_of(const std::string& text) {
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return 0;
  const double fraction = *rest == '.' ? std::strtod(rest, nullptr) : 0;
  return static_cast<double>(::timegm(&parts)) + fraction;
}

CertificateFacts certificate_at(const Value& record, const char* key) {
  CertificateFacts facts;
  const Value* value = record.find(key);
  if (value == nullptr || !value->is_object()) return facts;
  facts.present = true;
  facts.file = text_at(*value, "file");
  facts.subject = text_at(*value, "subject");
  facts.sha256 = text_at(*value, "sha256");
  const Value* names = value->find("sans");
  if (names == nullptr || !names->is_array()) return facts;
  for (const Value& name : names->array()) {
    if (name.is_string()) facts.names.push_back(name.string());
  }
  return facts;
}

std::vector<std::string> origins_of(const Value& record) {
  std::vector<std::string> result;
  const Value* origins = record.find("origins");
  if (origins == nullptr || !origins->is_array()) return result;
  for (const Value& origin : origins->array()) {
    const Value* line = origin.find("line");
    std::string place = text_at(origin, "file");
    if (line != nullptr && line->is_integer()) place += ":" + std::to_string(line->integer());
    result.push_back(text_at(origin, "object") + " (" + place + ")");
  }
  return result;
}

Hop hop_of(const std::string& node, const Value& record) {
  Hop hop;
  hop.node = node;
  hop.listener = text_at(record, "listener");
  hop.virtual_host = text_at(record, "virtualHost");
  hop.route = text_at(record, "routeConfiguration");
  hop.cluster = text_at(record, "cluster");
  hop.endpoint = text_at(record, "endpoint");
  hop.flags = text_at(record, "responseFlags");
  if (hop.flags == "-") hop.flags.clear();
  hop.details = text_at(record, "responseCodeDetails");
  hop.transport_failure = text_at(record, "upstreamTransportFailureReason");
  hop.request_id = text_at(record, "requestId");
  hop.start_time = time_of(text_at(record, "startTime"));
  const Value* status = record.find("responseCode");
  if (status != nullptr && status->is_integer()) hop.status = static_cast<int>(status->integer());
  hop.presented = certificate_at(record, "presentedCertificate");
  hop.peer = certificate_at(record, "upstreamPeerCertificate");
  hop.origins = origins_of(record);
  return hop;
}

std::string address_of(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.rfind(':'));
}

}  // namespace

std::vector<Hop> read_trace(const std::string& node, const Value& answer, std::uint64_t& next) {
  std::vector<Hop> hops;
  const Value* position = answer.find("next");
  if (position != nullptr && position->is_integer()) {
    next = static_cast<std::uint64_t>(position->integer());
  }
  const Value* records = answer.find("records");
  if (records == nullptr || !records->is_array()) return hops;
  for (const Value& record : records->array()) hops.push_back(hop_of(node, record));
  return hops;
}

Hop hop_of_growth(const std::map<std::string, std::int64_t>& before,
                  const std::map<std::string, std::int64_t>& after) {
  Hop hop;
  const auto ends = [](const std::string& text, const std::string& end) {
    return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
  };
  for (const auto& [name, value] : after) {
    const auto old = before.find(name);
    if (value <= (old == before.end() ? 0 : old->second)) continue;
    for (const char* end : {".upstream_rq_total", ".upstream_cx_total"}) {
      if (name.rfind("cluster.", 0) == 0 && ends(name, end))
        hop.cluster = name.substr(8, name.size() - 8 - std::strlen(end));
    }
    if (name.rfind("http.", 0) != 0 || name.rfind("http.admin.", 0) == 0) continue;
    for (int status = 1; status <= 5; ++status) {
      if (ends(name, ".downstream_rq_" + std::to_string(status) + "xx")) hop.status = status * 100;
    }
  }
  return hop;
}

void order_hops(std::vector<Hop>& hops, const std::string& sender) {
  // Counters have no time: then what leads into a workload is the last thing that happened.
  const auto is_inbound = [](const Hop& hop) { return hop.cluster.rfind("inbound|", 0) == 0; };
  std::stable_sort(hops.begin(), hops.end(), [&](const Hop& a, const Hop& b) {
    if ((a.node == sender) != (b.node == sender)) return a.node == sender;
    if (a.start_time == b.start_time) return !is_inbound(a) && is_inbound(b);
    return a.start_time < b.start_time;
  });
}

bool hops_complete(const std::vector<Hop>& hops, const std::string& sender, bool sender_has_proxy,
                   const ProxyAddresses& proxies) {
  const auto has_record = [&](const std::string& node) {
    return std::any_of(hops.begin(), hops.end(), [&](const Hop& hop) { return hop.node == node; });
  };
  if (sender_has_proxy && !has_record(sender)) return false;
  return std::all_of(hops.begin(), hops.end(), [&](const Hop& hop) {
    const auto next = proxies.find(address_of(hop.endpoint));
    return next == proxies.end() || next->second == hop.node || has_record(next->second);
  });
}

}  // namespace lab::orchestrator
