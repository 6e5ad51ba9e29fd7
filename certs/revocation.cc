// Certificate revocation lists.
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "certs/openssl_error.h"
#include "certs/pki.h"

namespace lab::certs {
namespace {

constexpr auto kValidity = std::chrono::hours(24 * 30);

using List = Handle<X509_CRL, X509_CRL_free>;
using Revoked = Handle<X509_REVOKED, X509_REVOKED_free>;
using Asn1Time = Handle<ASN1_TIME, ASN1_TIME_free>;

Asn1Time asn1_time(TimePoint time) {
  return Asn1Time(ASN1_TIME_set(nullptr, std::chrono::system_clock::to_time_t(time)));
}

bool add(X509_CRL* list, const X509* certificate, const ASN1_TIME* since) {
  Revoked entry(X509_REVOKED_new());
  ASN1_INTEGER* serial = ASN1_INTEGER_dup(X509_get0_serialNumber(certificate));
  const bool filled =
      X509_REVOKED_set_serialNumber(entry.get(), serial) == 1 &&
      X509_REVOKED_set_revocationDate(entry.get(), const_cast<ASN1_TIME*>(since)) == 1;
  ASN1_INTEGER_free(serial);
  if (!filled || X509_CRL_add0_revoked(list, entry.get()) != 1) return false;
  entry.release();  // The list owns it now.
  return true;
}

}  // namespace

Result<std::string> make_revocation_list(const Authority& authority,
                                         const std::vector<const X509*>& revoked, TimePoint now) {
  const List list(X509_CRL_new());
  const Asn1Time since = asn1_time(now - std::chrono::minutes(1));
  const Asn1Time until = asn1_time(now + kValidity);
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(authority.certificate.get()));
  X509_CRL_set1_lastUpdate(list.get(), since.get());
  X509_CRL_set1_nextUpdate(list.get(), until.get());
  bool made = true;
  for (const X509* certificate : revoked) made = made && add(list.get(), certificate, since.get());
  made = made && X509_CRL_sort(list.get()) == 1 &&
         X509_CRL_sign(list.get(), authority.key.get(), EVP_sha256()) != 0;
  if (!made) return openssl_error("cannot make a revocation list");
  const Handle<BIO, BIO_free_all> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(memory.get(), list.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace lab::certs
