// What the compiler makes of single features of the API: each file of tests/golden/features holds
// objects, and below them what some proxies must get, with the reason. "contains" lists values that
// must be there (lists of objects: each wanted one in this order), "lacks" names of resources that
// must not.

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/yaml.h"
#include "mesh/compile/compile.h"
#include "mesh/compile/files.h"
#include "mesh/crd/load.h"

namespace lab::compile {
namespace {

bool contains(const Value& got, const Value& wanted, const std::string& path, std::string& why);

/// Each wanted element has an element of its own, in the same order.
bool contains_list(const Value& got, const Value& wanted, const std::string& path,
                   std::string& why) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < wanted.array().size(); ++i) {
    std::string first;
    bool found = false;
    while (next < got.array().size() && !found) {
      std::string reason;
      found = contains(got.array()[next++], wanted.array()[i], path + "[" + std::to_string(i) + "]",
                       reason);
      if (!found && first.empty()) first = reason;
    }
    if (found) continue;
    why = path + ": nothing like element " + std::to_string(i) + " (" + first + ")";
    return false;
  }
  return true;
}

bool contains(const Value& got, const Value& wanted, const std::string& path, std::string& why) {
  if (wanted.is_object() && got.is_object() && !wanted.object().empty()) {
    for (const Member& member : wanted.object()) {
      const Value* found = got.find(member.key);
      if (member.value.is_null() && found == nullptr) continue;
      if (found == nullptr) {
        why = path + "." + member.key + " is not there";
        return false;
      }
      if (!contains(*found, member.value, path + "." + member.key, why)) return false;
    }
    return true;
  }
  const bool objects = wanted.is_array() && !wanted.array().empty() &&
                       wanted.array().front().is_object() && got.is_array();
  if (objects) return contains_list(got, wanted, path, why);
  if (got == wanted) return true;
  why = path + " is " + write_yaml(got);
  return false;
}

const Value* resource_named(const Value& resources, const std::string& name) {
  for (const Value& resource : resources.array()) {
    const Value* own = resource.find("name");
    if (own == nullptr) own = resource.find("clusterName");
    if (own != nullptr && own->string() == name) return &resource;
  }
  return nullptr;
}

void check(const Value& expectation, const NodeConfigs& configs, const std::string& file) {
  const std::string why = expectation.find("why")->string();
  const std::string place =
      file + ":" + std::to_string(expectation.find("why")->mark.line) + ": " + why;
  const auto node = configs.find(expectation.find("node")->string());
  ASSERT_NE(node, configs.end()) << place;
  const std::string kind = expectation.find("kind")->string();
  const Value resources = resources_of(node->second, kind);
  if (const Value* lacks = expectation.find("lacks")) {
    for (const Value& name : lacks->array())
      EXPECT_EQ(resource_named(resources, name.string()), nullptr) << place << " " << name.string();
  }
  const Value* wanted = expectation.find("contains");
  if (wanted == nullptr) return;
  const Value* name = wanted->find(kind == "endpoints" ? "clusterName" : "name");
  const Value* got = resource_named(resources, name->string());
  ASSERT_NE(got, nullptr) << place << ": there is no " << name->string();
  std::string reason;
  EXPECT_TRUE(contains(*got, *wanted, name->string(), reason)) << place << "\n" << reason;
}

TEST(Features, AreCompiledAsIstioDoes) {
  std::size_t expectations = 0;
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(LAB_SOURCE_DIR "/tests/golden/features")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    const auto text = read_file(file);
    const auto documents = parse_yaml(*text, file);
    ASSERT_TRUE(documents.has_value()) << documents.error().message;
    crd::Objects objects;
    Diagnostics findings;
    std::vector<const Value*> wanted;
    std::string profile = "istio-current";
    for (const YamlDocument& document : *documents) {
      const Value* expect = document.root.find("expect");
      if (expect == nullptr) {
        crd::load_document(document.root, file, objects, findings);
        continue;
      }
      if (const Value* own = document.root.find("profile")) profile = own->string();
      for (const Value& one : expect->array()) wanted.push_back(&one);
    }
    const Input input{objects, profile, {}, "/etc/lab/proxy"};
    const auto configs = compile(input, findings);
    ASSERT_TRUE(configs.has_value()) << configs.error().message;
    EXPECT_TRUE(findings.empty()) << findings.text();
    for (const Value* one : wanted) check(*one, *configs, file);
    expectations += wanted.size();
  }
  EXPECT_GT(expectations, 0u);
}

}  // namespace
}  // namespace lab::compile
