#include "orchestrator/pki/mesh_identity.h"

namespace lab::orchestrator {
namespace {

constexpr std::chrono::hours kRootLifetime{24 * 3650};
constexpr std::chrono::hours kLeafLifetime{24};  // As istiod's own.

}  // namespace

Result<const IdentityFiles*> MeshIdentity::of(const std::string& spiffe_id) {
  const auto known = issued_.find(spiffe_id);
  if (known != issued_.end()) return &known->second;
  if (!root_.certificate) {
    certs::PrivateKey key = TRY(certs::make_key(certs::KeyType::ec_p256));
    root_ = TRY(certs::make_authority("cluster.local", std::move(key), now_, kRootLifetime));
  }
  certs::LeafProfile profile;
  profile.uris = {spiffe_id};
  profile.extended_key_usages = {"serverAuth", "clientAuth"};
  profile.lifetime = kLeafLifetime;
  certs::PrivateKey key = TRY(certs::make_key(certs::KeyType::ec_p256));
  const certs::KeyPair pair = TRY(certs::issue(root_, profile, std::move(key), now_));
  IdentityFiles files;
  files.chain = certs::chain_pem(pair);
  files.key = certs::to_pem(*pair.key);
  files.root = certs::to_pem(*root_.certificate);
  files.sha256 = certs::sha256_fingerprint(*pair.certificate);
  return &issued_.emplace(spiffe_id, std::move(files)).first->second;
}

}  // namespace lab::orchestrator
