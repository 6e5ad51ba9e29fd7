#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "base/value.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// The last requests and connections of the whole process, each with every decision that was taken
/// for it. Bounded: the oldest go first. Workers add under a short lock; `lab` reads it through the
/// admin.
class TraceStore {
 public:
  explicit TraceStore(std::size_t limit) : limit_(limit) {}

  /// Takes what `info` says now; call it once when the request or connection is complete.
  void add(const StreamInfo& info);
  /// {"next":N,"records":[...]}: all kept records whose sequence is at least `since`, in order;
  /// asking again with since=N gives only newer ones.
  Value read(std::uint64_t since) const;

 private:
  mutable std::mutex mutex_;
  const std::size_t limit_;
  std::uint64_t next_ = 0;
  std::deque<std::pair<std::uint64_t, Value>> records_;
};

/// One record without its sequence.
Value trace_record(const StreamInfo& info);

}  // namespace lab::proxy
