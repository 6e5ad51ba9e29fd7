#include "proxy/observe/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <map>

namespace lab::proxy {
namespace {

/// Enough lines for one write; a reader sees them after the next flush at the latest.
constexpr std::size_t kFlushBytes = 64 * 1024;

struct OpenFiles {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<LogFile>> by_path;

  template <class Act>
  void each(Act act) {
    const std::lock_guard lock(mutex);
    for (auto& [path, file] : by_path) {
      if (const auto open = file.lock()) act(*open);
    }
  }
};

OpenFiles& open_files() {
  static OpenFiles files;
  return files;
}

int open_for_append(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
}

}  // namespace

Result<std::shared_ptr<LogFile>> LogFile::open(const std::string& path) {
  OpenFiles& files = open_files();
  const std::lock_guard lock(files.mutex);
  auto& known = files.by_path[path];
  if (auto file = known.lock()) return file;
  std::shared_ptr<LogFile> file(new LogFile(path));
  file->fd_ = open_for_append(path);
  if (file->fd_ < 0) return tl::unexpected(last_errno("unable to open file '" + path + "'"));
  known = file;
  return file;
}

LogFile::~LogFile() {
  flush();
  if (fd_ >= 0) ::close(fd_);
}

void LogFile::append(std::string_view line) {
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    gathered_ += line;
    full = gathered_.size() >= kFlushBytes;
  }
  if (full) flush();
}

void LogFile::flush() {
  const std::lock_guard lock(mutex_);
  std::string_view rest = gathered_;
  while (!rest.empty() && fd_ >= 0) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    // A full disk must not hold requests up: these lines are lost.
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  gathered_.clear();
}

void LogFile::reopen() {
  flush();
  const std::lock_guard lock(mutex_);
  const int fresh = open_for_append(path_);
  if (fresh < 0) return;
  if (fd_ >= 0) ::close(fd_);
  fd_ = fresh;
}

void flush_log_files() {
  open_files().each([](LogFile& file) { file.flush(); });
}

void reopen_log_files() {
  open_files().each([](LogFile& file) { file.reopen(); });
}

}  // namespace lab::proxy
