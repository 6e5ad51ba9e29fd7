#include "orchestrator/process/message.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lab::orchestrator {
namespace {

TEST(Message, CarriesTextAndDescriptors) {
  auto [a, b] = std::move(*socket_pair());
  const Fd text = std::move(*text_descriptor("hello"));
  Value body;
  body.set("op", "write");
  body.set("number", 7);
  body.set("flag", true);
  const int fd = text.get();
  ASSERT_TRUE(send_message(a.get(), body, {&fd, 1}));
  const Result<std::optional<Message>> got = receive_message(b.get());
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->text("op"), "write");
  EXPECT_EQ((*got)->number("number"), 7);
  EXPECT_TRUE((*got)->flag("flag"));
  EXPECT_EQ((*got)->text("absent"), "");
  ASSERT_EQ((*got)->fds.size(), 1u);
  EXPECT_EQ(*read_descriptor((*got)->fds[0].get()), "hello");
  EXPECT_EQ(*read_descriptor((*got)->fds[0].get(), 3), "lo");
}

TEST(Message, TellsEndTimeAndNonsense) {
  auto [a, b] = std::move(*socket_pair());
  EXPECT_EQ(receive_message(b.get(), std::chrono::steady_clock::now()).error().code, Errc::timeout);
  ASSERT_EQ(::send(a.get(), "{", 1, 0), 1);
  EXPECT_EQ(receive_message(b.get()).error().code, Errc::config);
  a.reset();
  EXPECT_FALSE(receive_message(b.get())->has_value());
  EXPECT_FALSE(send_message(b.get(), Value(Value::Object())));
}

TEST(Message, APeerThatDoesNotReadIsAnErrorNotAWait) {
  auto [a, b] = std::move(*socket_pair());
  Value body;
  body.set("text", std::string(10'000, 'x'));
  Result<> sent;
  for (int i = 0; i < 10'000 && sent; ++i) sent = send_message(a.get(), body);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::system);
}

TEST(Message, FailuresTravel) {
  const Value body = error_body({Errc::not_found, "no such node"});
  const std::optional<Error> error = body_error(body);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::not_found);
  EXPECT_EQ(error->message, "no such node");
  EXPECT_FALSE(body_error(Value(Value::Object())));
}

TEST(PollTimeout, RoundsUpAndNeverGoesBelowZero) {
  EXPECT_EQ(poll_timeout(kNever), -1);
  EXPECT_EQ(poll_timeout(TimePoint::min()), 0);
  EXPECT_GT(poll_timeout(std::chrono::steady_clock::now() + std::chrono::seconds(10)), 9'000);
}

}  // namespace
}  // namespace lab::orchestrator
