#pragma once

#include <chrono>
#include <string>

#include "mesh/config/http_connection_manager.h"
#include "proxy/http/header_map.h"
#include "proxy/net/certificate_info.h"

namespace lab::proxy {

/// One element of x-forwarded-client-cert about this connection's client; "" without a validated
/// certificate.
std::string client_cert_element(const config::HttpConnectionManager& hcm, const TlsInfo& tls);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7); remembers the last second.
const std::string& http_date(std::chrono::system_clock::time_point now);

}  // namespace lab::proxy
