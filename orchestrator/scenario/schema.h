#pragma once

#include "base/record.h"

namespace lab::orchestrator {

/// The JSON Schema (draft 2020-12) of a record's values, made from the same table as its decoder.
Value json_schema(const RecordBase& record);

}  // namespace lab::orchestrator
