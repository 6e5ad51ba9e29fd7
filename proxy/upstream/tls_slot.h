#pragma once

#include <atomic>
#include <cstdint>
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
    version_.fetch_add(1, std::memory_order_release);
  }
  /// Grows with each context: connections made with an older one get no new requests.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  TlsContextPtr context_;
  std::atomic<std::uint64_t> version_{0};
};
using TlsSlotPtr = std::shared_ptr<TlsSlot>;

inline constexpr const char* kSecretMissing = "TLS_error:Secret is not supplied by SDS";

}  // namespace lab::proxy
