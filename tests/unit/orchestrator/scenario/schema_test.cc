#include "orchestrator/scenario/schema.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/json.h"
#include "orchestrator/scenario/document.h"
#include "orchestrator/scenario/scenario.h"

namespace lab::orchestrator {
namespace {

const Record<Scenario>& table() {
  return record_of(static_cast<const Scenario*>(nullptr));
}

TEST(JsonSchema, SaysWhatTheTableSays) {
  const Value schema = json_schema(table());
  const auto text_at = [&](const char* path) {
    const Value* value = schema.at_path(path);
    return value == nullptr ? "(nothing)" : write_json(*value);
  };
  EXPECT_EQ(text_at("additionalProperties"), "false") << "unknown fields are refused";
  EXPECT_EQ(text_at("required"), R"(["id","title","steps"])");
  EXPECT_EQ(text_at("properties/id/type"), R"("string")");
  EXPECT_EQ(text_at("properties/steps/items/$ref"), R"("#/$defs/a-step")") << "each record once";
  EXPECT_EQ(text_at("$defs/a-node/properties/kind/enum"), R"(["workload","external","outside"])");
  EXPECT_EQ(text_at("$defs/expect/properties/body/anyOf/1/type"), R"("array")") << "one, or a list";
}

TEST(Document, IsWhatTheTablesSay) {
  const std::string path = std::string(LAB_SOURCE_DIR) + "/docs/scenario-format.md";
  const std::string marker =
      "<!-- From here on written by the tables of orchestrator/scenario. -->\n";
  const std::string text = read_file(path).value();
  const std::size_t end = text.find(marker);
  ASSERT_NE(end, std::string::npos);
  const std::string wanted = text.substr(0, end) + marker + record_document(table());
  if (std::getenv("LAB_UPDATE") != nullptr)
    ASSERT_TRUE(write_file(path, wanted));
  else
    EXPECT_EQ(text, wanted) << "run the test with LAB_UPDATE=1";
}

}  // namespace
}  // namespace lab::orchestrator
