#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "orchestrator/scenario/words.h"

namespace lab::orchestrator {

enum class KeyKind : std::uint8_t { rsa4096, rsa2048, p256 };
const std::vector<EnumName<KeyKind>>& enum_names(const KeyKind*);

/// A certificate authority of the scenario's `pki` section.
struct AuthoritySpec {
  std::string subject;  ///< "CN=lab ca,O=lab"; empty: the authority's name as CN.
  std::string issuer;   ///< Another authority, or empty: self-signed.
  KeyKind key = KeyKind::rsa4096;
  std::uint32_t days = 3655;
  Origin origin;
};
const Record<AuthoritySpec>& record_of(const AuthoritySpec*);

/// A leaf certificate of the `pki` section.
struct CertificateSpec {
  std::string issuer;   ///< An authority's name; empty: self-signed.
  std::string subject;  ///< As in AuthoritySpec.
  KeyKind key = KeyKind::rsa4096;
  std::int32_t days = 3655;          ///< Negative: expired that many days ago.
  std::uint32_t starts_in_days = 0;  ///< Not valid before then.
  Words dns, ip, uri;                ///< SubjectAltNames.
  Words usage;                       ///< Extended key usage: client, server; empty: no extension.
  bool revoked = false;
  Origin origin;
};
const Record<CertificateSpec>& record_of(const CertificateSpec*);

/// Everything that OpenSSL makes for a scenario. A certificate NAME gives the files NAME.crt and
/// NAME.key, an authority NAME gives NAME.crt (and NAME.crl when it revoked something).
struct PkiSpec {
  std::map<std::string, AuthoritySpec> authorities;
  std::map<std::string, CertificateSpec> certificates;
};
const Record<PkiSpec>& record_of(const PkiSpec*);

/// The names of all files that the section makes.
std::vector<std::string> pki_files(const PkiSpec& pki);

}  // namespace lab::orchestrator
