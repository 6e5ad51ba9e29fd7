#include "base/record.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/yaml.h"

namespace lab {
namespace {

enum class Color { red, green };
[[maybe_unused]] const std::vector<EnumName<Color>>& enum_names(const Color*) {
  static const std::vector<EnumName<Color>> names = {{Color::red, "RED"}, {Color::green, "GREEN"}};
  return names;
}

struct Leaf {
  std::string host_name;
  std::uint32_t port_value = 0;
};
struct Tree {
  Leaf leaf;
  std::vector<Leaf> more_leaves;
  std::optional<bool> strict;
  std::optional<std::chrono::nanoseconds> idle_timeout;
  Color color = Color::red;
  std::map<std::string, std::string> labels;
  std::uint64_t wide = 0;
};
const Record<Leaf>& record_of(const Leaf*);
const Record<Tree>& record_of(const Tree*);

LAB_RECORD(Leaf, "Leaf") {
  record.field("host_name", &Leaf::host_name).required().not_empty();
  record.field("port_value", &Leaf::port_value).at_most(65535);
}
LAB_RECORD(Tree, "Tree") {
  record.field("leaf", &Tree::leaf);
  record.field("more_leaves", &Tree::more_leaves);
  record.field("strict", &Tree::strict);
  record.field("idle_timeout", &Tree::idle_timeout);
  record.field("color", &Tree::color);
  record.field("labels", &Tree::labels);
  record.field("wide", &Tree::wide);
  record.oneof("limits", {"strict", "idle_timeout"});
}

std::string problems_of(const std::string& text) {
  Diagnostics out;
  Tree tree;
  const auto parsed = parse_json(text, "t.json");
  if (!parsed) return parsed.error().message;
  decode(*parsed, "t.json", out, tree);
  return out.text();
}

TEST(Record, ReadsBothSpellingsAndWritesCamelCase) {
  const std::string text =
      R"({"leaf":{"host_name":"a"},"moreLeaves":[{"hostName":"b","portValue":80}],)"
      R"("idle_timeout":"1.5s","color":"GREEN","labels":{"x":"y"},"wide":"7"})";
  Diagnostics out;
  Tree tree;
  ASSERT_TRUE(decode(*parse_json(text, "t"), "t", out, tree)) << out.text();
  EXPECT_EQ(write_json(encode(tree)),
            R"({"leaf":{"hostName":"a"},"moreLeaves":[{"hostName":"b","portValue":80}],)"
            R"("idleTimeout":"1.500s","color":"GREEN","labels":{"x":"y"},"wide":"7"})");
}

TEST(Record, NamesEveryMistake) {
  struct Case {
    const char* why;
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"a wrong spelling is refused with the nearest name",
       R"({"leaf":{"host_name":"a","port_valu":1}})",
       "t.json:1:26: leaf: unknown field \"port_valu\" in Leaf. Did you mean \"portValue\"?"},
      {"a required field is named", R"({"moreLeaves":[{}]})",
       "t.json:1:16: moreLeaves[0]: the field \"hostName\" is required in Leaf. Add it."},
      {"a range is checked", R"({"leaf":{"host_name":"a","port_value":65536}})",
       "t.json:1:39: leaf.port_value: must be at most 65535."},
      {"an enumeration lists what is allowed", R"({"color":"BLUE"})",
       "t.json:1:10: color: \"BLUE\" is not one of RED, GREEN."},
      {"alternatives exclude each other", R"({"strict":true,"idleTimeout":"1s"})",
       "t.json:1:1: only one of strict, idleTimeout may be set. Remove the others."},
      {"a field may not come in two spellings", R"({"more_leaves":[],"moreLeaves":[]})",
       "t.json:1:19: moreLeaves: this field is given twice, in both spellings. Remove one of "
       "them."},
      {"a duration has a unit", R"({"idle_timeout":"1"})",
       "t.json:1:17: idle_timeout: expected a duration in seconds like \"1.5s\"."},
  };
  for (const Case& c : cases) EXPECT_EQ(problems_of(c.text), c.message) << c.why;
}

}  // namespace
}  // namespace lab
