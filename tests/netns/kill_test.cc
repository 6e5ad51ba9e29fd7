#include <dirent.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/file.h"
#include "orchestrator/process/running_lab.h"
#include "tests/netns/sample_plan.h"

namespace lab::orchestrator {
namespace {

using namespace std::chrono_literals;

/// Process id -> parent, of all processes that live. One that has ended and waits for its parent
/// (process 1, once the command has died) to take notice holds nothing any more.
std::map<pid_t, pid_t> parents() {
  std::map<pid_t, pid_t> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    const Result<std::string> stat =
        pid > 0 ? read_file(entry.path().string() + "/stat") : fail(Errc::usage, "");
    if (!stat) continue;
    int parent = 0;
    char state = 'Z';
    std::sscanf(stat->c_str() + stat->rfind(')') + 1, " %c %d", &state, &parent);
    if (state != 'Z') all[pid] = parent;
  }
  return all;
}

std::vector<pid_t> descendants(pid_t root) {
  const std::map<pid_t, pid_t> all = parents();
  std::vector<pid_t> found = {root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const auto& [pid, parent] : all) {
      if (parent == found[i]) found.push_back(pid);
    }
  }
  return found;
}

std::string pid_space(pid_t pid) {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/ns/pid", error).string();
}

/// Whether any process is left in one of these pid namespaces.
bool anyone_in(const std::set<std::string>& spaces) {
  for (const auto& [pid, parent] : parents()) {
    if (spaces.contains(pid_space(pid))) return true;
  }
  return false;
}

/// What `lab run` does, again and again.
[[noreturn]] void run_labs() {
  UpOptions options;
  options.rootless = ::geteuid() != 0;
  while (true) {
    Result<RunningLab> lab = up(sample_plan("killed"), options);
    if (!lab) ::_exit(1);
    ExecRequest request;
    request.argv = {"curl", "-s", "-m1", "http://192.168.0.63/"};
    (void)lab->exec("client.default", request);
    (void)lab->down();
  }
}

struct Blow {
  const char* why;
  bool everything;
  int signal;
};

class Kill : public testing::TestWithParam<Blow> {};

TEST_P(Kill, AtAnyInstantLeavesNothing) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  const std::string mounts = *read_file("/proc/self/mountinfo"),
                    links = *read_file("/proc/net/if_inet6");
  for (int round = 0; round < 8; ++round) {
    const pid_t command = ::fork();
    ASSERT_GE(command, 0);
    if (command == 0) run_labs();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 400'000));
    std::vector<pid_t> victims = descendants(command);
    std::set<std::string> spaces;
    for (const pid_t pid : victims) spaces.insert(pid_space(pid));
    spaces.erase(pid_space(::getpid()));
    spaces.erase("");
    if (!GetParam().everything) victims = {victims[random() % victims.size()]};
    for (const pid_t pid : victims) ::kill(pid, GetParam().signal);
    // A command that lost only one process would make its next lab: it is stopped as a user would
    // then.
    if (!GetParam().everything) ::kill(command, SIGKILL);
    ::waitpid(command, nullptr, 0);
    // What is left stays for good; what dies takes its time on a busy machine, under ASan above
    // all.
    const auto limit = std::chrono::steady_clock::now() + 30s;
    while (anyone_in(spaces) && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
    EXPECT_FALSE(anyone_in(spaces)) << "seed " << seed << ", round " << round;
  }
  EXPECT_EQ(*read_file("/proc/self/mountinfo"), mounts);
  EXPECT_EQ(*read_file("/proc/net/if_inet6"), links);
}

INSTANTIATE_TEST_SUITE_P(Blows, Kill,
                         testing::Values(Blow{"everything at once", true, SIGKILL},
                                         Blow{"one process, then the command", false, SIGKILL},
                                         Blow{"a polite signal to all", true, SIGTERM}),
                         [](const auto& info) { return "Blow" + std::to_string(info.index); });

/// The command's exit status after a signal, when it asked for order.
TEST(Signals, EndTheLabsThenTheCommand) {
  for (const int number : {SIGINT, SIGTERM}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t command = ::fork();
    if (command == 0) {
      end_labs_on_signals();
      UpOptions options;
      options.rootless = ::geteuid() != 0;
      Result<RunningLab> lab = up(small_plan("ended"), options);
      const pid_t supervisor = lab ? lab->supervisor() : 0;
      if (::write(ends[1], &supervisor, sizeof(supervisor)) < 0) ::_exit(1);
      while (true) ::pause();
    }
    pid_t supervisor = 0;
    ASSERT_EQ(::read(ends[0], &supervisor, sizeof(supervisor)),
              static_cast<ssize_t>(sizeof(supervisor)));
    ASSERT_GT(supervisor, 0);
    ::kill(command, number);
    int status = 0;
    ::waitpid(command, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 128 + number);
    EXPECT_EQ(pid_space(supervisor), "") << "the lab is gone before the command is";
    ::close(ends[0]);
    ::close(ends[1]);
  }
}

}  // namespace
}  // namespace lab::orchestrator
