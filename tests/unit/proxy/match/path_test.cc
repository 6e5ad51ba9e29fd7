#include "proxy/match/path.h"

#include <gtest/gtest.h>

namespace lab::proxy {
namespace {

using Action = config::HttpConnectionManager::PathWithEscapedSlashesAction;

// Each answer is the one that Envoy 1.40 gives with normalize_path.
TEST(CanonicalPath, IsEnvoys) {
  struct Case {
    const char *why, *path, *canonical;
  };
  const Case cases[] = {
      {"a parent is resolved", "/a/../b", "/b"},
      {"a dot goes away", "/a/./b/", "/a/b/"},
      {"double slashes stay", "/a//b", "/a//b"},
      {"above the root is the root", "/../..", "/"},
      {"a parent at the end leaves the slash", "/a/..", "/"},
      {"an encoded dot is a dot", "/%2e%2e/x", "/x"},
      {"in capital letters too", "/a/%2E/b", "/a/b"},
      {"half encoded", "/a/.%2e/b", "/b"},
      {"an encoded slash is no separator", "/a/%2e%2e%2fb", "/a/..%2fb"},
      {"and stays as it was written", "/a%2fb", "/a%2fb"},
      {"a backslash is a slash", "/a\\b", "/a/b"},
      {"an encoded backslash stays", "/%5C..%5cx", "/%5C..%5cx"},
      {"unreserved letters are decoded", "/%41%7e", "/A~"},
      {"other bytes are not", "/%80%c3%a4%20", "/%80%c3%a4%20"},
      {"what must not stand there is encoded", "/a\"<>|^`{}", "/a%22%3C%3E%7C%5E%60%7B%7D"},
      {"what may, stays", "/a!$&()*+,=:@b[x]'", "/a!$&()*+,=:@b[x]'"},
      {"a broken escape stays", "/%zz/%2/%", "/%zz/%2/%"},
      {"three dots are a name", "/...", "/..."},
      {"an empty segment is a segment", "//a/../b", "//b"},
      {"and can be left by its parent", "/a//../b", "/a/b"},
      {"parameters behind dots do not hide them", "/a/b/..;/c", "/a/c"},
      {"whatever they say", "/a/..;x/b", "/b"},
      {"behind one dot too", "/a/.;x/b", "/a/b"},
      {"at the end", "/a/b/..;x", "/a/"},
      {"parameters behind names stay", "/a/x..;/b", "/a/x..;/b"},
      {"an encoded dot with parameters is decoded, not resolved", "/a/%2e.;/b", "/a/..;/b"},
      {"an encoded NUL is refused", "/a%00b", nullptr},
      {"what begins with no slash is refused", "a", nullptr},
      {"nothing is refused", "", nullptr},
  };
  for (const Case& c : cases) {
    const auto canonical = canonical_path(c.path);
    EXPECT_EQ(canonical.has_value(), c.canonical != nullptr) << c.why;
    if (canonical && c.canonical != nullptr) {
      EXPECT_EQ(*canonical, c.canonical) << c.why;
    }
  }
}

TEST(NormalizePath, AppliesItsRulesInOrder) {
  struct Case {
    const char* why;
    PathRules rules;
    const char* path;
    PathVerdict verdict;
    const char* result;
  };
  const Case cases[] = {
      {"without rules nothing changes", {}, "/a/../b//c%2f", PathVerdict::keep, "/a/../b//c%2f"},
      {"a fragment is refused always", {}, "/a#b", PathVerdict::reject, nullptr},
      {"also in the query", {}, "/a?x#b", PathVerdict::reject, nullptr},
      {"the query is left alone",
       {true, false, Action::keep_unchanged},
       "/a/../b?x/../y",
       PathVerdict::keep,
       "/b?x/../y"},
      {"slashes are merged after normalization",
       {true, true, Action::keep_unchanged},
       "//a/.//b",
       PathVerdict::keep,
       "/a/b"},
      {"escaped slashes can be refused",
       {true, false, Action::reject_request},
       "/a%2Fb",
       PathVerdict::reject,
       nullptr},
      {"backslashes too",
       {true, false, Action::reject_request},
       "/a%5cb",
       PathVerdict::reject,
       nullptr},
      {"a query may have them",
       {true, false, Action::reject_request},
       "/a?b%2f",
       PathVerdict::keep,
       "/a?b%2f"},
      {"unescaped before dots are resolved",
       {true, false, Action::unescape_and_forward},
       "/a%2F..%2fb",
       PathVerdict::keep,
       "/b"},
      {"or answered by a redirect",
       {true, false, Action::unescape_and_redirect},
       "/a%2Fb?q",
       PathVerdict::redirect,
       "/a/b?q"},
      {"no redirect without a reason",
       {true, false, Action::unescape_and_redirect},
       "/a/./b",
       PathVerdict::keep,
       "/a/b"},
  };
  for (const Case& c : cases) {
    std::string path = c.path;
    EXPECT_EQ(normalize_path(c.rules, path), c.verdict) << c.why;
    if (c.result != nullptr) {
      EXPECT_EQ(path, c.result) << c.why;
    }
  }
}

}  // namespace
}  // namespace lab::proxy
