#include "proxy/observe/trace.h"

#include <algorithm>

#include "proxy/observe/time_text.h"

namespace lab::proxy {
namespace {

Value certificate_value(const CertificateInfoPtr& certificate) {
  if (!certificate) return {};
  Value result;
  result.set("file", certificate->file);
  result.set("subject", certificate->subject);
  Value::Array sans;
  for (std::string& name : all_sans(*certificate)) sans.emplace_back(std::move(name));
  result.set("sans", std::move(sans));
  result.set("serial", certificate->serial);
  result.set("sha1", certificate->sha1);
  result.set("sha256", certificate->sha256);
  return result;
}

void set_request(Value& record, const RequestHead* request) {
  const auto text = [request](std::string RequestHead::*member) {
    return request == nullptr ? std::string() : request->*member;
  };
  const std::string_view id =
      request == nullptr ? "" : request->headers.get_or_empty("x-request-id");
  record.set("requestId", id);
  record.set("method", text(&RequestHead::method));
  record.set("authority", text(&RequestHead::authority));
  record.set("path", text(&RequestHead::path));
}

void set_certificates(Value& record, const StreamInfo& info) {
  const TlsInfoPtr& up = info.upstream.tls;
  const TlsInfoPtr& down = info.connection->tls;
  record.set("presentedCertificate", certificate_value(up ? up->local : nullptr));
  record.set("upstreamPeerCertificate", certificate_value(up ? up->peer : nullptr));
  record.set("downstreamPeerCertificate", certificate_value(down ? down->peer : nullptr));
}

/// What the trace shows of one entry of `lab` metadata.
Value origin_entry(const Value& origin) {
  std::string object;
  for (const char* member : {"kind", "name"}) {
    const Value* part = origin.find(member);
    if (part == nullptr || !part->is_string()) continue;
    if (!object.empty()) object += ' ';
    object += part->string();
  }
  Value entry;
  entry.set("object", object);
  for (const char* member : {"file", "line"}) {
    if (const Value* value = origin.find(member)) entry.set(member, *value);
  }
  return entry;
}

/// Flattens the `lab` metadata of all objects that took part; the same place is told once.
Value origins_of(const StreamInfo& info) {
  Value::Array result;
  for (const config::Metadata* metadata : info.origins) {
    if (metadata == nullptr) continue;
    const auto lab = metadata->filter_metadata.find("lab");
    if (lab == metadata->filter_metadata.end()) continue;
    const Value* origins = lab->second.find("origins");
    if (origins == nullptr || !origins->is_array()) continue;
    for (const Value& origin : origins->array()) {
      Value entry = origin_entry(origin);
      if (std::find(result.begin(), result.end(), entry) == result.end()) {
        result.push_back(std::move(entry));
      }
    }
  }
  return result;
}

}  // namespace

Value trace_record(const StreamInfo& info) {
  Value record;
  record.set("startTime", utc_text(info.start, "%Y-%m-%dT%H:%M:%E3SZ"));
  const auto duration = info.timing.complete.value_or(std::chrono::nanoseconds(0));
  record.set("durationMs", std::chrono::duration<double, std::milli>(duration).count());
  set_request(record, info.request);
  record.set("listener", info.connection->listener);
  record.set("filterChain", info.connection->filter_chain);
  record.set("routeConfiguration", info.route_configuration);
  record.set("virtualHost", info.virtual_host);
  record.set("route", info.route);
  record.set("cluster", info.upstream.cluster_raw);
  record.set("endpoint", info.upstream.host ? info.upstream.host->text() : "");
  record.set("responseCode", static_cast<std::int64_t>(info.response_code));
  record.set("responseCodeDetails", info.response_code_details);
  record.set("responseFlags", info.flags.any() ? info.flags.short_text() : "");
  record.set("upstreamTransportFailureReason", info.upstream.transport_failure_reason);
  record.set("attempts", static_cast<std::int64_t>(info.attempts));
  set_certificates(record, info);
  record.set("origins", origins_of(info));
  record.set("bytesReceived", static_cast<std::int64_t>(info.bytes.body_received));
  record.set("bytesSent", static_cast<std::int64_t>(info.bytes.body_sent));
  return record;
}

void TraceStore::add(const StreamInfo& info) {
  Value record = trace_record(info);
  const std::lock_guard lock(mutex_);
  records_.emplace_back(next_++, std::move(record));
  while (records_.size() > limit_) records_.pop_front();
}

Value TraceStore::read(std::uint64_t since) const {
  const std::lock_guard lock(mutex_);
  Value::Array records;
  for (const auto& [sequence, record] : records_) {
    if (sequence < since) continue;
    Value numbered;
    numbered.set("sequence", static_cast<std::int64_t>(sequence));
    for (const Member& member : record.object()) numbered.set(member.key, member.value);
    records.push_back(std::move(numbered));
  }
  Value result;
  result.set("next", static_cast<std::int64_t>(next_));
  result.set("records", std::move(records));
  return result;
}

}  // namespace lab::proxy
