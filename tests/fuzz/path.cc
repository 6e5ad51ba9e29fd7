#include "proxy/match/path.h"
#include "tests/fuzz/fuzz_target.h"

namespace lab::fuzz {

using namespace proxy;

/// A canonical path is its own canonical form, begins at the root and never leaves it.
LAB_FUZZ_TARGET(path) {
  const std::string_view text = input;
  if (const auto canonical = canonical_path(text)) {
    LAB_ASSERT(canonical->starts_with('/'));
    LAB_ASSERT(canonical->find("/../") == std::string::npos && !canonical->ends_with("/.."));
    LAB_ASSERT(canonical->find('\\') == std::string::npos);
  }
  using Action = config::HttpConnectionManager::PathWithEscapedSlashesAction;
  for (const Action action : {Action::keep_unchanged, Action::reject_request,
                              Action::unescape_and_forward, Action::unescape_and_redirect}) {
    std::string path(text);
    const PathRules rules{true, true, action};
    if (normalize_path(rules, path) == PathVerdict::reject || path.empty()) continue;
    LAB_ASSERT(path.find("//") >= path.find('?'));
  }
}

}  // namespace lab::fuzz
