#pragma once

#include <string>

#include "base/record.h"

namespace lab::orchestrator {

/// Markdown tables of a record's fields and of all records below it: the reference part of
/// docs/scenario-format.md.
std::string record_document(const RecordBase& record);

}  // namespace lab::orchestrator
