#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "tests/fuzz/fuzz_target.h"

namespace lab::fuzz {
namespace {

/// Inputs that once were a finding, and a sample of each kind: they must pass for ever.
TEST(Fuzz, CorporaAreReplayed) {
  ASSERT_FALSE(targets().empty());
  for (const Target& target : targets()) {
    const std::filesystem::path folder =
        std::filesystem::path(LAB_SOURCE_DIR) / "tests/fuzz/corpus" / target.name;
    ASSERT_TRUE(std::filesystem::is_directory(folder)) << folder;
    std::size_t inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const auto content = read_file(entry.path());
      ASSERT_TRUE(content) << entry.path();
      target.run(*content);
      ++inputs;
    }
    EXPECT_GT(inputs, 0u) << folder << " is empty";
  }
}

}  // namespace
}  // namespace lab::fuzz
