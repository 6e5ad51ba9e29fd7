#pragma once

#include <string>
#include <vector>

#include "mesh/config/core.h"
#include "proxy/http/message.h"
#include "proxy/observe/format.h"

namespace lab::proxy {

/// Headers to remove and to add, with %OPERATOR%s in their values. Source:
/// envoy.config.core.v3.HeaderValueOption.
class HeaderMutation {
 public:
  /// Fails with Errc::config for an unknown operator, and for a pseudo-header or "host", which must
  /// not be changed so.
  static Result<HeaderMutation> compile(const std::vector<config::HeaderValueOption>& add,
                                        const std::vector<std::string>& remove);
  bool empty() const { return add_.empty() && remove_.empty(); }
  /// Removes first; then all values are computed from what is there, then overwritten, then added.
  void apply(HeaderMap& headers, const StreamInfo& info) const;

 private:
  using Action = config::HeaderValueOption::HeaderAppendAction;
  struct Addition {
    std::string name;  ///< Lower case.
    Format value;
    Action action;
    bool keep_empty;
  };
  std::vector<Addition> add_;
  std::vector<std::string> remove_;
};

}  // namespace lab::proxy
