#pragma once

#include <map>
#include <string>

#include "proxy/http/forward.h"
#include "tests/support/http_recorder.h"

/// What our proxy would send on for what it received, read again by a strict reader: one request in
/// must be one request out, with the same method, target and body, whatever came in.
namespace lab::fuzz {

class Forwarder : public proxy::ServerRecorder {
 public:
  void on_request(proxy::StreamId stream, proxy::RequestHead&& head, bool end) override {
    heads_[stream] = head;
    if (end) check(stream);
    proxy::ServerRecorder::on_request(stream, std::move(head), end);
  }
  void on_data(proxy::StreamId stream, std::string_view bytes, bool end) override {
    bodies_[stream] += bytes;
    if (end) check(stream);
    proxy::ServerRecorder::on_data(stream, bytes, end);
  }
  void on_trailers(proxy::StreamId stream, proxy::HeaderMap&& trailers) override {
    check(stream);
    proxy::ServerRecorder::on_trailers(stream, std::move(trailers));
  }
  void on_reset(proxy::StreamId stream, proxy::ResetReason reason) override {
    heads_.erase(stream);
    bodies_.erase(stream);
    proxy::ServerRecorder::on_reset(stream, reason);
  }

 private:
  void check(proxy::StreamId stream) {
    proxy::RequestHead head = heads_[stream];
    const std::string body = bodies_[stream];
    heads_.erase(stream);
    bodies_.erase(stream);
    // HTTP/1 can't carry what only HTTP/2 can name: sessions answer these themselves.
    if (head.asks_tunnel() || head.authority.empty() || head.path.find('#') != std::string::npos)
      return;
    proxy::sanitize_request(head, false);
    proxy::ClientRecorder sender_events;
    const auto sender = proxy::make_http1_client(sender_events, {});
    sender_events.codec = sender.get();
    sender->send_request(head, body.empty());
    if (!body.empty()) sender->send_data(1, body, true);
    if (!sender->reusable()) return;  // Given up by us: nothing whole was sent.

    class Reader : public proxy::ServerRecorder {
     public:
      void on_request(proxy::StreamId, proxy::RequestHead&& got, bool) override {
        ++requests, head = std::move(got);
      }
      void on_data(proxy::StreamId, std::string_view bytes, bool end) override {
        body += bytes, ended = ended || end;
      }
      void on_bad_request(proxy::StreamId, proxy::BadRequest&&) override { bad = true; }
      int requests = 0;
      bool bad = false, ended = false;
      proxy::RequestHead head;
      std::string body;
    } reader;
    proxy::Http1Options options;
    options.max_header_bytes *= 4;
    options.max_header_fields *= 4;
    const auto codec = proxy::make_http1_server(reader, options);
    reader.codec = codec.get();
    const std::string_view wire = sender->output().view();
    // HTTP/2 has methods that HTTP/1 readers of our kind don't know.
    const auto taken = codec->feed(wire);
    if (!taken && reader.requests == 0 && head.protocol == proxy::Protocol::http2) return;
    LAB_ASSERT(taken && *taken == wire.size());
    LAB_ASSERT(!reader.bad && reader.requests == 1);
    LAB_ASSERT(reader.head.method == head.method && reader.head.path == head.path);
    LAB_ASSERT(reader.head.authority == head.authority && reader.body == body);
  }

  std::map<proxy::StreamId, proxy::RequestHead> heads_;
  std::map<proxy::StreamId, std::string> bodies_;
};

}  // namespace lab::fuzz
