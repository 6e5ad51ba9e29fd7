// The corpus of ../golden/validation, or of the folder that LAB_VALIDATION_CORPUS names, against
// our verdicts.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "mesh/crd/validate.h"

namespace lab::crd {
namespace {

struct Agreement {
  const char* name;
  std::size_t same = 0;
  std::size_t all = 0;
  void count(bool agrees) {
    same += agrees ? 1 : 0;
    ++all;
  }
  double percent() const { return 100.0 * static_cast<double>(same) / static_cast<double>(all); }
};

struct Totals {
  Agreement verdict{"verdict"};
  Agreement schema{"schema half"};
  Agreement webhook{"webhook half"};
};

std::string corpus() {
  const char* named = std::getenv("LAB_VALIDATION_CORPUS");
  return named != nullptr ? named : LAB_SOURCE_DIR "/tests/golden/validation";
}

std::string note(const Value& document, std::string_view key) {
  const Value* value = document.find(key);
  return value != nullptr && value->is_string() ? value->string() : "";
}

bool refuses(const Findings& findings, Finding::Half half) {
  return std::any_of(findings.begin(), findings.end(), [half](const Finding& finding) {
    return !finding.warning && finding.half == half;
  });
}

void compare(const Value& document, const std::string& where, const DocumentVerdict& ours,
             Totals& totals) {
  const bool schema = !note(document, "_schema_err").empty();
  const bool webhook = !note(document, "_webhook_err").empty();
  const bool verdict_agrees = (note(document, "_verdict") == "accept") == ours.accepted();
  const bool schema_agrees = schema == refuses(ours.findings, Finding::Half::schema);
  const bool webhook_agrees = webhook == refuses(ours.findings, Finding::Half::webhook);
  totals.verdict.count(verdict_agrees);
  totals.schema.count(schema_agrees);
  totals.webhook.count(webhook_agrees);
  if (verdict_agrees && schema_agrees && webhook_agrees) return;
  std::printf("%s (%s): Istio %s\n  schema: %s\n  webhook: %s\n  ours: %s\n", where.c_str(),
              note(document, "_mutation").c_str(), note(document, "_verdict").c_str(),
              note(document, "_schema_err").c_str(), note(document, "_webhook_err").c_str(),
              join(ours.messages(), "\n        ").c_str());
}

void compare_file(const std::string& path, Totals& totals) {
  const auto text = read_file(path);
  ASSERT_TRUE(text.has_value()) << path;
  const auto documents = parse_yaml(*text, path);
  ASSERT_TRUE(documents.has_value()) << documents.error().message;
  const std::vector<DocumentVerdict> verdicts = validate_text(*text, path);
  ASSERT_EQ(verdicts.size(), documents->size()) << path;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    compare((*documents)[i].root, path + "#" + std::to_string(i), verdicts[i], totals);
  }
}

TEST(ValidationCorpus, AgreesWithIstio) {
  Totals totals;
  for (const auto& entry : std::filesystem::directory_iterator(corpus())) {
    if (entry.path().extension() == ".yaml") compare_file(entry.path(), totals);
  }
  for (const Agreement& half : {totals.verdict, totals.schema, totals.webhook}) {
    std::printf("%s: %zu of %zu agree (%.2f %%)\n", half.name, half.same, half.all, half.percent());
    EXPECT_GT(half.all, 0u);
    EXPECT_GE(half.percent(), 99.0) << half.name;
  }
}

TEST(ValidationCorpus, EveryRejectionHasAMessageWithItsPlace) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(corpus())) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  for (const DocumentVerdict& verdict : validate_documents(files)) {
    const auto messages = verdict.messages();
    EXPECT_EQ(messages.empty(), verdict.accepted()) << verdict.file << "#" << verdict.document;
    for (const std::string& message : messages) {
      EXPECT_EQ(message.compare(0, verdict.file.size() + 1, verdict.file + ":"), 0) << message;
    }
  }
}

}  // namespace
}  // namespace lab::crd
