#include "proxy/match/domain.h"

#include <gtest/gtest.h>

namespace lab::proxy {
namespace {

TEST(DomainTable, SearchesInEnvoysOrder) {
  DomainTable table;
  const char* const domains[] = {"a.com", "*.a.com", "*-x.a.com", "a.*", "a.b.*", "*", "A.com:80"};
  for (std::size_t i = 0; i < std::size(domains); ++i) ASSERT_TRUE(table.add(domains[i], i));
  struct Case {
    const char *why, *host;
    std::size_t found;
  };
  const Case cases[] = {
      {"an exact name first", "a.com", 0},
      {"case does not count", "A.COM", 0},
      {"a suffix before a prefix", "a.a.com", 1},
      {"the longest suffix", "b-x.a.com", 2},
      {"a wildcard stands for at least one character", ".a.com", 5},
      {"a prefix", "a.org", 3},
      {"the longest prefix", "a.b.org", 4},
      {"anything else", "b.org", 5},
      {"a domain may have a port", "a.com:80", 6},
      {"a port is part of the name", "a.com:81", 3},
      {"no name at all", "", 5},
  };
  for (const Case& c : cases) EXPECT_EQ(table.find(c.host), c.found) << c.why;
}

TEST(DomainTable, RefusesWhatIsThereAlready) {
  DomainTable table;
  ASSERT_TRUE(table.add("a.com", 0));
  EXPECT_FALSE(table.add("A.com", 1));
  ASSERT_TRUE(table.add("*", 0));
  EXPECT_FALSE(table.add("*", 1));
  EXPECT_EQ(DomainTable().find("a.com"), std::nullopt);
}

TEST(Host, IsTakenApart) {
  struct Case {
    const char *host, *bare;
    std::optional<std::uint16_t> port;
  };
  const Case cases[] = {
      {"a.com", "a.com", {}}, {"a.com:80", "a.com", 80}, {"[::1]:80", "[::1]", 80},
      {"[::1]", "[::1]", {}}, {"::1", "::1", {}},        {"a.com:", "a.com", {}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(without_port(c.host), c.bare) << c.host;
    EXPECT_EQ(port_of(c.host), c.port) << c.host;
  }
}

}  // namespace
}  // namespace lab::proxy
