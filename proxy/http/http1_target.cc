#include "proxy/http/http1_target.h"

#include <algorithm>

#include "base/text.h"
#include "proxy/http/http1_chars.h"
#include "proxy/http/http1_head.h"

namespace lab::proxy::http1 {

namespace {

/// RFC 3986 section 3.2.3: digits; none after the colon is allowed.
bool is_valid_port(std::string_view port) {
  if (port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return false;
  unsigned value = 0;
  for (const char c : port) value = value * 10 + static_cast<unsigned>(c - '0');
  return value <= 65535;
}

/// Between the brackets: an IPv6 address without a zone. Only its alphabet and shape: the address
/// is never dialled.
bool is_ip_literal(std::string_view inside) {
  const auto allowed = [](unsigned char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; };
  return std::count(inside.begin(), inside.end(), ':') >= 2 &&
         std::all_of(inside.begin(), inside.end(), allowed);
}

bool is_reg_name(std::string_view host) {
  if (host.empty() || !all_in(kRegName, host)) return false;
  for (std::size_t at = host.find('%'); at != std::string_view::npos; at = host.find('%', at + 1)) {
    if (at + 2 >= host.size() || hex_value(host[at + 1]) < 0 || hex_value(host[at + 2]) < 0)
      return false;
  }
  return true;
}

tl::expected<void, BadRequest> read_connect(std::string_view target, RequestHead& head) {
  // RFC 9112 section 3.2.3: CONNECT has host and port, nothing else.
  const std::size_t colon = target.rfind(':');
  if (!is_valid_authority(target) || colon == std::string_view::npos ||
      colon + 1 == target.size() || target.back() == ']') {
    return refuse("http1.invalid_url", "CONNECT needs a target HOST:PORT");
  }
  head.authority.assign(target);
  return {};
}

tl::expected<void, BadRequest> read_absolute(std::string_view target, RequestHead& head) {
  const std::size_t scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) {
    return refuse("http1.codec_error", "the target is neither a path nor a URI");
  }
  head.scheme = to_lower(target.substr(0, scheme_end));
  if (head.scheme != "http" && head.scheme != "https") {
    return refuse("http1.invalid_scheme", "the target's scheme is neither http nor https");
  }
  target.remove_prefix(scheme_end + 3);
  const std::size_t authority_end = std::min(target.find_first_of("/?"), target.size());
  const std::string_view authority = target.substr(0, authority_end);
  if (!is_valid_authority(authority)) {
    return refuse("http1.invalid_url", "the target's authority is no HOST[:PORT]");
  }
  head.authority.assign(authority);
  head.path.assign(target.substr(authority_end));
  head.server_wide = head.path.empty() && head.method == "OPTIONS";
  if (head.path.empty() || head.path[0] == '?') head.path.insert(0, "/");
  return {};
}

}  // namespace

bool is_valid_authority(std::string_view authority) {
  if (!authority.empty() && authority[0] == '[') {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos || !is_ip_literal(authority.substr(1, end - 1))) return false;
    const std::string_view rest = authority.substr(end + 1);
    return rest.empty() || (rest[0] == ':' && is_valid_port(rest.substr(1)));
  }
  const std::size_t colon = authority.find(':');
  if (!is_reg_name(authority.substr(0, colon))) return false;
  return colon == std::string_view::npos || is_valid_port(authority.substr(colon + 1));
}

tl::expected<void, BadRequest> read_target(std::string_view target, bool allow_absolute,
                                           RequestHead& head) {
  if (!all_in(kTarget, target)) {
    // A fragment is refused by Envoy's connection manager, everything else by its parser; the
    // bodies differ.
    if (target.find('#') != std::string_view::npos) {
      return tl::unexpected(
          BadRequest{400, "path_normalization_failed", "the target has a fragment", ""});
    }
    return refuse("http1.codec_error", "the target has a byte that no URI may have");
  }
  if (head.method == "CONNECT") return read_connect(target, head);
  if (target[0] == '/') {
    head.path.assign(target);
    return {};
  }
  if (target == "*") {
    // RFC 9112 section 3.2.4: only OPTIONS asks about the server as a whole.
    if (head.method != "OPTIONS")
      return refuse("http1.invalid_url", "only OPTIONS may ask for \"*\"");
    head.path.assign(target);
    return {};
  }
  if (!allow_absolute) return refuse("http1.codec_error", "absolute targets are not allowed here");
  return read_absolute(target, head);
}

}  // namespace lab::proxy::http1
