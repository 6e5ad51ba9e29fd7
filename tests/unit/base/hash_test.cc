#include "base/hash.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

TEST(XxHash64, GivesTheSpecificationsValues) {
  struct Case {
    const char *why, *text;
    std::uint64_t hash;
  };
  const Case cases[] = {
      {"no bytes", "", 0xef46db3751d8e999},
      {"one byte", "a", 0xd24ec4f1a98c6e5b},
      {"three bytes", "abc", 0x44bc2cf5ad770999},
      {"more than a stripe", "Nobody inspects the spammish repetition", 0xfbcea83c8a378bf1},
  };
  for (const Case& c : cases) EXPECT_EQ(xx_hash64(c.text), c.hash) << c.why;
  EXPECT_NE(xx_hash64("a", 1), xx_hash64("a", 0)) << "the seed counts";
}

TEST(MurmurHash2, IsThatOfTheStandardLibrary) {
  for (const std::string text :
       {"", "a", "12345678", "123456789", "a rather long text of several lanes"}) {
    EXPECT_EQ(murmur_hash2_64(text), std::hash<std::string>()(text)) << text;
  }
}

}  // namespace
}  // namespace lab
