// Each lint code has a file in ../golden/lint with a part that fails and a part that passes.

#include "mesh/crd/lint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
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
