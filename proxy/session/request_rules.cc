#include "proxy/session/request_rules.h"

#include <array>
#include <charconv>

#include "base/text.h"
#include "proxy/http/forward.h"
#include "proxy/match/path.h"
#include "proxy/session/client_cert.h"

namespace lab::proxy {

namespace {

/// Fields that only a trusted peer may set. Source: Envoy's documentation of each x-envoy-* header.
constexpr std::array<std::string_view, 14> kInternalOnly = {
    "x-envoy-retriable-status-codes",
    "x-envoy-retriable-header-names",
    "x-envoy-retry-on",
    "x-envoy-retry-grpc-on",
    "x-envoy-max-retries",
    "x-envoy-upstream-alt-stat-name",
    "x-envoy-upstream-rq-timeout-ms",
    "x-envoy-upstream-rq-per-try-timeout-ms",
    "x-envoy-upstream-rq-timeout-alt-response",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-force-trace",
    "x-envoy-ip-tags",
    "x-envoy-original-url",
    "x-envoy-hedge-on-per-try-timeout"};
constexpr std::array<std::string_view, 5> kInsideOnly = {
    "x-envoy-decorator-operation", "x-envoy-downstream-service-cluster",
    "x-envoy-downstream-service-node", "x-envoy-original-path", "x-envoy-original-host"};

void append_with_comma(HeaderMap& headers, std::string_view name, std::string_view value,
                       std::string_view comma = ",") {
  const auto before = headers.get(name);
  if (!before || before->empty()) return headers.set(name, value);
  headers.set(name, std::string(*before) + std::string(comma) + std::string(value));
}

/// As Envoy, which keeps one x-forwarded-for whatever came.
void join_forwarded_for(HeaderMap& headers) {
  if (headers.count("x-forwarded-for") < 2) return;
  std::string joined;
  for (std::size_t i = headers.find("x-forwarded-for"); i != HeaderMap::kNone;
       i = headers.find("x-forwarded-for", i + 1)) {
    if (!joined.empty()) joined += ',';
    joined += headers.at(i).value;
  }
  headers.set("x-forwarded-for", joined);
}

/// No address is internal unless the configuration says so. Source: Envoy 1.32's
/// explicit_internal_address_config, checked against Envoy 1.40.
bool is_internal_address(const config::HttpConnectionManager& hcm, const IpAddress& address) {
  if (!hcm.internal_address_config) return false;
  for (const auto& range : hcm.internal_address_config->cidr_ranges) {
    const auto parsed = CidrRange::make(range.address_prefix, range.prefix_len.value_or(0));
    if (parsed && parsed->contains(address)) return true;
  }
  return false;
}

/// Finds who sent the request, and whether the address may be trusted to be the only hop.
RequestOrigin find_origin(const HcmConfig& hcm, const ConnectionInfo& connection,
                          const std::string& local_ip, HeaderMap& headers) {
  const config::HttpConnectionManager& config = hcm.config;
  const bool uses_remote = config.use_remote_address.value_or(false);
  const bool tls = connection.tls != nullptr;
  std::optional<IpAddress> found;
  bool alone = false;
  if (uses_remote) {
    alone = !headers.contains("x-forwarded-for");
    if (config.xff_num_trusted_hops > 0)
      found = address_from_xff(headers, config.xff_num_trusted_hops - 1);
    if (!config.skip_xff_append) {
      const IpAddress& peer = connection.direct_remote.ip;
      append_with_comma(headers, "x-forwarded-for", peer.is_loopback() ? local_ip : peer.text());
    }
    if (config.xff_num_trusted_hops == 0 || !headers.contains("x-forwarded-proto")) {
      headers.set("x-forwarded-proto", tls ? "https" : "http");
    }
  } else {
    found = address_from_xff(headers, config.xff_num_trusted_hops);
    alone = found && headers.get_all("x-forwarded-for").value_or("").find(',') == std::string::npos;
  }
  RequestOrigin origin;
  origin.remote = found ? IpPort{*found, 0} : connection.remote;
  const bool known = found.has_value() || uses_remote;
  origin.internal = alone && known && is_internal_address(config, origin.remote.ip);
  origin.edge = !origin.internal && uses_remote;
  return origin;
}

void drop_untrusted(const RequestOrigin& origin,
                    const std::vector<std::string>& internal_only_headers, HeaderMap& headers) {
  if (origin.internal) {
    headers.set("x-envoy-internal", "true");
    return;
  }
  if (origin.edge) {
    for (const std::string_view name : kInsideOnly) headers.remove(name);
  }
  for (const std::string_view name : kInternalOnly) headers.remove(name);
  for (const std::string& name : internal_only_headers) headers.remove(to_lower(name));
}

void set_scheme(const HcmConfig& hcm, bool tls, RequestHead& head) {
  if (!hcm.scheme.empty()) {
    head.scheme = hcm.scheme;
    head.headers.set("x-forwarded-proto", hcm.scheme);
  }
  if (!head.headers.contains("x-forwarded-proto"))
    head.headers.set("x-forwarded-proto", tls ? "https" : "http");
  head.scheme = to_lower(head.scheme);
  if (head.scheme != "http" && head.scheme != "https") {
    const std::string proto = to_lower(head.headers.get_or_empty("x-forwarded-proto"));
    head.scheme = proto == "http" || proto == "https" ? proto : tls ? "https" : "http";
  }
}

}  // namespace

std::optional<IpAddress> address_from_xff(const HeaderMap& headers, std::size_t index) {
  const auto all = headers.get_all("x-forwarded-for");
  if (!all || all->empty()) return std::nullopt;
  std::string_view rest = *all;
  for (;;) {
    const std::size_t comma = rest.rfind(',');
    const std::string_view last = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    if (index == 0) {
      return IpAddress::parse(trim(last));
    }
    if (comma == std::string_view::npos) return std::nullopt;
    rest = rest.substr(0, comma);
    --index;
  }
}

RequestOrigin apply_request_rules(const HcmConfig& hcm, const ConnectionInfo& connection,
                                  const std::string& local_ip,
                                  const std::vector<std::string>& internal_only_headers,
                                  RequestIdBits new_request_id, RequestHead& head) {
  const config::HttpConnectionManager& config = hcm.config;
  const bool tls = connection.tls != nullptr;
  sanitize_request(head, /*keep_upgrade=*/true);
  head.headers.remove("x-envoy-internal");
  join_forwarded_for(head.headers);
  const RequestOrigin origin = find_origin(hcm, connection, local_ip, head.headers);
  set_scheme(hcm, tls, head);
  if (config.append_x_forwarded_port && !head.headers.contains("x-forwarded-port")) {
    head.headers.set("x-forwarded-port", std::to_string(connection.local.port));
  }
  drop_untrusted(origin, internal_only_headers, head.headers);
  if (!config.via.empty()) append_with_comma(head.headers, "via", config.via, ", ");
  if (origin.edge) head.headers.set("x-envoy-external-address", origin.remote.ip.text());
  if (config.generate_request_id.value_or(true)) {
    const bool replace = origin.edge && !config.preserve_external_request_id;
    if (replace || !head.headers.contains("x-request-id"))
      head.headers.set("x-request-id", make_request_id(new_request_id));
  }
  apply_client_cert_rules(config, connection.tls, head.headers);
  return origin;
}

void strip_host_port(const config::HttpConnectionManager& hcm, std::uint16_t local_port, bool tls,
                     std::string& authority) {
  if (hcm.strip_trailing_host_dot) {
    const std::size_t colon = authority.rfind(':');
    const std::size_t end = colon == std::string::npos ? authority.size() : colon;
    if (end > 0 && authority[end - 1] == '.') authority.erase(end - 1, 1);
  }
  const bool any = hcm.strip_any_host_port.value_or(false);
  if (!any && !hcm.strip_matching_host_port) return;
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos || authority.find(']', colon) != std::string::npos) return;
  const std::string port = authority.substr(colon + 1);
  if (port.empty() || port.find_first_not_of("0123456789") != std::string::npos) return;
  (void)tls;
  if (any || port == std::to_string(local_port)) authority.resize(colon);
}

bool apply_underscore_rule(const HcmConfig& hcm, HeaderMap& headers) {
  using Action = config::CommonHttpProtocolOptions::HeadersWithUnderscoresAction;
  if (hcm.underscores == Action::allow) return true;
  std::vector<std::string> names;
  for (const HeaderField each : headers) {
    if (each.name.find('_') != std::string_view::npos) names.emplace_back(each.name);
  }
  if (hcm.underscores == Action::reject_request) return names.empty();
  for (const std::string& name : names) headers.remove(name);
  return true;
}

std::optional<LocalReply> last_hop_reply(RequestHead& head) {
  if (head.method != "TRACE" && head.method != "OPTIONS") return {};
  const std::string_view field = head.headers.get_or_empty("max-forwards");
  std::uint32_t left = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), left);
  if (field.empty() || error != std::errc() || end != field.data() + field.size()) return {};
  if (left > 0) {
    head.headers.set("max-forwards", std::to_string(left - 1));
    return {};
  }
  LocalReply reply{200, "", std::string(details::kDirectResponse), {}, {}, {}};
  if (head.method == "OPTIONS") return reply;
  reply.body = "TRACE " + head.path + " HTTP/1.1\r\nhost: " + head.authority + "\r\n";
  for (const HeaderField each : head.headers) {
    // RFC 9110 section 9.3.8: nothing that must stay between the client and us.
    const bool secret = each.name == "authorization" || each.name == "cookie" ||
                        each.name == "proxy-authorization" ||
                        each.name == "x-forwarded-client-cert";
    if (!secret) reply.body.append(each.name).append(": ").append(each.value).append("\r\n");
  }
  reply.body += "\r\n";
  reply.headers.emplace_back("content-type", "message/http");
  return reply;
}

std::string make_request_id(RequestIdBits bits) {
  const std::uint64_t high = (bits.high & ~0xf000ull) | 0x4000ull;
  const std::uint64_t low = (bits.low & ~(3ull << 62)) | (2ull << 62);
  std::string text(36, '-');
  std::size_t place = 0;
  for (const std::uint64_t half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      if (place == 8 || place == 13 || place == 18 || place == 23) ++place;
      text[place++] = "0123456789abcdef"[half >> shift & 0xf];
    }
  }
  return text;
}

void apply_response_rules(const HcmConfig& hcm, std::chrono::system_clock::time_point now,
                          bool local, ResponseHead& head, bool keep_upgrade) {
  using Transformation = config::HttpConnectionManager::ServerHeaderTransformation;
  sanitize_response(head, keep_upgrade);
  if (!head.headers.contains("date")) head.headers.add("date", http_date(now));
  const Transformation server = hcm.config.server_header_transformation;
  if (server == Transformation::overwrite ||
      (server == Transformation::append_if_absent && !head.headers.contains("server")) ||
      (local && !head.headers.contains("server") && server != Transformation::pass_through)) {
    head.headers.set("server", hcm.server_name);
  }
  if (!hcm.config.via.empty()) append_with_comma(head.headers, "via", hcm.config.via, ", ");
}

}  // namespace lab::proxy
