#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lab::proxy {

/// A file that log lines are appended to, shared by all that name it. Lines are gathered and
/// written in whole.
class LogFile {
 public:
  /// Fails with Errc::system when the file can't be opened for appending.
  static Result<std::shared_ptr<LogFile>> open(const std::string& path);
  ~LogFile();
  void append(std::string_view line);
  /// Writes what was gathered; what the kernel refuses is dropped and counted.
  void flush();
  /// Opens the path anew, after it was renamed away.
  void reopen();

 private:
  explicit LogFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
  std::mutex mutex_;
  std::string gathered_;
  int fd_ = -1;
};

/// Writes all log files / opens them anew (SIGUSR1). `flush` belongs on a timer and at the end of
/// the process.
void flush_log_files();
void reopen_log_files();

}  // namespace lab::proxy
