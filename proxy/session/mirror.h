#pragma once

#include <memory>
#include <string_view>

#include "proxy/session/worker.h"
#include "proxy/upstream/http_pool.h"

namespace lab::proxy {

/// A copy of a request whose answer nobody sees. It keeps itself alive until the answer is there; a
/// request that is given up before its end takes its copy with it.
class Mirror final : public UpstreamEvents, public std::enable_shared_from_this<Mirror> {
 public:
  /// Null when the cluster has no host for it.
  static std::shared_ptr<Mirror> start(Worker& worker, const ClusterPtr& cluster, RequestHead head,
                                       bool end_stream);

  void on_body(std::string_view data, bool end_stream);
  /// The request was given up.
  void cancel();
  bool request_ended() const { return ended_; }

  void on_pool_ready() override;
  void on_pool_failure(UpstreamReset, const std::string&) override { finish(); }
  void on_informational(ResponseHead&&) override {}
  void on_response(ResponseHead&& head, bool end_stream) override;
  void on_response_data(std::string_view data, bool end_stream) override;
  void on_response_trailers(HeaderMap&&) override { finish(); }
  void on_upstream_reset(UpstreamReset, const std::string&) override { finish(); }
  void on_upstream_writable() override {}

 private:
  explicit Mirror(Worker& worker) : worker_(worker) {}
  void finish();

  Worker& worker_;
  RequestHead head_;
  ClusterPtr cluster_;
  HostPtr host_;
  std::unique_ptr<UpstreamStream> stream_;
  std::shared_ptr<Mirror> self_;  ///< Set while the answer is awaited.
  Buffer body_;
  bool ended_ = false;
  bool ready_ = false;
};

}  // namespace lab::proxy
