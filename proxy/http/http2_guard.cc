#include "proxy/http/http2_guard.h"

#include <algorithm>

namespace lab::proxy::http2 {

namespace {

constexpr std::size_t kHeaderBytes = 9;
constexpr std::uint8_t kEndStream = 0x1;

enum Type : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kRstStream = 3,
  kPushPromise = 5,
  kContinuation = 9
};

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

}  // namespace

std::size_t FrameGuard::inspect(std::string_view bytes) {
  std::size_t at = 0;
  while (!failed()) {
    const std::uint64_t step = std::min<std::uint64_t>(skip_, bytes.size() - at);
    at += step;
    skip_ -= step;
    if (skip_ > 0 || bytes.size() - at < kHeaderBytes) return at;
    const std::string_view header = bytes.substr(at, kHeaderBytes);
    const Frame frame = {byte_at(header, 0) << 16 | byte_at(header, 1) << 8 | byte_at(header, 2),
                         static_cast<std::uint8_t>(byte_at(header, 3)),
                         static_cast<std::uint8_t>(byte_at(header, 4)),
                         (byte_at(header, 5) & 0x7f) << 24 | byte_at(header, 6) << 16 |
                             byte_at(header, 7) << 8 | byte_at(header, 8)};
    check(frame);
    if (failed()) return at;
    skip_ = kHeaderBytes + frame.length;
  }
  return 0;
}

void FrameGuard::check(const Frame& frame) {
  if (frame.type != kContinuation) continuations_ = 0;
  switch (frame.type) {
    case kData:
      return check_data(frame);
    case kHeaders:
      return check_headers(frame);
    case kContinuation:
      if (++continuations_ > limits::kMaxContinuations) {
        fail(ErrorCode::enhance_your_calm, "too many CONTINUATION frames");
      }
      return;
    case kRstStream:
      if (peer_is_client_) reset_by_peer(frame.stream);
      return spend();
    case kPushPromise:
      // RFC 9113 section 8.4: we never allow it, and a client never may.
      return fail(ErrorCode::protocol_error, "PUSH_PROMISE");
    default:
      // PING, SETTINGS, PRIORITY, WINDOW_UPDATE, unknown ones: they keep us busy and carry nothing.
      return spend();
  }
}

void FrameGuard::check_headers(const Frame& frame) {
  if (!peer_is_client_ || frame.stream == 0) return;
  if (frame.stream > last_stream_) {
    // RFC 9113 section 5.1.1: opening a stream closes all lower idle ones.
    if (frame.stream > last_stream_ + 2) {
      gaps_[next_gap_++ % gaps_.size()] = {last_stream_ + 1, frame.stream - 1};
    }
    last_stream_ = frame.stream;
    earn(limits::kControlFramesPerStream);
    if ((frame.flags & kEndStream) == 0) open_.push_back(frame.stream);
    return;
  }
  if (!is_open(frame.stream)) return refuse_ended(frame.stream);
  if ((frame.flags & kEndStream) != 0) end_by_peer(frame.stream);
}

void FrameGuard::check_data(const Frame& frame) {
  if (frame.length > 0) {
    empty_data_ = 0;
    earn(1 + frame.length / 1024);
  } else if ((frame.flags & kEndStream) == 0 && ++empty_data_ > limits::kMaxEmptyData) {
    return fail(ErrorCode::enhance_your_calm, "too many empty DATA frames");
  }
  // An idle or no stream at all is the library's to refuse.
  if (!peer_is_client_ || frame.stream == 0 || frame.stream > last_stream_) return;
  if (!is_open(frame.stream)) return refuse_ended(frame.stream);
  if ((frame.flags & kEndStream) != 0) end_by_peer(frame.stream);
}

void FrameGuard::refuse_ended(std::uint32_t stream) {
  if (is_abandoned(stream)) return;
  const bool was_idle = std::any_of(gaps_.begin(), gaps_.end(), [stream](const Gap& gap) {
    return gap.first <= stream && stream <= gap.last;
  });
  if (was_idle)
    return fail(ErrorCode::protocol_error, "a stream identifier smaller than one before");
  fail(ErrorCode::stream_closed, "a frame on a stream that its sender had ended");
}

bool FrameGuard::is_open(std::uint32_t stream) const {
  return std::find(open_.rbegin(), open_.rend(), stream) != open_.rend();
}

bool FrameGuard::is_abandoned(std::uint32_t stream) const {
  return std::find(abandoned_.begin(), abandoned_.end(), stream) != abandoned_.end();
}

void FrameGuard::end_by_peer(std::uint32_t stream) {
  const auto found = std::find(open_.begin(), open_.end(), stream);
  if (found == open_.end()) return;
  *found = open_.back();
  open_.pop_back();
}

void FrameGuard::reset_by_peer(std::uint32_t stream) {
  end_by_peer(stream);
  // What the peer sends from now on it sends knowingly, whoever closed the stream first.
  std::replace(abandoned_.begin(), abandoned_.end(), stream, std::uint32_t{0});
}

void FrameGuard::stream_closed(std::uint32_t stream) {
  if (!is_open(stream)) return;
  end_by_peer(stream);
  abandoned_[next_abandoned_++ % abandoned_.size()] = stream;
}

void FrameGuard::stream_answered() {
  premature_resets_ = std::min(premature_resets_ + 1, limits::kPrematureResets);
}

void FrameGuard::stream_wasted() {
  if (--premature_resets_ < 0)
    fail(ErrorCode::enhance_your_calm, "too many streams without an answer");
}

void FrameGuard::head_oversized() {
  if (++oversized_heads_ > limits::kMaxOversizedHeads) {
    fail(ErrorCode::enhance_your_calm, "too many header blocks above the limit");
  }
}

void FrameGuard::fail(ErrorCode error, const char* reason) {
  if (reason_ != nullptr) return;
  error_ = error;
  reason_ = reason;
}

void FrameGuard::spend() {
  if (--control_frames_ < 0)
    fail(ErrorCode::enhance_your_calm, "too many frames that carry no request");
}

void FrameGuard::earn(std::int64_t frames) {
  control_frames_ = std::min(control_frames_ + frames, limits::kControlFramesMost);
}

}  // namespace lab::proxy::http2
