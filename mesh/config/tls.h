#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/matcher.h"

/// TLS contexts, certificates, and secrets.
namespace lab::config {

/// Versions and ciphers.
struct TlsParameters {
  enum class TlsProtocol : std::int32_t {
    tls_auto = 0,
    tlsv1_0 = 1,
    tlsv1_1 = 2,
    tlsv1_2 = 3,
    tlsv1_3 = 4
  };
  enum class CompliancePolicy : std::int32_t { fips_202205 = 0 };
  TlsProtocol tls_minimum_protocol_version = TlsProtocol::tls_auto;
  TlsProtocol tls_maximum_protocol_version = TlsProtocol::tls_auto;
  std::vector<std::string> cipher_suites;
  std::vector<std::string> ecdh_curves;
  std::vector<std::string> signature_algorithms;
  std::vector<CompliancePolicy> compliance_policies;
};

/// A certificate chain with its key.
struct TlsCertificate {
  std::optional<DataSource> certificate_chain;
  std::optional<DataSource> private_key;
  std::optional<DataSource> pkcs12;
  std::optional<WatchedDirectory> watched_directory;
  std::optional<DataSource> password;
  std::optional<DataSource> ocsp_staple;
  std::vector<DataSource> signed_certificate_timestamp;
};

/// Keys of 80 bytes; the first encrypts new tickets, all decrypt.
struct TlsSessionTicketKeys {
  std::vector<DataSource> keys;
};

/// Compares a subject alternative name of one kind.
struct SubjectAltNameMatcher {
  enum class SanType : std::int32_t {
    san_type_unspecified = 0,
    email = 1,
    dns = 2,
    uri = 3,
    ip_address = 4,
    other_name = 5
  };
  SanType san_type = SanType::san_type_unspecified;
  StringMatcher matcher;
  std::string oid;
};

/// The system's certificate authorities.
struct SystemRootCerts {};

/// How a peer's certificate is judged.
struct CertificateValidationContext {
  enum class TrustChainVerification : std::int32_t { verify_trust_chain = 0, accept_untrusted = 1 };
  std::optional<DataSource> trusted_ca;
  std::optional<SystemRootCerts> system_root_certs;
  std::optional<WatchedDirectory> watched_directory;
  std::vector<std::string> verify_certificate_spki;
  std::vector<std::string> verify_certificate_hash;
  std::vector<SubjectAltNameMatcher> match_typed_subject_alt_names;
  std::vector<StringMatcher> match_subject_alt_names;
  std::optional<bool> require_signed_certificate_timestamp;
  std::optional<DataSource> crl;
  bool allow_expired_certificate = false;
  TrustChainVerification trust_chain_verification = TrustChainVerification::verify_trust_chain;
  bool only_verify_leaf_cert_crl = false;
  std::optional<std::uint32_t> max_verify_depth;
};

/// Any secret bytes.
struct GenericSecret {
  std::optional<DataSource> secret;
  std::map<std::string, DataSource> secrets;
};

/// A secret by name; without sds_config a static one.
struct SdsSecretConfig {
  std::string name;
  std::optional<ConfigSource> sds_config;
};

/// A file that receives session keys, for captures.
struct TlsKeyLog {
  std::string path;
  std::vector<CidrRange> local_address_range;
  std::vector<CidrRange> remote_address_range;
};

/// A validation context in the configuration, completed by one from a secret.
struct CombinedValidationContext {
  CertificateValidationContext default_validation_context;
  SdsSecretConfig validation_context_sds_secret_config;
};

/// What both sides of TLS share.
struct CommonTlsContext {
  std::optional<TlsParameters> tls_params;
  std::vector<TlsCertificate> tls_certificates;
  std::vector<SdsSecretConfig> tls_certificate_sds_secret_configs;
  std::optional<CertificateValidationContext> validation_context;
  std::optional<SdsSecretConfig> validation_context_sds_secret_config;
  std::optional<CombinedValidationContext> combined_validation_context;
  std::vector<std::string> alpn_protocols;
  std::optional<TlsKeyLog> key_log;
};

/// TLS towards an upstream; the proxy is the client.
struct UpstreamTlsContext {
  std::optional<CommonTlsContext> common_tls_context;
  std::string sni;
  bool auto_host_sni = false;
  bool auto_sni_san_validation = false;
  bool allow_renegotiation = false;
  std::optional<std::uint32_t> max_session_keys;
  std::optional<bool> enforce_rsa_key_usage;
};

/// TLS towards a downstream; the proxy is the server.
struct DownstreamTlsContext {
  enum class OcspStaplePolicy : std::int32_t {
    lenient_stapling = 0,
    strict_stapling = 1,
    must_staple = 2
  };
  std::optional<CommonTlsContext> common_tls_context;
  std::optional<bool> require_client_certificate;
  std::optional<bool> require_sni;
  std::optional<TlsSessionTicketKeys> session_ticket_keys;
  std::optional<SdsSecretConfig> session_ticket_keys_sds_secret_config;
  std::optional<bool> disable_stateless_session_resumption;
  bool disable_stateful_session_resumption = false;
  std::optional<Duration> session_timeout;
  OcspStaplePolicy ocsp_staple_policy = OcspStaplePolicy::lenient_stapling;
  std::optional<bool> full_scan_certs_on_sni_mismatch;
  bool prefer_client_ciphers = false;
};

/// No transport security.
struct RawBuffer {};

/// A named secret.
struct Secret {
  std::string name;
  std::optional<TlsCertificate> tls_certificate;
  std::optional<TlsSessionTicketKeys> session_ticket_keys;
  std::optional<CertificateValidationContext> validation_context;
  std::optional<GenericSecret> generic_secret;
};

const Record<TlsParameters>& record_of(const TlsParameters*);
const Record<TlsCertificate>& record_of(const TlsCertificate*);
const Record<TlsSessionTicketKeys>& record_of(const TlsSessionTicketKeys*);
const Record<SubjectAltNameMatcher>& record_of(const SubjectAltNameMatcher*);
const Record<SystemRootCerts>& record_of(const SystemRootCerts*);
const Record<CertificateValidationContext>& record_of(const CertificateValidationContext*);
const Record<GenericSecret>& record_of(const GenericSecret*);
const Record<SdsSecretConfig>& record_of(const SdsSecretConfig*);
const Record<TlsKeyLog>& record_of(const TlsKeyLog*);
const Record<CombinedValidationContext>& record_of(const CombinedValidationContext*);
const Record<CommonTlsContext>& record_of(const CommonTlsContext*);
const Record<UpstreamTlsContext>& record_of(const UpstreamTlsContext*);
const Record<DownstreamTlsContext>& record_of(const DownstreamTlsContext*);
const Record<RawBuffer>& record_of(const RawBuffer*);
const Record<Secret>& record_of(const Secret*);
const std::vector<EnumName<TlsParameters::TlsProtocol>>& enum_names(
    const TlsParameters::TlsProtocol*);
const std::vector<EnumName<TlsParameters::CompliancePolicy>>& enum_names(
    const TlsParameters::CompliancePolicy*);
const std::vector<EnumName<SubjectAltNameMatcher::SanType>>& enum_names(
    const SubjectAltNameMatcher::SanType*);
const std::vector<EnumName<CertificateValidationContext::TrustChainVerification>>& enum_names(
    const CertificateValidationContext::TrustChainVerification*);
const std::vector<EnumName<DownstreamTlsContext::OcspStaplePolicy>>& enum_names(
    const DownstreamTlsContext::OcspStaplePolicy*);

}  // namespace lab::config
