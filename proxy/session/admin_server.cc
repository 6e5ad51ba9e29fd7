#include "proxy/session/admin_server.h"

#include <sys/socket.h>

#include <algorithm>

#include "proxy/net/socket.h"
#include "proxy/session/client_cert.h"
#include "proxy/upstream/codec_link.h"

namespace lab::proxy {

/// One client of the administration interface.
class AdminServer::Client final : public Deletable,
                                  public ConnectionCallbacks,
                                  public ServerEvents {
 public:
  Client(AdminServer& server, Fd fd)
      : server_(server),
        codec_(make_http1_server(*this, Http1Options{})),
        connection_(
            std::make_unique<Connection>(server.loop_, std::move(fd), *this, nullptr, Buffer())) {
    link_.bind(*connection_, *codec_);
  }
  void start() { connection_->start(); }

  std::size_t on_data(std::string_view bytes) override {
    const Result<std::size_t> used = link_.feed(bytes);
    if (!used) {
      link_.flush();
      connection_->close_after_flush(std::chrono::seconds(1));
      return bytes.size();
    }
    return *used;
  }
  void on_end() override { connection_->close(); }
  void on_closed(const CloseReason&) override { server_.forget(*this); }
  void on_flush() override {
    link_.flush();
    if (link_.wants_close()) connection_->close_after_flush(std::chrono::seconds(1));
  }

  void on_request(StreamId id, RequestHead&& head, bool end_stream) override {
    request_.method = head.method;
    request_.target = head.path;
    if (end_stream) answer(id);
  }
  void on_data(StreamId id, std::string_view data, bool end_stream) override {
    codec_->consume(id, data.size());
    if (end_stream) answer(id);
  }
  void on_trailers(StreamId id, HeaderMap&&) override { answer(id); }
  void on_reset(StreamId, ResetReason) override {}
  void on_bad_request(StreamId id, BadRequest&& why) override {
    send(id, AdminResponse{why.status, "text/plain", why.reason});
  }
  void on_send_ready(StreamId) override {}

 private:
  void answer(StreamId id) { send(id, server_.handler_(request_)); }
  void send(StreamId id, const AdminResponse& response) {
    ResponseHead head;
    head.status = static_cast<std::uint16_t>(response.status);
    head.headers.add("content-type", response.content_type);
    head.headers.add("cache-control", "no-cache, max-age=0");
    head.headers.add("x-content-type-options", "nosniff");
    head.headers.add("date", http_date(server_.loop_.wall_now()));
    head.headers.add("server", "envoy");
    head.headers.add("content-length", std::to_string(response.body.size()));
    const bool whole = response.body.empty() || request_.method == "HEAD";
    codec_->send_response(id, head, whole);
    if (!whole) codec_->send_data(id, response.body, true);
    link_.settle();
  }

  AdminServer& server_;
  std::unique_ptr<ServerCodec> codec_;
  std::unique_ptr<Connection> connection_;
  CodecLink link_;
  AdminRequest request_;
};

AdminServer::AdminServer(Loop& loop, Handler handler) : loop_(loop), handler_(std::move(handler)) {}

AdminServer::~AdminServer() = default;

Result<> AdminServer::listen(const Address& address) {
  socket_ = TRY(listen_socket(address, false, 128));
  address_ = local_address(socket_.get());
  watch_ = Watch(loop_, socket_.get(), EPOLLIN,
                 Delegate<std::uint32_t>::to<&AdminServer::on_acceptable>(this));
  return {};
}

void AdminServer::on_acceptable(std::uint32_t) {
  Fd fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return;
  clients_.push_back(std::make_unique<Client>(*this, std::move(fd)));
  clients_.back()->start();
}

void AdminServer::forget(Client& client) {
  const auto place = std::find_if(clients_.begin(), clients_.end(),
                                  [&](const auto& each) { return each.get() == &client; });
  if (place == clients_.end()) return;
  loop_.destroy_later(std::move(*place));
  clients_.erase(place);
}

}  // namespace lab::proxy
