#include "mesh/crd/validation/cel.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "mesh/crd/validation/schema.h"

namespace lab::crd::cel {
namespace {

/// "true", "false", or "error: REASON".
std::string outcome(const std::string& rule, std::string_view self) {
  const auto program = Program::compile(rule);
  if (!program) return "not compiled";
  const auto value = parse_json(self, "self");
  if (!value) return value.error().message;
  const Result<bool> holds = program->holds(*value);
  if (!holds) return "error: " + holds.error().message;
  return *holds ? "true" : "false";
}

TEST(Cel, Rules) {
  struct Case {
    const char* why;
    const char* rule;
    const char* self;
    const char* outcome;
  };
  const Case cases[] = {
      {"comparison of numbers", "0 < self && self <= 65535", "80", "true"},
      {"and at the bound", "0 < self && self <= 65535", "65536", "false"},
      {"an absent member", "has(self.a)", "{}", "false"},
      {"null counts as absent", "has(self.a)", R"({"a":null})", "false"},
      {"a member that is missed is an error", "self.a == 1", "{}", "error: no such key: a"},
      {"\"||\" forgives an error when the other side holds", "self.a == 1 || true", "{}", "true"},
      {"\"&&\" forgives it when the other side doesn't", "self.a == 1 && false", "{}", "false"},
      {"but else the error stays", "self.a == 1 || false", "{}", "error: no such key: a"},
      {"the conditional looks at one branch only", "has(self.a) ? self.a == 1 : true", "{}",
       "true"},
      {"conditionals nest to the right", "false ? 1 == 2 : true ? true : false", "{}", "true"},
      {"durations", "duration(self) >= duration('1ms')", "\"1ms\"", "true"},
      {"durations of another unit", "duration(self) >= duration('1ms')", "\"999us\"", "false"},
      {"what is no duration", "duration(self) >= duration('1ms')", "\"5\"",
       "error: \"5\" is no duration"},
      {"all over a map goes over its keys", "self.all(k, k.size() == 1)", R"({"a":1,"b":2})",
       "true"},
      {"all over a list", "self.all(x, x > 1)", "[1,2]", "false"},
      {"exists", "self.exists(x, x.contains('/'))", R"(["a","b/c"])", "true"},
      {"exists_one", "self.all(l1, self.exists_one(l2, l1.n == l2.n))", R"([{"n":1},{"n":1}])",
       "false"},
      {"in", "self in ['', 'http']", "\"\"", "true"},
      {"int of a text", "self.all(key, 0 < int(key))", R"({"80":1})", "true"},
      {"int of what is none", "self.all(key, 0 < int(key))", R"({"x":1})",
       "error: \"x\" is no integer"},
      {"sum of conditionals", "(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) <= 1",
       R"({"a":1,"b":1})", "false"},
      {"substring", "self.substring(7, 8) == '/'", "\"unix:///x\"", "true"},
      {"substring beyond the end", "self.substring(7, 8) == '/'", "\"unix://\"",
       "error: index out of range"},
      {"matches looks anywhere", "self.matches('b+')", "\"abc\"", "true"},
      {"url", "url(self).getScheme() in ['http']", "\"http://a/b\"", "true"},
      {"what is no URL", "isURL(self)", "\"a b\"", "false"},
      {"size counts code points", "size(self) == 1", "\"\u00fc\"", "true"},
      {"an empty map", "(has(self.m) ? self.m : {}).size() > 0", "{}", "false"},
      {"negation binds tightly", "!self.contains('*') && true", "\"a\"", "true"},
      {"an unknown function does not compile", "frobnicate(self)", "1", "not compiled"},
      {"nor does broken syntax", "self ==", "1", "not compiled"},
      {"nor a wrong number of arguments", "size(self, 1)", "1", "not compiled"},
  };
  for (const Case& c : cases) EXPECT_EQ(outcome(c.rule, c.self), c.outcome) << c.why;
}

std::size_t count_rules(const Schema& schema, std::set<const Schema*>& seen) {
  if (!seen.insert(&schema).second) return 0;
  std::size_t count = schema.rules.size();
  for (const auto& [name, property] : schema.properties) count += count_rules(*property, seen);
  if (schema.items) count += count_rules(*schema.items, seen);
  if (schema.additional_properties) count += count_rules(*schema.additional_properties, seen);
  return count;
}

TEST(Cel, EveryRuleOfEverySchemaCompiles) {
  // Reading a schema asserts that each of its words is known and each rule compiles.
  EXPECT_EQ(istio_schemas().size(), 15u);
  std::size_t rules = 0;
  std::set<const Schema*> seen;
  for (const KindSchema& kind : istio_schemas()) rules += count_rules(*kind.schema, seen);
  EXPECT_GE(rules, 80u);
}

}  // namespace
}  // namespace lab::crd::cel
