#include "proxy/http/http1_writer.h"

#include <charconv>
#include <cstring>

#include "proxy/http/forward.h"
#include "proxy/http/http1_chars.h"

namespace lab::proxy::http1 {

namespace {

/// Appends text without the bytes that could end a line or a word early. Received text has none;
/// text that was made here (from a format, a rewrite, a certificate's name) must not be able to
/// split a message.
void append_filtered(const CharTable& allowed, std::string_view text, Buffer& out) {
  if (all_in(allowed, text)) return out.append(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (allowed[static_cast<unsigned char>(text[i])]) out.append(text.substr(i, 1));
  }
}

void append_proper_case(std::string_view name, Buffer& out) {
  bool start = true;
  char* place = out.prepare(name.size());
  for (const char c : name) {
    *place++ = start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    start = !is_alpha(static_cast<unsigned char>(c)) && !is_digit(static_cast<unsigned char>(c));
  }
  out.commit(name.size());
}

void append_field(std::string_view name, std::string_view value, bool proper_case, Buffer& out) {
  if (!proper_case && is_field_value(value)) {
    char* place = out.prepare(name.size() + value.size() + 4);
    const auto put = [&place](std::string_view text) {
      std::memcpy(place, text.data(), text.size());
      place += text.size();
    };
    put(name);
    put(": ");
    put(value);
    put("\r\n");
    return out.commit(name.size() + value.size() + 4);
  }
  if (proper_case) {
    append_proper_case(name, out);
  } else {
    out.append(name);
  }
  out.append(": ");
  append_filtered(kFieldValue, value, out);
  out.append("\r\n");
}

void append_number(std::uint64_t number, int base, Buffer& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
  out.append({digits, static_cast<std::size_t>(end - digits)});
}

/// The message's Content-Length when it is one number.
std::optional<std::uint64_t> declared_length(const HeaderMap& headers) {
  const auto value = headers.get("content-length");
  if (!value || value->empty() || value->size() > 18) return {};
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), length);
  if (error != std::errc() || end != value->data() + value->size()) return {};
  return length;
}

/// Whether a received or made field is written; framing is decided here alone.
struct Skip {
  bool content_length = false;
  bool connection = false;  ///< Connection and Upgrade; kept only for an upgrade.
  bool operator()(std::string_view name) const {
    switch (name.size()) {
      case 4:
        return name == "host";
      case 7:
        return connection && name == "upgrade";
      case 10:
        return connection && name == "connection";
      case 14:
        return content_length && name == "content-length";
      case 17:
        return name == "transfer-encoding";
      default:
        return false;
    }
  }
};

void append_fields(const HeaderMap& headers, const Skip& skip, bool proper_case, Buffer& out) {
  for (const HeaderField field : headers) {
    if (!skip(field.name)) append_field(field.name, field.value, proper_case, out);
  }
}

/// Writes the framing field and the empty line. `explicit_zero`: a message without body says so.
Outgoing finish_head(std::optional<std::uint64_t> length, bool has_body, bool explicit_zero,
                     bool proper_case, Buffer& out) {
  Outgoing outgoing;
  if (has_body && length) {
    outgoing = {Framing::Kind::length, *length};
  } else if (has_body) {
    outgoing.kind = Framing::Kind::chunked;
    append_field("transfer-encoding", "chunked", proper_case, out);
  } else if (!length && explicit_zero) {
    append_field("content-length", "0", proper_case, out);
  }
  out.append("\r\n");
  return outgoing;
}

void write_last_chunk(const HeaderMap* trailers, bool proper_case, Buffer& out) {
  out.append("0\r\n");
  if (trailers != nullptr) append_fields(*trailers, Skip{true, true}, proper_case, out);
  out.append("\r\n");
}

/// Methods for which a request without a body doesn't say "content-length: 0" (as Envoy).
bool is_bodiless(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "DELETE" || method == "TRACE" ||
         method == "CONNECT";
}

}  // namespace

Outgoing write_request(const RequestHead& head, bool has_body, bool proper_case, Buffer& out) {
  append_filtered(kToken, head.method, out);
  out.append(" ");
  append_filtered(kTarget, head.is_connect() ? head.authority : head.path, out);
  out.append(" HTTP/1.1\r\n");
  append_field("host", head.authority, proper_case, out);
  const bool tunnel = head.asks_tunnel();
  const auto length = declared_length(head.headers);
  // A length that nothing will follow, or that is none, must not get out.
  const bool wrong_length = !length || (!has_body && *length > 0);
  append_fields(head.headers, Skip{tunnel || wrong_length, head.upgrade.empty()}, proper_case, out);
  if (tunnel) {
    // RFC 9110 section 9.3.6: CONNECT has no content; an upgrade's begins after 101.
    out.append("\r\n");
    return {Framing::Kind::tunnel, 0};
  }
  return finish_head(wrong_length ? std::nullopt : length, has_body, !is_bodiless(head.method),
                     proper_case, out);
}

Outgoing write_response(const ResponseHead& head, const AnswerTo& request, bool has_body,
                        bool proper_case, Buffer& out) {
  const bool is_10 = request.protocol == Protocol::http10;
  out.append(is_10 ? "HTTP/1.0 " : "HTTP/1.1 ");
  append_number(head.status, 10, out);
  out.append(" ");
  out.append(reason_phrase(head.status));
  out.append("\r\n");
  const bool is_1xx = head.status < 200;
  const bool tunnel = head.status == 101 || (request.is_connect && !is_1xx && head.status < 300);
  // RFC 9110 section 8.6: no Content-Length in 1xx, 204, and CONNECT's 2xx; 304 and HEAD may tell
  // the length.
  const bool never_length = is_1xx || head.status == 204 || tunnel;
  const auto length = declared_length(head.headers);
  const bool may_lack_body = request.is_head || head.status == 304;
  const bool wrong_length = !length || (!has_body && *length > 0 && !may_lack_body);
  append_fields(head.headers, Skip{never_length || wrong_length, head.status != 101}, proper_case,
                out);
  if (!is_1xx && !tunnel) {
    const bool until_close =
        is_10 && has_body && !length && !request.is_head && !never_length && head.status != 304;
    if (request.close || until_close) {
      append_field("connection", "close", proper_case, out);
    } else if (is_10) {
      append_field("connection", "keep-alive", proper_case, out);
    }
  }
  if (never_length || head.status == 304) {
    out.append("\r\n");
    return {tunnel ? Framing::Kind::tunnel : Framing::Kind::none, 0};
  }
  if (request.is_head) {
    if (!length && !is_10) append_field("transfer-encoding", "chunked", proper_case, out);
    out.append("\r\n");
    return {};
  }
  if (is_10 && has_body && !length) {
    out.append("\r\n");
    return {Framing::Kind::until_close, 0};
  }
  return finish_head(wrong_length ? std::nullopt : length, has_body, true, proper_case, out);
}

bool BodyWriter::write(std::string_view data, Buffer& out) {
  if (data.empty()) return true;
  switch (outgoing_.kind) {
    case Framing::Kind::none:
      return true;  // An answer to HEAD, 204, 304: the body that came along is dropped.
    case Framing::Kind::length:
      if (data.size() > outgoing_.length) return false;
      outgoing_.length -= data.size();
      out.append(data);
      return true;
    case Framing::Kind::chunked:
      append_number(data.size(), 16, out);
      out.append("\r\n");
      out.append(data);
      out.append("\r\n");
      return true;
    case Framing::Kind::until_close:
    case Framing::Kind::tunnel:
      break;
  }
  out.append(data);
  return true;
}

bool BodyWriter::finish(const HeaderMap* trailers, bool proper_case, Buffer& out) {
  if (outgoing_.kind == Framing::Kind::length) return outgoing_.length == 0;
  if (outgoing_.kind == Framing::Kind::chunked) write_last_chunk(trailers, proper_case, out);
  return true;
}

}  // namespace lab::proxy::http1
