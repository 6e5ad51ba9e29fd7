#include "proxy/http/forward.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lab::proxy {

namespace {

/// Calls `each` for the elements of a comma-separated list, without the space around them.
template <class Each>
void for_each_token(std::string_view list, Each each) {
  while (true) {
    const std::size_t comma = list.find(',');
    std::string_view token = list.substr(0, comma);
    while (!token.empty() && (token.front() == ' ' || token.front() == '\t'))
      token.remove_prefix(1);
    while (!token.empty() && (token.back() == ' ' || token.back() == '\t')) token.remove_suffix(1);
    if (!token.empty()) each(token);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

/// Removes the fields that Connection names (RFC 9110 section 7.6.1), whatever their position.
void remove_nominated(HeaderMap& headers) {
  if (!headers.contains("connection")) return;
  std::vector<std::string> nominated;
  for (std::size_t i = headers.find("connection"); i != HeaderMap::kNone;
       i = headers.find("connection", i + 1)) {
    for_each_token(headers.at(i).value,
                   [&](std::string_view token) { nominated.push_back(to_lower(token)); });
  }
  for (const std::string& name : nominated) {
    if (name != "upgrade" && name != "te" && name != "close" && name != "keep-alive")
      headers.remove(name);
  }
}

void remove_connection_fields(HeaderMap& headers, bool keep_upgrade) {
  headers.remove("keep-alive");
  headers.remove("proxy-connection");
  headers.remove("transfer-encoding");
  headers.remove("http2-settings");
  if (keep_upgrade) {
    bool plain = headers.count("connection") == 1;
    for_each_token(headers.get_or_empty("connection"), [&](std::string_view token) {
      plain =
          plain && (equal_ignore_case(token, "upgrade") || equal_ignore_case(token, "keep-alive"));
    });
    // Envoy leaves the sender's spelling; names of fields that were removed must not stay.
    if (!plain && headers.contains("connection")) headers.set("connection", "upgrade");
    return;
  }
  headers.remove("connection");
  headers.remove("upgrade");
}

}  // namespace

bool has_token(std::string_view list, std::string_view token) {
  bool found = false;
  for_each_token(list,
                 [&](std::string_view each) { found = found || equal_ignore_case(each, token); });
  return found;
}

void sanitize_request(RequestHead& head, bool keep_upgrade) {
  remove_nominated(head.headers);
  if (const auto te = head.headers.get_all("te")) {
    // RFC 9110 section 10.1.4: TE is for the next hop; only "trailers" holds for all of them.
    if (has_token(*te, "trailers")) {
      head.headers.set("te", "trailers");
    } else {
      head.headers.remove("te");
    }
  }
  const bool keep = keep_upgrade && !head.upgrade.empty();
  remove_connection_fields(head.headers, keep);
  if (!keep) head.upgrade.clear();
}

void sanitize_response(ResponseHead& head, bool keep_upgrade) {
  remove_nominated(head.headers);
  head.headers.remove("te");
  remove_connection_fields(head.headers, keep_upgrade && head.status == 101);
  if (head.status < 200 || head.status == 204) head.headers.remove("content-length");
}

void sanitize_trailers(HeaderMap& trailers) {
  // RFC 9110 section 6.5.1: fields that are needed before the content, for framing, routing, or
  // authentication.
  static constexpr std::array<std::string_view, 24> kForbidden = {"authorization",
                                                                  "cache-control",
                                                                  "connection",
                                                                  "content-encoding",
                                                                  "content-length",
                                                                  "content-range",
                                                                  "content-type",
                                                                  "cookie",
                                                                  "expect",
                                                                  "host",
                                                                  "http2-settings",
                                                                  "keep-alive",
                                                                  "max-forwards",
                                                                  "proxy-authenticate",
                                                                  "proxy-authorization",
                                                                  "proxy-connection",
                                                                  "range",
                                                                  "set-cookie",
                                                                  "te",
                                                                  "trailer",
                                                                  "transfer-encoding",
                                                                  "upgrade",
                                                                  "www-authenticate",
                                                                  "x-forwarded-for"};
  remove_nominated(trailers);
  trailers.remove_if([](HeaderField field) {
    return std::find(kForbidden.begin(), kForbidden.end(), field.name) != kForbidden.end();
  });
}

bool is_connection_field(std::string_view name) {
  return name == "connection" || name == "keep-alive" || name == "proxy-connection" ||
         name == "upgrade" || name == "transfer-encoding" || name == "host" ||
         name == "http2-settings";
}

}  // namespace lab::proxy
