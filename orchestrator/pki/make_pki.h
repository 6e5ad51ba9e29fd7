#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "certs/key_cache.h"
#include "orchestrator/scenario/pki_spec.h"

namespace lab::orchestrator {

/// Everything that a pki section asks for.
struct Pki {
  std::map<std::string, std::string> files;         ///< "v1.client.crt" -> PEM.
  std::map<std::string, std::string> fingerprints;  ///< "v1.client" -> SHA-256 of its certificate.
  std::map<std::string, std::string> variables;     ///< "pki.v1.client.sha1" -> its value.
  std::map<std::string, certs::Description> descriptions;
};

/// Makes the certificates of `spec`; keys come from `cache` under `slot` ("scenario15"), all at
/// once.
///
/// A leaf without issuer is self-signed. Fails with Errc::config when authorities sign each other
/// in a circle or a name is malformed, with Errc::tls or Errc::system otherwise.
Result<Pki> make_pki(const PkiSpec& spec, const std::string& slot, const certs::KeyCache& cache,
                     certs::TimePoint now);

}  // namespace lab::orchestrator
