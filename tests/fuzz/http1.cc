#include "tests/fuzz/forwarding.h"
#include "tests/fuzz/fuzz_target.h"

namespace lab::fuzz {
namespace {

using namespace proxy;

std::string server_events(std::string_view input, const Http1Options& options, std::size_t piece) {
  Forwarder events;
  events.answer.status = 200;
  const auto codec = make_http1_server(events, options);
  events.codec = codec.get();
  const bool good = feed_in_pieces(*codec, input, piece);
  codec->end_of_input();
  events.flush();
  return events.text() + (good ? "" : "failed");
}

std::string client_events(std::string_view input, const Http1Options& options, std::size_t piece,
                          int kind) {
  ClientRecorder events;
  const auto codec = make_http1_client(events, options);
  events.codec = codec.get();
  RequestHead head;
  head.method = kind == 1 ? "HEAD" : kind == 2 ? "CONNECT" : "GET";
  head.path = "/";
  head.authority = "a:1";
  if (kind == 3) head.upgrade = "websocket";
  codec->send_request(head, !head.asks_tunnel());
  const bool good = feed_in_pieces(*codec, input, piece);
  const bool reusable = codec->reusable();
  codec->end_of_input();
  events.flush();
  return events.text() + (good ? "" : "failed") + (reusable ? "reusable" : "");
}

}  // namespace

/// The first byte chooses side and options, the rest is the wire. However it is cut, the same must
/// be told; what is told must be forwarded as one request (see forwarding.h).
LAB_FUZZ_TARGET(http1) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  Http1Options options;
  options.accept_http_10 = (choice & 1) != 0;
  options.default_host_for_http_10 = "default";
  options.enable_trailers = (choice & 2) != 0;
  options.max_header_bytes = 4096;
  const std::size_t piece = 1 + (choice >> 5);
  if ((choice & 4) == 0) {
    LAB_ASSERT(server_events(input, options, 1 << 20) == server_events(input, options, piece));
  } else {
    const int kind = choice >> 3 & 3;
    LAB_ASSERT(client_events(input, options, 1 << 20, kind) ==
               client_events(input, options, piece, kind));
  }
}

}  // namespace lab::fuzz
