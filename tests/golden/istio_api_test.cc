// docs/istio-api.md and docs/lint.md are what the tables in the sources say. LAB_UPDATE=1 writes
// them.

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "mesh/crd/coverage.h"
#include "mesh/crd/lint.h"
#include "mesh/crd/load.h"

namespace lab::crd {
namespace {

void expect_current(const std::string& path, const std::string& text) {
  if (std::getenv("LAB_UPDATE") != nullptr) {
    ASSERT_TRUE(write_file(path, text).has_value());
  }
  const auto content = read_file(path);
  ASSERT_TRUE(content.has_value()) << path;
  EXPECT_EQ(*content, text) << path << " is out of date: run this test with LAB_UPDATE=1.";
}

TEST(IstioApi, DocumentIsCurrent) {
  expect_current(LAB_SOURCE_DIR "/docs/istio-api.md", coverage_document());
}

TEST(IstioApi, LintDocumentIsCurrent) {
  std::string text =
      "# Findings of the lint\n\nWhat is valid but wrong; `lab help CODE` prints the same. Written "
      "by the test "
      "IstioApi.LintDocumentIsCurrent\n(run it with LAB_UPDATE=1).\n";
  for (const LintCode& code : lint_codes()) {
    text += "\n## " + std::string(code.code) + ": " + std::string(code.title) + "\n\n*" +
            std::string(level_name(code.level)) + "* " + std::string(code.page) + "\n";
  }
  expect_current(LAB_SOURCE_DIR "/docs/lint.md", text);
}

TEST(IstioApi, EveryRowSaysWhy) {
  std::size_t refused = 0;
  for (const CoverageRow& row : istio_coverage()) {
    EXPECT_EQ(row.note.empty(), row.coverage == Coverage::compiled) << row.kind << " " << row.path;
    refused += row.coverage == Coverage::refused ? 1 : 0;
  }
  EXPECT_GT(refused, 0u);
}

TEST(IstioApi, ARefusedFieldIsTold) {
  Objects objects;
  Diagnostics problems;
  load_text(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec:\n  "
      "host: a\n"
      "  subsets:\n  - name: v1\n    trafficPolicy:\n      tunnel: {targetHost: b, targetPort: "
      "80}\n",
      "f.yaml", objects, problems);
  ASSERT_TRUE(problems.empty()) << problems.text();
  ASSERT_EQ(objects.unsupported.size(), 1u);
  EXPECT_EQ(objects.unsupported[0].origin.text(), "f.yaml:9:7");
  EXPECT_EQ(objects.unsupported[0].path, "spec.subsets[].trafficPolicy.tunnel");
}

}  // namespace
}  // namespace lab::crd
