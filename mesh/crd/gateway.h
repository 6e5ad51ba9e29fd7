#pragma once

#include <cstdint>

#include "mesh/crd/destination.h"

/// Gateway. Source: Istio, networking/v1/gateway.proto.
namespace lab::crd {

enum class ServerTlsMode : std::uint8_t {
  PASSTHROUGH,
  SIMPLE,
  MUTUAL,
  AUTO_PASSTHROUGH,
  ISTIO_MUTUAL,
  OPTIONAL_MUTUAL,
};
const std::vector<EnumName<ServerTlsMode>>& enum_names(const ServerTlsMode*);

enum class TlsProtocol : std::uint8_t { TLS_AUTO, TLSV1_0, TLSV1_1, TLSV1_2, TLSV1_3 };
const std::vector<EnumName<TlsProtocol>>& enum_names(const TlsProtocol*);

struct TlsCertificate {
  std::string server_certificate;
  std::string private_key;
  std::string ca_certificates;
};
const Record<TlsCertificate>& record_of(const TlsCertificate*);

struct ServerTlsSettings {
  Origin origin;
  bool https_redirect = false;
  ServerTlsMode mode = ServerTlsMode::PASSTHROUGH;
  std::string server_certificate;  ///< File names, as the following.
  std::string private_key;
  std::string ca_certificates;
  std::string ca_crl;
  std::string credential_name;  ///< Secret.
  std::vector<std::string> credential_names;
  std::string ca_cert_credential_name;
  std::vector<TlsCertificate> tls_certificates;
  std::vector<std::string> subject_alt_names;
  std::vector<std::string> verify_certificate_spki;
  std::vector<std::string> verify_certificate_hash;
  TlsProtocol min_protocol_version = TlsProtocol::TLS_AUTO;
  TlsProtocol max_protocol_version = TlsProtocol::TLS_AUTO;
  std::vector<std::string> cipher_suites;
  std::optional<bool> insecure_skip_verify;
};
const Record<ServerTlsSettings>& record_of(const ServerTlsSettings*);

struct Server {
  Origin origin;
  Port port;
  std::string bind;
  std::vector<std::string> hosts;  ///< "[NAMESPACE/]HOST"; the namespace may be "*" or ".".
  std::optional<ServerTlsSettings> tls;
  std::string default_endpoint;
  std::string name;
};
const Record<Server>& record_of(const Server*);

struct GatewaySpec {
  std::vector<Server> servers;
  Labels selector;
};
const Record<GatewaySpec>& record_of(const GatewaySpec*);

struct Gateway : Object {
  GatewaySpec spec;
};
const Record<Gateway>& record_of(const Gateway*);

}  // namespace lab::crd
