#include "proxy/net/certificate_info.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <arpa/inet.h>

#include <ctime>

#include "base/text.h"
#include "proxy/net/tls_internal.h"

namespace lab::proxy {

namespace {

std::string name_text(const X509_NAME* name) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string digest_text(X509* certificate, const EVP_MD* digest) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(certificate, digest, bytes, &size);
  return to_hex({reinterpret_cast<const char*>(bytes), size});
}

std::string serial_text(X509* certificate) {
  const Handle<BIGNUM, BN_free> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* hex = BN_bn2hex(number.get());
  std::string text = to_lower(hex);
  OPENSSL_free(hex);
  const std::size_t first = text.find_first_not_of('0');
  return first == std::string::npos ? "0" : text.substr(first);
}

std::chrono::system_clock::time_point time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string ip_text(const ASN1_OCTET_STRING* ip) {
  char text[INET6_ADDRSTRLEN] = "";
  const int size = ASN1_STRING_length(ip);
  ::inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip), text, sizeof text);
  return text;
}

void add_name(const GENERAL_NAME* name, CertificateInfo& info) {
  const auto text = [](const ASN1_STRING* string) {
    return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                       static_cast<std::size_t>(ASN1_STRING_length(string)));
  };
  switch (name->type) {
    case GEN_DNS:
      info.dns_sans.push_back(text(name->d.dNSName));
      break;
    case GEN_URI:
      info.uri_sans.push_back(text(name->d.uniformResourceIdentifier));
      break;
    case GEN_EMAIL:
      info.email_sans.push_back(text(name->d.rfc822Name));
      break;
    case GEN_IPADD:
      info.ip_sans.push_back(ip_text(name->d.iPAddress));
      break;
    default:
      break;
  }
}

void free_names(GENERAL_NAMES* names) {
  GENERAL_NAMES_free(names);
}

}  // namespace

std::string x509_pem(X509* certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

CertificateInfo describe_x509(X509* certificate) {
  CertificateInfo info;
  info.subject = name_text(X509_get_subject_name(certificate));
  info.issuer = name_text(X509_get_issuer_name(certificate));
  info.serial = serial_text(certificate);
  info.sha1 = digest_text(certificate, EVP_sha1());
  info.sha256 = digest_text(certificate, EVP_sha256());
  info.not_before = time_of(X509_get0_notBefore(certificate));
  info.not_after = time_of(X509_get0_notAfter(certificate));
  info.pem = info.chain_pem = x509_pem(certificate);
  const Handle<GENERAL_NAMES, free_names> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    add_name(sk_GENERAL_NAME_value(names.get(), i), info);
  }
  return info;
}

Result<CertificateInfoPtr> describe_certificate(const std::string& pem, const std::string& file) {
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Handle certificate(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    return fail(Errc::tls, "Failed to load certificate chain from " +
                               (file.empty() ? "<inline>" : file) + ": " + take_tls_reason());
  }
  auto info = std::make_shared<CertificateInfo>(describe_x509(certificate.get()));
  info->file = file;
  info->chain_pem = pem;
  return CertificateInfoPtr(std::move(info));
}

}  // namespace lab::proxy
