#include "proxy/session/local_reply.h"

#include "proxy/match/route_match.h"

namespace lab::proxy {

namespace {

/// Envoy's mapping of HTTP statuses to gRPC's (doc/http-grpc-status-mapping.md of gRPC).
std::uint32_t grpc_status_of(unsigned status) {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

/// grpc-message is percent-encoded outside of printable ASCII (gRPC over HTTP/2, "Status-Message").
std::string grpc_message(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte < 127 && c != '%') {
      out += c;
      continue;
    }
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace

Result<LocalReplyRules> LocalReplyRules::compile(
    const std::optional<config::LocalReplyConfig>& source) {
  LocalReplyRules rules;
  if (!source) return rules;
  if (source->body_format) rules.format_ = TRY(SubstitutionFormat::compile(*source->body_format));
  for (const config::ResponseMapper& mapper : source->mappers) {
    Mapper compiled;
    compiled.filter = TRY(make_access_log_filter(mapper.filter));
    compiled.status = mapper.status_code;
    if (mapper.body) compiled.body = TRY(read_data_source(*mapper.body));
    if (mapper.body_format_override) {
      compiled.format = TRY(SubstitutionFormat::compile(*mapper.body_format_override));
    }
    compiled.headers = TRY(HeaderMutation::compile(mapper.headers_to_add, {}));
    rules.mappers_.push_back(std::move(compiled));
  }
  return rules;
}

void LocalReplyRules::shape(const LocalReply& reply, StreamInfo& info, ResponseHead& head,
                            std::string& body) const {
  unsigned status = reply.status;
  body = reply.body;
  std::string type = "text/plain";
  const SubstitutionFormat* format = format_ ? &*format_ : nullptr;
  info.response_code = status;
  info.local_reply_body = body;
  for (const auto& [name, value] : reply.headers) {
    if (name == "content-type") {
      type = value;
    } else {
      head.headers.add(name, value);
    }
  }
  for (const Mapper& mapper : mappers_) {
    if (!mapper.filter->passes(info)) continue;
    if (mapper.status) info.response_code = status = *mapper.status;
    if (mapper.body) info.local_reply_body = body = *mapper.body;
    mapper.headers.apply(head.headers, info);
    if (mapper.format) format = &*mapper.format;
    break;
  }
  if (format != nullptr) {
    body = format->text(info);
    type = format->content_type();
  }
  head.status = static_cast<std::uint16_t>(status);
  if (info.request != nullptr && is_grpc_request(*info.request)) {
    head.status = 200;
    head.headers.set("content-type", "application/grpc");
    head.headers.set("grpc-status",
                     std::to_string(reply.grpc_status.value_or(grpc_status_of(status))));
    // The line's end that JSON has as a body is no part of a field.
    if (type == "application/json" && body.ends_with('\n')) body.pop_back();
    if (!body.empty()) head.headers.set("grpc-message", grpc_message(body));
    body.clear();
    return;
  }
  if (body.empty()) return;
  head.headers.set("content-length", std::to_string(body.size()));
  head.headers.set("content-type", type);
}

}  // namespace lab::proxy
