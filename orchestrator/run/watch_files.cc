#include "orchestrator/run/watch_files.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <filesystem>

#include "base/handle.h"

namespace lab::orchestrator {
namespace {

constexpr int kQuietMilliseconds = 50;
constexpr std::uint32_t kChanges =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM;

Result<> watch(const Fd& queue, const std::string& folder) {
  if (::inotify_add_watch(queue.get(), folder.c_str(), kChanges) < 0) {
    return tl::unexpected(last_errno("watch " + folder));
  }
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored))
      ::inotify_add_watch(queue.get(), entry.path().c_str(), kChanges);
  }
  return {};
}

/// Waits for events and takes them all; false when none came in time.
bool take_events(const Fd& queue, int timeout_milliseconds) {
  pollfd waiting{queue.get(), POLLIN, 0};
  if (::poll(&waiting, 1, timeout_milliseconds) <= 0) return false;
  alignas(inotify_event) char buffer[4096];
  return ::read(queue.get(), buffer, sizeof buffer) > 0;
}

}  // namespace

Result<> wait_for_change(const std::vector<std::string>& folders) {
  const Fd queue(::inotify_init1(IN_CLOEXEC));
  if (!queue) return tl::unexpected(last_errno("watch files"));
  for (const std::string& folder : folders) TRY(watch(queue, folder));
  while (!take_events(queue, -1)) {
  }
  while (take_events(queue, kQuietMilliseconds)) {
  }
  return {};
}

}  // namespace lab::orchestrator
