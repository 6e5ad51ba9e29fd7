#include "mesh/crd/validation/names.h"

#include <gtest/gtest.h>

namespace lab::crd {
namespace {

TEST(Names, Values) {
  struct Case {
    const char* why;
    bool good;
    bool expected;
  };
  const std::string label63(63, 'a');
  const Case cases[] = {
      {"a label", is_dns_label("a-1"), true},
      {"a label has at most 63 characters", is_dns_label(label63 + "a"), false},
      {"and may have as many", is_dns_label(label63), true},
      {"a label must not end in a dash", is_dns_label("a-"), false},
      {"Istio takes capitals", is_dns_label("Ab"), true},
      {"underscores are none", is_dns_label("a_b"), false},
      {"a wildcard label", is_wildcard_dns_label("*"), true},
      {"a wildcard before a label", is_wildcard_dns_label("*foo"), true},
      {"with a dash between", is_wildcard_dns_label("*-foo"), true},
      {"not after it", is_wildcard_dns_label("foo*"), false},
      {"a domain may end in a dot", fqdn_problem("istio.io.").empty(), true},
      {"but not in two", fqdn_problem("istio.io..").empty(), false},
      {"its last label must not be a number", fqdn_problem("1.1.1").empty(), false},
      {"others may", fqdn_problem("1.a").empty(), true},
      {"a wildcard is no domain", fqdn_problem("*.a").empty(), false},
      {"a wildcard domain", wildcard_domain_problem("*.a.com").empty(), true},
      {"a wildcard stands first only", wildcard_domain_problem("a.*.com").empty(), false},
      {"everything", wildcard_domain_problem("*").empty(), true},
      {"too long", wildcard_domain_problem("a." + std::string(255, 'b')).empty(), false},
      {"a whole label", partial_wildcard_problem("*.a").empty(), true},
      {"a part of one", partial_wildcard_problem("*a").empty(), false},
      {"an address", is_ip_address("10.0.0.1"), true},
      {"leading zeros are none", is_ip_address("010.0.0.1"), false},
      {"a zone", is_ip_address("fe80::1%eth0"), true},
      {"an empty zone", is_ip_address("fe80::1%"), false},
      {"a block", is_ip_prefix("10.0.0.0/8"), true},
      {"too many bits", is_ip_prefix("10.0.0.0/33"), false},
      {"bits with a leading zero", is_ip_prefix("10.0.0.0/08"), false},
      {"host bits may be set", is_ip_prefix("192.168.1.7/24"), true},
      {"a key with a prefix", labels_problem({{"a.b/c", "d"}}).empty(), true},
      {"an empty value", labels_problem({{"a", ""}}).empty(), true},
      {"an empty key", labels_problem({{"", "a"}}).empty(), false},
      {"two slashes", labels_problem({{"a/b/c", "d"}}).empty(), false},
      {"a value with a slash", labels_problem({{"a", "b/c"}}).empty(), false},
      {"a regex", regex_problem("a.*", "x").empty(), true},
      {"look-ahead is not RE2", regex_problem("(?!a)", "x").empty(), false},
      {"a long regex", regex_problem(std::string(1025, 'a'), "x").empty(), false},
      {"an absolute path", unix_path_problem("/a").empty(), true},
      {"an abstract socket", unix_path_problem("@a").empty(), true},
      {"a folder", unix_path_problem("/a/").empty(), false},
  };
  for (const Case& c : cases) EXPECT_EQ(c.good, c.expected) << c.why;
}

TEST(Names, HeaderValues) {
  struct Case {
    const char* why;
    const char* value;
    bool good;
  };
  const Case cases[] = {
      {"plain", "a b", true},
      {"a command", "%HOSTNAME%", true},
      {"a doubled sign", "100%%", true},
      {"a single one at the end", "100%", false},
      {"a command that doesn't end", "abc%123", false},
      {"an argument", "%REQ(x-a)%", true},
      {"an argument that doesn't end", "%REQ(x-a%", false},
      {"a list of arguments", R"(%UPSTREAM_METADATA(["a", "b"])%)", true},
      {"a list without quotes", "%UPSTREAM_METADATA([a])%", false},
      {"something after the list", R"(%UPSTREAM_METADATA(["a"]x)%)", false},
      {"an escaped quote", R"(%UPSTREAM_METADATA(["a\"b"])%)", true},
      {"a line end", "a\nb", false},
      {"a tab", "a\tb", true},
  };
  for (const Case& c : cases) EXPECT_EQ(header_value_problem(c.value).empty(), c.good) << c.why;
}

TEST(Names, HostsThatStandForOthers) {
  struct Case {
    const char* why;
    std::string_view inner, outer;
    bool subset, overlap;
  };
  const Case cases[] = {
      {"a name and itself", "a.com", "a.com", true, true},
      {"a wildcard covers names below", "x.a.com", "*.a.com", true, true},
      {"but not the name itself", "a.com", "*.a.com", false, false},
      {"a wildcard covers deeper ones", "*.x.a.com", "*.a.com", true, true},
      {"not the other way round, yet they overlap", "*.a.com", "*.x.a.com", false, true},
      {"a wildcard is no part of a name", "*.a.com", "x.a.com", false, true},
      {"everything", "a.com", "*", true, true},
      {"nothing in common", "a.com", "*.b.com", false, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(host_is_subset(c.inner, c.outer), c.subset) << c.why;
    EXPECT_EQ(hosts_overlap(c.inner, c.outer), c.overlap) << c.why;
  }
}

}  // namespace
}  // namespace lab::crd
