#pragma once

#include "base/value.h"

namespace lab::orchestrator {

/// Whether `value` is valid under a JSON Schema, for the keywords that our own schemas use. For
/// tests: it shares no code with the decoder.
bool is_valid(const Value& value, const Value& schema, const Value& root);

}  // namespace lab::orchestrator
