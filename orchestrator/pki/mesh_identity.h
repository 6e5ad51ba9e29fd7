#pragma once

#include <map>
#include <string>

#include "certs/pki.h"

namespace lab::orchestrator {

/// What a workload proves its identity with, PEM.
struct IdentityFiles {
  std::string chain, key, root;
  std::string sha256;  ///< Fingerprint of the leaf.
};

/// The mesh's own certificate authority: what istiod is in a cluster. All keys are P-256 and fresh.
class MeshIdentity {
 public:
  explicit MeshIdentity(certs::TimePoint now) : now_(now) {}

  /// The certificate of a SPIFFE id, the same for all workloads that have it. The root is made with
  /// the first one. Source: SPIFFE X.509-SVID section 2: the id is the only URI name.
  Result<const IdentityFiles*> of(const std::string& spiffe_id);
  const std::map<std::string, IdentityFiles>& all() const { return issued_; }

 private:
  certs::TimePoint now_;
  certs::Authority root_;
  std::map<std::string, IdentityFiles> issued_;
};

}  // namespace lab::orchestrator
