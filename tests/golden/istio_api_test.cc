// docs/istio-api.md and docs/lint.md are what the tables in the sources say. LAB_UPDATE=1 writes
// them.

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/yaml.h"
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
  const auto documents = parse_yaml(
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n  "
      "hosts: [a]\n  http:\n  - fault: {abort: {http2Error: x}}\n",
      "f.yaml");
  ASSERT_TRUE(documents.has_value());
  const auto fields = unsupported_fields(documents->at(0).root, "f.yaml");
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields[0].origin.text(), "f.yaml:7:21");
  EXPECT_EQ(fields[0].path, "spec.http[].fault.abort.http2Error");
}

}  // namespace
}  // namespace lab::crd
