#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lab::model {

/// What Istio takes a port's bytes for. Source: Istio "Protocol Selection".
enum class Protocol : std::uint8_t {
  http,
  http2,
  grpc,
  grpc_web,
  https,  ///< TLS whose inside is HTTP: routed by server name.
  tls,
  tcp,
  mongo,
  mysql,
  redis,
  udp,
  http_proxy,  ///< Requests to any host and port, as to a forward proxy (a Sidecar's egress).
  sniffed,     ///< Nothing says it: the proxy looks at the first bytes.
};

/// The protocol that a word of the API states ("HTTP2", "grpc", "GRPC-Web"); sniffed when it is
/// none of them.
Protocol protocol_of_word(std::string_view word);

/// The protocol of a Kubernetes Service port. `app_protocol` wins over the port's name, whose part
/// before the first
/// "-" counts; some well-known ports (22, 25, 3306 ...) are TCP when nothing is said; UDP stays
/// UDP.
Protocol protocol_of_port(std::string_view transport, std::string_view name,
                          std::string_view app_protocol, std::uint32_t number);

bool is_http(Protocol protocol);  ///< HTTP in clear text: http, http2, grpc, grpc_web, http_proxy.
bool is_http2(
    Protocol protocol);  ///< http2, grpc, grpc_web: the upstream speaks HTTP/2 from the first byte.
bool is_tls(Protocol protocol);  ///< https, tls.
bool is_tcp(Protocol protocol);  ///< Opaque bytes: tcp, https, tls, mongo, mysql, redis.

/// The API's name in upper case ("HTTP", "GRPC-Web"), as dumps print it.
std::string_view protocol_name(Protocol protocol);

}  // namespace lab::model
