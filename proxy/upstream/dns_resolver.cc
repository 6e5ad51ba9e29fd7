#include "proxy/upstream/dns_resolver.h"

#include <ares.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/text.h"

namespace lab::proxy {

namespace {

constexpr int kTriesMilliseconds = 2000;
constexpr int kTries = 3;

struct Pending {
  DnsResolver::Family family;
  DnsResolver::Done done;
  Loop* loop;
};

int family_number(DnsResolver::Family family) {
  switch (family) {
    case DnsResolver::Family::v4:
      return AF_INET;
    case DnsResolver::Family::v6:
      return AF_INET6;
    case DnsResolver::Family::automatic:
    case DnsResolver::Family::v4_preferred:
    case DnsResolver::Family::all:
      break;
  }
  return AF_UNSPEC;
}

/// Envoy's AUTO is IPv6 where there is any; V4_PREFERRED the other way round. c-ares takes what a
/// server answers, also an A record for an AAAA question.
void keep_wanted(DnsResolver::Family family, std::vector<Address>& addresses) {
  int wanted = family_number(family);
  const auto has = [&](int number) {
    return std::any_of(addresses.begin(), addresses.end(),
                       [&](const Address& a) { return a.family() == number; });
  };
  if (family == DnsResolver::Family::automatic) wanted = has(AF_INET6) ? AF_INET6 : AF_INET;
  if (family == DnsResolver::Family::v4_preferred) wanted = has(AF_INET) ? AF_INET : AF_INET6;
  if (wanted == AF_UNSPEC) return;
  addresses.erase(std::remove_if(addresses.begin(), addresses.end(),
                                 [&](const Address& a) { return a.family() != wanted; }),
                  addresses.end());
}

void on_answer(void* argument, int status, int, ares_addrinfo* info) {
  const std::unique_ptr<std::weak_ptr<Pending>> holder(
      static_cast<std::weak_ptr<Pending>*>(argument));
  const std::shared_ptr<Pending> pending = holder->lock();
  DnsResolver::Answer answer;
  answer.answered = status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND;
  bool first = true;
  for (const ares_addrinfo_node* node = info == nullptr ? nullptr : info->nodes; node != nullptr;
       node = node->ai_next) {
    answer.addresses.emplace_back(node->ai_addr, node->ai_addrlen);
    const std::chrono::seconds ttl(std::max(node->ai_ttl, 0));
    answer.ttl = first ? ttl : std::min(answer.ttl, ttl);
    first = false;
  }
  if (info != nullptr) ares_freeaddrinfo(info);
  if (!pending) return;
  keep_wanted(pending->family, answer.addresses);
  pending->loop->defer([weak = std::weak_ptr<Pending>(pending), answer] {
    if (const auto alive = weak.lock()) alive->done(answer);
  });
}

class CaresResolver final : public DnsResolver {
 public:
  explicit CaresResolver(Loop& loop)
      : loop_(loop), timer_(loop, Callback::to<&CaresResolver::on_time>(this)) {}
  ~CaresResolver() override {
    if (channel_ != nullptr) ares_destroy(channel_);
  }

  Result<> open(const Options& options) {
    static const int library = ares_library_init(ARES_LIB_INIT_ALL);
    if (library != ARES_SUCCESS)
      return fail(Errc::system, std::string("c-ares: ") + ares_strerror(library));
    ares_options settings{};
    settings.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
      static_cast<CaresResolver*>(self)->on_socket(fd, readable != 0, writable != 0);
    };
    settings.sock_state_cb_data = this;
    settings.timeout = kTriesMilliseconds;
    if (options.timeout) settings.timeout = static_cast<int>(options.timeout->count()) * 1000;
    settings.tries = options.tries.value_or(kTries);
    int mask = ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_FLAGS;
    if (options.rotate) mask |= ARES_OPT_ROTATE;
    if (options.use_tcp) settings.flags |= ARES_FLAG_USEVC;
    if (options.no_search_domain) settings.flags |= ARES_FLAG_NOSEARCH;
    const int status = ares_init_options(&channel_, &settings, mask);
    if (status != ARES_SUCCESS)
      return fail(Errc::system, std::string("c-ares: ") + ares_strerror(status));
    if (options.servers.empty()) return {};
    std::vector<std::string> servers;
    for (const Address& server : options.servers) servers.push_back(server.text());
    ares_set_servers_ports_csv(channel_, join(servers, ",").c_str());
    return {};
  }

  Question ask(const std::string& name, Family family, Done done) override {
    auto pending = std::make_shared<Pending>(Pending{family, std::move(done), &loop_});
    ares_addrinfo_hints hints{};
    hints.ai_family = family_number(family);
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, on_answer,
                     new std::weak_ptr<Pending>(pending));
    set_timer();
    return pending;
  }

 private:
  struct Socket {
    CaresResolver* owner;
    ares_socket_t fd;
    Watch watch;
    void on_events(std::uint32_t events) { owner->process(fd, events); }
  };

  void on_socket(ares_socket_t fd, bool readable, bool writable) {
    if (!readable && !writable) {
      sockets_.erase(fd);
      return;
    }
    const std::uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
    std::unique_ptr<Socket>& socket = sockets_[fd];
    if (socket) {
      socket->watch.set(events);
      return;
    }
    socket = std::make_unique<Socket>(Socket{this, fd, Watch()});
    socket->watch =
        Watch(loop_, fd, events, Delegate<std::uint32_t>::to<&Socket::on_events>(socket.get()));
  }

  void process(ares_socket_t fd, std::uint32_t events) {
    const bool in = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    const bool out = (events & (EPOLLOUT | EPOLLERR)) != 0;
    ares_process_fd(channel_, in ? fd : ARES_SOCKET_BAD, out ? fd : ARES_SOCKET_BAD);
    set_timer();
  }

  void on_time() {
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    set_timer();
  }

  void set_timer() {
    timeval longest{60, 0}, wait{};
    const timeval* next = ares_timeout(channel_, &longest, &wait);
    timer_.start(std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec));
  }

  Loop& loop_;
  ares_channel channel_ = nullptr;
  std::map<ares_socket_t, std::unique_ptr<Socket>> sockets_;
  Timer timer_;
};

}  // namespace

Result<std::unique_ptr<DnsResolver>> DnsResolver::create(Loop& loop, const Options& options) {
  auto resolver = std::make_unique<CaresResolver>(loop);
  TRY(resolver->open(options));
  return std::unique_ptr<DnsResolver>(std::move(resolver));
}

}  // namespace lab::proxy
