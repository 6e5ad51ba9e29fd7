#include "mesh/crd/gateway.h"

namespace lab::crd {

const std::vector<EnumName<ServerTlsMode>>& enum_names(const ServerTlsMode*) {
  static const std::vector<EnumName<ServerTlsMode>> names = {
      {ServerTlsMode::PASSTHROUGH, "PASSTHROUGH"},
      {ServerTlsMode::SIMPLE, "SIMPLE"},
      {ServerTlsMode::MUTUAL, "MUTUAL"},
      {ServerTlsMode::AUTO_PASSTHROUGH, "AUTO_PASSTHROUGH"},
      {ServerTlsMode::ISTIO_MUTUAL, "ISTIO_MUTUAL"},
      {ServerTlsMode::OPTIONAL_MUTUAL, "OPTIONAL_MUTUAL"}};
  return names;
}

const std::vector<EnumName<TlsProtocol>>& enum_names(const TlsProtocol*) {
  static const std::vector<EnumName<TlsProtocol>> names = {{TlsProtocol::TLS_AUTO, "TLS_AUTO"},
                                                           {TlsProtocol::TLSV1_0, "TLSV1_0"},
                                                           {TlsProtocol::TLSV1_1, "TLSV1_1"},
                                                           {TlsProtocol::TLSV1_2, "TLSV1_2"},
                                                           {TlsProtocol::TLSV1_3, "TLSV1_3"}};
  return names;
}

LAB_CRD_RECORD(TlsCertificate, "ServerTLSSettings.TLSCertificate") {
  record.field("serverCertificate", &TlsCertificate::server_certificate);
  record.field("privateKey", &TlsCertificate::private_key);
  record.field("caCertificates", &TlsCertificate::ca_certificates);
}

LAB_CRD_RECORD(ServerTlsSettings, "ServerTLSSettings") {
  record.origin(&ServerTlsSettings::origin);
  record.field("httpsRedirect", &ServerTlsSettings::https_redirect);
  record.field("mode", &ServerTlsSettings::mode);
  record.field("serverCertificate", &ServerTlsSettings::server_certificate);
  record.field("privateKey", &ServerTlsSettings::private_key);
  record.field("caCertificates", &ServerTlsSettings::ca_certificates);
  record.field("caCrl", &ServerTlsSettings::ca_crl);
  record.field("credentialName", &ServerTlsSettings::credential_name);
  record.field("credentialNames", &ServerTlsSettings::credential_names);
  record.field("caCertCredentialName", &ServerTlsSettings::ca_cert_credential_name);
  record.field("tlsCertificates", &ServerTlsSettings::tls_certificates);
  record.field("subjectAltNames", &ServerTlsSettings::subject_alt_names);
  record.field("verifyCertificateSpki", &ServerTlsSettings::verify_certificate_spki);
  record.field("verifyCertificateHash", &ServerTlsSettings::verify_certificate_hash);
  record.field("minProtocolVersion", &ServerTlsSettings::min_protocol_version);
  record.field("maxProtocolVersion", &ServerTlsSettings::max_protocol_version);
  record.field("cipherSuites", &ServerTlsSettings::cipher_suites);
  record.field("insecureSkipVerify", &ServerTlsSettings::insecure_skip_verify);
}

LAB_CRD_RECORD(Server, "Server") {
  record.origin(&Server::origin);
  record.field("port", &Server::port).required();
  record.field("bind", &Server::bind);
  record.field("hosts", &Server::hosts).required();
  record.field("tls", &Server::tls);
  record.field("defaultEndpoint", &Server::default_endpoint);
  record.field("name", &Server::name);
}

LAB_CRD_RECORD(GatewaySpec, "Gateway") {
  record.field("servers", &GatewaySpec::servers);
  record.field("selector", &GatewaySpec::selector);
}

LAB_CRD_RECORD(Gateway, "Gateway object") {
  object_fields(record);
  record.field("spec", &Gateway::spec);
  skip_status(record);
}

}  // namespace lab::crd
