#pragma once

#include <memory>
#include <vector>

#include "mesh/config/access_log.h"
#include "proxy/observe/format.h"
#include "proxy/observe/log_file.h"

namespace lab::proxy {

/// One configured access log.
class AccessLog {
 public:
  virtual ~AccessLog() = default;
  /// Writes a line when the filter lets it pass; call it when the request or connection is
  /// complete.
  virtual void log(const StreamInfo& info) const = 0;
};
using AccessLogPtr = std::shared_ptr<const AccessLog>;

/// File, stdout and stderr logs. Fails with Errc::config or Errc::system.
Result<AccessLogPtr> make_access_log(const config::AccessLog& source);
Result<std::vector<AccessLogPtr>> make_access_logs(const std::vector<config::AccessLog>& source);

/// Decides whether a finished stream is logged, or its local reply mapped.
class AccessLogFilter {
 public:
  virtual ~AccessLogFilter() = default;
  virtual bool passes(const StreamInfo& info) const = 0;
};
using AccessLogFilterPtr = std::shared_ptr<const AccessLogFilter>;
Result<AccessLogFilterPtr> make_access_log_filter(const config::AccessLogFilter& source);

}  // namespace lab::proxy
