#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/value.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// What is kept of one stream: plain numbers, one block of text and shared objects, so that keeping
/// it costs no formatting and, once the store is full, no allocation.
class TraceRecord {
 public:
  /// Replaces what this record held.
  void take(const StreamInfo& info);
  /// As the administration interface shows it.
  void write(Value& record) const;

 private:
  enum Text : std::uint8_t {
    request_id,
    method,
    authority,
    path,
    listener,
    filter_chain,
    route_configuration,
    virtual_host,
    route,
    cluster,
    details,
    transport_failure,
    text_count
  };
  std::string_view text(Text which) const;

  SystemTime start_{};
  std::chrono::nanoseconds duration_{};
  std::string texts_;  ///< All texts in their order.
  std::array<std::uint32_t, text_count> ends_{};
  std::optional<IpPort> endpoint_;
  std::uint32_t response_code_ = 0, attempts_ = 0;
  std::uint64_t bytes_received_ = 0, bytes_sent_ = 0;
  ResponseFlags flags_;
  TlsInfoPtr upstream_tls_, downstream_tls_;
  Origins origins_;
  std::shared_ptr<const void> listener_owner_, route_owner_, cluster_owner_;
};

/// The last requests and connections of the whole process, each with every decision that was taken
/// for it. Bounded: the oldest go first. Workers add under a short lock; `lab` reads it through the
/// admin.
class TraceStore {
 public:
  explicit TraceStore(std::size_t limit) : records_(limit) {}

  /// Takes what `info` says now; call it once when the request or connection is complete.
  void add(const StreamInfo& info);
  /// {"next":N,"records":[...]}: all kept records whose sequence is at least `since`, in order;
  /// asking again with since=N gives only newer ones.
  Value read(std::uint64_t since) const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::vector<TraceRecord> records_;  ///< Record N stands at N modulo the size.
};

}  // namespace lab::proxy
