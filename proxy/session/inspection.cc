#include "proxy/session/inspection.h"

#include <sys/socket.h>

#include <cerrno>

#include "proxy/http/codec.h"
#include "proxy/limits.h"
#include "proxy/match/filter_chain_match.h"
#include "proxy/net/client_hello.h"
#include "proxy/net/socket.h"
#include "proxy/session/listener.h"

namespace lab::proxy {

void restore_destination(ConnectionInfo& info, int fd) {
  const auto original = original_destination(fd);
  if (const auto address = original ? ip_port(*original) : std::nullopt) info.local = *address;
}

Inspection::Inspection(Listener& listener, Fd fd, std::shared_ptr<ConnectionInfo> info,
                       Buffer early)
    : listener_(listener),
      fd_(std::move(fd)),
      info_(std::move(info)),
      bytes_(std::move(early)),
      timer_(listener.worker_.loop, Callback::to<&Inspection::on_timeout>(this)) {}

void Inspection::start() {
  const Duration limit = listener_.config().inspect_timeout;
  if (limit > Duration::zero()) timer_.start(limit);
  run();
}

void Inspection::run() {
  const auto& filters = listener_.config().config.listener_filters;
  while (next_ < filters.size()) {
    const config::ListenerFilter& filter = filters[next_];
    const bool disabled = filter.filter_disabled &&
                          listener_filter_disabled(*filter.filter_disabled, info_->local.port);
    if (!disabled && run_filter(filter) == Step::more) {
      if (ended_) return finish(true);  // There will be no more bytes to look at.
      if (!watch_) {
        watch_ = Watch(listener_.worker_.loop, fd_.get(), EPOLLIN,
                       Delegate<std::uint32_t>::to<&Inspection::on_readable>(this));
      }
      return;
    }
    ++next_;
  }
  finish(true);
}

Inspection::Step Inspection::run_filter(const config::ListenerFilter& filter) {
  if (filter.typed_config.get<config::OriginalDst>() != nullptr) {
    restore_destination(*info_, fd_.get());
    return Step::done;
  }
  if (filter.typed_config.get<config::TlsInspector>() != nullptr) return inspect_tls();
  if (filter.typed_config.get<config::HttpInspector>() != nullptr) return inspect_http();
  return Step::done;
}

Inspection::Step Inspection::inspect_tls() {
  const ClientHello hello = parse_client_hello(bytes_.view(), limits::kInspectBytes);
  switch (hello.verdict) {
    case ClientHello::Verdict::more:
      return Step::more;
    case ClientHello::Verdict::not_tls:
      break;
    case ClientHello::Verdict::tls:
      info_->transport_protocol = "tls";
      info_->requested_server_name = hello.server_name;
      info_->application_protocols = hello.alpn;
      return Step::done;
  }
  info_->transport_protocol = "raw_buffer";
  return Step::done;
}

Inspection::Step Inspection::inspect_http() {
  if (info_->transport_protocol == "tls") return Step::done;
  switch (sniff_http(bytes_.view())) {
    case Sniff::more:
      return Step::more;
    case Sniff::http2:
      info_->application_protocols = {"h2c"};
      break;
    case Sniff::http1: {
      const std::string_view line = bytes_.view().substr(0, bytes_.view().find('\n'));
      const bool old = line.find(" HTTP/1.0") != std::string_view::npos;
      info_->application_protocols = {old ? "http/1.0" : "http/1.1"};
      break;
    }
    case Sniff::other:
      break;
  }
  return Step::done;
}

void Inspection::on_readable(std::uint32_t) {
  const auto got = ::recv(fd_.get(), bytes_.prepare(4096), 4096, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return finish(false);
  if (got == 0) {
    ended_ = true;
    listener_.stats_.downstream_listener_filter_remote_close.add();
    return bytes_.empty() ? finish(false) : run();
  }
  bytes_.commit(static_cast<std::size_t>(got));
  // As much as any filter wants to see; what decides by then decides on this.
  if (bytes_.size() >= limits::kInspectBytes) return finish(true);
  run();
}

void Inspection::on_timeout() {
  listener_.stats_.downstream_pre_cx_timeout.add();
  finish(listener_.config().config.continue_on_listener_filters_timeout);
}

void Inspection::finish(bool good) {
  if (finished_) return;
  finished_ = true;
  timer_.stop();
  watch_ = Watch();
  listener_.inspected(*this, good);
}

}  // namespace lab::proxy
