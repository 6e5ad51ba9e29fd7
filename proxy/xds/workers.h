#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "proxy/session/listener.h"
#include "proxy/session/worker.h"

namespace lab::proxy {

/// All workers of the process. The first one runs on the main loop, each other one on a thread of
/// its own.
class Workers {
 public:
  struct One {
    One(Loop& loop, TraceStore& trace, std::uint64_t seed)
        : worker(loop, trace, seed), listeners(worker) {}
    std::unique_ptr<Loop> own_loop;  ///< Null for the first.
    Worker worker;
    ListenerSet listeners;
    std::thread thread;
  };

  static Result<std::unique_ptr<Workers>> create(Loop& main, unsigned count, TraceStore& trace);
  ~Workers();
  void start();
  /// Ends the threads, then closes and frees everything that the workers have.
  void stop();

  std::size_t count() const { return all_.size(); }
  One& first() { return *all_.front(); }
  One& at(std::size_t index) { return *all_[index]; }
  /// Runs `work` for each worker on its own loop: at once for the first, soon for the others.
  void each(const std::function<void(One&)>& work);
  /// The same with the worker's number.
  void each_numbered(const std::function<void(One&, std::size_t)>& work);

 private:
  static void clear(One& one);

  std::vector<std::unique_ptr<One>> all_;
  bool running_ = false;
};

}  // namespace lab::proxy
