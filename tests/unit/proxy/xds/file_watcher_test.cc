#include "proxy/xds/file_watcher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace lab::proxy {
namespace {

using std::chrono_literals::operator""ms;

struct FileWatcherTest : testing::Test {
  FileWatcherTest() { std::filesystem::create_directories(folder); }
  ~FileWatcherTest() override { std::filesystem::remove_all(folder); }
  std::string path(const std::string& name) const { return folder + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }

  std::string folder =
      std::filesystem::temp_directory_path() / ("file_watcher." + std::to_string(::getpid()));
  std::unique_ptr<Loop> loop = *Loop::create();
  std::unique_ptr<FileWatcher> watcher = *FileWatcher::create(*loop);
};

TEST_F(FileWatcherTest, TellsOfAFileThatAppearsAndOfARename) {
  int calls = 0;
  const auto kept = watcher->watch(path("a"), [&] { ++calls; });
  write("a", "1");
  loop->turn(1000ms);
  EXPECT_EQ(calls, 1);
  write("b", "22");
  std::filesystem::rename(path("b"), path("a"));
  loop->turn(1000ms);
  EXPECT_EQ(calls, 2);
}

TEST_F(FileWatcherTest, ACallThatEndsAnotherWatchIsItsLastWord) {
  auto second = std::make_unique<FileWatcher::Registration>();
  int calls = 0;
  const auto first = watcher->watch(path("a"), [&] { second.reset(); });
  *second = *watcher->watch(path("b"), [&] { ++calls; });
  write("a", "1");
  write("b", "1");
  loop->turn(1000ms);
  EXPECT_EQ(second, nullptr);
  EXPECT_EQ(calls, 0) << "what this watch was for is gone";
}

}  // namespace
}  // namespace lab::proxy
