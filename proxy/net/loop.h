#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/handle.h"
#include "base/result.h"

namespace lab::proxy {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = std::chrono::nanoseconds;

/// A method of an object, to be called later. It owns nothing and copies freely, so that what it
/// calls may destroy whoever holds it.
template <class... Args>
class Delegate {
 public:
  Delegate() = default;
  template <auto Method, class T>
  static Delegate to(T* object) {
    return Delegate([](void* target, Args... args) { (static_cast<T*>(target)->*Method)(args...); },
                    object);
  }
  void operator()(Args... args) const { call_(object_, args...); }
  explicit operator bool() const { return call_ != nullptr; }

 private:
  Delegate(void (*call)(void*, Args...), void* object) : call_(call), object_(object) {}
  void (*call_)(void*, Args...) = nullptr;
  void* object_ = nullptr;
};

using Callback = Delegate<>;

class Loop;

/// Calls back once, after a time; stopped by destruction. Starting again to a later time costs
/// nothing.
class Timer {
 public:
  Timer() = default;
  Timer(Loop& loop, Callback callback) : loop_(&loop), callback_(callback) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  void start(Duration delay);
  void stop() { armed_ = false; }
  bool armed() const { return armed_; }

 private:
  friend class Loop;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  Loop* loop_ = nullptr;
  Callback callback_;
  TimePoint deadline_;  ///< When it is due.
  std::size_t position_ =
      kNone;  ///< In the loop's heap; stays there while stopped, until its old time comes.
  bool armed_ = false;
};

/// Readiness of one descriptor, reported while this object lives (level-triggered).
class Watch {
 public:
  Watch() = default;
  /// `events` as in epoll_ctl(2).
  Watch(Loop& loop, int fd, std::uint32_t events, Delegate<std::uint32_t> callback);
  Watch(Watch&& other) noexcept { swap(other); }
  Watch& operator=(Watch&& other) noexcept {
    Watch(std::move(other)).swap(*this);
    return *this;
  }
  ~Watch();

  void set(std::uint32_t events);
  std::uint32_t events() const { return events_; }
  explicit operator bool() const { return loop_ != nullptr; }

 private:
  void swap(Watch& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(slot_, other.slot_);
    std::swap(fd_, other.fd_);
    std::swap(events_, other.events_);
  }
  Loop* loop_ = nullptr;
  std::uint32_t slot_ = 0;
  int fd_ = -1;
  std::uint32_t events_ = 0;
};

/// Something with bytes to write: flushed once at the end of the turn in which it was marked.
class Flushable {
 public:
  explicit Flushable(Loop& loop) : loop_(loop) {}
  Flushable(const Flushable&) = delete;
  Flushable& operator=(const Flushable&) = delete;
  virtual ~Flushable();
  Loop& loop() const { return loop_; }

 protected:
  void flush_soon();

 private:
  friend class Loop;
  virtual void flush() = 0;
  Loop& loop_;
  std::size_t dirty_position_ = static_cast<std::size_t>(-1);
};

/// What may be destroyed while its own methods are on the stack: given to Loop::destroy_later.
class Deletable {
 public:
  virtual ~Deletable() = default;
};

/// One thread's event loop. A turn: report readiness, run timers, run what was deferred, flush each
/// dirty connection once, free what died. Only post() and stop() may be called from other threads.
class Loop {
 public:
  enum class Time : std::uint8_t { real, manual };

  /// Fails with Errc::system when the kernel gives no epoll instance.
  static Result<std::unique_ptr<Loop>> create(Time time = Time::real);
  ~Loop();

  /// When this turn began.
  TimePoint now() const { return now_; }
  std::chrono::system_clock::time_point wall_now() const { return wall_now_; }

  /// Runs turns until stop().
  void run();
  /// Ends run() after the present turn.
  void stop();
  /// One turn; waits at most so long for something to happen.
  void turn(std::chrono::milliseconds longest);
  /// With manual time only: moves the clock.
  void advance(Duration by) { manual_offset_ += by; }

  /// Runs `work` in a later turn of this loop; from any thread.
  void post(std::function<void()> work);
  /// Runs `work` at the end of this turn, before the flush.
  void defer(std::function<void()> work) { deferred_.push_back(std::move(work)); }
  void destroy_later(std::unique_ptr<Deletable> object) { dead_.push_back(std::move(object)); }

  /// Scratch space for reading, shared by all connections of the loop: valid until the next read.
  static constexpr std::size_t kScratchBytes = 64 * 1024;
  char* scratch() { return scratch_.get(); }

 private:
  friend class Timer;
  friend class Watch;
  friend class Flushable;
  struct Slot {
    Delegate<std::uint32_t> callback;
    std::uint32_t generation = 0;
  };

  Loop() = default;
  void update_clock();
  int wait_time(std::chrono::milliseconds longest) const;
  void dispatch(int count);
  void run_timers();
  void run_deferred();
  void flush_dirty();
  void drain_wakeups(std::uint32_t);
  void wake();
  void place(Timer* timer, std::size_t position);
  void sift_up(std::size_t position);
  void sift_down(std::size_t position);
  void remove_timer(std::size_t position);

  struct Entry {
    TimePoint when;
    Timer* timer;
  };
  Time time_ = Time::real;
  Duration manual_offset_{};
  Fd epoll_;
  Fd wakeup_;
  Watch wakeup_watch_;
  TimePoint now_;
  std::chrono::system_clock::time_point wall_now_;
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<Entry> timers_;  ///< A heap, the earliest first.
  std::vector<Flushable*> dirty_;
  std::vector<std::function<void()>> deferred_;
  std::vector<std::unique_ptr<Deletable>> dead_;
  std::unique_ptr<char[]> scratch_;
  std::vector<epoll_event> events_;
  bool stopped_ = false;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace lab::proxy
