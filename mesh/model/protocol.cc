#include "mesh/model/protocol.h"

#include "base/text.h"

namespace lab::model {
namespace {

struct Word {
  std::string_view word;
  Protocol protocol;
};

constexpr Word kWords[] = {
    {"http", Protocol::http},   {"http2", Protocol::http2},
    {"grpc", Protocol::grpc},   {"grpc-web", Protocol::grpc_web},
    {"https", Protocol::https}, {"tls", Protocol::tls},
    {"tcp", Protocol::tcp},     {"mongo", Protocol::mongo},
    {"mysql", Protocol::mysql}, {"redis", Protocol::redis},
    {"udp", Protocol::udp},     {"http_proxy", Protocol::http_proxy},
};

/// Values of appProtocol that Kubernetes registers itself.
constexpr Word kAppProtocols[] = {
    {"kubernetes.io/h2c", Protocol::http2},
    {"kubernetes.io/ws", Protocol::http},
    {"kubernetes.io/wss", Protocol::https},
};

/// Ports whose protocols let the server speak first: sniffing would wait for ever.
bool is_server_first_port(std::uint32_t number) {
  constexpr std::uint32_t kPorts[] = {25, 53, 3306, 27017};
  for (const std::uint32_t port : kPorts) {
    if (port == number) return true;
  }
  return false;
}

}  // namespace

Protocol protocol_of_word(std::string_view word) {
  const std::string lower = to_lower(word);
  for (const Word& known : kWords) {
    if (known.word == lower) return known.protocol;
  }
  return Protocol::sniffed;
}

Protocol protocol_of_port(std::string_view transport, std::string_view name,
                          std::string_view app_protocol, std::uint32_t number) {
  if (equal_ignore_case(transport, "UDP")) return Protocol::udp;
  for (const Word& known : kAppProtocols) {
    if (known.word == app_protocol) return known.protocol;
  }
  if (!app_protocol.empty()) {
    const Protocol stated = protocol_of_word(app_protocol);
    return stated;
  }
  const std::string lower = to_lower(name);
  // "grpc-web" holds the separator itself, so it is looked at before the cut.
  if (lower == "grpc-web" || lower.rfind("grpc-web-", 0) == 0) return Protocol::grpc_web;
  const Protocol stated = protocol_of_word(lower.substr(0, lower.find('-')));
  if (stated != Protocol::sniffed) return stated;
  return is_server_first_port(number) ? Protocol::tcp : Protocol::sniffed;
}

bool is_http2(Protocol protocol) {
  return protocol == Protocol::http2 || protocol == Protocol::grpc ||
         protocol == Protocol::grpc_web;
}
bool is_http(Protocol protocol) {
  return protocol == Protocol::http || protocol == Protocol::http_proxy || is_http2(protocol);
}
bool is_tls(Protocol protocol) {
  return protocol == Protocol::https || protocol == Protocol::tls;
}
bool is_tcp(Protocol protocol) {
  return is_tls(protocol) || protocol == Protocol::tcp || protocol == Protocol::mongo ||
         protocol == Protocol::mysql || protocol == Protocol::redis;
}

std::string_view protocol_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::http:
      return "HTTP";
    case Protocol::http2:
      return "HTTP2";
    case Protocol::grpc:
      return "GRPC";
    case Protocol::grpc_web:
      return "GRPC-Web";
    case Protocol::https:
      return "HTTPS";
    case Protocol::tls:
      return "TLS";
    case Protocol::tcp:
      return "TCP";
    case Protocol::mongo:
      return "Mongo";
    case Protocol::mysql:
      return "MySQL";
    case Protocol::redis:
      return "Redis";
    case Protocol::udp:
      return "UDP";
    case Protocol::http_proxy:
      return "HTTP_PROXY";
    case Protocol::sniffed:
      return "UnsupportedProtocol";
  }
  return "";
}

}  // namespace lab::model
