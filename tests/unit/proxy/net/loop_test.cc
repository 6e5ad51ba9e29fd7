#include "proxy/net/loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

namespace lab::proxy {
namespace {

using std::chrono_literals::operator""ms;

struct Recorder {
  std::string seen;
  Timer* other = nullptr;
  void a() { seen += 'a'; }
  void b() { seen += 'b'; }
  void restart() {
    seen += 'r';
    other->start(5ms);
  }
};

TEST(Loop, TimersFireInOrderOfTheirTime) {
  auto loop = *Loop::create(Loop::Time::manual);
  loop->turn(0ms);
  Recorder seen;
  Timer a(*loop, Callback::to<&Recorder::a>(&seen));
  Timer b(*loop, Callback::to<&Recorder::b>(&seen));
  Timer again(*loop, Callback::to<&Recorder::restart>(&seen));
  seen.other = &a;
  a.start(20ms);
  b.start(10ms);
  again.start(30ms);
  const auto after = [&](Duration by) {
    loop->advance(by);
    loop->turn(0ms);
    return seen.seen;
  };
  EXPECT_EQ(after(9ms), "") << "nothing is due";
  EXPECT_EQ(after(1ms), "b") << "the earlier first, though started later";
  a.start(15ms);
  EXPECT_EQ(after(10ms), "b") << "put off";
  EXPECT_EQ(after(5ms), "ba");
  EXPECT_EQ(after(5ms), "bar");
  EXPECT_EQ(after(5ms), "bara") << "a timer may be started from a callback";
  b.start(1ms);
  b.stop();
  EXPECT_EQ(after(10ms), "bara") << "stopped";
  a.start(Duration::max());
  EXPECT_EQ(after(10ms), "bara") << "the longest time is never, not a moment that is long past";
}

TEST(Loop, ManyTimersSurviveDestructionInAnyOrder) {
  auto loop = *Loop::create(Loop::Time::manual);
  loop->turn(0ms);
  Recorder seen;
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 200; ++i) {
    timers.push_back(std::make_unique<Timer>(*loop, Callback::to<&Recorder::a>(&seen)));
    timers.back()->start(std::chrono::milliseconds((i * 37) % 101 + 1));
  }
  for (std::size_t i = 0; i < timers.size(); i += 3) timers[i].reset();
  loop->advance(200ms);
  loop->turn(0ms);
  EXPECT_EQ(seen.seen.size(), 133u);
}

struct Closer {
  Watch own, other;
  int calls = 0;
  void on_ready(std::uint32_t) {
    ++calls;
    own = Watch();
    other = Watch();
  }
};

TEST(Loop, AWatchMayDestroyOthersThatAreReadyInTheSameTurn) {
  auto loop = *Loop::create();
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  const Fd one(pair[0]), two(pair[1]);
  Closer closer;
  closer.own =
      Watch(*loop, one.get(), EPOLLOUT, Delegate<std::uint32_t>::to<&Closer::on_ready>(&closer));
  closer.other =
      Watch(*loop, two.get(), EPOLLOUT, Delegate<std::uint32_t>::to<&Closer::on_ready>(&closer));
  loop->turn(100ms);
  loop->turn(0ms);
  EXPECT_EQ(closer.calls, 1);
}

TEST(Loop, PostedWorkRunsInTheLoop) {
  auto loop = *Loop::create();
  int ran = 0;
  loop->post([&] {
    ++ran;
    loop->stop();
  });
  loop->run();
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace lab::proxy
