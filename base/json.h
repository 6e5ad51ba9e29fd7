#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"

namespace lab {

/// Reads one JSON text (RFC 8259; at most 200 levels deep, duplicate keys refused).
///
/// Fails with Errc::config, "FILE:LINE:COLUMN: reason"; `file` is only for that message.
Result<Value> parse_json(std::string_view text, std::string_view file);

/// Writes JSON; `indent` spaces a level, 0 for one line. Members keep their order.
std::string write_json(const Value& value, int indent = 0);

}  // namespace lab
