#include "certs/pki.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace lab::certs {
namespace {

using std::chrono::hours;

TimePoint now() {
  return std::chrono::system_clock::now();
}
PrivateKey key() {
  return *make_key(KeyType::ec_p256);
}
Authority authority() {
  return *make_authority("lesson CA", key(), now(), hours(24));
}

/// OpenSSL's own verdict: X509_V_OK or a reason.
int verify(const Certificate& leaf, const Authority& root,
           const std::vector<Certificate>& chain = {}) {
  const Handle<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.certificate.get());
  STACK_OF(X509)* between = sk_X509_new_null();
  for (const Certificate& certificate : chain) sk_X509_push(between, certificate.get());
  const Handle<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), between);
  X509_verify_cert(context.get());
  const int verdict = X509_STORE_CTX_get_error(context.get());
  sk_X509_free(between);
  return verdict;
}

TEST(Pki, LeafWithoutExtensionsIsVersion1AndVerifies) {
  const Authority root = authority();
  LeafProfile profile;
  profile.common_name = "v1.client";
  const KeyPair pair = *issue(root, profile, key(), now());
  const Description description = describe(*pair.certificate);
  EXPECT_EQ(description.version, 1);
  EXPECT_EQ(description.subject, "CN=v1.client");
  EXPECT_EQ(description.issuer, "CN=lesson CA");
  EXPECT_EQ(description.key, "EC P-256");
  EXPECT_EQ(verify(pair.certificate, root), X509_V_OK);
  EXPECT_NE(verify(pair.certificate, authority()), X509_V_OK)
      << "another authority with the same name has another key";
}

TEST(Pki, AlternativeNamesAreStatedInOrder) {
  LeafProfile profile;
  profile.common_name = "v1.nginx";
  profile.dns_names = {"nginx.external.svc.cluster.local", "api.v1.nginx.external"};
  profile.uris = {"spiffe://cluster.local/ns/default/sa/sleep"};
  profile.ip_addresses = {"192.0.2.1"};
  const KeyPair pair = *issue(authority(), profile, key(), now());
  const Description description = describe(*pair.certificate);
  EXPECT_EQ(description.version, 3);
  EXPECT_THAT(
      description.names,
      testing::ElementsAre("DNS:nginx.external.svc.cluster.local", "DNS:api.v1.nginx.external",
                           "URI:spiffe://cluster.local/ns/default/sa/sleep", "IP:192.0.2.1"));
}

TEST(Pki, IntermediateChains) {
  const Authority root = authority();
  LeafProfile profile;
  profile.common_name = "intermediate";
  profile.is_authority = true;
  const Authority between = *issue(root, profile, key(), now());
  LeafProfile leaf;
  leaf.common_name = "leaf";
  const KeyPair pair = *issue(between, leaf, key(), now());
  ASSERT_EQ(pair.chain.size(), 1u) << "the intermediate travels with the leaf, the root does not";
  EXPECT_EQ(verify(pair.certificate, root, pair.chain), X509_V_OK);
  EXPECT_NE(verify(pair.certificate, root), X509_V_OK)
      << "without the intermediate there is no path";
}

TEST(Pki, DatesCount) {
  const Authority root = authority();
  LeafProfile profile;
  profile.common_name = "old";
  profile.not_before = now() - hours(48);
  profile.lifetime = hours(24);
  EXPECT_EQ(verify(issue(root, profile, key(), now())->certificate, root),
            X509_V_ERR_CERT_HAS_EXPIRED);
  profile.not_before = now() + hours(1);
  EXPECT_EQ(verify(issue(root, profile, key(), now())->certificate, root),
            X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST(Pki, RefusesWhatCannotBeStated) {
  const Authority root = authority();
  struct Case {
    const char* why;
    LeafProfile profile;
  };
  LeafProfile nameless, comma, address, usage;
  comma.dns_names = {"a.com,DNS:b.com"};
  address.ip_addresses = {"300.1.1.1"};
  usage.common_name = "x";
  usage.extended_key_usages = {"flyAuth"};
  const Case cases[] = {{"no name at all", nameless},
                        {"a comma would smuggle in a second name", comma},
                        {"no address", address},
                        {"unknown usage", usage}};
  for (const Case& c : cases) {
    const auto result = issue(root, c.profile, key(), now());
    ASSERT_FALSE(result) << c.why;
    EXPECT_EQ(result.error().code, Errc::config) << c.why;
  }
}

TEST(Pki, PemRoundTripKeepsFingerprints) {
  const Authority root = authority();
  const Certificate again = *certificate_from_pem(to_pem(*root.certificate));
  EXPECT_EQ(sha1_fingerprint(*again), sha1_fingerprint(*root.certificate));
  EXPECT_EQ(sha1_fingerprint(*again).size(), 40u);
  EXPECT_EQ(sha256_fingerprint(*again).size(), 64u);
  EXPECT_EQ(to_pem(**key_from_pem(to_pem(*root.key))), to_pem(*root.key));
}

TEST(Pki, RevocationListNamesTheSerial) {
  const Authority root = authority();
  LeafProfile profile;
  profile.common_name = "gone";
  const KeyPair pair = *issue(root, profile, key(), now());
  const std::string pem = *make_revocation_list(root, {pair.certificate.get()}, now());
  EXPECT_EQ(pem.rfind("-----BEGIN X509 CRL-----", 0), 0u);
}

}  // namespace
}  // namespace lab::certs
