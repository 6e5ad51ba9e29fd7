#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/config/route.h"
#include "proxy/observe/stream_info.h"
#include "proxy/regex.h"

namespace lab::proxy {

/// What consistent hashing of a route looks at. Source:
/// envoy.config.route.v3.RouteAction.HashPolicy.
class HashPolicies {
 public:
  static Result<HashPolicies> compile(const std::vector<config::HashPolicy>& source);
  bool empty() const { return policies_.empty(); }

  /// Nothing when no policy found anything to hash. `set_cookies` receives set-cookie values for
  /// the response when a cookie with a ttl has to be made.
  std::optional<std::uint64_t> hash(const RequestHead& head, const StreamInfo& info,
                                    std::vector<std::string>* set_cookies) const;

 private:
  struct Policy {
    config::HashPolicy config;
    std::optional<RegexRewrite> rewrite;
  };
  static std::optional<std::uint64_t> hash_one(const Policy& policy, const RequestHead& head,
                                               const StreamInfo& info,
                                               std::vector<std::string>* set_cookies);
  std::vector<Policy> policies_;
};

/// The value of a cookie of the request, without quotes around it.
std::optional<std::string> cookie_value(const HeaderMap& headers, std::string_view name);

}  // namespace lab::proxy
