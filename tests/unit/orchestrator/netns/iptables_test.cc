#include "orchestrator/netns/iptables.h"

#include <gtest/gtest.h>

namespace lab::orchestrator {
namespace {

constexpr char kChains[] =
    "*nat\n-N ISTIO_INBOUND\n-N ISTIO_REDIRECT\n-N ISTIO_IN_REDIRECT\n-N ISTIO_OUTPUT\n"
    "-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001\n";

Redirect redirect(Redirect::Mode mode) {
  Redirect result;
  result.mode = mode;
  return result;
}

TEST(RedirectRules, NoneForNoRedirect) {
  EXPECT_EQ(redirect_rules(Redirect()), "");
}

TEST(RedirectRules, Istio10BendsBothDirectionsToOnePort) {
  // istio-iptables.sh of 1.0 with "-p 15001 -u 1337 -i '*' -b 80".
  Redirect rules = redirect(Redirect::Mode::istio_1_0);
  rules.included_inbound_ports = {80};
  EXPECT_EQ(redirect_rules(rules),
            std::string(kChains) +
                "-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15001\n"
                "-A OUTPUT -p tcp -j ISTIO_OUTPUT\n"
                "-A PREROUTING -p tcp -j ISTIO_INBOUND\n"
                "-A ISTIO_INBOUND -p tcp -m tcp --dport 80 -j ISTIO_IN_REDIRECT\n"
                "-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -j ISTIO_REDIRECT\n"
                "-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\n"
                "-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN\n"
                "-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN\n"
                "-A ISTIO_OUTPUT -j ISTIO_REDIRECT\n"
                "COMMIT\n");
}

TEST(RedirectRules, TodaysHaveAPortForEachDirection) {
  const std::string rules = redirect_rules(redirect(Redirect::Mode::istio_current));
  struct Case {
    const char* why;
    const char* line;
  };
  const Case cases[] = {
      {"inbound has its own port", "-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006\n"},
      {"HBONE is the proxy's", "-A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN\n"},
      {"health checks are the proxy's", "-A ISTIO_INBOUND -p tcp -m tcp --dport 15021 -j RETURN\n"},
      {"a passed-through inbound connection ends here",
       "-A ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN\n"},
      {"the proxy calling its own Pod's address is inbound",
       "-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m tcp ! --dport 15008 -m owner --uid-owner "
       "1337 -j "
       "ISTIO_IN_REDIRECT\n"},
      {"a Pod's call to itself is not bent",
       "-A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN\n"},
  };
  for (const Case& c : cases)
    EXPECT_NE(rules.find(c.line), std::string::npos) << c.why << "\n" << rules;
}

TEST(RedirectRules, ExceptionsComeBeforeWhatTheyExcept) {
  Redirect all = redirect(Redirect::Mode::istio_current);
  all.excluded_inbound_ports = {9000};
  all.excluded_outbound_ports = {3306};
  all.excluded_outbound_ranges = {"10.9.0.0/16"};
  all.excluded_uids = {1000};
  const std::string rules = redirect_rules(all);
  struct Case {
    const char* why;
    const char* exception;
    const char* rule;
  };
  const Case cases[] = {
      {"inbound port", "ISTIO_INBOUND -p tcp -m tcp --dport 9000 -j RETURN",
       "ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT"},
      {"outbound port", "ISTIO_OUTPUT -p tcp -m tcp --dport 3306 -j RETURN",
       "ISTIO_OUTPUT -j ISTIO_REDIRECT"},
      {"outbound range", "ISTIO_OUTPUT -d 10.9.0.0/16 -j RETURN", "ISTIO_OUTPUT -j ISTIO_REDIRECT"},
      {"user", "ISTIO_OUTPUT -m owner --uid-owner 1000 -j RETURN",
       "ISTIO_OUTPUT -j ISTIO_REDIRECT"},
  };
  for (const Case& c : cases) {
    const std::size_t exception = rules.find(c.exception), rule = rules.find(c.rule);
    ASSERT_NE(exception, std::string::npos) << c.why;
    ASSERT_NE(rule, std::string::npos) << c.why;
    EXPECT_LT(exception, rule) << c.why;
  }
}

TEST(RedirectRules, AMarkTakesTheOwnersPlace) {
  Redirect marked = redirect(Redirect::Mode::istio_current);
  marked.exempt_mark = 1337;
  const std::string rules = redirect_rules(marked);
  EXPECT_EQ(rules.find("--uid-owner"), std::string::npos);
  EXPECT_NE(rules.find("-A ISTIO_OUTPUT -m mark --mark 1337 -j RETURN\n"), std::string::npos);
  EXPECT_NE(rules.find("-A ISTIO_OUTPUT -o lo -m mark ! --mark 1337 -j RETURN\n"),
            std::string::npos);
}

TEST(ServiceRules, LeadToOneOfTheEndpointsAndRefuseWithoutAny) {
  EXPECT_EQ(service_rules({}), "");
  const std::string nat = "KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 80";
  EXPECT_EQ(service_rules({{"10.96.0.1", 80, {"10.234.0.1:8080", "10.234.0.2:8080"}},
                           {"10.96.0.2", 443, {}}}),
            "*nat\n-N KUBE-SERVICES\n-A OUTPUT -p tcp -j KUBE-SERVICES\n-A " + nat +
                " -m statistic --mode random --probability 0.500000"
                " -j DNAT --to-destination 10.234.0.1:8080\n-A " +
                nat +
                " -j DNAT --to-destination 10.234.0.2:8080\nCOMMIT\n"
                "*filter\n-N KUBE-SERVICES\n-A OUTPUT -p tcp -j KUBE-SERVICES\n"
                "-A KUBE-SERVICES -d 10.96.0.2/32 -p tcp -m tcp --dport 443"
                " -j REJECT --reject-with icmp-port-unreachable\nCOMMIT\n");
}

}  // namespace
}  // namespace lab::orchestrator
