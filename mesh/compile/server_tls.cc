#include "mesh/compile/listeners.h"

namespace lab::compile {
namespace {

using Mode = crd::ServerTlsMode;

std::vector<config::StringMatcher> exact_names(const std::vector<std::string>& names) {
  std::vector<config::StringMatcher> matchers;
  for (const std::string& name : names) matchers.emplace_back().exact = name;
  return matchers;
}

config::TlsParameters::TlsProtocol version_of(crd::TlsProtocol version) {
  return static_cast<config::TlsParameters::TlsProtocol>(version);
}

void set_parameters(config::CommonTlsContext& common, const crd::ServerTlsSettings& tls) {
  const bool any = tls.min_protocol_version != crd::TlsProtocol::TLS_AUTO ||
                   !tls.cipher_suites.empty() ||
                   tls.max_protocol_version != crd::TlsProtocol::TLS_AUTO;
  if (!any) return;
  if (!common.tls_params) common.tls_params.emplace();
  config::TlsParameters& parameters = *common.tls_params;
  if (tls.min_protocol_version != crd::TlsProtocol::TLS_AUTO)
    parameters.tls_minimum_protocol_version = version_of(tls.min_protocol_version);
  parameters.tls_maximum_protocol_version = version_of(tls.max_protocol_version);
  if (!tls.cipher_suites.empty()) parameters.cipher_suites = tls.cipher_suites;
}

/// MeshConfig.tlsDefaults, below what the server states itself.
void set_defaults(config::CommonTlsContext& common, const model::MeshOptions& mesh) {
  using Version = config::TlsParameters::TlsProtocol;
  const bool versions =
      mesh.tls_default_version == "TLSV1_2" || mesh.tls_default_version == "TLSV1_3";
  if (!versions && mesh.tls_default_ciphers.empty() && mesh.tls_default_curves.empty()) return;
  config::TlsParameters& parameters = common.tls_params.emplace();
  parameters.cipher_suites = mesh.tls_default_ciphers;
  parameters.ecdh_curves = mesh.tls_default_curves;
  if (versions) {
    parameters.tls_minimum_protocol_version =
        mesh.tls_default_version == "TLSV1_3" ? Version::tlsv1_3 : Version::tlsv1_2;
  }
}

void set_peer_hashes(config::CommonTlsContext& common, const crd::ServerTlsSettings& tls) {
  if (tls.verify_certificate_hash.empty() && tls.verify_certificate_spki.empty()) return;
  config::CertificateValidationContext* context = nullptr;
  if (common.combined_validation_context) {
    context = &common.combined_validation_context->default_validation_context;
  } else {
    if (!common.validation_context) common.validation_context.emplace();
    context = &*common.validation_context;
  }
  context->verify_certificate_hash = tls.verify_certificate_hash;
  context->verify_certificate_spki = tls.verify_certificate_spki;
}

void add_credentials(config::CommonTlsContext& common, const crd::ServerTlsSettings& tls,
                     bool checks_client, Secrets& secrets) {
  if (!tls.credential_names.empty()) {
    for (const std::string& name : tls.credential_names) secrets.add_credential(common, name);
  } else {
    secrets.add_credential(common, tls.credential_name);
  }
  const std::string& name =
      tls.credential_names.empty() ? tls.credential_name : tls.credential_names.front();
  if (checks_client && !tls.ca_cert_credential_name.empty()) {
    secrets.trust_authority(common, tls.ca_cert_credential_name, exact_names(tls.subject_alt_names),
                            tls.ca_crl);
  } else if (checks_client) {
    secrets.trust_credential(common, name, exact_names(tls.subject_alt_names), tls.ca_crl);
  }
}

void add_files(config::CommonTlsContext& common, const crd::ServerTlsSettings& tls,
               bool checks_client, Secrets& secrets) {
  if (!tls.tls_certificates.empty()) {
    for (const crd::TlsCertificate& pair : tls.tls_certificates) {
      secrets.add_files(common, pair.server_certificate, pair.private_key);
    }
  } else {
    secrets.add_files(common, tls.server_certificate, tls.private_key);
  }
  if (checks_client && !tls.ca_certificates.empty()) {
    secrets.trust_file(common, tls.ca_certificates, exact_names(tls.subject_alt_names), tls.ca_crl);
  }
}

}  // namespace

config::DownstreamTlsContext server_tls(const crd::ServerTlsSettings& tls, bool tcp_mutual,
                                        const Proxy& proxy, Secrets& secrets) {
  config::DownstreamTlsContext context;
  config::CommonTlsContext common;
  const bool required = tls.mode == Mode::MUTUAL || tls.mode == Mode::ISTIO_MUTUAL;
  const bool checks_client = required || tls.mode == Mode::OPTIONAL_MUTUAL;
  context.require_client_certificate = required;
  if (tls.mode == Mode::ISTIO_MUTUAL) {
    secrets.add_mesh_identity(common);
    secrets.trust_mesh(common, exact_names(tls.subject_alt_names));
  } else if (!tls.credential_name.empty() || !tls.credential_names.empty()) {
    add_credentials(common, tls, checks_client, secrets);
  } else {
    add_files(common, tls, checks_client, secrets);
  }
  if (tcp_mutual && proxy.profile().peer_exchange)
    common.alpn_protocols.emplace_back("istio-peer-exchange");
  common.alpn_protocols.emplace_back("h2");
  common.alpn_protocols.emplace_back("http/1.1");
  if (tls.mode != Mode::ISTIO_MUTUAL) {
    set_defaults(common, proxy.mesh());
    set_parameters(common, tls);
    set_peer_hashes(common, tls);
  }
  context.common_tls_context = std::move(common);
  return context;
}

}  // namespace lab::compile
