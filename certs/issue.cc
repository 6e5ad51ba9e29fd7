// Signing: roots, leaves, intermediates.
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>

#include "base/text.h"
#include "certs/openssl_error.h"
#include "certs/pki.h"

namespace lab::certs {
namespace {

constexpr auto kClockSkew = std::chrono::minutes(1);

using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;
using Number = Handle<BIGNUM, BN_free>;

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return false;
  bytes[0] &= 0x7f;  // A serial is positive (RFC 5280 section 4.1.2.2).
  const Number number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
  return BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_dates(X509* certificate, TimePoint not_before, std::chrono::hours lifetime) {
  const std::time_t begin = std::chrono::system_clock::to_time_t(not_before);
  const std::time_t end = std::chrono::system_clock::to_time_t(not_before + lifetime);
  return ASN1_TIME_set(X509_getm_notBefore(certificate), begin) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), end) != nullptr;
}

bool set_subject(X509* certificate, const LeafProfile& profile) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [&](const char* field, const std::string& text) {
    if (text.empty()) return true;
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
  };
  return add("O", profile.organization) && add("CN", profile.common_name);
}

Result<> add_extension(X509* certificate, X509* issuer, int nid, const std::string& text) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, text.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    Error error = openssl_error("cannot add the extension \"" + text + "\"").value();
    error.code = Errc::config;
    return tl::unexpected(error);
  }
  return {};
}

/// OpenSSL's list form; a comma inside a name would begin another name there.
Result<std::string> alternative_names(const LeafProfile& profile) {
  std::vector<std::string> names;
  for (const std::string& name : profile.dns_names) names.push_back("DNS:" + name);
  for (const std::string& uri : profile.uris) names.push_back("URI:" + uri);
  for (const std::string& address : profile.ip_addresses) names.push_back("IP:" + address);
  for (const std::string& name : names) {
    if (name.find_first_of(",\n") == std::string::npos) continue;
    return fail(Errc::config,
                "the name \"" + name + "\" has a comma or a line end. Give one name per entry.");
  }
  return join(names, ",");
}

Result<> add_leaf_extensions(X509* certificate, X509* issuer, const LeafProfile& profile) {
  const std::string names = TRY(alternative_names(profile));
  const bool has_subject = !profile.common_name.empty() || !profile.organization.empty();
  if (profile.is_authority) {
    TRY(add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE"));
    TRY(add_extension(certificate, issuer, NID_key_usage,
                      "critical,keyCertSign,cRLSign,digitalSignature"));
    TRY(add_extension(certificate, issuer, NID_subject_key_identifier, "hash"));
  }
  if (!names.empty()) {
    // Critical when it is the only name (RFC 5280 section 4.2.1.6).
    TRY(add_extension(certificate, issuer, NID_subject_alt_name,
                      (has_subject ? "" : "critical,") + names));
  }
  if (!profile.extended_key_usages.empty()) {
    TRY(add_extension(certificate, issuer, NID_ext_key_usage,
                      join(profile.extended_key_usages, ",")));
  }
  return {};
}

bool has_name(const LeafProfile& profile) {
  return !profile.common_name.empty() || !profile.dns_names.empty() || !profile.uris.empty() ||
         !profile.ip_addresses.empty();
}

/// What all certificates have in common; the caller adds the issuer and extensions, and signs.
Result<Certificate> unsigned_certificate(const LeafProfile& profile, EVP_PKEY* key, TimePoint now) {
  if (!has_name(profile))
    return fail(Errc::config, "a certificate needs a name. Give a commonName or a SAN.");
  Certificate certificate(X509_new());
  const TimePoint not_before =
      profile.not_before == TimePoint{} ? now - kClockSkew : profile.not_before;
  const bool made = certificate && set_serial(certificate.get()) &&
                    set_dates(certificate.get(), not_before, profile.lifetime) &&
                    set_subject(certificate.get(), profile) &&
                    X509_set_pubkey(certificate.get(), key) == 1;
  if (!made) return openssl_error("cannot make the certificate of " + profile.common_name);
  return certificate;
}

Result<> sign(X509* certificate, EVP_PKEY* key) {
  const bool has_extensions = X509_get_ext_count(certificate) > 0;
  X509_set_version(certificate, has_extensions ? X509_VERSION_3 : X509_VERSION_1);
  if (X509_sign(certificate, key, EVP_sha256()) == 0)
    return openssl_error("cannot sign a certificate");
  return {};
}

}  // namespace

Result<Authority> make_authority(const std::string& common_name, PrivateKey key, TimePoint now,
                                 std::chrono::hours lifetime) {
  LeafProfile profile;
  profile.common_name = common_name;
  profile.lifetime = lifetime;
  Certificate certificate = TRY(unsigned_certificate(profile, key.get(), now));
  X509* const root = certificate.get();
  X509_set_issuer_name(root, X509_get_subject_name(root));
  TRY(add_extension(root, root, NID_subject_key_identifier, "hash"));
  TRY(add_extension(root, root, NID_authority_key_identifier, "keyid"));
  TRY(add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE"));
  TRY(sign(root, key.get()));
  return Authority{std::move(key), std::move(certificate), {}};
}

Result<KeyPair> issue(const Authority& authority, const LeafProfile& profile, PrivateKey key,
                      TimePoint now) {
  Certificate certificate = TRY(unsigned_certificate(profile, key.get(), now));
  X509* const issuer = authority.certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  TRY(add_leaf_extensions(certificate.get(), issuer, profile));
  TRY(sign(certificate.get(), authority.key.get()));
  KeyPair pair{std::move(key), std::move(certificate), {}};
  const bool is_root =
      X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(issuer)) == 0;
  if (!is_root) pair.chain.push_back(share(authority.certificate));
  for (const Certificate& above : authority.chain) pair.chain.push_back(share(above));
  return pair;
}

}  // namespace lab::certs
