#pragma once

#include <string>
#include <vector>

#include "certs/pki.h"

namespace lab::certs {

/// Keys kept between runs, because RSA 4096 costs about a second each and a lab's certificates
/// protect nothing real.
///
/// A folder of mode 0700 with a file of mode 0600 per key; certificates are never kept, so they are
/// always fresh. A folder or file that another user owns or may write is refused, not used.
class KeyCache {
 public:
  /// `folder` is made when it is missing; an empty name means "no cache": every key is fresh.
  explicit KeyCache(std::string folder) : folder_(std::move(folder)) {}

  /// The key of that slot ("scenario15/ca"), made and kept when it is missing or unreadable as a
  /// key. Fails with Errc::system when the folder can't be used safely; the message says which and
  /// what to do.
  Result<PrivateKey> get(const std::string& slot, KeyType type) const;

 private:
  std::string folder_;
};

/// A key that is wanted: its slot in the cache and its type.
struct KeyRequest {
  std::string slot;
  KeyType type = KeyType::rsa_4096;
};

/// All keys, in the order of `requests`, made in parallel on as many threads as there are
/// processors.
Result<std::vector<PrivateKey>> get_keys(const KeyCache& cache,
                                         const std::vector<KeyRequest>& requests);

/// Where keys are kept: $LAB_CACHE, else /var/cache/lab for root, else $XDG_CACHE_HOME/lab or
/// ~/.cache/lab; plus "/keys".
std::string default_key_folder();

}  // namespace lab::certs
