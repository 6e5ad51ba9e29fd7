#include <openssl/evp.h>

#include "base/text.h"
#include "proxy/net/tls_internal.h"

namespace lab::proxy {

namespace {

/// RFC 6125 section 6.4.3: a wildcard is the whole left-most label and stands for exactly one.
bool dns_stands_for(std::string_view pattern, std::string_view name) {
  if (equal_ignore_case(pattern, name)) return true;
  if (pattern.substr(0, 2) != "*.") return false;
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 &&
         equal_ignore_case(pattern.substr(1), name.substr(dot));
}

bool any_matches(const std::vector<std::string>& names, const SanRule& rule) {
  for (const std::string& name : names) {
    if (rule.matches(name)) return true;
  }
  return false;
}

bool rule_holds(const CertificateInfo& peer, const SanRule& rule) {
  const auto wants = [&](SanKind kind) { return rule.kind == SanKind::any || rule.kind == kind; };
  if (wants(SanKind::dns)) {
    if (any_matches(peer.dns_sans, rule)) return true;
    for (const std::string& name : peer.dns_sans) {
      if (rule.exact_dns && dns_stands_for(name, rule.text)) return true;
    }
  }
  return (wants(SanKind::uri) && any_matches(peer.uri_sans, rule)) ||
         (wants(SanKind::email) && any_matches(peer.email_sans, rule)) ||
         (wants(SanKind::ip_address) && any_matches(peer.ip_sans, rule));
}

bool names_contain(const CertificateInfo& peer, const std::string& wanted) {
  for (const std::string& name : peer.dns_sans) {
    if (dns_stands_for(name, wanted)) return true;
  }
  for (const std::string& ip : peer.ip_sans) {
    if (ip == wanted) return true;
  }
  return false;
}

std::string spki_hash(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned digest_size = 0;
  EVP_Digest(der, static_cast<std::size_t>(size), digest, &digest_size, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  unsigned char text[96];
  const int text_size = EVP_EncodeBlock(text, digest, static_cast<int>(digest_size));
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(text_size)};
}

bool contains(const std::vector<std::string>& list, const std::string& value) {
  for (const std::string& item : list) {
    if (item == value) return true;
  }
  return false;
}

}  // namespace

std::string judge_peer_names(X509* certificate, const TlsValidation& rules,
                             const std::string& require_san) {
  const CertificateInfo peer = describe_x509(certificate);
  if (!rules.certificate_hashes.empty() || !rules.spki_hashes.empty()) {
    if (!contains(rules.certificate_hashes, peer.sha256) &&
        !contains(rules.spki_hashes, spki_hash(certificate))) {
      return "verify cert failed: cert hash and spki";
    }
  }
  if (!require_san.empty() && !names_contain(peer, require_san))
    return "verify cert failed: SAN matcher";
  if (rules.san_rules.empty()) return "";
  for (const SanRule& rule : rules.san_rules) {
    if (rule_holds(peer, rule)) return "";
  }
  return "verify cert failed: SAN matcher";
}

}  // namespace lab::proxy
