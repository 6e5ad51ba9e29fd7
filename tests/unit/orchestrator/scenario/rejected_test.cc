#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "orchestrator/scenario/load.h"
#include "orchestrator/scenario/schema.h"
#include "tests/unit/orchestrator/scenario/schema_validator.h"

namespace lab::orchestrator {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

const Value& schema() {
  static const Value value = json_schema(record_of(static_cast<const Scenario*>(nullptr)));
  return value;
}

bool schema_accepts(const std::string& text) {
  return is_valid(parse_yaml(text, "s.yaml").value().front().root, schema(), schema());
}

const fs::path kFolder = fs::path(LAB_SOURCE_DIR) / "tests/unit/orchestrator/scenario/rejected";

// Each wrong file, what is said about it (messages.txt), and that the schema refuses it too.
TEST(RejectedScenarios, EachWithItsMessage) {
  std::string all;
  std::size_t count = 0;
  for (const fs::path& file : files_in(kFolder, ".yaml")) {
    const std::string text = read_file(file.string()).value();
    const std::string name = file.stem().string();
    Diagnostics out;
    parse_scenario(text, name, {}, out);
    EXPECT_FALSE(out.empty()) << name << " was accepted";
    EXPECT_FALSE(schema_accepts(text)) << name << ": the schema accepts what the decoder refuses";
    all += out.text();
    if (all.empty() || all.back() != '\n') all += '\n';
    ++count;
  }
  EXPECT_GE(count, 100u);
  const std::string messages = (kFolder / "messages.txt").string();
  if (std::getenv("LAB_UPDATE") != nullptr)
    ASSERT_TRUE(write_file(messages, all));
  else
    EXPECT_EQ(all, read_file(messages).value_or(""))
        << "run with LAB_UPDATE=1 after reading the difference";
}

// Every scenario of the tree: the decoder and the schema accept it.
TEST(AcceptedScenarios, ByDecoderAndSchema) {
  std::size_t count = 0;
  for (const fs::path& file : files_in(fs::path(LAB_SOURCE_DIR) / "scenarios", ".yaml")) {
    if (file.filename() != "scenario.yaml") continue;
    const std::string text = read_file(file.string()).value();
    Diagnostics out;
    parse_scenario(text, file.string(), {}, out);
    EXPECT_TRUE(out.empty()) << out.text();
    EXPECT_TRUE(schema_accepts(text)) << file;
    ++count;
  }
  EXPECT_GE(count, 1u);
}

}  // namespace
}  // namespace lab::orchestrator
