#include <algorithm>

#include "proxy/session/listener.h"

namespace lab::proxy {

namespace {
constexpr Duration kSweepInterval = std::chrono::milliseconds(500);
}

ListenerSet::~ListenerSet() {
  close_all();
}

void ListenerSet::set(ListenerConfigPtr config, std::vector<Fd> sockets) {
  std::unique_ptr<Listener>& place = listeners_[config->config.name];
  auto fresh = std::make_unique<Listener>(worker_, *this, std::move(config));
  if (place) {
    if (sockets.empty() && fresh->config().binds()) sockets = place->release_sockets();
    retire(std::move(place));
  }
  place = std::move(fresh);
  place->accept_on(std::move(sockets));
}

void ListenerSet::remove(const std::string& name) {
  const auto found = listeners_.find(name);
  if (found == listeners_.end()) return;
  retire(std::move(found->second));
  listeners_.erase(found);
}

void ListenerSet::retire(std::unique_ptr<Listener> listener) {
  listener->drain();
  retired_.push_back({std::move(listener), worker_.loop.now() + drain_time_});
  if (!sweep_.armed()) sweep_.start(kSweepInterval);
}

void ListenerSet::on_sweep() {
  for (auto each = retired_.begin(); each != retired_.end();) {
    if (!each->listener->idle() && worker_.loop.now() < each->until) {
      ++each;
      continue;
    }
    each->listener->close_all();
    worker_.loop.destroy_later(std::move(each->listener));
    each = retired_.erase(each);
  }
  if (!retired_.empty()) sweep_.start(kSweepInterval);
}

void ListenerSet::drain_all() {
  for (const auto& [name, listener] : listeners_) listener->drain();
}

void ListenerSet::hold_accepting() {
  for (const auto& [name, listener] : listeners_) listener->hold_accepting();
}

void ListenerSet::resume_accepting() {
  for (const auto& [name, listener] : listeners_) listener->resume_accepting();
}

void ListenerSet::close_all() {
  for (const auto& [name, listener] : listeners_) listener->close_all();
  for (const Retired& each : retired_) each.listener->close_all();
}

Listener* ListenerSet::find(const Address& address) const {
  Listener* wildcard = nullptr;
  for (const auto& [name, listener] : listeners_) {
    const auto stands_for = [&](const Address& candidate) {
      if (candidate == address) return true;
      if (candidate.is_wildcard() && candidate.port() == address.port()) wildcard = listener.get();
      return false;
    };
    if (stands_for(listener->config().address)) return listener.get();
    for (const Address& more : listener->config().more_addresses) {
      if (stands_for(more)) return listener.get();
    }
  }
  return wildcard;
}

std::size_t ListenerSet::connections() const {
  std::size_t count = 0;
  for (const auto& [name, listener] : listeners_) count += listener->connections();
  for (const Retired& each : retired_) count += each.listener->connections();
  return count;
}

}  // namespace lab::proxy
