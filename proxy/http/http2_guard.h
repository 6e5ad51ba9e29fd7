#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proxy/limits.h"

/// Looks at the headers of inbound HTTP/2 frames before the library does, for what it lets pass:
/// frames on streams that the peer itself has ended (RFC 9113 section 5.1), identifiers that go
/// backwards (5.1.1), and floods (10.5).
namespace lab::proxy::http2 {

/// RFC 9113 section 7.
enum class ErrorCode : std::uint32_t {
  no_error = 0,
  protocol_error = 1,
  internal_error = 2,
  flow_control_error = 3,
  stream_closed = 5,
  frame_size_error = 6,
  refused_stream = 7,
  cancel = 8,
  compression_error = 9,
  connect_error = 10,
  enhance_your_calm = 11,
};

class FrameGuard {
 public:
  /// A client begins with the 24 bytes of the preface, a server with a frame.
  explicit FrameGuard(bool peer_is_client)
      : peer_is_client_(peer_is_client), skip_(peer_is_client ? 24 : 0) {}

  /// How many of `bytes` the library may have: all but an incomplete frame header at the end, which
  /// must come again; or, when failed() afterwards, those before the frame that is refused.
  std::size_t inspect(std::string_view bytes);
  bool failed() const { return reason_ != nullptr; }
  ErrorCode error() const { return error_; }
  const char* reason() const { return reason_; }

  /// We closed that stream: what the peer had sent before it knew is no offence.
  void stream_closed(std::uint32_t stream);
  /// A request was answered to its end.
  void stream_answered();
  /// A new stream was refused, or reset by the peer before its answer was complete.
  void stream_wasted();
  /// A header block exceeded the limits.
  void head_oversized();
  /// A DATA frame was sent.
  void data_sent() { earn(limits::kControlFramesPerDataSent); }
  /// A second or more has passed.
  void relax() { earn(limits::kControlFramesPerSecond); }

 private:
  struct Frame {
    std::uint32_t length;
    std::uint8_t type;
    std::uint8_t flags;
    std::uint32_t stream;
  };

  void check(const Frame& frame);
  void check_headers(const Frame& frame);
  void check_data(const Frame& frame);
  void end_by_peer(std::uint32_t stream);
  void reset_by_peer(std::uint32_t stream);
  void refuse_ended(std::uint32_t stream);
  bool is_open(std::uint32_t stream) const;
  bool is_abandoned(std::uint32_t stream) const;
  void fail(ErrorCode error, const char* reason);
  void spend();
  void earn(std::int64_t frames);

  const bool peer_is_client_;
  std::uint64_t skip_;  ///< Bytes until the next frame header.
  std::uint32_t last_stream_ = 0;
  std::vector<std::uint32_t> open_;  ///< Streams of the peer that it has not ended.
  struct Gap {
    std::uint32_t first = 0, last = 0;
  };
  std::array<Gap, 32> gaps_{};  ///< Identifiers left out, the most recent ones.
  std::size_t next_gap_ = 0;
  std::array<std::uint32_t, 128>
      abandoned_{};  ///< Closed by us before the peer's end, the most recent ones.
  std::size_t next_abandoned_ = 0;
  std::uint32_t continuations_ = 0;
  std::uint32_t empty_data_ = 0;
  std::uint32_t oversized_heads_ = 0;
  std::int64_t control_frames_ = limits::kControlFrames;
  std::int64_t premature_resets_ = limits::kPrematureResets;
  ErrorCode error_ = ErrorCode::no_error;
  const char* reason_ = nullptr;
};

}  // namespace lab::proxy::http2
