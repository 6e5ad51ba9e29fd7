#include "orchestrator/process/doctor.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

namespace lab::orchestrator {
namespace {

const Finding& about(const std::vector<Finding>& findings, const std::string& subject) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&](const Finding& one) { return one.subject == subject; });
  static const Finding none{"", Finding::Verdict::missing, "not examined"};
  return found == findings.end() ? none : *found;
}

TEST(Doctor, TriesEachThing) {
  DoctorOptions options;
  options.rootless = ::geteuid() != 0;
  options.proxy_program = "/nonexistent/proxy";
  options.cache_folder = "/proc/nonexistent/cache";
  const std::vector<Finding> findings = examine_host(options);
  struct Case {
    const char* why;
    const char* subject;
    Finding::Verdict verdict;
  };
  const Case cases[] = {
      {"this test runs where labs can be made", "namespaces and mounts", Finding::Verdict::good},
      {"nodes reach each other, nobody's address is unreachable", "links", Finding::Verdict::good},
      {"nat, REDIRECT and owner work", "redirect rules of Istio 1.0", Finding::Verdict::good},
      {"and today's rules too", "redirect rules of today's Istio", Finding::Verdict::good},
      {"a program that is not there is missed", "proxy", Finding::Verdict::missing},
      {"a folder that can't be made is told", "cache", Finding::Verdict::missing},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(about(findings, c.subject).verdict, c.verdict)
        << c.why << ": " << about(findings, c.subject).detail;
  }
  EXPECT_FALSE(is_fit(findings));
}

}  // namespace
}  // namespace lab::orchestrator
