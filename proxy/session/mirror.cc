#include "proxy/session/mirror.h"

namespace lab::proxy {

std::shared_ptr<Mirror> Mirror::start(Worker& worker, const ClusterPtr& cluster, RequestHead head,
                                      bool end_stream) {
  const HostPtr host = cluster->choose_host({});
  if (!host) return nullptr;
  std::shared_ptr<Mirror> mirror(new Mirror(worker));
  mirror->head_ = std::move(head);
  mirror->cluster_ = cluster;
  mirror->host_ = host;
  mirror->ended_ = end_stream;
  mirror->self_ = mirror;
  PoolRequest request;
  request.downstream = mirror->head_.protocol;
  HttpPool& pool = cluster->pool(host, request);
  mirror->stream_ = std::make_unique<UpstreamStream>(pool, *mirror);
  pool.request(*mirror->stream_);
  return mirror;
}

void Mirror::on_body(std::string_view data, bool end_stream) {
  ended_ = end_stream;
  if (!stream_) return;
  if (ready_) return stream_->send_data(data, end_stream);
  body_.append(data);
}

void Mirror::on_pool_ready() {
  ready_ = true;
  const bool whole = ended_ && body_.empty();
  stream_->send_request(head_, whole);
  if (!whole && (!body_.empty() || ended_)) stream_->send_data(body_.view(), ended_);
  body_.release();
}

void Mirror::on_response(ResponseHead&& head, bool end_stream) {
  cluster_->stats().count_status(head.status);
  cluster_->report(*host_, outcome_of_status(head.status));
  if (end_stream) finish();
}

void Mirror::on_response_data(std::string_view data, bool end_stream) {
  if (end_stream) return finish();
  stream_->consume(data.size());
}

void Mirror::cancel() {
  finish();
}

void Mirror::finish() {
  // Its own method may be on the stack: it goes at the end of the turn.
  worker_.loop.defer([self = std::move(self_)] {
    if (self) self->stream_.reset();
  });
  self_.reset();
}

}  // namespace lab::proxy
