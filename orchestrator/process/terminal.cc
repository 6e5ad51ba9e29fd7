#include "orchestrator/process/terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace lab::orchestrator {
namespace {

/// This process's terminal in raw mode while it lives.
class RawTerminal {
 public:
  RawTerminal() {
    if (::tcgetattr(0, &before_) != 0) return;
    termios raw = before_;
    ::cfmakeraw(&raw);
    changed_ = ::tcsetattr(0, TCSADRAIN, &raw) == 0;
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() {
    if (changed_) ::tcsetattr(0, TCSADRAIN, &before_);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// False at the end of what can be read.
bool copy(int from, int to) {
  char bytes[16 << 10];
  const ssize_t got = ::read(from, bytes, sizeof(bytes));
  if (got < 0 && errno == EINTR) return true;
  return got > 0 && write_all(to, {bytes, static_cast<std::size_t>(got)});
}

void copy_size(int near) {
  winsize size{};
  if (::ioctl(0, TIOCGWINSZ, &size) == 0) ::ioctl(near, TIOCSWINSZ, &size);
}

volatile sig_atomic_t size_changed = 0;

}  // namespace

Result<> relay_terminal(int near, int ended) {
  const RawTerminal raw;
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) { size_changed = 1; };  // Also interrupts poll().
  ::sigaction(SIGWINCH, &action, &before);
  copy_size(near);
  pollfd entries[3] = {{0, POLLIN, 0}, {near, POLLIN, 0}, {ended, POLLIN, 0}};
  while (true) {
    if (::poll(entries, 3, -1) < 0 && errno != EINTR) break;
    if (size_changed != 0) {
      size_changed = 0;
      copy_size(near);
    }
    // What the command wrote last is copied before its end counts; a closed far side reads as an
    // error.
    if (entries[1].revents != 0 && !copy(near, 1)) break;
    if (entries[1].revents == 0 && entries[2].revents != 0) break;
    if (entries[0].revents != 0 && !copy(0, near)) entries[0].fd = -1;
  }
  ::sigaction(SIGWINCH, &before, nullptr);
  return {};
}

}  // namespace lab::orchestrator
