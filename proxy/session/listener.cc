#include "proxy/session/listener.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "proxy/limits.h"
#include "proxy/net/socket.h"
#include "proxy/session/http_session.h"
#include "proxy/upstream/http_upstream.h"

namespace lab::proxy {

namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr Duration kAcceptPause = std::chrono::milliseconds(100);

std::string stat_prefix(const ListenerConfig& config) {
  const std::string& given = config.config.stat_prefix;
  return "listener." + stat_name_part(given.empty() ? config.address.text() : given) + ".";
}

ChainInstance instantiate(Worker& worker, const ChainConfig& config) {
  ChainInstance chain;
  chain.config = &config;
  if (config.hcm) chain.hcm = std::make_shared<HcmInstance>(worker, config.hcm);
  if (config.tcp) chain.tcp = std::make_shared<TcpProxyInstance>(worker, config.tcp);
  chain.filters = std::make_shared<NetworkFilters>();
  for (const config::Filter* filter : config.filters) {
    auto made = make_network_filter(*filter, worker.stats);
    if (made && *made) chain.filters->push_back(*std::move(made));
  }
  return chain;
}

/// What a peer sent and nobody took makes the kernel reset the connection. Our listener filters
/// have read such bytes where Envoy's only peek at them: to a peer both must look alike.
void close_unread(Fd fd, const Buffer& early) {
  if (!early.empty()) set_reset_on_close(fd.get());
}

}  // namespace

ListenerStats::ListenerStats(const StatsScope& scope)
    : downstream_cx_total(scope.counter("downstream_cx_total")),
      downstream_cx_destroy(scope.counter("downstream_cx_destroy")),
      no_filter_chain_match(scope.counter("no_filter_chain_match")),
      downstream_cx_overflow(scope.counter("downstream_cx_overflow")),
      downstream_global_cx_overflow(scope.counter("downstream_global_cx_overflow")),
      downstream_pre_cx_timeout(scope.counter("downstream_pre_cx_timeout")),
      downstream_listener_filter_remote_close(
          scope.counter("downstream_listener_filter_remote_close")),
      ssl_connection_error(scope.counter("ssl.connection_error")),
      downstream_cx_active(scope.gauge("downstream_cx_active")),
      downstream_pre_cx_active(scope.gauge("downstream_pre_cx_active")) {}

Listener::Listener(Worker& worker, ListenerSet& set, ListenerConfigPtr config)
    : worker_(worker),
      set_(set),
      config_(std::move(config)),
      stats_(StatsScope(worker.stats, stat_prefix(*config_))),
      accept_again_(worker.loop, Callback::to<&Listener::resume_accepting>(this)) {
  for (const ChainConfig& chain : config_->chains) chains_.push_back(instantiate(worker, chain));
  if (config_->fallback) fallback_ = instantiate(worker, *config_->fallback);
}

Listener::~Listener() {
  close_all();
}

std::vector<Address> Listener::addresses() const {
  std::vector<Address> all{config_->address};
  all.insert(all.end(), config_->more_addresses.begin(), config_->more_addresses.end());
  for (std::size_t i = 0; i < std::min(all.size(), sockets_.size()); ++i) {
    if (all[i].is_ip() && all[i].port() == 0) all[i] = local_address(sockets_[i].get());
  }
  return all;
}

void Listener::accept_on(std::vector<Fd> sockets) {
  for (Fd& socket : sockets) sockets_.push_back(std::move(socket));
  resume_accepting();
}

std::vector<Fd> Listener::release_sockets() {
  watches_.clear();
  accept_again_.stop();
  return std::move(sockets_);
}

void Listener::resume_accepting() {
  watches_.clear();
  for (const Fd& socket : sockets_) {
    watches_.emplace_back(worker_.loop, socket.get(), EPOLLIN,
                          Delegate<std::uint32_t>::to<&Listener::on_acceptable>(this));
  }
}

void Listener::pause_accepting() {
  // Without descriptors the socket stays readable: asking again at once would spin.
  watches_.clear();
  accept_again_.start(kAcceptPause);
}

void Listener::on_acceptable(std::uint32_t) {
  for (const Fd& socket : sockets_) accept_from(socket.get());
}

void Listener::accept_from(int socket) {
  for (int count = 0; count < kAcceptsPerTurn; ++count) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    Fd fd(::accept4(socket, reinterpret_cast<sockaddr*>(&storage), &size,
                    SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        stats_.downstream_cx_overflow.add();
        pause_accepting();
      }
      return;
    }
    if (worker_.connections >= limits::kMaxConnections) {
      stats_.downstream_global_cx_overflow.add();
      set_reset_on_close(fd.get());
      continue;
    }
    const Address peer(reinterpret_cast<const sockaddr*>(&storage), size);
    const Address local = local_address(fd.get());
    if (peer.is_ip()) set_no_delay(fd.get());
    auto info = std::make_shared<ConnectionInfo>();
    info->id = next_connection_id();
    info->local = info->direct_local = ip_port(local).value_or(IpPort{});
    info->remote = info->direct_remote = ip_port(peer).value_or(IpPort{});
    take(std::move(fd), std::move(info), Buffer());
  }
}

void Listener::take(Fd fd, std::shared_ptr<ConnectionInfo> info, Buffer early) {
  stats_.downstream_cx_total.add();
  info->listener = config_->config.name;
  if (config_->config.listener_filters.empty() &&
      !config_->config.use_original_dst.value_or(false)) {
    return begin_session(std::move(fd), std::move(info), std::move(early));
  }
  stats_.downstream_pre_cx_active.add();
  inspections_.push_back(
      std::make_unique<Inspection>(*this, std::move(fd), std::move(info), std::move(early)));
  inspections_.back()->start();
}

void Listener::inspected(Inspection& inspection, bool good) {
  stats_.downstream_pre_cx_active.sub();
  const auto place = std::find_if(inspections_.begin(), inspections_.end(),
                                  [&](const auto& each) { return each.get() == &inspection; });
  std::unique_ptr<Inspection> done = std::move(*place);
  inspections_.erase(place);
  if (good) {
    hand_over(done->take_fd(), done->info(), done->take_bytes());
  } else {
    close_unread(done->take_fd(), done->take_bytes());
  }
  worker_.loop.destroy_later(std::move(done));
}

/// A connection that was redirected belongs to the listener of the address it was sent to, if there
/// is one.
void Listener::hand_over(Fd fd, std::shared_ptr<ConnectionInfo> info, Buffer early) {
  if (config_->config.use_original_dst.value_or(false)) {
    if (!info->original_destination()) restore_destination(*info, fd.get());
    const auto destination = info->original_destination();
    Listener* other = destination ? set_.find(socket_address(*destination)) : nullptr;
    if (other != nullptr && other != this)
      return other->take(std::move(fd), std::move(info), std::move(early));
  }
  begin_session(std::move(fd), std::move(info), std::move(early));
}

const ChainInstance* Listener::find_chain(const ConnectionInfo& info) const {
  const std::optional<std::size_t> found = config_->matcher.find(info);
  if (found) return &chains_[*found];
  return fallback_ ? &*fallback_ : nullptr;
}

void Listener::refuse(const std::shared_ptr<ConnectionInfo>& info) {
  stats_.no_filter_chain_match.add();
  StreamInfo record;
  record.connection = info.get();
  record.start = worker_.loop.wall_now();
  record.flags.set(ResponseFlag::no_route_found);
  record.response_code_details = details::kFilterChainNotFound;
  record.origins.add(config_->config.metadata);
  record.listener_owner = config_;
  for (const AccessLogPtr& log : config_->access_logs) log->log(record);
  worker_.trace.add(record);
}

void Listener::begin_session(Fd fd, std::shared_ptr<ConnectionInfo> info, Buffer early) {
  const ChainInstance* chain = find_chain(*info);
  if (chain == nullptr || (!chain->hcm && !chain->tcp)) {
    close_unread(std::move(fd), early);
    return refuse(info);
  }
  info->filter_chain = chain->config->config->name;
  std::unique_ptr<TlsSession> tls;
  if (chain->config->tls) {
    TlsContextPtr context = chain->config->tls->get();
    if (!context) {
      close_unread(std::move(fd), early);
      stats_.ssl_connection_error.add();
      return;
    }
    tls = TlsSession::server(std::move(context));
  }
  SessionContext context{worker_, std::move(info), {}, config_, config_->buffer_bytes, Duration{},
                         {}};
  context.origins.add(config_->config.metadata);
  context.origins.add(chain->config->config->metadata);
  if (chain->config->config->transport_socket_connect_timeout) {
    context.handshake_timeout = *chain->config->config->transport_socket_connect_timeout;
  }
  context.ended = [this](Session& session) { session_ended(session); };
  if (chain->hcm) {
    sessions_.push_back(
        std::make_unique<HttpSession>(std::move(context), chain->hcm, chain->filters));
  } else {
    sessions_.push_back(
        std::make_unique<TcpSession>(std::move(context), chain->tcp, chain->filters));
  }
  Session& session = *sessions_.back();
  session.place = std::prev(sessions_.end());
  stats_.downstream_cx_active.add();
  ++worker_.connections;
  session.start(std::move(fd), std::move(tls), std::move(early));
  if (draining_) session.drain();
}

void Listener::session_ended(Session& session) {
  stats_.downstream_cx_active.sub();
  stats_.downstream_cx_destroy.add();
  --worker_.connections;
  const auto place = session.place;
  worker_.loop.destroy_later(std::move(*place));
  sessions_.erase(place);
}

void Listener::drain() {
  draining_ = true;
  release_sockets().clear();
  for (auto next = sessions_.begin(); next != sessions_.end();) (*next++)->drain();
}

void Listener::close_all() {
  while (!sessions_.empty()) sessions_.front()->close();
  inspections_.clear();
}

}  // namespace lab::proxy
