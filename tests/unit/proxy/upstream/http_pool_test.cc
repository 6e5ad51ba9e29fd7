#include "proxy/upstream/http_pool.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace lab::proxy {
namespace {

using std::chrono_literals::operator""ms;

/// A request's owner that only notes what it is told.
struct Owner final : UpstreamEvents {
  void on_pool_ready() override { ready = true; }
  void on_pool_failure(UpstreamReset reason, const std::string&) override { failed = reason; }
  void on_informational(ResponseHead&&) override {}
  void on_response(ResponseHead&&, bool) override {}
  void on_response_data(std::string_view, bool) override {}
  void on_response_trailers(HeaderMap&&) override {}
  void on_upstream_reset(UpstreamReset, const std::string&) override {}
  void on_upstream_writable() override {}
  bool ready = false;
  std::optional<UpstreamReset> failed;
};

/// A pool whose host is a listening socket of this process: connections to it come to be, and
/// nobody answers on them.
struct PoolTest : testing::Test {
  PoolTest() {
    HttpPoolOptions options;
    options.address = local_address(listening.get());
    options.connect_timeout = 1000ms;
    HostDescription description;
    description.address = options.address.text();
    pool = std::make_unique<HttpPool>(*loop, std::make_shared<Host>(description), options, stats,
                                      breaker);
    stream = std::make_unique<UpstreamStream>(*pool, owner);
  }
  void became_idle() { ++idle_calls; }
  void turn() { loop->turn(0ms); }

  Fd listening = *listen_socket(*Address::parse("127.0.0.1", 0), false, 16, {});
  std::unique_ptr<Loop> loop = *Loop::create(Loop::Time::manual);
  StatsStore store;
  ClusterStats stats{StatsScope(store, "cluster.c.")};
  CircuitBreaker breaker{CircuitBreakerLimits{}, StatsScope(store, "cluster.c.cb.")};
  Owner owner;
  std::unique_ptr<HttpPool> pool;
  std::unique_ptr<UpstreamStream> stream;
  int idle_calls = 0;
};

TEST_F(PoolTest, DrainingServesARequestThatWaits) {
  pool->request(*stream);
  pool->drain(Callback::to<&PoolTest::became_idle>(this));
  EXPECT_EQ(stats.upstream_cx_total.value(), 1u) << "the connection that is being made stays";
  EXPECT_FALSE(pool->idle());
  turn();
  EXPECT_TRUE(owner.ready);
  EXPECT_EQ(idle_calls, 0) << "the request is not done";
  stream.reset();
  turn();
  EXPECT_EQ(idle_calls, 1);
  EXPECT_TRUE(pool->idle()) << "no connection is kept of a host that is gone";
}

TEST_F(PoolTest, DrainingEndsConnectionsThatNobodyWaitsFor) {
  pool->request(*stream);
  pool->drain(Callback::to<&PoolTest::became_idle>(this));
  stream.reset();
  EXPECT_EQ(idle_calls, 1);
  EXPECT_TRUE(pool->idle());
}

TEST_F(PoolTest, AConnectTimeoutFailsTheRequestsAndMakesNoFurtherConnection) {
  // A queue of one that is full: the kernel drops what comes then.
  ::listen(listening.get(), 0);
  const Address address = local_address(listening.get());
  const Fd first = *connect_socket(address), second = *connect_socket(address);
  pool->request(*stream);
  turn();
  EXPECT_FALSE(owner.ready);
  loop->advance(1001ms);
  turn();
  EXPECT_EQ(owner.failed, UpstreamReset::connection_timeout);
  EXPECT_EQ(stats.upstream_cx_connect_timeout.value(), 1u);
  EXPECT_EQ(stats.upstream_cx_total.value(), 1u);
}

}  // namespace
}  // namespace lab::proxy
