#include "base/buffer.h"

#include <gtest/gtest.h>

#include <string>

namespace lab {
namespace {

TEST(Buffer, AppendsAndConsumesInOrder) {
  Buffer buffer;
  std::string expected;
  for (int round = 0; round < 1000; ++round) {
    const std::string part(static_cast<std::size_t>(round % 37),
                           static_cast<char>('a' + round % 26));
    buffer.append(part);
    expected += part;
    const std::size_t eaten = static_cast<std::size_t>(round % 29) < buffer.size() ? round % 29 : 0;
    buffer.consume(eaten);
    expected.erase(0, eaten);
    ASSERT_EQ(buffer.view(), expected) << "round " << round;
  }
}

TEST(Buffer, TakesStorageOfAnother) {
  Buffer from, to;
  from.append(std::string(5000, 'x'));
  const char* storage = from.view().data();
  to.append(std::move(from));
  EXPECT_EQ(to.view().data(), storage) << "an empty buffer takes over without copying";
  EXPECT_TRUE(from.empty());
  from.append("y");
  to.append(std::move(from));
  EXPECT_EQ(to.view().substr(4999), "xy");
}

TEST(Buffer, ReleaseGivesStorageBack) {
  Buffer buffer;
  buffer.append("abc");
  buffer.release();
  EXPECT_EQ(buffer.capacity(), 0u);
  EXPECT_TRUE(buffer.empty());
  buffer.append("d");
  EXPECT_EQ(buffer.view(), "d");
}

}  // namespace
}  // namespace lab
