#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "proxy/http/codec.h"

/// Codecs under test: what they tell is written down as lines, so that a test compares texts.
namespace lab::proxy {

inline std::string describe(const HeaderMap& headers) {
  std::string text;
  for (const HeaderField field : headers) {
    text += " [" + std::string(field.name) + ": " + std::string(field.value) + "]";
  }
  return text;
}

/// Adjacent data of one stream is one line, so that cutting the input differently changes nothing.
class Recorder {
 public:
  const std::string& text() const { return text_; }
  void line(const std::string& text) {
    flush();
    text_ += text + "\n";
  }
  void data(StreamId stream, std::string_view bytes, bool end) {
    if (stream != data_stream_) flush();
    data_stream_ = stream;
    data_ += bytes;
    if (end) {
      text_ += "data " + std::to_string(stream) + " \"" + data_ + "\" end\n";
      data_.clear();
      data_stream_ = 0;
    }
  }
  void flush() {
    if (!data_.empty()) text_ += "data " + std::to_string(data_stream_) + " \"" + data_ + "\"\n";
    data_.clear();
    data_stream_ = 0;
  }

 private:
  std::string text_;
  std::string data_;
  StreamId data_stream_ = 0;
};

inline std::string head_line(StreamId stream, const RequestHead& head, bool end) {
  return "request " + std::to_string(stream) + " " + head.method + " " + head.scheme + "://" +
         head.authority + " " + head.path +
         (head.upgrade.empty() ? "" : " upgrade=" + head.upgrade) + describe(head.headers) +
         (end ? " end" : "");
}

/// Writes down what a server codec tells; consumes all data at once.
class ServerRecorder : public ServerEvents, public Recorder {
 public:
  ServerCodec* codec = nullptr;
  /// Sent as the answer to each complete request when its status isn't 0.
  ResponseHead answer;
  bool answer_bad = true;

  void on_request(StreamId stream, RequestHead&& head, bool end) override {
    line(head_line(stream, head, end));
    if (end) reply(stream);
  }
  void on_data(StreamId stream, std::string_view bytes, bool end) override {
    data(stream, bytes, end);
    codec->consume(stream, bytes.size());
    if (end) reply(stream);
  }
  void on_trailers(StreamId stream, HeaderMap&& trailers) override {
    line("trailers " + std::to_string(stream) + describe(trailers));
    reply(stream);
  }
  void on_reset(StreamId stream, ResetReason reason) override {
    line("reset " + std::to_string(stream) + " " + std::string(reset_reason_name(reason)));
  }
  void on_bad_request(StreamId stream, BadRequest&& why) override {
    line("bad " + std::to_string(stream) + " " + std::to_string(why.status) + " " +
         std::string(why.details));
    if (!answer_bad) return codec->reset(stream, ResetReason::protocol_error);
    ResponseHead head;
    head.status = static_cast<std::uint16_t>(why.status);
    codec->send_response(stream, head, true);
  }
  void on_send_ready(StreamId stream) override { line("ready " + std::to_string(stream)); }

 private:
  void reply(StreamId stream) {
    if (answer.status != 0) codec->send_response(stream, answer, true);
  }
};

/// Writes down what a client codec tells; consumes all data at once.
class ClientRecorder : public ClientEvents, public Recorder {
 public:
  ClientCodec* codec = nullptr;

  void on_informational(StreamId stream, ResponseHead&& head) override {
    response("interim", stream, head, false);
  }
  void on_response(StreamId stream, ResponseHead&& head, bool end) override {
    response("response", stream, head, end);
  }
  void on_data(StreamId stream, std::string_view bytes, bool end) override {
    data(stream, bytes, end);
    codec->consume(stream, bytes.size());
  }
  void on_trailers(StreamId stream, HeaderMap&& trailers) override {
    line("trailers " + std::to_string(stream) + describe(trailers));
  }
  void on_reset(StreamId stream, ResetReason reason) override {
    line("reset " + std::to_string(stream) + " " + std::string(reset_reason_name(reason)));
  }
  void on_send_ready(StreamId stream) override { line("ready " + std::to_string(stream)); }
  void on_goaway() override { line("goaway"); }
  void on_stream_limit() override { line("limit " + std::to_string(codec->stream_limit())); }

 private:
  void response(const char* word, StreamId stream, const ResponseHead& head, bool end) {
    line(std::string(word) + " " + std::to_string(stream) + " " + std::to_string(head.status) +
         describe(head.headers) + (end ? " end" : ""));
  }
};

/// Feeds `input` in pieces of at most `piece` bytes, keeping what the codec doesn't take; false
/// when it failed.
inline bool feed_in_pieces(Codec& codec, std::string_view input, std::size_t piece) {
  std::string kept;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    kept += input.substr(at, piece);
    while (true) {
      const auto taken = codec.feed(kept);
      if (!taken) return false;
      kept.erase(0, *taken);
      codec.pump();
      if (*taken == 0 || kept.empty()) break;
    }
  }
  return true;
}

}  // namespace lab::proxy
