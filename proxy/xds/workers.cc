#include "proxy/xds/workers.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <signal.h>

#include <random>

namespace lab::proxy {

namespace {

/// The first address of this host that is not its loopback: what x-forwarded-for says of local
/// clients.
std::string own_address() {
  std::string found = "127.0.0.1";
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return found;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    if ((each->ifa_flags & IFF_LOOPBACK) != 0 || (each->ifa_flags & IFF_UP) == 0) continue;
    found = Address(each->ifa_addr, sizeof(sockaddr_in)).ip();
    break;
  }
  ::freeifaddrs(all);
  return found;
}

}  // namespace

Result<std::unique_ptr<Workers>> Workers::create(Loop& main, unsigned count, TraceStore& trace) {
  auto workers = std::make_unique<Workers>();
  std::random_device device;
  const std::string address = own_address();
  for (unsigned i = 0; i < std::max(count, 1u); ++i) {
    std::unique_ptr<Loop> own;
    if (i > 0) own = TRY(Loop::create());
    const std::uint64_t seed = (static_cast<std::uint64_t>(device()) << 32) | device();
    auto one = std::make_unique<One>(own ? *own : main, trace, seed);
    one->own_loop = std::move(own);
    one->worker.local_ip = address;
    workers->all_.push_back(std::move(one));
  }
  return workers;
}

Workers::~Workers() {
  stop();
}

void Workers::start() {
  running_ = true;
  for (std::size_t i = 1; i < all_.size(); ++i) {
    One& one = *all_[i];
    one.thread = std::thread([&one] {
      // Signals are the main loop's business.
      sigset_t all;
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
      one.own_loop->run();
    });
  }
}

void Workers::clear(One& one) {
  one.listeners.close_all();
  one.worker.clusters.clear();
  // What was handed over to be destroyed refers to the worker: it must go first.
  one.worker.loop.turn(std::chrono::milliseconds(0));
}

void Workers::stop() {
  for (std::size_t i = 1; i < all_.size(); ++i) {
    One& one = *all_[i];
    if (!one.thread.joinable()) continue;
    one.own_loop->stop();
    one.thread.join();
  }
  running_ = false;
  for (const auto& one : all_) clear(*one);
}

void Workers::each(const std::function<void(One&)>& work) {
  each_numbered([work](One& one, std::size_t) { work(one); });
}

void Workers::each_numbered(const std::function<void(One&, std::size_t)>& work) {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    One& one = *all_[i];
    if (i == 0 || !running_) {
      work(one, i);
    } else {
      one.own_loop->post([&one, work, i] { work(one, i); });
    }
  }
}

}  // namespace lab::proxy
