#include "base/yaml.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace lab {
namespace {

std::string as_json(const std::string& text) {
  const auto documents = parse_yaml(text, "f.yaml");
  if (!documents) return documents.error().message;
  std::string result;
  for (const YamlDocument& document : *documents) result += write_json(document.root) + ";";
  return result;
}

TEST(Yaml, ScalarsMeanWhatKubernetesToolsTakeThemFor) {
  struct Case {
    const char* why;
    const char* text;
    const char* json;
  };
  const Case cases[] = {
      {"numbers and booleans", "a: 1\nb: 1.5\nc: true\nd: ~",
       R"({"a":1,"b":1.5,"c":true,"d":null};)"},
      {"quoted is a string", "a: \"1\"\nb: 'true'", R"({"a":"1","b":"true"};)"},
      {"words of YAML 1.1 are booleans", "a: yes\nb: off\nc: [Y, n, On, NO]",
       R"({"a":true,"b":false,"c":[true,false,true,false]};)"},
      {"they stay words in quotes", "a: 'yes'\nb: \"off\"", R"({"a":"yes","b":"off"};)"},
      {"and as keys they are written out", "on: 1\n'off': 2", R"({"true":1,"off":2};)"},
      {"bases of numbers", "a: 0x1F\nb: 010\nc: 0b11\nd: 0o17\ne: 08\nf: 1_000",
       R"({"a":31,"b":8,"c":3,"d":15,"e":8,"f":1000};)"},
      {"an address is no number", "a: 1.1.1.1\nb: 1s", R"({"a":"1.1.1.1","b":"1s"};)"},
      {"empty documents are left out", "---\n---\na: 1\n", R"({"a":1};)"},
      {"merge keys", "b: &b {x: 1, z: 2}\nc: {<<: *b, z: 3}",
       R"({"b":{"x":1,"z":2},"c":{"z":3,"x":1}};)"},
  };
  for (const Case& c : cases) EXPECT_EQ(as_json(c.text), c.json) << c.why;
}

TEST(Yaml, RefusesWithThePlace) {
  struct Case {
    const char* why;
    std::string text;
    const char* message;
  };
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i ? "," : "") + "*" + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  const Case cases[] = {
      {"duplicate keys", "a: 1\na: 2",
       "f.yaml:2:1: the key \"a\" appears twice here. Remove one of them."},
      {"an alias of nothing", "a: *b", "f.yaml:1:4: the alias *b has no anchor &b before it."},
      {"a bomb of aliases", bomb,
       "f.yaml:7:8: more than 2000000 values (aliases expanded). Split the file."},
      {"deep nesting", std::string(150, '['), "f.yaml:1:102: nested deeper than 100 levels."},
  };
  for (const Case& c : cases) EXPECT_EQ(as_json(c.text), c.message) << c.why;
}

TEST(Yaml, OneBadDocumentDoesNotHideTheOthers) {
  struct Case {
    const char* why;
    const char* text;
    const char* documents;
    const char* problems;
  };
  const Case cases[] = {
      {"all good", "a: 1\n---\nb: 2", R"(0{"a":1}1{"b":2})", ""},
      {"broken in the middle", "a: 1\n---\nb: [1\n---\nc: 3\n", R"(0{"a":1}2{"c":3})", "1@4:1"},
      {"an open quote ends at the next document", "a: \"x\n---\nb: 2", R"(1{"b":2})", "0@2:1"},
      {"a rest behind a document is its error", "a: 1\n}\n---\nb: 2", R"(1{"b":2})", "0@2:1"},
      {"two of them, places of the whole file", "a: 1: 2\n---\nx: 1\nx: 2\n--- {b: 1}",
       R"(2{"b":1})", "0@1:5 1@4:1"},
  };
  for (const Case& c : cases) {
    const YamlStream stream = parse_yaml_stream(c.text, "f");
    std::string documents, problems;
    for (const YamlDocument& one : stream.documents)
      documents += std::to_string(one.index) + write_json(one.root);
    for (const YamlStream::Problem& one : stream.problems) {
      problems += (problems.empty() ? "" : " ") + std::to_string(one.index) + "@" +
                  std::to_string(one.mark.line) + ":" + std::to_string(one.mark.column);
    }
    EXPECT_EQ(documents, c.documents) << c.why;
    EXPECT_EQ(problems, c.problems) << c.why;
  }
}

TEST(Yaml, WhatIsWrittenReadsBackTheSame) {
  const std::string text =
      R"({"a":[1,[2,{"b":"- x"}],{}],"c":{"d":"true","e":"","f":"a: b","g":[]},"h":"x\ny"})";
  const Value value = *parse_json(text, "t");
  const auto again = parse_yaml(write_yaml(value), "w");
  ASSERT_TRUE(again) << again.error().message << "\n" << write_yaml(value);
  EXPECT_EQ(write_json(again->at(0).root), text);
}

TEST(Json, MarksPointAtKeysAndValues) {
  const Value value = *parse_json("{\n  \"a\": [1,\n    {\"b\": \"x\"}]\n}", "t");
  EXPECT_EQ(value.at_path("a/1/b")->mark.line, 3u);
  EXPECT_EQ(value.at_path("a/1/b")->mark.column, 11u);
  EXPECT_EQ(value.find("a")->mark.column, 8u);
}

TEST(Json, RefusesDuplicatesAndDepth) {
  EXPECT_EQ(parse_json(R"({"a":1,"a":2})", "t").error().message,
            "t:1:8: the key \"a\" appears twice in this object. Remove one of them.");
  EXPECT_FALSE(parse_json(std::string(100000, '['), "t"));
}

}  // namespace
}  // namespace lab
