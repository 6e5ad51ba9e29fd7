#include "proxy/xds/file_watcher.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <cerrno>
#include <set>
#include <vector>

namespace lab::proxy {

namespace {
constexpr std::uint32_t kMask =
    IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}
}  // namespace

FileWatcher::Registration::~Registration() {
  if (watcher_ != nullptr) watcher_->remove(id_);
}

Result<std::unique_ptr<FileWatcher>> FileWatcher::create(Loop& loop) {
  std::unique_ptr<FileWatcher> watcher(new FileWatcher(loop));
  watcher->inotify_ = Fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!watcher->inotify_) return tl::unexpected(last_errno("create an inotify instance"));
  watcher->watch_ = Watch(loop, watcher->inotify_.get(), EPOLLIN,
                          Delegate<std::uint32_t>::to<&FileWatcher::on_events>(watcher.get()));
  return watcher;
}

FileWatcher::Signature FileWatcher::look(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return {};
  const auto time = static_cast<std::uint64_t>(facts.st_mtim.tv_sec) * 1'000'000'000u +
                    static_cast<std::uint64_t>(facts.st_mtim.tv_nsec);
  return {facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size), time};
}

Result<FileWatcher::Registration> FileWatcher::watch(const std::string& path,
                                                     std::function<void()> changed) {
  const std::string folder = folder_of(path);
  const int number = ::inotify_add_watch(inotify_.get(), folder.c_str(), kMask);
  if (number < 0) {
    const Errc code = errno == ENOENT ? Errc::not_found : Errc::system;
    return fail(code, last_errno("watch " + folder).message);
  }
  ++folder_uses_[number];
  const std::uint64_t id = next_id_++;
  entries_[id] =
      Entry{path, number, look(path), std::make_shared<std::function<void()>>(std::move(changed))};
  return Registration(this, id);
}

void FileWatcher::remove(std::uint64_t id) {
  const auto found = entries_.find(id);
  const int folder = found->second.folder;
  entries_.erase(found);
  if (--folder_uses_[folder] > 0) return;
  folder_uses_.erase(folder);
  ::inotify_rm_watch(inotify_.get(), folder);
}

void FileWatcher::on_events(std::uint32_t) {
  std::set<int> folders;
  alignas(inotify_event) char buffer[16384];
  for (;;) {
    const auto got = ::read(inotify_.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      // After an overflow nobody knows what was missed.
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        for (const auto& [folder, uses] : folder_uses_) folders.insert(folder);
      }
      folders.insert(event->wd);
      at += sizeof(inotify_event) + event->len;
    }
  }
  for (const int folder : folders) check(folder);
}

void FileWatcher::check(int folder) {
  std::vector<std::uint64_t> changed;
  for (auto& [id, entry] : entries_) {
    if (entry.folder != folder) continue;
    const Signature now = look(entry.path);
    if (now == entry.seen) continue;
    entry.seen = now;
    // A file that is gone for the moment is about to be replaced: its successor will be told.
    if (now != Signature{}) changed.push_back(id);
  }
  for (const std::uint64_t id : changed) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) continue;    // An earlier call ended this watch.
    const auto call = found->second.changed;  // The call may end its own watch.
    (*call)();
  }
}

}  // namespace lab::proxy
