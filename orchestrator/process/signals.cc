#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include "orchestrator/process/lab_client.h"
#include "orchestrator/process/launch.h"

namespace lab::orchestrator {
namespace {

/// The labs of this process; the lock is held while a signal ends them, so that no new one slips
/// through.
struct Owned {
  std::mutex lock;
  std::vector<int> pidfds;
};

Owned& owned() {
  static auto* const all = new Owned;  // Outlives the threads that may still use it at exit.
  return *all;
}

void wait_for_signal(sigset_t signals) {
  int number = 0;
  if (::sigwait(&signals, &number) != 0) return;
  owned().lock.lock();  // Never given back: the process ends here.
  for (const int pidfd : owned().pidfds) end_supervisor(pidfd, true);
  ::_exit(128 + number);
}

}  // namespace

void remember_owned(int pidfd, bool is_owned) {
  const std::lock_guard guard(owned().lock);
  std::vector<int>& all = owned().pidfds;
  all.erase(std::remove(all.begin(), all.end(), pidfd), all.end());
  if (is_owned) all.push_back(pidfd);
}

void end_labs_on_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, number);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread(wait_for_signal, signals).detach();
}

}  // namespace lab::orchestrator
