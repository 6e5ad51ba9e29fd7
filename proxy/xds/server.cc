#include "proxy/xds/server.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <cstdlib>

#include "base/file.h"
#include "mesh/config/load.h"
#include "proxy/observe/log_file.h"
#include "proxy/session/admin_server.h"
#include "proxy/xds/admin_source.h"
#include "proxy/xds/discovery.h"
#include "proxy/xds/log.h"

namespace lab::proxy {

namespace {

constexpr std::size_t kTraceRecords = 2'000;
constexpr Duration kSettlePoll = std::chrono::milliseconds(10);
constexpr Duration kDrainPoll = std::chrono::milliseconds(50);
constexpr Duration kLongestDrain = std::chrono::seconds(10);

/// Puts the members of `over` into `base`, objects in objects.
void merge(Value& base, const Value& over) {
  if (!base.is_object() || !over.is_object()) {
    base = over;
    return;
  }
  for (const Member& member : over.object()) {
    Value* known = base.find(member.key);
    if (known != nullptr) {
      merge(*known, member.value);
    } else {
      base.set(member.key, member.value);
    }
  }
}

Result<config::Bootstrap> read_bootstrap(const Flags& flags) {
  if (flags.config_yaml.empty()) {
    return config::load_bootstrap(TRY(read_file(flags.config_path)), flags.config_path);
  }
  if (flags.config_path.empty()) return config::load_bootstrap(flags.config_yaml, "--config-yaml");
  Value whole = TRY(config::parse_any_format(TRY(read_file(flags.config_path)), flags.config_path));
  merge(whole, TRY(config::parse_any_format(flags.config_yaml, "--config-yaml")));
  return config::load_bootstrap(write_json(whole), flags.config_path);
}

/// The command line's names are for a node that the bootstrap doesn't name.
void name_node(const Flags& flags, config::Bootstrap& bootstrap) {
  if (flags.service_node.empty() && flags.service_cluster.empty()) return;
  if (!bootstrap.node) bootstrap.node.emplace();
  if (bootstrap.node->id.empty()) bootstrap.node->id = flags.service_node;
  if (bootstrap.node->cluster.empty()) bootstrap.node->cluster = flags.service_cluster;
}

/// As many descriptors as the system allows: the soft limit is meant for programs that use
/// select(2).
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The running process: the loop, everything on it, and how it ends.
class Server {
 public:
  Server(const Flags& flags, std::unique_ptr<Loop> loop)
      : flags_(flags),
        loop_(std::move(loop)),
        trace_(kTraceRecords),
        flush_timer_(*loop_, Callback::to<&Server::on_flush>(this)),
        drain_timer_(*loop_, Callback::to<&Server::on_drain_poll>(this)),
        settle_timer_(*loop_, Callback::to<&Server::on_settle_poll>(this)) {}

  Result<> start(const config::Bootstrap& bootstrap);
  void run() {
    loop_->run();
    workers_->stop();
    flush_log_files();
  }

 private:
  Result<> catch_signals();
  Result<> open_admin(const config::Bootstrap& bootstrap);
  void on_signal(std::uint32_t);
  void on_flush();
  void begin_drain();
  void on_drain_poll();
  void on_settle_poll();
  void initialized();
  void quit() { loop_->stop(); }

  const Flags& flags_;
  std::unique_ptr<Loop> loop_;
  TraceStore trace_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<Discovery> discovery_;
  std::unique_ptr<ProcessAdmin> admin_source_;
  std::unique_ptr<AdminServer> admin_;
  Fd signals_;
  Watch signal_watch_;
  Timer flush_timer_, drain_timer_, settle_timer_;
  TimePoint drain_until_{};
  bool draining_ = false;
};

Result<> Server::start(const config::Bootstrap& bootstrap) {
  TRY(catch_signals());
  watcher_ = TRY(FileWatcher::create(*loop_));
  workers_ = TRY(Workers::create(*loop_, flags_.concurrency, trace_));
  workers_->each([this](Workers::One& one) { one.listeners.set_drain_time(flags_.drain_time); });
  discovery_ = std::make_unique<Discovery>(
      *loop_, *watcher_, workers_.get(), workers_->first().worker.stats,
      [](const std::string& message) { log_warning("config", message); });
  TRY(open_admin(bootstrap));
  TRY(discovery_->start(bootstrap));
  // As Envoy, no connection is taken before each host that is checked was checked once.
  const bool settled = workers_->first().worker.clusters.settled();
  if (!settled) workers_->each([](Workers::One& one) { one.listeners.hold_accepting(); });
  workers_->start();
  flush_timer_.start(flags_.file_flush_interval);
  settled ? initialized() : settle_timer_.start(kSettlePoll);
  return {};
}

void Server::on_settle_poll() {
  if (!workers_->first().worker.clusters.settled()) return settle_timer_.start(kSettlePoll);
  workers_->each([](Workers::One& one) { one.listeners.resume_accepting(); });
  initialized();
}

void Server::initialized() {
  admin_source_->set_initialized();
  log_info("main", "all dependencies initialized. starting workers");
}

Result<> Server::open_admin(const config::Bootstrap& bootstrap) {
  ProcessAdmin::Controls controls;
  controls.drain = [this](bool exits) {
    workers_->each([](Workers::One& one) { one.listeners.drain_all(); });
    (void)exits;
  };
  controls.quit = [this] { quit(); };
  admin_source_ =
      std::make_unique<ProcessAdmin>(flags_, *workers_, *discovery_, trace_, std::move(controls));
  if (!bootstrap.admin || !bootstrap.admin->address || !bootstrap.admin->address->socket_address)
    return {};
  const auto& socket = *bootstrap.admin->address->socket_address;
  const Address address = TRY(
      Address::parse(socket.address, static_cast<std::uint16_t>(socket.port_value.value_or(0))));
  admin_ = std::make_unique<AdminServer>(*loop_, [this](const AdminRequest& request) {
    return handle_admin(request, *admin_source_);
  });
  TRY(admin_->listen(address));
  if (!flags_.admin_address_path.empty())
    TRY(write_file(flags_.admin_address_path, admin_->address().text()));
  return {};
}

Result<> Server::catch_signals() {
  sigset_t caught;
  ::sigemptyset(&caught);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGHUP}) ::sigaddset(&caught, signal);
  ::pthread_sigmask(SIG_BLOCK, &caught, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  signals_ = Fd(::signalfd(-1, &caught, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_) return tl::unexpected(last_errno("create a signal descriptor"));
  signal_watch_ =
      Watch(*loop_, signals_.get(), EPOLLIN, Delegate<std::uint32_t>::to<&Server::on_signal>(this));
  return {};
}

void Server::on_signal(std::uint32_t) {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGUSR1) {
      reopen_log_files();
      reopen_log();
    } else if (signal == SIGTERM || signal == SIGINT) {
      log_warning("main", std::string("caught ") + (signal == SIGTERM ? "SIGTERM" : "SIGINT"));
      draining_ ? quit() : begin_drain();
    }
  }
}

/// No new connections; what is open may end, for a while.
void Server::begin_drain() {
  draining_ = true;
  admin_source_->set_draining();
  workers_->each([](Workers::One& one) {
    one.worker.draining = true;
    one.listeners.drain_all();
  });
  drain_until_ = loop_->now() + std::min<Duration>(flags_.drain_time, kLongestDrain);
  drain_timer_.start(Duration::zero());
}

void Server::on_drain_poll() {
  bool busy = false;
  for (std::size_t i = 0; i < workers_->count(); ++i)
    busy = busy || workers_->at(i).worker.active_requests > 0;
  if (!busy || loop_->now() >= drain_until_) return quit();
  drain_timer_.start(kDrainPoll);
}

void Server::on_flush() {
  flush_log_files();
  flush_timer_.start(flags_.file_flush_interval);
}

Result<> validate(const config::Bootstrap& bootstrap) {
  std::unique_ptr<Loop> loop = TRY(Loop::create());
  std::unique_ptr<FileWatcher> watcher = TRY(FileWatcher::create(*loop));
  StatsStore stats;
  Discovery discovery(*loop, *watcher, nullptr, stats,
                      [](const std::string& message) { log_warning("config", message); });
  return discovery.start(bootstrap);
}

Result<> serve_until_end(const Flags& flags) {
  config::Bootstrap bootstrap = TRY(read_bootstrap(flags));
  name_node(flags, bootstrap);
  if (flags.mode == Flags::Mode::validate) {
    TRY(validate(bootstrap));
    std::printf("configuration '%s' OK\n", flags.config_path.c_str());
    return {};
  }
  raise_descriptor_limit();
  Server server(flags, TRY(Loop::create()));
  TRY(server.start(bootstrap));
  if (flags.mode == Flags::Mode::serve) server.run();
  return {};
}

}  // namespace

int serve(const Flags& flags) {
  const Result<> opened = open_log(flags.log_path, flags.log_level);
  const Result<> result = opened ? serve_until_end(flags) : opened;
  if (result) return EXIT_SUCCESS;
  log_critical("main", "error initializing configuration '" + flags.config_path +
                           "': " + result.error().message);
  return EXIT_FAILURE;
}

}  // namespace lab::proxy
