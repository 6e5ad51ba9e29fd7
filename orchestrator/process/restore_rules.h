#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/handle.h"
#include "base/result.h"

namespace lab::orchestrator {

/// One iptables-restore, running beside other work. What this host's `iptables` shows is tried
/// first, then the other back end (nft or legacy): kernels and containers differ in which of them
/// works.
class RulesWriter {
 public:
  static Result<RulesWriter> start(const std::string& rules);

  /// A child has ended; false when it was not ours. Then result() and finished() tell how it went
  /// on.
  bool reaped(pid_t pid, int wait_status);
  bool finished() const { return pid_ == 0 && result_.has_value(); }
  /// Errc::unfit, with what each back end said, when none works.
  const Result<>& result() const { return result_; }

 private:
  Result<> start_next();

  std::string rules_;
  std::vector<std::string> left_;  ///< Back ends not tried yet, the last one first.
  std::string complaints_;
  Fd input_, output_;
  pid_t pid_ = 0;
  std::string program_;
  Result<> result_;
};

}  // namespace lab::orchestrator
