#include "proxy/http/http2_message.h"

#include <charconv>

#include "base/text.h"
#include "proxy/http/forward.h"
#include "proxy/http/http1_chars.h"
#include "proxy/http/http1_target.h"

namespace lab::proxy::http2 {

namespace {

constexpr std::size_t kUsualFields = 24, kUsualText = 1024;

/// The member that a pseudo-header field (or Host) goes to, or nullptr.
std::string* member_of(FieldBlock& block, std::string_view name) {
  if (name == ":method") return &block.method;
  if (name == ":path") return &block.path;
  if (name == ":authority") return &block.authority;
  if (name == ":scheme") return &block.scheme;
  if (name == ":protocol") return &block.protocol;
  return nullptr;
}

void join_cookies(HeaderMap& headers) {
  if (headers.count("cookie") < 2) return;
  std::string joined;
  for (std::size_t i = headers.find("cookie"); i != HeaderMap::kNone;
       i = headers.find("cookie", i + 1)) {
    if (!joined.empty()) joined += "; ";
    joined += headers.at(i).value;
  }
  headers.set("cookie", joined);
}

std::optional<std::uint64_t> declared_length(std::string_view text) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return length;
}

}  // namespace

ErrorCode code_of(ResetReason reason) {
  switch (reason) {
    case ResetReason::cancel:
      return ErrorCode::cancel;
    case ResetReason::refused:
      return ErrorCode::refused_stream;
    case ResetReason::protocol_error:
      return ErrorCode::protocol_error;
    case ResetReason::connect_error:
      return ErrorCode::connect_error;
    case ResetReason::flow_control_error:
      return ErrorCode::flow_control_error;
    case ResetReason::too_large:
      return ErrorCode::enhance_your_calm;
    case ResetReason::internal_error:
    case ResetReason::connection_closed:
      break;
  }
  return ErrorCode::internal_error;
}

ResetReason reason_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::refused_stream:
      return ResetReason::refused;
    case ErrorCode::protocol_error:
    case ErrorCode::stream_closed:
    case ErrorCode::frame_size_error:
    case ErrorCode::compression_error:
      return ResetReason::protocol_error;
    case ErrorCode::internal_error:
      return ResetReason::internal_error;
    case ErrorCode::connect_error:
      return ResetReason::connect_error;
    case ErrorCode::flow_control_error:
      return ResetReason::flow_control_error;
    default:
      return ResetReason::cancel;
  }
}

void FieldBlock::clear() {
  for (std::string* member : {&method, &scheme, &authority, &path, &protocol, &host})
    member->clear();
  status = 0;
  headers.clear();
  headers.reserve(kUsualFields, kUsualText);  // The last ones went with their message.
  bytes_ = 0;
}

bool FieldBlock::add(std::string_view name, std::string_view value, const Http2Options& options) {
  bytes_ += name.size() + value.size() + 32;
  if (bytes_ > options.max_header_bytes || headers.size() >= options.max_header_fields)
    return false;
  if (name[0] == ':') {
    if (name == ":status") {
      std::from_chars(value.data(), value.data() + value.size(), status);
    } else if (std::string* member = member_of(*this, name)) {
      member->assign(value);
    }
    return true;
  }
  if (name == "host") {
    // The second one is kept apart by a comma: it is no authority then, and the request is
    // malformed.
    if (!host.empty()) host += ',', host += ' ';
    host += value;
    return true;
  }
  headers.add(name, value);
  return true;
}

std::string read_request(FieldBlock& block, RequestHead& head) {
  // RFC 9113 section 8.3.1: Host must not contradict :authority, and neither may have userinfo.
  if (!block.host.empty() && !block.authority.empty() &&
      !equal_ignore_case(block.host, block.authority)) {
    return "Host and :authority differ";
  }
  std::string& authority = block.authority.empty() ? block.host : block.authority;
  if (!authority.empty() && !http1::is_valid_authority(authority))
    return "the authority is no HOST[:PORT]";
  for (const char c : block.path) {
    // A fragment is left to the session, which answers it as HTTP/1's is answered.
    if (!http1::kTarget[static_cast<unsigned char>(c)] && c != '#')
      return "a byte in :path that no URI may have";
  }
  head.clear();
  head.protocol = Protocol::http2;
  head.method.swap(block.method);
  head.scheme.swap(block.scheme);
  head.authority.swap(authority);
  head.path.swap(block.path);
  std::swap(head.headers, block.headers);
  join_cookies(head.headers);
  if (!block.protocol.empty()) {
    head.method = "GET";
    head.upgrade = to_lower(block.protocol);
    head.headers.add("upgrade", block.protocol);
    head.headers.add("connection", "upgrade");
  }
  return {};
}

std::string read_response(FieldBlock& block, std::string_view upgrade, ResponseHead& head) {
  // RFC 9113 section 8.6: HTTP/2 has no 101.
  if (block.status == 101 || block.status < 100) return "a status that HTTP/2 does not have";
  head.clear();
  head.protocol = Protocol::http2;
  head.status = static_cast<std::uint16_t>(block.status);
  std::swap(head.headers, block.headers);
  if (!upgrade.empty() && head.status == 200) {
    head.status = 101;
    head.headers.add("upgrade", upgrade);
    head.headers.add("connection", "upgrade");
  }
  return {};
}

void FieldList::add(std::string_view name, std::string_view value) {
  if (!http1::is_field_value(value)) {
    // Received text has no such bytes; text that was made here must not be able to split a message
    // further on.
    std::string clean;
    for (const char c : value) {
      if (http1::kFieldValue[static_cast<unsigned char>(c)]) clean += c;
    }
    value = made_.emplace_back(std::move(clean));
  }
  fields_.push_back({name, value});
}

void FieldList::add_fields(const HeaderMap& headers, bool keep_length) {
  for (const HeaderField field : headers) {
    if (is_connection_field(field.name)) continue;
    if (field.name == "te" && field.value != "trailers") continue;
    if (field.name == "content-length" && !keep_length) continue;
    add(field.name, field.value);
  }
}

void FieldList::add_request(const RequestHead& head, bool has_body) {
  const bool plain_connect = head.is_connect() && head.upgrade.empty();
  add(":method", head.upgrade.empty() ? std::string_view(head.method) : "CONNECT");
  if (!head.upgrade.empty()) add(":protocol", head.upgrade);
  if (!plain_connect) {
    add(":scheme", head.scheme.empty() ? std::string_view("http") : head.scheme);
    add(":path", head.path);
  }
  if (!head.authority.empty()) add(":authority", head.authority);
  length = declared_length(head.headers.get_or_empty("content-length"));
  const bool keep = length && (has_body || *length == 0) && !head.asks_tunnel();
  if (!keep) length.reset();
  add_fields(head.headers, keep);
}

void FieldList::add_response(const ResponseHead& head, bool has_body, bool upgraded, bool is_head) {
  unsigned status = head.status == 101 ? 200 : head.status;
  // An extended CONNECT's 2xx means a tunnel; an origin that ignored the upgrade gave something
  // else.
  if (upgraded && head.status >= 200 && head.status < 300) status = 502;
  add(":status", made_.emplace_back(std::to_string(status)));
  length = declared_length(head.headers.get_or_empty("content-length"));
  const bool bodiless = head.status < 200 || head.status == 204;
  const bool may_lack_body = is_head || head.status == 304;
  const bool keep = length && !bodiless && (has_body || *length == 0 || may_lack_body);
  if (!keep || may_lack_body) length.reset();
  add_fields(head.headers, keep);
}

}  // namespace lab::proxy::http2
