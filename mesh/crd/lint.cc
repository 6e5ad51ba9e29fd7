#include "mesh/crd/lint.h"

#include <algorithm>
#include <tuple>

#include "mesh/crd/lint/index.h"

namespace lab::crd {

std::string_view level_name(LintLevel level) {
  static constexpr std::string_view names[] = {"info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

std::optional<LintLevel> level_of(std::string_view name) {
  for (const LintLevel level : {LintLevel::info, LintLevel::warning, LintLevel::error}) {
    if (level_name(level) == name) return level;
  }
  return {};
}

const LintCode* find_lint_code(std::string_view code) {
  for (const LintCode& known : lint_codes()) {
    if (known.code == code) return &known;
  }
  return nullptr;
}

std::vector<LintFinding> lint(const Objects& objects, const LintOptions& options) {
  const LintIndex index(objects);
  std::vector<LintFinding> findings;
  LintReport report(findings);
  for (auto* rules :
       {lint_references, lint_workload_references, lint_routes, lint_route_scope,
        lint_destination_rules, lint_gateways, lint_services, lint_security, lint_authorization}) {
    rules(index, report);
  }
  findings.erase(std::remove_if(findings.begin(), findings.end(),
                                [&](const LintFinding& finding) {
                                  return finding.code->level < options.least;
                                }),
                 findings.end());
  const auto key = [](const LintFinding& finding) {
    return std::tie(finding.origin.file, finding.origin.mark.line, finding.origin.mark.column,
                    finding.code->code, finding.message);
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const LintFinding& a, const LintFinding& b) { return key(a) < key(b); });
  findings.erase(
      std::unique(findings.begin(), findings.end(),
                  [&](const LintFinding& a, const LintFinding& b) { return key(a) == key(b); }),
      findings.end());
  return findings;
}

std::vector<LintFinding> refusals(const std::vector<DocumentVerdict>& verdicts) {
  std::vector<LintFinding> result;
  for (const DocumentVerdict& verdict : verdicts) {
    for (const Finding& finding : errors_of(verdict.findings)) {
      result.push_back({find_lint_code("LAB0001"), Origin{verdict.file, finding.mark},
                        verdict.kind.empty() ? "document" : verdict.kind + " " + verdict.name,
                        finding.path.empty() ? finding.text : finding.path + ": " + finding.text});
    }
  }
  return result;
}

std::string text_of(const LintFinding& finding) {
  return finding.origin.text() + ": " + std::string(level_name(finding.code->level)) + " " +
         std::string(finding.code->code) + " " + finding.object + ": " + finding.message;
}

Value findings_json(const std::vector<LintFinding>& findings) {
  Value result{Value::Array{}};
  for (const LintFinding& finding : findings) {
    Value entry;
    entry.set("code", finding.code->code);
    entry.set("level", level_name(finding.code->level));
    entry.set("file", finding.origin.file);
    entry.set("line", static_cast<std::int64_t>(finding.origin.mark.line));
    entry.set("column", static_cast<std::int64_t>(finding.origin.mark.column));
    entry.set("object", finding.object);
    entry.set("message", finding.message);
    result.push(std::move(entry));
  }
  return result;
}

}  // namespace lab::crd
