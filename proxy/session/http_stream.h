#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/recycled.h"
#include "proxy/filter/http_filter.h"
#include "proxy/match/timeouts.h"
#include "proxy/session/hcm_config.h"
#include "proxy/session/request_rules.h"
#include "proxy/upstream/http_pool.h"

namespace lab::proxy {

class HttpSession;
class Mirror;

/// One request and its answer.
///
///   deciding --> filtering --> connecting --> forwarding --> responding --> done
///                    |             |  ^            |                          ^
///                    |             |  +-- retry <--+                          |
///                    +-------------+---------------+--- local reply ----------+
///
/// deciding: the head is judged (rules, route). filtering: HTTP filters run or wait. connecting: a
/// host is chosen, its pool asked. forwarding: the request goes out, the answer's head is awaited.
/// retry: waiting for the back-off (a redirect that is followed begins anew, at filtering).
/// responding: the answer goes downstream. done: nothing more will be sent or received.
class HttpStream final : public Deletable,
                         public FilterHost,
                         public UpstreamEvents,
                         public Recycled<HttpStream> {
 public:
  enum class State : std::uint8_t {
    deciding,
    filtering,
    connecting,
    forwarding,
    retry,
    responding,
    done
  };

  HttpStream(HttpSession& session, StreamId id);
  ~HttpStream() override;
  StreamId id() const { return id_; }

  // From the session.
  void on_head(RequestHead&& head, bool end_stream);
  void on_body(std::string_view data, bool end_stream);
  void on_request_trailers(HeaderMap&& trailers);
  void on_downstream_reset(ResponseFlag flag, std::string_view details);
  void on_bad_request(BadRequest&& why);
  void on_downstream_writable();
  /// Answers 408 when the head does not come in time.
  void on_head_late();

  // FilterHost
  StreamInfo& info() override { return info_; }
  const RequestHead& request() override { return head_; }
  const RouteResult& route() override { return route_; }
  FilterOverride filter_override(const std::string& filter_name) override;
  std::uint64_t stable_random() override { return stable_random_; }
  std::uint64_t fresh_random() override;
  Loop& loop() override;
  void answer(LocalReply reply) override;
  void resume() override;

  // UpstreamEvents
  void on_pool_ready() override;
  void on_pool_failure(UpstreamReset reason, const std::string& transport) override;
  void on_informational(ResponseHead&& head) override;
  void on_response(ResponseHead&& head, bool end_stream) override;
  void on_response_data(std::string_view data, bool end_stream) override;
  void on_response_trailers(HeaderMap&& trailers) override;
  void on_upstream_reset(UpstreamReset reason, const std::string& transport) override;
  void on_upstream_writable() override;

 private:
  // http_stream.cc: the request's way in.
  bool names_are_acceptable(HeaderMap& headers);
  bool head_is_acceptable();
  bool upgrade_is_allowed();
  void judge_origin();
  void find_route();
  void run_filters();
  void request_ended();
  void finish();
  void log_request();
  void touch();
  const HcmConfig& hcm() const;
  HcmStats& stats() const;

  // http_router.cc: towards the upstream.
  void route_request();
  void answer_redirect(unsigned status, const std::string& location, std::string_view details);
  void answer_direct();
  void forward();
  bool find_cluster();
  void prepare_upstream_head();
  void try_upstream();
  void send_body();
  void release_request_bytes();
  void start_mirrors();
  void start_response_timers();
  void on_global_timeout();
  void on_try_timeout();
  void on_try_idle();
  void on_idle();
  void on_stream_late();
  void on_request_late();
  void on_backoff_over();
  void timed_out(ResponseFlag flag, std::string_view details);
  bool retry_after(RetryState::Verdict verdict, bool timed_out = false);
  void drop_upstream();
  void upstream_failed(UpstreamReset reason, const std::string& transport);
  void record_upstream();
  void count_outcome(unsigned status);
  PoolRequest pool_request() const;
  LoadBalancerContext balancer_context();

  // http_redirect.cc: redirects that are followed here.
  bool follow_redirect(const ResponseHead& answer);
  void begin_again();

  // http_response.cc: the answer's way back.
  void send_head(ResponseHead&& head, bool end_stream, bool local);
  bool is_direct() const;
  void judge_host(const ResponseHead& head);
  void send_local(LocalReply reply);
  void response_complete();
  void release_response_bytes();

  HttpSession& session_;
  StreamId id_;
  State state_ = State::deciding;
  RequestHead head_;
  ResponseHead response_;
  HeaderMap request_trailers_;
  StreamInfo info_;
  RouteTablePtr table_;
  RouteResult route_;
  ClusterChoice choice_;
  ClusterPtr cluster_;
  HostPtr host_;
  std::vector<HostPtr> tried_;
  std::vector<std::unique_ptr<HttpFilter>> filters_;
  std::size_t next_filter_ = 0;
  std::optional<RetryState> retry_;
  RequestTimeouts timeouts_;
  std::unique_ptr<UpstreamStream> upstream_;
  std::vector<std::shared_ptr<Mirror>> mirrors_;
  std::vector<std::string> set_cookies_;
  Buffer body_;  ///< Request bytes not yet given to the upstream, or kept for another attempt.
  std::size_t body_sent_ = 0;   ///< Of body_: given to the present attempt.
  std::size_t unconsumed_ = 0;  ///< Request bytes that the client's window does not have back yet.
  std::size_t response_unconsumed_ = 0;
  TimePoint started_at_, request_ended_at_, forwarded_at_;
  Timer idle_timer_, global_timer_, try_timer_, try_idle_timer_, backoff_timer_, request_timer_,
      duration_timer_;
  std::uint64_t stable_random_ = 0;
  UpstreamReset last_reset_ = UpstreamReset::local_reset;
  bool request_done_ = false;  ///< All of the request is here.
  bool has_trailers_ = false;
  bool request_sent_ = false;  ///< All of it was given to the present attempt.
  bool keeps_body_ = false;    ///< body_ is kept for another attempt.
  bool redirecting_ = false;   ///< Waiting to begin anew with another target.
  std::uint32_t redirects_ = 0;
  bool response_started_ = false;
  bool local_ = false;           ///< The answer is ours.
  bool tunnel_ = false;          ///< The answer turned the stream into a tunnel.
  bool retrying_takes_ = false;  ///< Counted in the circuit breaker's retries.
};

}  // namespace lab::proxy
