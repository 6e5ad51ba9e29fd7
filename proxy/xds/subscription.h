#pragma once

#include <functional>
#include <memory>
#include <string>

#include "mesh/config/core.h"
#include "proxy/observe/stats.h"
#include "proxy/xds/file_watcher.h"

namespace lab::proxy {

/// The path of a file subscription; Errc::config for another kind of source.
Result<std::string> path_of(const config::ConfigSource& source, const std::string& what);

/// One file with a DiscoveryResponse: read at start and after each change. A version that can't be
/// taken over leaves the one before in force, and its reason in the log, in the counters and here.
class Subscription {
 public:
  /// Takes a text over, all or nothing.
  using Take = std::function<Result<>(const std::string& text, const std::string& path)>;

  Subscription(FileWatcher& watcher, std::string path, const StatsScope& stats, Take take,
               std::function<void(const std::string&)> log);

  /// Reads the file for the first time and begins to watch it. Fails when there is none.
  Result<> start();

  const std::string& path() const { return path_; }
  /// The last reading found no file.
  bool missing() const { return missing_; }
  std::chrono::system_clock::time_point last_attempt() const { return last_attempt_; }
  const std::string& last_error() const { return last_error_; }
  std::chrono::system_clock::time_point last_success() const { return last_success_; }

 private:
  Result<> refresh();

  FileWatcher& watcher_;
  std::string path_;
  Take take_;
  std::function<void(const std::string&)> log_;
  Counter &update_attempt_, &update_success_, &update_failure_, &update_rejected_;
  std::string last_text_;
  std::string last_error_;
  bool missing_ = false;
  std::chrono::system_clock::time_point last_success_{}, last_attempt_{};
  FileWatcher::Registration registration_;
};

}  // namespace lab::proxy
