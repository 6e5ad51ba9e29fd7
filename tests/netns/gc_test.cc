#include "orchestrator/process/gc.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.h"
#include "tests/netns/sample_plan.h"

namespace lab::orchestrator {
namespace {

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

TEST(Gc, WithoutAJournalNothingIsRemoved) {
  EXPECT_TRUE(collect_garbage("/nonexistent/journal")->empty());
}

TEST(Gc, RemovesTheNamesOfAJournalAndNoOther) {
  char folder[] = "/tmp/lab-gc-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string journal = std::string(folder) + "/journal";
  ASSERT_EQ(::mkdir(journal.c_str(), 0700), 0);
  const std::string outside = std::string(folder) + "/file";
  ASSERT_TRUE(write_file(outside, "a user's"));
  ASSERT_TRUE(write_file(
      journal + "/dead.json",
      "{\"supervisor\": 1, \"started\": \"none\", \"names\": [\"../.." + outside + "\"]}"));
  EXPECT_TRUE(collect_garbage(journal)->empty());
  EXPECT_TRUE(exists(outside)) << "a journal can't lead out of /run/netns";
  EXPECT_FALSE(exists(journal + "/dead.json"));
  ::unlink(outside.c_str());
  ::rmdir(journal.c_str());
  ::rmdir(folder);
}

}  // namespace
}  // namespace lab::orchestrator
