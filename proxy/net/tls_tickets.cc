#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstring>

#include "proxy/net/tls_internal.h"

namespace lab::proxy {
namespace {

// The layout of a key of 80 bytes, as Envoy and nginx have it.
constexpr std::size_t kNameBytes = 16;
constexpr std::size_t kHmacKeyBytes = 32;
constexpr std::size_t kBlockBytes = 16;

const unsigned char* bytes_of(const std::string& key) {
  return reinterpret_cast<const unsigned char*>(key.data());
}

bool load_key(const std::string& key, unsigned char* vector, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, bool encrypt) {
  const unsigned char* hmac_key = bytes_of(key) + kNameBytes;
  const unsigned char* cipher_key = hmac_key + kHmacKeyBytes;
  char digest[] = "SHA256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(hmac_key),
                                        kHmacKeyBytes),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_CTX_set_params(mac, parameters) == 1 &&
         EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, cipher_key, vector,
                           encrypt ? 1 : 0) == 1;
}

/// OpenSSL asks for the key of a ticket: 1 is a key, 2 one that is old (a new ticket is wanted), 0
/// none.
int find_ticket_key(SSL* ssl, unsigned char* name, unsigned char* vector, EVP_CIPHER_CTX* cipher,
                    EVP_MAC_CTX* mac, int encrypt) {
  const auto* context = static_cast<const TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const std::vector<std::string>& keys = context->options.ticket_keys;
  if (encrypt == 1) {
    if (RAND_bytes(vector, static_cast<int>(kBlockBytes)) != 1) return -1;
    std::memcpy(name, keys.front().data(), kNameBytes);
    return load_key(keys.front(), vector, cipher, mac, true) ? 1 : -1;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (std::memcmp(name, keys[i].data(), kNameBytes) != 0) continue;
    if (!load_key(keys[i], vector, cipher, mac, false)) return -1;
    return i == 0 ? 1 : 2;
  }
  return 0;
}

}  // namespace

/// Tickets are made with the first of the configured keys and read with all of them, so that
/// several proxies, or one before and after a restart, know each other's.
void use_ticket_keys(SSL_CTX* ssl) {
  SSL_CTX_set_tlsext_ticket_key_evp_cb(ssl, find_ticket_key);
}

}  // namespace lab::proxy
