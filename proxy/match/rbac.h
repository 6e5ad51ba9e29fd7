#pragma once

#include <memory>
#include <string>

#include "mesh/config/rbac.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// What an engine says of one request or connection.
struct RbacVerdict {
  bool allowed = true;
  std::string policy;  ///< The first policy (by name) that matched; empty when none did.
};

/// A compiled config::Rbac. ALLOW lets pass what a policy matches, DENY what none matches, LOG
/// everything. Source: envoy.config.rbac.v3.RBAC.
class RbacEngine {
 public:
  /// Fails with Errc::config: "policy NAME: reason".
  static Result<RbacEngine> compile(const config::Rbac& source);
  /// Header, path and query conditions match nothing where there is no request (network filter).
  RbacVerdict judge(const StreamInfo& info) const;
  config::Rbac::Action action() const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

/// %RESPONSE_CODE_DETAILS% of a refusal: "rbac_access_denied_matched_policy[NAME]", "none" without
/// a policy.
std::string rbac_details(const RbacVerdict& verdict);

}  // namespace lab::proxy
