#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ip.h"
#include "proxy/filter/http_filter.h"
#include "proxy/http/message.h"
#include "proxy/observe/stream_info.h"
#include "proxy/session/hcm_config.h"

namespace lab::proxy {

/// What the rules found out about a request's origin.
struct RequestOrigin {
  IpPort remote;          ///< Who is believed to have sent it; port 0 when the address is from
                          ///< x-forwarded-for.
  bool internal = false;  ///< x-envoy-internal.
  bool edge = false;      ///< From outside of the mesh, and we are the first proxy.
};

/// 128 random bits.
struct RequestIdBits {
  std::uint64_t high = 0, low = 0;
};

/// Cleans a request's head and completes it as an HTTP connection manager does: hop-by-hop fields,
/// x-forwarded-*, x-envoy-*, x-request-id, via, x-forwarded-client-cert. `new_request_id`
/// becomes one when it is needed. Source: Envoy's documentation "HTTP header manipulation"; RFC
/// 9110 section 7.6.
RequestOrigin apply_request_rules(const HcmConfig& hcm, const ConnectionInfo& connection,
                                  const std::string& local_ip,
                                  const std::vector<std::string>& internal_only_headers,
                                  RequestIdBits new_request_id, RequestHead& head);

/// x-forwarded-client-cert by its mode. Source: Envoy's forward_client_cert_details.
void apply_client_cert_rules(const config::HttpConnectionManager& hcm, const TlsInfoPtr& tls,
                             HeaderMap& headers);

/// The `index`-th address of x-forwarded-for from its end (0 is the last); nothing when there is
/// none or it is no address.
std::optional<IpAddress> address_from_xff(const HeaderMap& headers, std::size_t index);

/// Removes ":PORT" from a Host as strip_matching_host_port and strip_any_host_port say.
void strip_host_port(const config::HttpConnectionManager& hcm, std::uint16_t local_port, bool tls,
                     std::string& authority);

/// What headers_with_underscores_action does to names with a "_": false when the message must be
/// refused for one.
bool apply_underscore_rule(const HcmConfig& hcm, HeaderMap& headers);

/// Counts Max-Forwards of TRACE and OPTIONS down (RFC 9110 section 7.6.2); when nothing is left,
/// the answer of the final recipient, which is us.
std::optional<LocalReply> last_hop_reply(RequestHead& head);

/// A random UUID of version 4.
std::string make_request_id(RequestIdBits bits);

/// What an answer gets on its way downstream: date, server, via, hop-by-hop fields removed.
void apply_response_rules(const HcmConfig& hcm, std::chrono::system_clock::time_point now,
                          bool local, ResponseHead& head, bool keep_upgrade);

}  // namespace lab::proxy
