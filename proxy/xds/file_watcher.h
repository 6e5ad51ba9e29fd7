#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "proxy/net/loop.h"

namespace lab::proxy {

/// Tells when files change, by inotify on their folders: a rename over a file, a symbolic link that
/// is swapped (as Kubernetes does it with "..data"), and a file written in place all count. Nothing
/// is told when what the path leads to is still the same file with the same time and size.
class FileWatcher {
 public:
  /// Ends a watch when it is destroyed.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept { swap(other); }
    Registration& operator=(Registration&& other) noexcept {
      Registration(std::move(other)).swap(*this);
      return *this;
    }
    ~Registration();

   private:
    friend class FileWatcher;
    Registration(FileWatcher* watcher, std::uint64_t id) : watcher_(watcher), id_(id) {}
    void swap(Registration& other) noexcept {
      std::swap(watcher_, other.watcher_);
      std::swap(id_, other.id_);
    }
    FileWatcher* watcher_ = nullptr;
    std::uint64_t id_ = 0;
  };

  static Result<std::unique_ptr<FileWatcher>> create(Loop& loop);

  /// Calls `changed` after each change of the file. Fails with Errc::not_found when its folder does
  /// not exist.
  Result<Registration> watch(const std::string& path, std::function<void()> changed);

 private:
  struct Signature {
    std::uint64_t device = 0, inode = 0, size = 0, time = 0;
    friend bool operator==(const Signature&, const Signature&) = default;
  };
  struct Entry {
    std::string path;
    int folder = -1;  ///< inotify's number.
    Signature seen;
    std::shared_ptr<std::function<void()>> changed;
  };
  explicit FileWatcher(Loop& loop) : loop_(loop) {}
  static Signature look(const std::string& path);
  void on_events(std::uint32_t);
  void check(int folder);
  void remove(std::uint64_t id);

  Loop& loop_;
  Fd inotify_;
  Watch watch_;
  std::map<std::uint64_t, Entry> entries_;
  std::map<int, std::size_t> folder_uses_;
  std::uint64_t next_id_ = 1;
};

}  // namespace lab::proxy
