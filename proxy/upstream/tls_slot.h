#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "proxy/net/tls.h"

namespace lab::proxy {

/// Where the TLS context of a filter chain or cluster is found; replaced when certificates change.
/// Shared by all workers, looked into once per connection.
class TlsSlot {
 public:
  /// Null while a secret is missing: connections then fail with "Secret is not supplied by SDS".
  TlsContextPtr get() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }
  void set(TlsContextPtr context) {
    const std::lock_guard lock(mutex_);
    context_ = std::move(context);
  }

 private:
  mutable std::mutex mutex_;
  TlsContextPtr context_;
};
using TlsSlotPtr = std::shared_ptr<TlsSlot>;

inline constexpr const char* kSecretMissing = "TLS_error:Secret is not supplied by SDS";

}  // namespace lab::proxy
