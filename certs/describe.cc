// What a certificate says, as text.
#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "base/text.h"
#include "certs/pki.h"

namespace lab::certs {
namespace {

std::string digest(const X509& certificate, const EVP_MD* type) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  LAB_ASSERT(X509_digest(&certificate, type, bytes, &size) == 1);
  return to_hex({reinterpret_cast<const char*>(bytes), size});
}

std::string name_text(const X509_NAME* name) {
  const Handle<BIO, BIO_free_all> memory(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text);
  return text;
}

void free_names(GENERAL_NAMES* names) {
  GENERAL_NAMES_free(names);
}

std::vector<std::string> alternative_names(const X509& certificate) {
  std::vector<std::string> result;
  const Handle<GENERAL_NAMES, free_names> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) result.push_back("DNS:" + text_of(name->d.dNSName));
    if (name->type == GEN_URI)
      result.push_back("URI:" + text_of(name->d.uniformResourceIdentifier));
    if (name->type == GEN_IPADD) result.push_back("IP:" + address_text(name->d.iPAddress));
  }
  return result;
}

TimePoint time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

void free_text(char* text) {
  OPENSSL_free(text);
}

std::string serial_text(const X509& certificate) {
  const Handle<BIGNUM, BN_free> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  const Handle<char, free_text> text(BN_bn2hex(number.get()));
  return to_lower(text.get());
}

std::string key_text(const X509& certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(&certificate);
  const int bits = EVP_PKEY_get_bits(key);
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return "RSA " + std::to_string(bits);
  return "EC P-" + std::to_string(bits);
}

}  // namespace

std::string sha1_fingerprint(const X509& certificate) {
  return digest(certificate, EVP_sha1());
}
std::string sha256_fingerprint(const X509& certificate) {
  return digest(certificate, EVP_sha256());
}

Description describe(const X509& certificate) {
  Description result;
  result.subject = name_text(X509_get_subject_name(&certificate));
  result.issuer = name_text(X509_get_issuer_name(&certificate));
  result.names = alternative_names(certificate);
  result.serial = serial_text(certificate);
  result.not_before = time_of(X509_get0_notBefore(&certificate));
  result.not_after = time_of(X509_get0_notAfter(&certificate));
  result.version = static_cast<int>(X509_get_version(&certificate)) + 1;
  result.key = key_text(certificate);
  return result;
}

}  // namespace lab::certs
