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
Value origins_of(const Origins& all) {
  Value::Array result;
  for (const config::Metadata* metadata : all) {
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

void TraceRecord::take(const StreamInfo& info) {
  const RequestHead* request = info.request;
  const std::string_view none;
  const std::array<std::string_view, text_count> texts = {
      request == nullptr ? none : request->headers.get_or_empty("x-request-id"),
      request == nullptr ? none : request->method,
      request == nullptr ? none : request->authority,
      request == nullptr ? none : request->path,
      info.connection->listener,
      info.connection->filter_chain,
      info.route_configuration,
      info.virtual_host,
      info.route,
      info.upstream.cluster_raw,
      info.response_code_details,
      info.upstream.transport_failure_reason};
  texts_.clear();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts_ += texts[i];
    ends_[i] = static_cast<std::uint32_t>(texts_.size());
  }
  start_ = info.start;
  duration_ = info.timing.complete.value_or(std::chrono::nanoseconds(0));
  endpoint_ = info.upstream.host;
  response_code_ = info.response_code;
  attempts_ = info.attempts;
  bytes_received_ = info.bytes.body_received;
  bytes_sent_ = info.bytes.body_sent;
  flags_ = info.flags;
  // Mostly the same objects as those of the request before: comparing is cheaper than counting.
  const auto keep = [](auto& held, const auto& wanted) {
    if (held != wanted) held = wanted;
  };
  keep(upstream_tls_, info.upstream.tls);
  keep(downstream_tls_, info.connection->tls);
  origins_ = info.origins;
  keep(listener_owner_, info.listener_owner);
  keep(route_owner_, info.route_owner);
  keep(cluster_owner_, info.cluster_owner);
}

std::string_view TraceRecord::text(Text which) const {
  const std::size_t begin = which == 0 ? 0 : ends_[which - 1];
  return std::string_view(texts_).substr(begin, ends_[which] - begin);
}

void TraceRecord::write(Value& record) const {
  record.set("startTime", utc_text(start_, "%Y-%m-%dT%H:%M:%E3SZ"));
  record.set("durationMs", std::chrono::duration<double, std::milli>(duration_).count());
  record.set("requestId", text(request_id));
  record.set("method", text(method));
  record.set("authority", text(authority));
  record.set("path", text(path));
  record.set("listener", text(listener));
  record.set("filterChain", text(filter_chain));
  record.set("routeConfiguration", text(route_configuration));
  record.set("virtualHost", text(virtual_host));
  record.set("route", text(route));
  record.set("cluster", text(cluster));
  record.set("endpoint", endpoint_ ? endpoint_->text() : "");
  record.set("responseCode", static_cast<std::int64_t>(response_code_));
  record.set("responseCodeDetails", text(details));
  record.set("responseFlags", flags_.any() ? flags_.short_text() : "");
  record.set("upstreamTransportFailureReason", text(transport_failure));
  record.set("attempts", static_cast<std::int64_t>(attempts_));
  const TlsInfo none;
  const TlsInfo& up = upstream_tls_ ? *upstream_tls_ : none;
  const TlsInfo& down = downstream_tls_ ? *downstream_tls_ : none;
  record.set("presentedCertificate", certificate_value(up.local));
  record.set("upstreamPeerCertificate", certificate_value(up.peer));
  record.set("downstreamPeerCertificate", certificate_value(down.peer));
  record.set("origins", origins_of(origins_));
  record.set("bytesReceived", static_cast<std::int64_t>(bytes_received_));
  record.set("bytesSent", static_cast<std::int64_t>(bytes_sent_));
}

void TraceStore::add(const StreamInfo& info) {
  const std::lock_guard lock(mutex_);
  records_[next_++ % records_.size()].take(info);
}

Value TraceStore::read(std::uint64_t since) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t oldest = next_ - std::min<std::uint64_t>(next_, records_.size());
  Value::Array records;
  for (std::uint64_t sequence = std::max(since, oldest); sequence < next_; ++sequence) {
    Value record;
    record.set("sequence", static_cast<std::int64_t>(sequence));
    records_[sequence % records_.size()].write(record);
    records.push_back(std::move(record));
  }
  Value result;
  result.set("next", static_cast<std::int64_t>(next_));
  result.set("records", std::move(records));
  return result;
}

}  // namespace lab::proxy
