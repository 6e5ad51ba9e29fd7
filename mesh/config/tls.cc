#include "mesh/config/tls.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<TlsParameters::TlsProtocol>>& enum_names(
    const TlsParameters::TlsProtocol*) {
  static const std::vector<EnumName<TlsParameters::TlsProtocol>> names = {
      {TlsParameters::TlsProtocol::tls_auto, "TLS_AUTO"},
      {TlsParameters::TlsProtocol::tlsv1_0, "TLSv1_0"},
      {TlsParameters::TlsProtocol::tlsv1_1, "TLSv1_1"},
      {TlsParameters::TlsProtocol::tlsv1_2, "TLSv1_2"},
      {TlsParameters::TlsProtocol::tlsv1_3, "TLSv1_3"},
  };
  return names;
}

const std::vector<EnumName<TlsParameters::CompliancePolicy>>& enum_names(
    const TlsParameters::CompliancePolicy*) {
  static const std::vector<EnumName<TlsParameters::CompliancePolicy>> names = {
      {TlsParameters::CompliancePolicy::fips_202205, "FIPS_202205"},
  };
  return names;
}

const std::vector<EnumName<SubjectAltNameMatcher::SanType>>& enum_names(
    const SubjectAltNameMatcher::SanType*) {
  static const std::vector<EnumName<SubjectAltNameMatcher::SanType>> names = {
      {SubjectAltNameMatcher::SanType::san_type_unspecified, "SAN_TYPE_UNSPECIFIED"},
      {SubjectAltNameMatcher::SanType::email, "EMAIL"},
      {SubjectAltNameMatcher::SanType::dns, "DNS"},
      {SubjectAltNameMatcher::SanType::uri, "URI"},
      {SubjectAltNameMatcher::SanType::ip_address, "IP_ADDRESS"},
      {SubjectAltNameMatcher::SanType::other_name, "OTHER_NAME"},
  };
  return names;
}

const std::vector<EnumName<CertificateValidationContext::TrustChainVerification>>& enum_names(
    const CertificateValidationContext::TrustChainVerification*) {
  static const std::vector<EnumName<CertificateValidationContext::TrustChainVerification>> names = {
      {CertificateValidationContext::TrustChainVerification::verify_trust_chain,
       "VERIFY_TRUST_CHAIN"},
      {CertificateValidationContext::TrustChainVerification::accept_untrusted, "ACCEPT_UNTRUSTED"},
  };
  return names;
}

const std::vector<EnumName<DownstreamTlsContext::OcspStaplePolicy>>& enum_names(
    const DownstreamTlsContext::OcspStaplePolicy*) {
  static const std::vector<EnumName<DownstreamTlsContext::OcspStaplePolicy>> names = {
      {DownstreamTlsContext::OcspStaplePolicy::lenient_stapling, "LENIENT_STAPLING"},
      {DownstreamTlsContext::OcspStaplePolicy::strict_stapling, "STRICT_STAPLING"},
      {DownstreamTlsContext::OcspStaplePolicy::must_staple, "MUST_STAPLE"},
  };
  return names;
}

LAB_RECORD(TlsParameters, "envoy.extensions.transport_sockets.tls.v3.TlsParameters") {
  record.field("tls_minimum_protocol_version", &TlsParameters::tls_minimum_protocol_version);
  record.field("tls_maximum_protocol_version", &TlsParameters::tls_maximum_protocol_version);
  record.field("cipher_suites", &TlsParameters::cipher_suites);
  record.field("ecdh_curves", &TlsParameters::ecdh_curves);
  record.field("signature_algorithms", &TlsParameters::signature_algorithms)
      .check(not_supported("those of the library are used."));
  record.field("compliance_policies", &TlsParameters::compliance_policies)
      .check(not_supported("name versions, ciphers and curves instead."))
      .check(items_at_most(1));
}

LAB_RECORD(TlsCertificate, "envoy.extensions.transport_sockets.tls.v3.TlsCertificate") {
  record.field("certificate_chain", &TlsCertificate::certificate_chain);
  record.field("private_key", &TlsCertificate::private_key);
  record.field("pkcs12", &TlsCertificate::pkcs12)
      .check(not_supported("use certificate_chain and private_key."));
  record.field("watched_directory", &TlsCertificate::watched_directory);
  record.field("password", &TlsCertificate::password);
  record.field("ocsp_staple", &TlsCertificate::ocsp_staple)
      .ignored("a client that wants a staple asks the authority itself; MUST_STAPLE is checked");
  record.field("signed_certificate_timestamp", &TlsCertificate::signed_certificate_timestamp)
      .ignored("Envoy does not act on it either");
  record.check(valid_tls_certificate);
}

LAB_RECORD(TlsSessionTicketKeys, "envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys") {
  record.field("keys", &TlsSessionTicketKeys::keys).check(items_at_least(1));
  record.check(valid_ticket_keys);
}

LAB_RECORD(SubjectAltNameMatcher,
           "envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher") {
  record.field("san_type", &SubjectAltNameMatcher::san_type).check(not_in(0));
  record.field("matcher", &SubjectAltNameMatcher::matcher).required();
  record.field("oid", &SubjectAltNameMatcher::oid);
  record.check(valid_san_matcher);
}

LAB_RECORD(
    SystemRootCerts,
    "envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts") {
  static_cast<void>(record);
}

LAB_RECORD(CertificateValidationContext,
           "envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext") {
  record.field("trusted_ca", &CertificateValidationContext::trusted_ca);
  record.field("system_root_certs", &CertificateValidationContext::system_root_certs);
  record.field("watched_directory", &CertificateValidationContext::watched_directory);
  record.field("verify_certificate_spki", &CertificateValidationContext::verify_certificate_spki)
      .check(length_at_least(44))
      .check(bytes_at_most(44));
  record.field("verify_certificate_hash", &CertificateValidationContext::verify_certificate_hash)
      .check(length_at_least(64))
      .check(bytes_at_most(95));
  record.field("match_typed_subject_alt_names",
               &CertificateValidationContext::match_typed_subject_alt_names);
  record.field("match_subject_alt_names", &CertificateValidationContext::match_subject_alt_names);
  record
      .field("require_signed_certificate_timestamp",
             &CertificateValidationContext::require_signed_certificate_timestamp)
      .ignored("Envoy does not act on it either");
  record.field("crl", &CertificateValidationContext::crl);
  record.field("allow_expired_certificate",
               &CertificateValidationContext::allow_expired_certificate);
  record.field("trust_chain_verification", &CertificateValidationContext::trust_chain_verification);
  record.field("only_verify_leaf_cert_crl",
               &CertificateValidationContext::only_verify_leaf_cert_crl);
  record.field("max_verify_depth", &CertificateValidationContext::max_verify_depth).at_most(100);
  record.check(valid_validation);
}

LAB_RECORD(GenericSecret, "envoy.extensions.transport_sockets.tls.v3.GenericSecret") {
  record.field("secret", &GenericSecret::secret);
  record.field("secrets", &GenericSecret::secrets);
}

LAB_RECORD(SdsSecretConfig, "envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig") {
  record.field("name", &SdsSecretConfig::name).not_empty();
  record.field("sds_config", &SdsSecretConfig::sds_config);
}

LAB_RECORD(TlsKeyLog, "envoy.extensions.transport_sockets.tls.v3.TlsKeyLog") {
  record.field("path", &TlsKeyLog::path).not_empty();
  record.field("local_address_range", &TlsKeyLog::local_address_range)
      .check(not_supported("all connections of the context are logged."));
  record.field("remote_address_range", &TlsKeyLog::remote_address_range)
      .check(not_supported("all connections of the context are logged."));
}

LAB_RECORD(CombinedValidationContext,
           "envoy.extensions.transport_sockets.tls.v3.CommonTlsContext."
           "CombinedCertificateValidationContext") {
  record.field("default_validation_context", &CombinedValidationContext::default_validation_context)
      .required();
  record
      .field("validation_context_sds_secret_config",
             &CombinedValidationContext::validation_context_sds_secret_config)
      .required();
}

LAB_RECORD(CommonTlsContext, "envoy.extensions.transport_sockets.tls.v3.CommonTlsContext") {
  record.field("tls_params", &CommonTlsContext::tls_params);
  record.field("tls_certificates", &CommonTlsContext::tls_certificates);
  record.field("tls_certificate_sds_secret_configs",
               &CommonTlsContext::tls_certificate_sds_secret_configs);
  record.field("validation_context", &CommonTlsContext::validation_context);
  record.field("validation_context_sds_secret_config",
               &CommonTlsContext::validation_context_sds_secret_config);
  record.field("combined_validation_context", &CommonTlsContext::combined_validation_context);
  record.field("alpn_protocols", &CommonTlsContext::alpn_protocols);
  record.field("key_log", &CommonTlsContext::key_log);
  record.oneof("validation_context_type",
               {"validation_context", "validation_context_sds_secret_config",
                "combined_validation_context"});
  record.check(valid_common_tls);
}

LAB_RECORD(UpstreamTlsContext, "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext") {
  record.field("common_tls_context", &UpstreamTlsContext::common_tls_context);
  record.field("sni", &UpstreamTlsContext::sni).check(bytes_at_most(255));
  record.field("auto_host_sni", &UpstreamTlsContext::auto_host_sni);
  record.field("auto_sni_san_validation", &UpstreamTlsContext::auto_sni_san_validation);
  record.field("allow_renegotiation", &UpstreamTlsContext::allow_renegotiation);
  record.field("max_session_keys", &UpstreamTlsContext::max_session_keys);
  record.field("enforce_rsa_key_usage", &UpstreamTlsContext::enforce_rsa_key_usage)
      .ignored("OpenSSL checks the key usage in any case");
  record.check(valid_upstream_tls);
}

LAB_RECORD(DownstreamTlsContext, "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext") {
  record.field("common_tls_context", &DownstreamTlsContext::common_tls_context);
  record.field("require_client_certificate", &DownstreamTlsContext::require_client_certificate);
  record.field("require_sni", &DownstreamTlsContext::require_sni)
      .ignored("Envoy does not act on it either");
  record.field("session_ticket_keys", &DownstreamTlsContext::session_ticket_keys);
  record.field("session_ticket_keys_sds_secret_config",
               &DownstreamTlsContext::session_ticket_keys_sds_secret_config);
  record.field("disable_stateless_session_resumption",
               &DownstreamTlsContext::disable_stateless_session_resumption);
  record.field("disable_stateful_session_resumption",
               &DownstreamTlsContext::disable_stateful_session_resumption);
  record.field("session_timeout", &DownstreamTlsContext::session_timeout)
      .check(no_shorter_than(std::chrono::seconds(0)))
      .check(shorter_than(std::chrono::seconds(4294967296)));
  record.field("ocsp_staple_policy", &DownstreamTlsContext::ocsp_staple_policy)
      .ignored("see ocsp_staple");
  record.field("full_scan_certs_on_sni_mismatch",
               &DownstreamTlsContext::full_scan_certs_on_sni_mismatch);
  record.field("prefer_client_ciphers", &DownstreamTlsContext::prefer_client_ciphers);
  record.oneof("session_ticket_keys_type",
               {"session_ticket_keys", "session_ticket_keys_sds_secret_config",
                "disable_stateless_session_resumption"});
  record.check(valid_downstream_tls);
}

LAB_RECORD(RawBuffer, "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer") {
  static_cast<void>(record);
}

LAB_RECORD(Secret, "envoy.extensions.transport_sockets.tls.v3.Secret") {
  record.field("name", &Secret::name);
  record.field("tls_certificate", &Secret::tls_certificate);
  record.field("session_ticket_keys", &Secret::session_ticket_keys);
  record.field("validation_context", &Secret::validation_context);
  record.field("generic_secret", &Secret::generic_secret).ignored("no filter asks for one");
  record.oneof("type",
               {"tls_certificate", "session_ticket_keys", "validation_context", "generic_secret"});
}

}  // namespace lab::config
