#include "base/ip.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

TEST(Ip, ReadsAndWrites) {
  struct Case {
    const char *why, *text, *written;
  };
  const Case cases[] = {
      {"dotted quad", "10.0.0.1", "10.0.0.1"},
      {"the shortest form of IPv6 is written", "2001:DB8:0:0::1", "2001:db8::1"},
      {"a name is no address", "localhost", nullptr},
      {"a missing part is refused", "10.0.1", nullptr},
      {"a leading space is refused", " 10.0.0.1", nullptr},
      {"nothing is no address", "", nullptr},
  };
  for (const Case& c : cases) {
    const auto ip = IpAddress::parse(c.text);
    EXPECT_EQ(ip.has_value(), c.written != nullptr) << c.why;
    if (ip && c.written != nullptr) {
      EXPECT_EQ(ip->text(), c.written) << c.why;
    }
  }
}

TEST(Ip, PortsNeedBracketsAroundIpv6) {
  EXPECT_EQ(IpPort::parse("10.0.0.1:80")->text(), "10.0.0.1:80");
  EXPECT_EQ(IpPort::parse("[::1]:80")->text(), "[::1]:80");
  EXPECT_FALSE(IpPort::parse("::1:80"));
  EXPECT_FALSE(IpPort::parse("10.0.0.1:65536"));
  EXPECT_FALSE(IpPort::parse("10.0.0.1:"));
}

TEST(CidrRange, Contains) {
  struct Case {
    const char *why, *address;
    unsigned bits;
    const char* other;
    bool contains;
  };
  const Case cases[] = {
      {"whole bytes", "10.1.0.0", 16, "10.1.255.255", true},
      {"one bit beyond", "10.1.0.0", 16, "10.2.0.0", false},
      {"bits within a byte", "10.128.0.0", 9, "10.200.0.1", true},
      {"bits within a byte differ", "10.128.0.0", 9, "10.127.0.1", false},
      {"length 0 holds all of the family", "0.0.0.0", 0, "1.2.3.4", true},
      {"but not the other family", "0.0.0.0", 0, "::1", false},
      {"too long a prefix means the whole address", "10.0.0.1", 99, "10.0.0.1", true},
      {"IPv6", "2001:db8::", 32, "2001:db8:1::1", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(CidrRange::make(c.address, c.bits)->contains(*IpAddress::parse(c.other)), c.contains)
        << c.why;
  }
  EXPECT_FALSE(CidrRange::make("nowhere", 8));
}

TEST(Ip, PrivateRanges) {
  for (const char* text : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.63", "127.0.0.1",
                           "fd00::1", "::1"}) {
    EXPECT_TRUE(IpAddress::parse(text)->is_private()) << text;
  }
  for (const char* text : {"1.1.1.1", "172.32.0.1", "192.169.0.1", "2001:db8::1"}) {
    EXPECT_FALSE(IpAddress::parse(text)->is_private()) << text;
  }
}

}  // namespace
}  // namespace lab
