#include "tests/fuzz/forwarding.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/http2_bytes.h"

namespace lab::fuzz {
namespace {

using namespace proxy;

void serve(std::string_view input, std::size_t piece, bool answer) {
  Forwarder events;
  if (answer) events.answer.status = 200;
  Http2Options options;
  options.allow_connect = true;
  options.max_header_bytes = 4096;
  const auto codec = make_http2_server(events, options);
  events.codec = codec.get();
  codec->pump();
  if (feed_in_pieces(*codec, http2_bytes::start() + std::string(input), piece)) {
    codec->start_drain();
    codec->finish_drain();
    codec->pump();
  }
  codec->end_of_input();
  LAB_ASSERT(codec->active_streams() == 0 && codec->wants_close());
}

void ask(std::string_view input, std::size_t piece) {
  ClientRecorder events;
  const auto codec = make_http2_client(events, {});
  events.codec = codec.get();
  RequestHead head;
  head.method = "POST";
  head.path = "/";
  head.authority = "a";
  const StreamId first = codec->send_request(head, false);
  codec->send_data(first, "some bytes", false);
  head.upgrade = "websocket";
  codec->send_request(head, false);
  codec->pump();
  feed_in_pieces(*codec, http2_bytes::frame(http2_bytes::kSettings, 0, 0) + std::string(input),
                 piece);
  codec->send_data(first, "more", true);
  codec->pump();
  codec->end_of_input();
  LAB_ASSERT(codec->active_streams() == 0 && !codec->reusable());
}

}  // namespace

/// The first byte chooses side and pieces, the rest are frames after a valid beginning. Whatever
/// comes, all streams end, and what a server would forward is one request each (see forwarding.h).
LAB_FUZZ_TARGET(http2) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const std::size_t piece = (choice & 4) != 0 ? 1u << 20 : 1u + (choice >> 3);
  if ((choice & 1) == 0) {
    serve(input, piece, (choice & 2) != 0);
  } else {
    ask(input, piece);
  }
}

}  // namespace lab::fuzz
