#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

#include "base/handle.h"

namespace lab {
namespace {

Result<> write_all(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(last_errno("cannot write " + path));
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    Error error = last_errno("cannot open " + path);
    if (errno == ENOENT || errno == ENOTDIR) error.code = Errc::not_found;
    return tl::unexpected(std::move(error));
  }
  std::string content;
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(last_errno("cannot read " + path));
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
  }
}

Result<> write_file(const std::string& path, std::string_view content, mode_t mode) {
  static std::atomic<unsigned> counter{0};  // Threads of one process may write the same file.
  const std::string temporary =
      path + "." + std::to_string(::getpid()) + "." + std::to_string(counter++) + ".tmp";
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd) return tl::unexpected(last_errno("cannot create " + temporary));
  Result<> written = write_all(fd.get(), content, temporary);
  if (written && ::fchmod(fd.get(), mode) != 0) {
    written = tl::unexpected(last_errno("cannot set the mode of " + temporary));
  }
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = tl::unexpected(last_errno("cannot rename to " + path));
  }
  if (!written) ::unlink(temporary.c_str());
  return written;
}

}  // namespace lab
