// Keys: making, PEM, sharing.
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "certs/openssl_error.h"
#include "certs/pki.h"

namespace lab::certs {
namespace {

using Memory = Handle<BIO, BIO_free_all>;

std::string content(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

Memory reader(const std::string& text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

void free_key(EVP_PKEY* key) noexcept {
  EVP_PKEY_free(key);
}
void free_certificate(X509* certificate) noexcept {
  X509_free(certificate);
}

Result<PrivateKey> make_key(KeyType type) {
  EVP_PKEY* key = nullptr;
  switch (type) {
    case KeyType::rsa_2048:
      key = EVP_RSA_gen(2048);
      break;
    case KeyType::rsa_4096:
      key = EVP_RSA_gen(4096);
      break;
    case KeyType::ec_p256:
      key = EVP_EC_gen("P-256");
      break;
  }
  if (key == nullptr) return openssl_error("cannot make a key");
  return PrivateKey(key);
}

std::string to_pem(const EVP_PKEY& key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  LAB_ASSERT(PEM_write_bio_PKCS8PrivateKey(memory.get(), &key, nullptr, nullptr, 0, nullptr,
                                           nullptr) == 1);
  return content(memory.get());
}

std::string to_pem(const X509& certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  LAB_ASSERT(PEM_write_bio_X509(memory.get(), &certificate) == 1);
  return content(memory.get());
}

std::string chain_pem(const KeyPair& pair) {
  std::string text = to_pem(*pair.certificate);
  for (const Certificate& above : pair.chain) text += to_pem(*above);
  return text;
}

Result<PrivateKey> key_from_pem(const std::string& pem) {
  PrivateKey key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!key) return openssl_error("cannot read a private key");
  return key;
}

Result<Certificate> certificate_from_pem(const std::string& pem) {
  Certificate certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) return openssl_error("cannot read a certificate");
  return certificate;
}

PrivateKey share(const PrivateKey& key) {
  EVP_PKEY_up_ref(key.get());
  return PrivateKey(key.get());
}

Certificate share(const Certificate& certificate) {
  X509_up_ref(certificate.get());
  return Certificate(certificate.get());
}

}  // namespace lab::certs
