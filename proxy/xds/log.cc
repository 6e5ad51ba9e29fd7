#include "proxy/xds/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "base/handle.h"

namespace lab::proxy {

namespace {

constexpr const char* kLevels[] = {"trace", "debug", "info", "warning", "error", "critical", "off"};
constexpr int kInfo = 2, kWarning = 3, kCritical = 5;

struct Sink {
  std::mutex mutex;
  std::string path;
  Fd file;
  std::atomic<int> level{kInfo};
};

Sink& sink() {
  static Sink* const one = new Sink;
  return *one;
}

int level_number(const std::string& name) {
  if (name == "warn") return kWarning;
  for (int i = 0; i < 7; ++i) {
    if (name == kLevels[i]) return i;
  }
  return kInfo;
}

void write_line(int level, std::string_view component, std::string_view text) {
  Sink& out = sink();
  if (level < out.level.load(std::memory_order_relaxed)) return;
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char head[96];
  const std::size_t size = std::strftime(head, sizeof head, "[%Y-%m-%d %H:%M:%S", &parts);
  std::snprintf(head + size, sizeof head - size, ".%03d][%d][%s][", static_cast<int>(milliseconds),
                ::getpid(), kLevels[level]);
  const std::string line =
      std::string(head) + std::string(component) + "] " + std::string(text) + "\n";
  const std::lock_guard lock(out.mutex);
  [[maybe_unused]] const auto written =
      ::write(out.file ? out.file.get() : STDERR_FILENO, line.data(), line.size());
}

}  // namespace

Result<> open_log(const std::string& path, const std::string& level) {
  set_log_level(level);
  if (path.empty()) return {};
  Sink& out = sink();
  const std::lock_guard lock(out.mutex);
  out.path = path;
  out.file = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!out.file) return tl::unexpected(last_errno("open log " + path));
  return {};
}

void reopen_log() {
  Sink& out = sink();
  const std::lock_guard lock(out.mutex);
  if (out.path.empty()) return;
  Fd again(::open(out.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (again) out.file = std::move(again);
}

void log_info(std::string_view component, std::string_view text) {
  write_line(kInfo, component, text);
}
void log_warning(std::string_view component, std::string_view text) {
  write_line(kWarning, component, text);
}
void log_critical(std::string_view component, std::string_view text) {
  write_line(kCritical, component, text);
}

std::string log_level() {
  return kLevels[sink().level.load()];
}
void set_log_level(const std::string& level) {
  sink().level.store(level_number(level));
}

}  // namespace lab::proxy
