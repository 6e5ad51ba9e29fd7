#include "proxy/upstream/health_probe.h"

#include "proxy/observe/stream_info.h"
#include "proxy/upstream/codec_link.h"

namespace lab::proxy {
namespace {

using ProbeResult = HealthCheckState::Result;
constexpr std::size_t kHttpProbeBytes = 1024;      // Envoy's default of response_buffer_size.
constexpr std::size_t kTcpProbeBytes = 64 * 1024;  // What a chatty server may send unasked.

/// What all probes do: connect, and tell one result per question.
class ProbeBase : public HealthProbe, public ConnectionCallbacks {
 public:
  ProbeBase(Loop& loop, const config::HealthCheck& check, ProbeTarget target, ProbeEvents& events)
      : loop_(loop), check_(check), target_(std::move(target)), events_(&events) {}
  ~ProbeBase() override {
    events_ = nullptr;
    if (connection_) connection_->close();
  }

  void ask() override {
    asking_ = true;
    if (connection_) return send();
    if (!open()) tell(ProbeResult::network_failure);
  }
  void abandon() override { events_ = nullptr; }
  bool reusable() const override {
    return connection_ && connection_->state() == Connection::State::open;
  }

  void on_connected() override { send(); }
  void on_end() override { connection_->close(); }
  void on_closed(const CloseReason&) override {
    if (asking_) return tell(ProbeResult::network_failure);
    if (events_ != nullptr) events_->on_probe_lost();
  }

 protected:
  /// The connection stands: sends the question.
  virtual void send() = 0;
  bool asking() const { return asking_; }
  void tell(ProbeResult result) {
    if (!asking_) return;
    asking_ = false;
    if (events_ != nullptr) events_->on_probe_result(result);
  }

  Loop& loop_;
  const config::HealthCheck& check_;
  ProbeTarget target_;
  std::unique_ptr<Connection> connection_;

 private:
  Result<> open() {
    std::unique_ptr<TlsSession> tls;
    if (target_.tcp.tls) {
      TlsContextPtr context = target_.tcp.tls->get();
      if (!context) return lab::fail(Errc::tls, "the TLS secret is missing");
      tls = TlsSession::client(std::move(context), target_.tcp.tls_request);
    }
    Fd fd = TRY(connect_socket(target_.tcp.address, target_.tcp.socket));
    connection_ = std::make_unique<Connection>(loop_, std::move(fd), *this, std::move(tls));
    connection_->set_peer(target_.tcp.address);
    return {};
  }

  ProbeEvents* events_;
  bool asking_ = false;
};

class TcpProbe final : public ProbeBase {
 public:
  using ProbeBase::ProbeBase;

  std::size_t on_data(std::string_view bytes) override {
    if (!asking()) return bytes.size();
    received_ += bytes;
    if (payload_matches(check_.tcp_health_check->receive, received_)) {
      received_.clear();
      tell(ProbeResult::success);
    } else if (received_.size() > kTcpProbeBytes) {
      received_.erase(0, received_.size() - kTcpProbeBytes);
    }
    return bytes.size();
  }

 protected:
  void send() override {
    const auto& tcp = *check_.tcp_health_check;
    // As Envoy: where nothing is expected, the connection alone is the answer and nothing is sent.
    if (tcp.receive.empty()) return tell(ProbeResult::success);
    if (!tcp.send) return;
    connection_->out().append(payload_bytes(*tcp.send));
    connection_->send();
  }

 private:
  std::string received_;
};

class HttpProbe final : public ProbeBase, public ClientEvents {
 public:
  HttpProbe(Loop& loop, const config::HealthCheck& check, const HeaderMutation& headers,
            ProbeTarget target, ProbeEvents& events)
      : ProbeBase(loop, check, std::move(target), events), headers_(headers) {}

  bool reusable() const override {
    return ProbeBase::reusable() && codec_ && codec_->reusable() && codec_->can_send_request();
  }

  void on_connected() override {
    const bool http2 = http().codec_client_type == config::CodecClientType::http2;
    codec_ =
        http2 ? make_http2_client(*this, Http2Options{}) : make_http1_client(*this, Http1Options{});
    link_.bind(*connection_, *codec_);
    send();
  }
  std::size_t on_data(std::string_view bytes) override {
    const Result<std::size_t> used = link_.feed(bytes);
    if (used) return *used;
    tell(ProbeResult::network_failure);
    connection_->close();
    return bytes.size();
  }
  void on_end() override {
    // Where the answer has no length, its end is the connection's.
    if (codec_) codec_->end_of_input();
    ProbeBase::on_end();
  }
  void on_flush() override {
    if (codec_) link_.flush();
  }

  void on_informational(StreamId, ResponseHead&&) override {}
  void on_response(StreamId, ResponseHead&& head, bool end_stream) override {
    answer_ = std::move(head);
    if (end_stream) judge();
  }
  void on_data(StreamId stream, std::string_view data, bool end_stream) override {
    const std::size_t most = http().response_buffer_size.value_or(kHttpProbeBytes);
    body_ += data.substr(0, most == 0 ? data.size() : most - body_.size());
    codec_->consume(stream, data.size());
    if (end_stream) judge();
  }
  void on_trailers(StreamId, HeaderMap&&) override { judge(); }
  void on_reset(StreamId, ResetReason) override { tell(ProbeResult::network_failure); }
  void on_send_ready(StreamId) override {}
  void on_goaway() override {}
  void on_stream_limit() override {}

 protected:
  void send() override {
    answer_.clear();
    body_.clear();
    const std::string payload = http().send ? payload_bytes(*http().send) : std::string();
    const StreamId stream = codec_->send_request(request(payload.size()), payload.empty());
    if (!payload.empty()) codec_->send_data(stream, payload, true);
    link_.settle();
  }

 private:
  const config::HttpHealthCheck& http() const { return *check_.http_health_check; }

  RequestHead request(std::size_t body_bytes) const {
    RequestHead head;
    head.method = "GET";
    for (const auto& name : enum_names(static_cast<const config::RequestMethod*>(nullptr))) {
      const bool named = http().method != config::RequestMethod::method_unspecified;
      if (named && name.value == http().method) head.method = std::string(name.name);
    }
    head.scheme = target_.tcp.tls ? "https" : "http";
    head.authority = target_.authority;
    head.path = http().path;
    head.headers.set("user-agent", "Envoy/HC");
    const ConnectionInfo nobody;
    StreamInfo info;
    info.connection = &nobody;
    headers_.apply(head.headers, info);
    if (body_bytes > 0) head.headers.set("content-length", std::to_string(body_bytes));
    return head;
  }

  void judge() {
    // The host's own word: not even counted any more.
    if (answer_.headers.contains("x-envoy-immediate-health-check-fail"))
      target_.tcp.host->set(HealthFlag::excluded_via_immediate_hc_fail);
    if (!status_is_expected(http(), answer_.status)) {
      return tell(status_is_retriable(http(), answer_.status) ? ProbeResult::retriable_failure
                                                              : ProbeResult::failure);
    }
    if (!payload_matches(http().receive, body_)) return tell(ProbeResult::failure);
    const bool degraded = answer_.headers.contains("x-envoy-degraded");
    tell(degraded ? ProbeResult::degraded : ProbeResult::success);
  }

  const HeaderMutation& headers_;
  std::unique_ptr<ClientCodec> codec_;
  CodecLink link_;
  ResponseHead answer_;
  std::string body_;
};

}  // namespace

std::unique_ptr<HealthProbe> make_health_probe(Loop& loop, const config::HealthCheck& check,
                                               const HeaderMutation& headers, ProbeTarget target,
                                               ProbeEvents& events) {
  if (check.http_health_check)
    return std::make_unique<HttpProbe>(loop, check, headers, std::move(target), events);
  return std::make_unique<TcpProbe>(loop, check, std::move(target), events);
}

}  // namespace lab::proxy
