#include <algorithm>

#include "proxy/http/http2_connection.h"

/// The part of a connection that needs no library: its streams and what waits in them.
namespace lab::proxy::http2 {

Stream* Connection::find(StreamId stream) {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : found->second.get();
}

std::size_t Connection::active_streams() const {
  return static_cast<std::size_t>(std::count_if(
      streams_.begin(), streams_.end(), [](const auto& each) { return !each.second->quiet; }));
}

Stream& Connection::open(StreamId stream) {
  auto& place = streams_[stream];
  place = std::make_unique<Stream>();
  place->id = stream;
  return *place;
}

void Connection::send_data(Stream& stream, std::string_view data, bool end_stream,
                           std::size_t high_mark) {
  if (stream.ends) return;
  high_mark_ = high_mark;
  if (stream.length_left) {
    const bool wrong =
        data.size() > *stream.length_left || (end_stream && data.size() < *stream.length_left);
    // A body that is not as long as declared must not look whole.
    if (wrong) return reset(stream.id, ErrorCode::internal_error);
    *stream.length_left -= data.size();
  }
  stream.queue.append(data);
  stream.ends = end_stream;
  if (stream.queue.size() > high_mark) stream.above = true;
  resume(stream);
}

void Connection::send_trailers(Stream& stream, const HeaderMap& trailers) {
  if (stream.ends) return;
  if (stream.length_left && *stream.length_left > 0)
    return reset(stream.id, ErrorCode::internal_error);
  stream.trailer_fields = trailers;
  auto list = std::make_unique<FieldList>();
  list->add_trailers(stream.trailer_fields);
  if (!list->fields().empty()) stream.trailers = std::move(list);
  stream.ends = true;
  resume(stream);
}

void Connection::end_of_input() {
  if (failed_) return;
  failed_ = true;
  failure_ = "the connection ended";
  reset_all(ResetReason::connection_closed);
}

void Connection::reset_all(ResetReason reason) {
  auto streams = std::exchange(streams_, {});
  for (auto& [id, stream] : streams) {
    const bool told = stream->head_done || !is_server_;
    if (told && !stream->quiet) hooks_.on_reset(*stream, reason);
  }
}

}  // namespace lab::proxy::http2
