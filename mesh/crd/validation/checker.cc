#include "mesh/crd/validation/checker.h"

namespace lab::crd {

const Value* Checker::step_into(const Value* value, const std::string& step) {
  if (value == nullptr || step.empty()) return nullptr;
  if (step.front() != '[' || !value->is_array()) return value->find(step);
  const std::size_t index = std::stoul(step.substr(1));
  return index < value->array().size() ? &value->array()[index] : nullptr;
}

bool Checker::present(const std::string& member) const {
  const Value* value = &document_;
  for (const std::string& step : path_) value = step_into(value, step);
  return value != nullptr && value->find(member) != nullptr;
}

/// The place is that of the deepest part of the path that the document has: a missing member is
/// reported at its owner.
void Checker::add(bool warning, std::string text) {
  Finding finding{Finding::Half::webhook, warning, document_.mark, "", std::move(text)};
  const Value* value = &document_;
  for (const std::string& step : path_) {
    if (!finding.path.empty() && (step.empty() || step.front() != '[')) finding.path += '.';
    finding.path += step;
    value = step_into(value, step);
    if (value != nullptr && value->mark.line != 0) finding.mark = value->mark;
  }
  findings_.push_back(std::move(finding));
}

}  // namespace lab::crd
