#pragma once

#include <openssl/types.h>

// Only names of types: OpenSSL itself is included by the .cc files.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/handle.h"
#include "base/result.h"

namespace lab::certs {

using TimePoint = std::chrono::system_clock::time_point;

void free_key(EVP_PKEY* key) noexcept;
void free_certificate(X509* certificate) noexcept;
using PrivateKey = Handle<EVP_PKEY, free_key>;
using Certificate = Handle<X509, free_certificate>;

enum class KeyType : std::uint8_t { rsa_2048, rsa_4096, ec_p256 };

/// Makes a fresh key. Costs about 1 s for RSA 4096, 0.1 ms for P-256. Fails with Errc::tls.
Result<PrivateKey> make_key(KeyType type);

/// What a certificate states about its holder.
struct LeafProfile {
  std::string
      common_name;  ///< Subject CN, for example "v1.client"; may be empty with a name below.
  std::string organization;  ///< Subject O, or empty.
  std::vector<std::string>
      dns_names;  ///< SubjectAltName DNS: lower case, no trailing dot; may be empty.
  std::vector<std::string> uris;  ///< SubjectAltName URI, for example "spiffe://domain/ns/N/sa/A".
  std::vector<std::string> ip_addresses;         ///< SubjectAltName IP, as text.
  std::vector<std::string> extended_key_usages;  ///< OpenSSL's short names: "serverAuth",
                                                 ///< "clientAuth"; empty: no extension.
  bool is_authority = false;  ///< An intermediate authority: basicConstraints CA:TRUE, keyCertSign.
  TimePoint not_before{};  ///< The epoch: one minute before now, since peers' clocks may be slow.
  std::chrono::hours lifetime{24 * 90};  ///< From not_before.
};

/// A certificate, its key, and the chain above it without the root.
struct KeyPair {
  PrivateKey key;
  Certificate certificate;
  std::vector<Certificate> chain;
};

/// Who signs: a self-signed or intermediate authority.
using Authority = KeyPair;

/// Makes a self-signed root for `key`: version 3 with CA:TRUE and key identifiers, signed with
/// SHA-256, valid from one minute before `now` for `lifetime`. Source: RFC 5280 section 4.1
/// and 4.2.1.9.
Result<Authority> make_authority(const std::string& common_name, PrivateKey key, TimePoint now,
                                 std::chrono::hours lifetime);

/// Has `authority` sign a certificate for `key` with SHA-256; the serial is 128 random bits.
///
/// Without any extension to state it is an X.509 version 1 certificate, as `openssl x509 -req`
/// makes it. Fails with Errc::config when the profile has no name at all, a SAN is malformed or a
/// usage is unknown, with Errc::tls when OpenSSL refuses; the message then ends in OpenSSL's own
/// reason. Source: RFC 5280 section 4.1.2; SPIFFE X.509-SVID section 2.
Result<KeyPair> issue(const Authority& authority, const LeafProfile& profile, PrivateKey key,
                      TimePoint now);

/// A certificate revocation list of `authority` over the given certificates, PEM; valid from a
/// minute before `now` for 30 days. Source: RFC 5280 section 5.
Result<std::string> make_revocation_list(const Authority& authority,
                                         const std::vector<const X509*>& revoked, TimePoint now);

std::string to_pem(const X509& certificate);
/// Unencrypted PKCS #8.
std::string to_pem(const EVP_PKEY& key);
/// The certificate and the chain above it, leaf first: what a server presents.
std::string chain_pem(const KeyPair& pair);
Result<PrivateKey> key_from_pem(const std::string& pem);
Result<Certificate> certificate_from_pem(const std::string& pem);

/// Another handle on the same key or certificate.
PrivateKey share(const PrivateKey& key);
Certificate share(const Certificate& certificate);

/// 40 lower-case hexadecimal digits: SHA-1 of the DER form, nginx's $ssl_client_fingerprint.
std::string sha1_fingerprint(const X509& certificate);
std::string sha256_fingerprint(const X509& certificate);  ///< Likewise, 64 digits.

/// What `lab certs` shows and what tests ask of a certificate.
struct Description {
  std::string subject;  ///< RFC 2253, for example "CN=v1.client".
  std::string issuer;   ///< Likewise.
  std::vector<std::string>
      names;           ///< "DNS:a", "URI:spiffe://...", "IP:192.0.2.1", in the certificate's order.
  std::string serial;  ///< Hexadecimal, lower case.
  TimePoint not_before, not_after;
  int version = 0;  ///< 1 or 3.
  std::string key;  ///< "RSA 4096" or "EC P-256".
};
Description describe(const X509& certificate);

}  // namespace lab::certs
