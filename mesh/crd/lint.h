#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/crd/objects.h"
#include "mesh/crd/validate.h"

/// What is valid but wrong: each object passes validation, and together they don't do what they
/// seem to say.
namespace lab::crd {

enum class LintLevel : std::uint8_t { info, warning, error };
std::string_view level_name(LintLevel level);
/// The level of that name, or nothing.
std::optional<LintLevel> level_of(std::string_view name);

/// A kind of finding; the code never changes its meaning.
struct LintCode {
  std::string_view code;  ///< "LAB0101".
  LintLevel level;
  std::string_view title;
  std::string_view page;  ///< What happens, and what to do: the text of `lab help CODE`.
};
const std::vector<LintCode>& lint_codes();
/// The code of that name, or nullptr.
const LintCode* find_lint_code(std::string_view code);

struct LintFinding {
  const LintCode* code = nullptr;
  Origin origin;
  std::string object;   ///< "VirtualService default/routes".
  std::string message;  ///< What is wrong here, and what to do.
};

struct LintOptions {
  LintLevel least = LintLevel::info;  ///< Findings below it are left out.
};

/// All findings, by place. The objects have passed validation (load_files sees to it).
std::vector<LintFinding> lint(const Objects& objects, const LintOptions& options = {});

/// What validation refuses, as findings (LAB0001), by file and place.
std::vector<LintFinding> refusals(const std::vector<DocumentVerdict>& verdicts);

/// "FILE:LINE:COLUMN: LEVEL CODE OBJECT: MESSAGE".
std::string text_of(const LintFinding& finding);
/// [{"code", "level", "file", "line", "column", "object", "message"}]
Value findings_json(const std::vector<LintFinding>& findings);

}  // namespace lab::crd
