// Each lint code has a file in ../golden/lint with a part that fails and a part that passes.

#include "mesh/crd/lint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "mesh/crd/load.h"

namespace lab::crd {
namespace {

const std::string kFolder = LAB_SOURCE_DIR "/tests/golden/lint/";

std::string codes_found(const std::string& text, const std::string& file) {
  Objects objects;
  Diagnostics problems;
  load_text(text, file, objects, problems);
  EXPECT_TRUE(problems.empty()) << problems.text();
  std::string codes;
  for (const LintFinding& finding : lint(objects)) {
    EXPECT_NE(finding.origin.mark.line, 0u) << text_of(finding);
    codes += text_of(finding) + "\n";
  }
  return codes;
}

TEST(LintExamples, EachCodeFailsAndPasses) {
  for (const LintCode& code : lint_codes()) {
    if (code.code == "LAB0001") continue;  // Validation's own tests; below.
    const std::string name = std::string(code.code) + ".yaml";
    const auto text = read_file(kFolder + name);
    ASSERT_TRUE(text.has_value()) << name << " is missing: every code needs an example.";
    const std::size_t passes = text->find("# passes\n");
    ASSERT_NE(passes, std::string::npos) << name;
    const std::string failing = codes_found(text->substr(0, passes), name);
    const std::string passing = codes_found(text->substr(passes), name);
    const std::string word = " " + std::string(code.code) + " ";
    EXPECT_NE(failing.find(word), std::string::npos) << name << " should fail:\n" << failing;
    EXPECT_EQ(passing.find(word), std::string::npos) << name << " should pass:\n" << passing;
  }
}

/// Configurations as people have them: the first line says which codes must be found, and no other
/// at or above "warning"; none where the file is right.
TEST(LintConfigurations, GiveTheseFindingsAndNoOthers) {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(LAB_SOURCE_DIR "/tests/golden/lint_configurations")) {
    if (entry.path().extension() != ".yaml") continue;
    const auto text = read_file(entry.path().string());
    const std::string first = "# finds:";
    ASSERT_EQ(text->compare(0, first.size(), first), 0) << entry.path();
    std::set<std::string> wanted;
    for (const std::string& code :
         split(text->substr(first.size(), text->find('\n') - first.size()), ' '))
      if (!code.empty()) wanted.insert(code);
    Objects objects;
    Diagnostics problems;
    load_text(*text, entry.path().filename().string(), objects, problems);
    EXPECT_TRUE(problems.empty()) << problems.text();
    std::set<std::string> found;
    std::string all;
    for (const LintFinding& finding : lint(objects, {LintLevel::warning})) {
      found.insert(std::string(finding.code->code));
      all += text_of(finding) + "\n";
    }
    EXPECT_EQ(found, wanted) << entry.path() << "\n" << all;
    ++count;
  }
  EXPECT_GT(count, 0u);
}

TEST(LintRefusals, AreFindingsWithTheirPlace) {
  const auto findings =
      refusals(validate_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {x: 1}\n"
                             "---\na: [\n---\napiVersion: v1\nkind: Service\n"
                             "metadata: {name: b}\nspec: {ports: [{port: 80}]}\n",
                             "f"));
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].code->code, "LAB0001");
  EXPECT_EQ(findings[0].origin.mark.line, 4u);
  EXPECT_EQ(findings[0].object, "Service a");
  EXPECT_EQ(findings[1].origin.mark.line, 7u) << findings[1].message;
}

TEST(LintExamples, NoFileWithoutACode) {
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_NE(find_lint_code(entry.path().stem().string()), nullptr) << entry.path();
  }
}

TEST(LintCodes, AreStableAndExplained) {
  std::set<std::string_view> seen;
  for (const LintCode& code : lint_codes()) {
    EXPECT_TRUE(seen.insert(code.code).second) << code.code;
    EXPECT_EQ(code.code.substr(0, 3), "LAB");
    EXPECT_GE(code.page.size(), 40u)
        << code.code << " needs a page that says what happens and what to do.";
  }
  EXPECT_GE(seen.size(), 40u);
  EXPECT_TRUE(std::is_sorted(lint_codes().begin(), lint_codes().end(),
                             [](const LintCode& a, const LintCode& b) { return a.code < b.code; }));
}

}  // namespace
}  // namespace lab::crd
