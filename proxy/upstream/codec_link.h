#pragma once

#include <string_view>

#include "proxy/http/codec.h"
#include "proxy/net/connection.h"

namespace lab::proxy {

/// Drives a codec from its connection, as proxy/http/codec.h says: feeding, holding back, flushing.
class CodecLink {
 public:
  void bind(Connection& connection, Codec& codec) {
    connection_ = &connection;
    codec_ = &codec;
  }

  /// For ConnectionCallbacks::on_data. Bytes that the codec doesn't want yet stay with the
  /// connection.
  Result<std::size_t> feed(std::string_view bytes) {
    const TimePoint now = connection_->loop().now();
    if (now - relaxed_at_ >= kRelaxEvery) {
      relaxed_at_ = now;
      codec_->relax();
    }
    if (!codec_->wants_feed()) {
      hold();
      return std::size_t{0};
    }
    auto used = codec_->feed(bytes);
    if (used && *used < bytes.size() && !codec_->wants_feed()) hold();
    settle();
    return used;
  }

  /// For ConnectionCallbacks::on_flush.
  void flush() {
    codec_->pump();
    if (!codec_->output().empty()) connection_->out().append(std::move(codec_->output()));
  }

  /// After any use of the codec outside of feed(): writes what it has, reads on when it wants more.
  void settle() {
    if (!codec_->output().empty() || codec_->wants_pump() || codec_->wants_close())
      connection_->send();
    if (held_ && codec_->wants_feed()) {
      held_ = false;
      connection_->resume();
    }
  }

  /// True when everything is answered and written and the connection can't be used again.
  bool wants_close() const {
    return codec_->wants_close() && codec_->output().empty() && !codec_->wants_pump();
  }

 private:
  static constexpr std::chrono::seconds kRelaxEvery{1};
  void hold() {
    if (held_) return;
    held_ = true;
    connection_->pause();
  }
  Connection* connection_ = nullptr;
  Codec* codec_ = nullptr;
  TimePoint relaxed_at_{};
  bool held_ = false;
};

}  // namespace lab::proxy
