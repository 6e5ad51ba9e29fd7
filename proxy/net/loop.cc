#include "proxy/net/loop.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>

namespace lab::proxy {

namespace {
constexpr std::size_t kEventsPerTurn = 256;
constexpr std::chrono::milliseconds kLongestSleep{60'000};
}  // namespace

Timer::~Timer() {
  if (position_ != kNone) loop_->remove_timer(position_);
}

void Timer::start(Duration delay) {
  // "Never" is written as the longest duration there is, which no sum can hold.
  const TimePoint now = loop_->now();
  deadline_ = delay < TimePoint::max() - now ? now + delay : TimePoint::max();
  armed_ = true;
  if (position_ == kNone) {
    loop_->timers_.push_back({deadline_, this});
    position_ = loop_->timers_.size() - 1;
    loop_->sift_up(position_);
  } else if (deadline_ < loop_->timers_[position_].when) {
    loop_->timers_[position_].when = deadline_;
    loop_->sift_up(position_);
  }  // Later than its place in the heap: put back when that time comes.
}

Watch::Watch(Loop& loop, int fd, std::uint32_t events, Delegate<std::uint32_t> callback)
    : loop_(&loop), fd_(fd), events_(events) {
  if (loop.free_slots_.empty()) {
    slot_ = static_cast<std::uint32_t>(loop.slots_.size());
    loop.slots_.emplace_back();
  } else {
    slot_ = loop.free_slots_.back();
    loop.free_slots_.pop_back();
  }
  Loop::Slot& slot = loop.slots_[slot_];
  slot.callback = callback;
  epoll_event event{};
  event.events = events;
  event.data.u64 = (static_cast<std::uint64_t>(slot.generation) << 32) | slot_;
  LAB_ASSERT(::epoll_ctl(loop.epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
}

Watch::~Watch() {
  if (loop_ == nullptr) return;
  // The descriptor may have been closed already (then the kernel has forgotten it): either way it
  // is gone.
  ::epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
  Loop::Slot& slot = loop_->slots_[slot_];
  ++slot.generation;  // Events of this turn that were for us find nobody.
  slot.callback = {};
  loop_->free_slots_.push_back(slot_);
}

void Watch::set(std::uint32_t events) {
  if (events == events_) return;
  events_ = events;
  epoll_event event{};
  event.events = events;
  event.data.u64 = (static_cast<std::uint64_t>(loop_->slots_[slot_].generation) << 32) | slot_;
  LAB_ASSERT(::epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_MOD, fd_, &event) == 0);
}

Flushable::~Flushable() {
  if (dirty_position_ != static_cast<std::size_t>(-1)) loop_.dirty_[dirty_position_] = nullptr;
}

void Flushable::flush_soon() {
  if (dirty_position_ != static_cast<std::size_t>(-1)) return;
  dirty_position_ = loop_.dirty_.size();
  loop_.dirty_.push_back(this);
}

Result<std::unique_ptr<Loop>> Loop::create(Time time) {
  std::unique_ptr<Loop> loop(new Loop);
  loop->time_ = time;
  loop->epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!loop->epoll_) return tl::unexpected(last_errno("create an epoll instance"));
  loop->wakeup_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!loop->wakeup_) return tl::unexpected(last_errno("create an event descriptor"));
  loop->scratch_ = std::unique_ptr<char[]>(new char[kScratchBytes]);
  loop->events_.resize(kEventsPerTurn);
  loop->wakeup_watch_ = Watch(*loop, loop->wakeup_.get(), EPOLLIN,
                              Delegate<std::uint32_t>::to<&Loop::drain_wakeups>(loop.get()));
  loop->update_clock();
  return loop;
}

Loop::~Loop() {
  dead_.clear();
  wakeup_watch_ = Watch();  // Needs the slots, which are members declared after it.
  for (Entry& entry : timers_) entry.timer->position_ = Timer::kNone;
}

void Loop::update_clock() {
  wall_now_ = std::chrono::system_clock::now();
  now_ = time_ == Time::real ? Clock::now() : TimePoint(manual_offset_);
}

void Loop::run() {
  stopped_ = false;
  while (!stopped_) turn(kLongestSleep);
}

void Loop::stop() {
  post([this] { stopped_ = true; });
}

int Loop::wait_time(std::chrono::milliseconds longest) const {
  if (!deferred_.empty() || !dirty_.empty()) return 0;
  if (timers_.empty() || time_ == Time::manual) return static_cast<int>(longest.count());
  const auto left = timers_.front().when - Clock::now();
  if (left <= Duration::zero()) return 0;
  // Rounded up: waking before a timer is due would spin.
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left);
  return static_cast<int>(std::min(rounded, longest).count());
}

void Loop::turn(std::chrono::milliseconds longest) {
  const int count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                 wait_time(longest));
  update_clock();
  dispatch(std::max(count, 0));
  run_timers();
  do {
    run_deferred();
    flush_dirty();
  } while (!deferred_.empty() || !dirty_.empty());
  // Destructors may hand over further objects.
  while (!dead_.empty()) std::vector<std::unique_ptr<Deletable>>(std::move(dead_)).clear();
}

void Loop::dispatch(int count) {
  for (int index = 0; index < count; ++index) {
    const std::uint64_t key = events_[static_cast<std::size_t>(index)].data.u64;
    const Slot& slot = slots_[static_cast<std::uint32_t>(key)];
    if (slot.generation != static_cast<std::uint32_t>(key >> 32)) continue;
    const Delegate<std::uint32_t> callback = slot.callback;
    callback(events_[static_cast<std::size_t>(index)].events);
  }
}

void Loop::run_timers() {
  while (!timers_.empty() && timers_.front().when <= now_) {
    Timer* timer = timers_.front().timer;
    if (timer->armed_ && timer->deadline_ > now_) {
      timers_.front().when = timer->deadline_;
      sift_down(0);
      continue;
    }
    remove_timer(0);
    if (!timer->armed_) continue;
    timer->armed_ = false;
    const Callback callback = timer->callback_;
    callback();
  }
}

void Loop::run_deferred() {
  std::vector<std::function<void()>> works;
  works.swap(deferred_);
  for (auto& work : works) work();
}

void Loop::flush_dirty() {
  for (std::size_t index = 0; index < dirty_.size(); ++index) {  // Grows while it runs.
    Flushable* item = dirty_[index];
    if (item == nullptr) continue;
    item->dirty_position_ = static_cast<std::size_t>(-1);
    dirty_[index] = nullptr;
    item->flush();
  }
  dirty_.clear();
}

void Loop::post(std::function<void()> work) {
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (first) wake();
}

void Loop::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wakeup_.get(), &one, sizeof one);
}

void Loop::drain_wakeups(std::uint32_t) {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wakeup_.get(), &count, sizeof count);
  std::vector<std::function<void()>> works;
  {
    const std::lock_guard<std::mutex> lock(posted_mutex_);
    works.swap(posted_);
  }
  for (auto& work : works) work();
}

void Loop::place(Timer* timer, std::size_t position) {
  timer->position_ = position;
}

void Loop::sift_up(std::size_t position) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (timers_[parent].when <= timers_[position].when) break;
    std::swap(timers_[parent], timers_[position]);
    place(timers_[position].timer, position);
    position = parent;
  }
  place(timers_[position].timer, position);
}

void Loop::sift_down(std::size_t position) {
  for (;;) {
    std::size_t child = position * 2 + 1;
    if (child >= timers_.size()) break;
    if (child + 1 < timers_.size() && timers_[child + 1].when < timers_[child].when) ++child;
    if (timers_[position].when <= timers_[child].when) break;
    std::swap(timers_[position], timers_[child]);
    place(timers_[position].timer, position);
    position = child;
  }
  place(timers_[position].timer, position);
}

void Loop::remove_timer(std::size_t position) {
  timers_[position].timer->position_ = Timer::kNone;
  const Entry last = timers_.back();
  timers_.pop_back();
  if (position == timers_.size()) return;
  timers_[position] = last;
  sift_up(position);
  sift_down(last.timer->position_);
}

}  // namespace lab::proxy
