#include "orchestrator/scenario/pki_spec.h"

namespace lab::orchestrator {

const std::vector<EnumName<KeyKind>>& enum_names(const KeyKind*) {
  static const std::vector<EnumName<KeyKind>> names = {
      {KeyKind::rsa4096, "rsa4096"}, {KeyKind::rsa2048, "rsa2048"}, {KeyKind::p256, "p256"}};
  return names;
}

LAB_RECORD_NAMED(AuthoritySpec, "an authority", Naming::exact) {
  record.origin(&AuthoritySpec::origin);
  record.field("subject", &AuthoritySpec::subject)
      .doc("Distinguished name, \"CN=lab ca,O=lab\"; its own name as CN when absent.");
  record.field("issuer", &AuthoritySpec::issuer)
      .doc("Authority that signs this one; self-signed when absent.");
  record.field("key", &AuthoritySpec::key).doc("Kind of the key.");
  record.field("days", &AuthoritySpec::days).at_least(1).doc("Valid so long, from one minute ago.");
}

LAB_RECORD_NAMED(CertificateSpec, "a certificate", Naming::exact) {
  record.origin(&CertificateSpec::origin);
  record.field("issuer", &CertificateSpec::issuer)
      .doc("Authority that signs it; self-signed when absent.");
  record.field("subject", &CertificateSpec::subject)
      .doc("Distinguished name, \"CN=v1.client\"; its own name as CN when absent.");
  record.field("key", &CertificateSpec::key).doc("Kind of the key.");
  record.field("days", &CertificateSpec::days)
      .doc("Valid so long; negative: it expired that many days ago.");
  record.field("starts-in-days", &CertificateSpec::starts_in_days)
      .at_least(0)
      .doc("Not valid before then.");
  record.field("dns", &CertificateSpec::dns).doc("SubjectAltName DNS names.");
  record.field("ip", &CertificateSpec::ip).doc("SubjectAltName addresses.");
  record.field("uri", &CertificateSpec::uri).doc("SubjectAltName URIs, for example a SPIFFE id.");
  record.field("usage", &CertificateSpec::usage)
      .doc("Extended key usage: client, server or both; no such extension when absent.");
  record.field("revoked", &CertificateSpec::revoked)
      .doc("Listed in the revocation list (NAME.crl) of its authority.");
}

LAB_RECORD_NAMED(PkiSpec, "pki", Naming::exact) {
  record.field("authorities", &PkiSpec::authorities).doc("Authorities by name.");
  record.field("certificates", &PkiSpec::certificates).doc("Leaf certificates by name.");
}

std::vector<std::string> pki_files(const PkiSpec& pki) {
  std::vector<std::string> files;
  for (const auto& [name, authority] : pki.authorities) {
    files.push_back(name + ".crt");
    files.push_back(name + ".crl");
  }
  for (const auto& [name, certificate] : pki.certificates) {
    files.push_back(name + ".crt");
    files.push_back(name + ".key");
  }
  return files;
}

}  // namespace lab::orchestrator
