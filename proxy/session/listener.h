#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proxy/session/inspection.h"
#include "proxy/session/listener_config.h"
#include "proxy/session/session.h"

namespace lab::proxy {

class ListenerSet;

/// The numbers of one listener, by Envoy's names below "listener.ADDRESS.".
struct ListenerStats {
  explicit ListenerStats(const StatsScope& scope);
  Counter &downstream_cx_total, &downstream_cx_destroy, &no_filter_chain_match,
      &downstream_cx_overflow, &downstream_global_cx_overflow, &downstream_pre_cx_timeout,
      &downstream_listener_filter_remote_close, &ssl_connection_error;
  Gauge &downstream_cx_active, &downstream_pre_cx_active;
};

/// A filter chain in one worker.
struct ChainInstance {
  const ChainConfig* config = nullptr;
  std::shared_ptr<HcmInstance> hcm;
  std::shared_ptr<TcpProxyInstance> tcp;
  std::shared_ptr<NetworkFilters> filters;
};

/// A listener at work in one worker: its socket, and the connections that it accepted.
class Listener final : public Deletable {
 public:
  Listener(Worker& worker, ListenerSet& set, ListenerConfigPtr config);
  ~Listener() override;

  const ListenerConfig& config() const { return *config_; }
  /// Where it listens; with port 0 in the configuration, the port that the kernel gave.
  std::vector<Address> addresses() const;
  /// Begins to accept on sockets that are listening already.
  void accept_on(std::vector<Fd> sockets);
  /// Gives its listening sockets away; it accepts no more.
  std::vector<Fd> release_sockets();
  /// No new connections; those that are open end in an orderly way.
  void drain();
  void close_all();
  bool idle() const { return sessions_.empty() && inspections_.empty(); }
  std::size_t connections() const { return sessions_.size(); }

  /// Takes a connection: its own, or one that was bent to an address that this listener stands for.
  void take(Fd fd, std::shared_ptr<ConnectionInfo> info, Buffer early);

  /// Leaves new connections to the kernel's queue, until resume_accepting().
  void hold_accepting() { watches_.clear(); }
  void resume_accepting();

 private:
  friend class Inspection;
  void on_acceptable(std::uint32_t);
  void accept_from(int fd);
  void pause_accepting();
  void inspected(Inspection& inspection, bool good);
  void hand_over(Fd fd, std::shared_ptr<ConnectionInfo> info, Buffer early);
  void begin_session(Fd fd, std::shared_ptr<ConnectionInfo> info, Buffer early);
  const ChainInstance* find_chain(const ConnectionInfo& info) const;
  void refuse(const std::shared_ptr<ConnectionInfo>& info);
  void session_ended(Session& session);

  Worker& worker_;
  ListenerSet& set_;
  ListenerConfigPtr config_;
  ListenerStats stats_;
  std::vector<Fd> sockets_;
  std::vector<Watch> watches_;
  Timer accept_again_;
  std::vector<ChainInstance> chains_;
  std::optional<ChainInstance> fallback_;
  std::list<std::unique_ptr<Inspection>> inspections_;
  std::list<std::unique_ptr<Session>> sessions_;
  bool draining_ = false;
};

/// All listeners of one worker.
class ListenerSet {
 public:
  explicit ListenerSet(Worker& worker)
      : worker_(worker), sweep_(worker.loop, Callback::to<&ListenerSet::on_sweep>(this)) {}
  ~ListenerSet();

  /// Adds or replaces the listener of that name. `sockets` are new ones; without any, and where the
  /// addresses are the same, the old one's are taken over, so that no connection is refused in
  /// between.
  void set(ListenerConfigPtr config, std::vector<Fd> sockets);
  void remove(const std::string& name);
  void drain_all();
  void close_all();
  /// All listeners; see Listener::hold_accepting().
  void hold_accepting();
  void resume_accepting();

  /// The listener that stands for an address: an exact one first, then a wildcard of the same port.
  Listener* find(const Address& address) const;
  const std::map<std::string, std::unique_ptr<Listener>>& all() const { return listeners_; }
  std::size_t connections() const;
  void set_drain_time(Duration time) { drain_time_ = time; }

 private:
  void retire(std::unique_ptr<Listener> listener);
  void on_sweep();

  Worker& worker_;
  std::map<std::string, std::unique_ptr<Listener>> listeners_;
  struct Retired {
    std::unique_ptr<Listener> listener;
    TimePoint until;
  };
  std::vector<Retired> retired_;
  Timer sweep_;
  Duration drain_time_ = std::chrono::seconds(600);  ///< Envoy's --drain-time-s.
};

}  // namespace lab::proxy
