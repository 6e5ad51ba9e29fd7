#include "proxy/xds/tls_options.h"

#include <cstdlib>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "proxy/match/string_match.h"

namespace lab::proxy {

namespace {

constexpr std::size_t kTicketKeyBytes = 80;
constexpr const char* kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";

struct Source {
  std::string bytes;
  std::string file;  ///< Empty when it isn't from a file.
};

Result<Source> read_source(const config::DataSource& source, TlsSources& sources) {
  if (source.filename) {
    sources.files.insert(*source.filename);
    auto content = read_file(*source.filename);
    if (!content)
      return fail(Errc::config,
                  "Invalid path: " + *source.filename + ": " + content.error().message);
    return Source{*std::move(content), *source.filename};
  }
  if (source.inline_string) return Source{*source.inline_string, ""};
  if (source.inline_bytes) return Source{source.inline_bytes->data, ""};
  if (source.environment_variable) {
    const char* value = std::getenv(source.environment_variable->c_str());
    if (value == nullptr) {
      return fail(Errc::config,
                  "Environment variable doesn't exist: " + *source.environment_variable);
    }
    return Source{value, ""};
  }
  return Source{};
}

Result<TlsCertificate> read_certificate(const config::TlsCertificate& source, TlsSources& sources) {
  TlsCertificate certificate;
  if (!source.certificate_chain || !source.private_key) {
    return fail(Errc::config, "a TLS certificate needs certificate_chain and private_key");
  }
  Source chain = TRY(read_source(*source.certificate_chain, sources));
  certificate.chain_pem = std::move(chain.bytes);
  certificate.file = std::move(chain.file);
  certificate.key_pem = TRY(read_source(*source.private_key, sources)).bytes;
  if (source.password) certificate.password = TRY(read_source(*source.password, sources)).bytes;
  return certificate;
}

SanKind san_kind(config::SubjectAltNameMatcher::SanType type) {
  using Type = config::SubjectAltNameMatcher::SanType;
  switch (type) {
    case Type::email:
      return SanKind::email;
    case Type::dns:
      return SanKind::dns;
    case Type::uri:
      return SanKind::uri;
    case Type::ip_address:
      return SanKind::ip_address;
    case Type::san_type_unspecified:
    case Type::other_name:
      break;
  }
  return SanKind::any;
}

Result<> add_san_rule(const config::StringMatcher& matcher, SanKind kind,
                      TlsValidation& validation) {
  auto compiled = std::make_shared<StringMatch>(TRY(StringMatch::compile(matcher)));
  SanRule rule;
  rule.kind = kind;
  rule.matches = [compiled](std::string_view name) { return compiled->matches(name); };
  rule.text = matcher.exact ? *matcher.exact : write_json(encode(matcher));
  rule.exact_dns = matcher.exact.has_value();
  validation.san_rules.push_back(std::move(rule));
  return {};
}

Result<> read_validation(const config::CertificateValidationContext& source, TlsSources& sources,
                         TlsValidation& validation) {
  if (source.trusted_ca) {
    Source authority = TRY(read_source(*source.trusted_ca, sources));
    validation.trusted_ca_pem = std::move(authority.bytes);
    validation.trusted_ca_file = std::move(authority.file);
  }
  if (source.system_root_certs) {
    validation.trusted_ca_pem = TRY(read_file(kSystemRoots));
    validation.trusted_ca_file = kSystemRoots;
  }
  if (source.crl) validation.crl_pem = TRY(read_source(*source.crl, sources)).bytes;
  for (const auto& matcher : source.match_typed_subject_alt_names) {
    TRY(add_san_rule(matcher.matcher, san_kind(matcher.san_type), validation));
  }
  for (const auto& matcher : source.match_subject_alt_names)
    TRY(add_san_rule(matcher, SanKind::any, validation));
  if (!validation.san_rules.empty() && validation.trusted_ca_pem.empty()) {
    return fail(Errc::config,
                "SAN-based verification of peer certificates without trusted CA is insecure and "
                "not allowed");
  }
  for (const std::string& hash : source.verify_certificate_hash) {
    validation.certificate_hashes.push_back(to_lower(replace_all(hash, ":", "")));
  }
  validation.spki_hashes = source.verify_certificate_spki;
  validation.allow_expired = source.allow_expired_certificate;
  validation.only_verify_leaf_crl = source.only_verify_leaf_cert_crl;
  validation.accept_untrusted =
      source.trust_chain_verification ==
      config::CertificateValidationContext::TrustChainVerification::accept_untrusted;
  if (source.max_verify_depth) validation.max_depth = static_cast<int>(*source.max_verify_depth);
  return {};
}

TlsVersion version_of(config::TlsParameters::TlsProtocol protocol) {
  return static_cast<TlsVersion>(protocol);  // The same values in the same order.
}

Result<> read_certificates(const config::CommonTlsContext& common, TlsSources& sources,
                           TlsOptions& options) {
  for (const auto& certificate : common.tls_certificates) {
    options.certificates.push_back(TRY(read_certificate(certificate, sources)));
  }
  for (const auto& reference : common.tls_certificate_sds_secret_configs) {
    const config::Secret secret = TRY(sources.secret(reference));
    if (!secret.tls_certificate)
      return fail(Errc::config, "secret " + reference.name + " has no tls_certificate");
    options.certificates.push_back(TRY(read_certificate(*secret.tls_certificate, sources)));
  }
  return {};
}

Result<> read_validation_secret(const config::SdsSecretConfig& reference, TlsSources& sources,
                                TlsOptions& options) {
  const config::Secret secret = TRY(sources.secret(reference));
  if (!secret.validation_context)
    return fail(Errc::config, "secret " + reference.name + " has no validation_context");
  return read_validation(*secret.validation_context, sources, options.validation);
}

Result<> read_common(const config::CommonTlsContext& common, TlsSources& sources,
                     TlsOptions& options) {
  if (common.tls_params) {
    options.min_version = version_of(common.tls_params->tls_minimum_protocol_version);
    options.max_version = version_of(common.tls_params->tls_maximum_protocol_version);
    options.cipher_suites = common.tls_params->cipher_suites;
    options.curves = common.tls_params->ecdh_curves;
  }
  TRY(read_certificates(common, sources, options));
  if (common.validation_context)
    TRY(read_validation(*common.validation_context, sources, options.validation));
  if (common.validation_context_sds_secret_config) {
    TRY(read_validation_secret(*common.validation_context_sds_secret_config, sources, options));
  }
  if (common.combined_validation_context) {
    // Both are merged: lists are joined, single values of the secret win.
    const auto& combined = *common.combined_validation_context;
    TlsValidation ours;
    config::CertificateValidationContext defaults = combined.default_validation_context;
    const config::Secret secret =
        TRY(sources.secret(combined.validation_context_sds_secret_config));
    if (secret.validation_context && secret.validation_context->trusted_ca) {
      defaults.trusted_ca = secret.validation_context->trusted_ca;
    }
    if (secret.validation_context && secret.validation_context->crl)
      defaults.crl = secret.validation_context->crl;
    if (secret.validation_context) {
      const auto& extra = *secret.validation_context;
      defaults.match_typed_subject_alt_names.insert(defaults.match_typed_subject_alt_names.end(),
                                                    extra.match_typed_subject_alt_names.begin(),
                                                    extra.match_typed_subject_alt_names.end());
    }
    TRY(read_validation(defaults, sources, options.validation));
  }
  options.alpn = common.alpn_protocols;
  if (common.key_log) options.key_log_path = common.key_log->path;
  return {};
}

}  // namespace

Result<TlsOptions> upstream_tls_options(const config::UpstreamTlsContext& context,
                                        TlsSources& sources) {
  TlsOptions options;
  if (context.common_tls_context) TRY(read_common(*context.common_tls_context, sources, options));
  options.sni = context.sni;
  options.auto_host_sni = context.auto_host_sni;
  options.auto_sni_san_validation = context.auto_sni_san_validation;
  options.allow_renegotiation = context.allow_renegotiation;
  options.max_session_keys = context.max_session_keys.value_or(1);
  return options;
}

Result<TlsOptions> downstream_tls_options(const config::DownstreamTlsContext& context,
                                          TlsSources& sources) {
  TlsOptions options;
  if (context.common_tls_context) TRY(read_common(*context.common_tls_context, sources, options));
  if (options.certificates.empty()) {
    return fail(Errc::config, "No TLS certificates found for server context");
  }
  std::optional<config::TlsSessionTicketKeys> keys = context.session_ticket_keys;
  if (context.session_ticket_keys_sds_secret_config) {
    const auto& reference = *context.session_ticket_keys_sds_secret_config;
    keys = TRY(sources.secret(reference)).session_ticket_keys;
    if (!keys)
      return fail(Errc::config, "secret " + reference.name + " has no session_ticket_keys");
  }
  if (keys) {
    for (const config::DataSource& key : keys->keys) {
      options.ticket_keys.push_back(TRY(read_source(key, sources)).bytes);
      if (options.ticket_keys.back().size() != kTicketKeyBytes)
        return fail(Errc::config, "Incorrect TLS session ticket key length: 80 bytes are needed");
    }
  }
  options.require_client_certificate = context.require_client_certificate.value_or(false);
  options.stateless_resumption = !context.disable_stateless_session_resumption.value_or(false);
  options.stateful_resumption = !context.disable_stateful_session_resumption;
  if (context.session_timeout) {
    options.session_timeout =
        std::chrono::duration_cast<std::chrono::seconds>(*context.session_timeout);
  }
  options.prefer_client_ciphers = context.prefer_client_ciphers;
  options.full_scan_certificates = context.full_scan_certs_on_sni_mismatch.value_or(false);
  return options;
}

}  // namespace lab::proxy
