#include "orchestrator/run/judge.h"

#include <gtest/gtest.h>

#include "base/yaml.h"

namespace lab::orchestrator {
namespace {

Expectation expectation(const std::string& yaml) {
  Expectation expect;
  Diagnostics out;
  decode(parse_yaml(yaml, "e.yaml").value().front().root, "e.yaml", out, expect);
  EXPECT_TRUE(out.empty()) << out.text();
  return expect;
}

Hop hop(const std::string& node, const std::string& certificate = "") {
  Hop result;
  result.node = node;
  result.cluster = "outbound|80||" + node;
  result.presented.present = !certificate.empty();
  result.presented.sha256 = certificate;
  return result;
}

/// sleep -> gateway, which presented v1's certificate; 200 with a page.
Observation page() {
  Observation seen;
  seen.status = 200;
  seen.headers = {{"server", "envoy"}};
  seen.body = "<h1>v1!</h1>";
  seen.hops = {hop("sleep"), hop("gateway", "11")};
  return seen;
}

const Fingerprints kCertificates = {{"v1.client", "11"}, {"v2.client", "22"}};

TEST(Judge, OneRuleAtATime) {
  struct Case {
    const char* why;
    const char* expect;
    const char* difference;  ///< "" is none.
  };
  const Case cases[] = {
      {"what isn't asked for may be anything", "{}", ""},
      {"a status", "status: 200", ""},
      {"another status", "status: 403", "status"},
      {"one of several", "status: [403, 200]", ""},
      {"a text in the body", "body: v1!", ""},
      {"a text that isn't", "body: [v1!, v2!]", "body"},
      {"a text that must not be", "body-not: v1!", "body"},
      {"the whole body", "body-is: <h1>v1!</h1>", ""},
      {"the size of the body", "body-bytes: 13", "body size"},
      {"a pattern", "body-matches: 'v[0-9]!'", ""},
      {"names of header fields have no case", "headers: {Server: envoy}", ""},
      {"any value", "headers: {server: '*'}", ""},
      {"a missing field", "headers: {via: '*'}", "header via"},
      {"a field that must be absent", "headers-absent: server", "header server"},
      {"the sender's own proxy is not part of via", "via: [gateway]", ""},
      {"no proxy at all", "via: []", "via"},
      {"another proxy", "via: [gateway-2]", "via"},
      {"all hops with a detail", "hops: [{node: sleep}, {cluster: outbound|80||gateway}]", ""},
      {"a detail that differs", "hops: [{node: sleep}, {cluster: x}]", "hop 2 cluster"},
      {"one hop too few", "hops: [{node: sleep}]", "hops"},
      {"the certificate presented", "presented: v1.client", ""},
      {"another certificate", "presented: v2.client", "presented"},
      {"no certificate", "presented: none", "presented"},
      {"no server certificate was seen", "server-certificate: none", ""},
      {"an exit status", "exit: 35", "exit status"},
  };
  for (const Case& c : cases) {
    const auto differences = judge(expectation(c.expect), page(), "sleep", kCertificates);
    EXPECT_EQ(differences.empty() ? "" : differences.front().what, c.difference) << c.why;
  }
}

TEST(Judge, NamesTheCertificateThatWasPresentedInstead) {
  const auto differences =
      judge(expectation("presented: v2.client"), page(), "sleep", kCertificates);
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].expected, "v2.client");
  EXPECT_EQ(differences[0].got, "v1.client");
}

TEST(Judge, AFailedCommandIsADifferenceUnlessExpected) {
  Observation seen;
  seen.exit = 7;
  EXPECT_EQ(judge(expectation("body: []"), seen, "a", {}).size(), 1u)
      << "exit status 0 is expected by default";
  EXPECT_TRUE(judge(expectation("exit: [7, 28]"), seen, "a", {}).empty());
  EXPECT_TRUE(judge(expectation("status: 0"), seen, "a", {}).empty()) << "no answer was expected";
}

TEST(Judge, CountersFollowTheAnswers) {
  Observation seen;
  seen.counts = {{"200", 10}, {"503", 20}};
  seen.stats = {{"fortio overflow", 20}};
  EXPECT_TRUE(
      judge(expectation("stats: [{node: fortio, name: overflow, by-status: '503'}]"), seen, "", {})
          .empty());
  EXPECT_EQ(
      judge(expectation("stats: [{node: fortio, name: overflow, by: 3}]"), seen, "", {}).size(),
      1u);
  EXPECT_EQ(judge(expectation("stats: [{node: fortio, name: other, by: 3}]"), seen, "", {}).size(),
            1u);
  EXPECT_TRUE(
      judge(expectation("counts: {'200': {at-least: 1}, '503': {exactly: 20}}"), seen, "", {})
          .empty());
  EXPECT_EQ(judge(expectation("counts: {'404': {at-least: 1}}"), seen, "", {}).size(), 1u);
  EXPECT_EQ(judge(expectation("counts: {'200': {at-least: 1}, other: {exactly: 20}}"), seen, "", {})
                .size(),
            0u)
      << "\"other\" is every status without a line of its own";
  EXPECT_EQ(judge(expectation("counts: {'200': {at-least: 1}, other: {exactly: 0}}"), seen, "", {})
                .size(),
            1u);
}

TEST(Judge, DistributionsHaveAStatisticalBound) {
  Observation seen;
  for (int i = 0; i < 100; ++i)
    seen.bodies.push_back(i < 52 ? "<h1>nginx01</h1>" : "<h1>nginx02</h1>");
  const auto expect = [](const char* shares) {
    return expectation("distribution: {by: 'body:<h1>(.*)</h1>', shares: " + std::string(shares) +
                       "}");
  };
  EXPECT_TRUE(judge(expect("{nginx01: 1, nginx02: 1}"), seen, "", {}).empty());
  EXPECT_FALSE(judge(expect("{nginx01: 9, nginx02: 1}"), seen, "", {}).empty())
      << "far from 90 to 10";
  EXPECT_FALSE(judge(expect("{nginx01: 1}"), seen, "", {}).empty())
      << "nginx02 should not have answered";
}

TEST(BinomialBounds, ContainTheMeanAndNarrowWithConfidence) {
  const auto wide = binomial_bounds(100, 0.5, 0.9999), narrow = binomial_bounds(100, 0.5, 0.5);
  EXPECT_LE(wide.first, narrow.first);
  EXPECT_GE(wide.second, narrow.second);
  EXPECT_EQ(wide.first + wide.second, 100u) << "symmetrical";
  EXPECT_EQ(wide.first, 31u) << "exact tail: P(X <= 30) = 3.9e-5 < 5e-5";
  EXPECT_EQ(binomial_bounds(10, 1, 0.9), (std::pair<std::uint32_t, std::uint32_t>{10, 10}));
}

}  // namespace
}  // namespace lab::orchestrator
