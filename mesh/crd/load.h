#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesh/crd/objects.h"

namespace lab::crd {

/// Reads YAML or JSON files with any mix of objects (several documents, "List" kinds); "-" is
/// standard input.
///
/// What is wrong goes to `out`, with file, line and column, everything at once; the objects that
/// are right are returned all the same. Unknown kinds are refused by name.
Objects load_files(const std::vector<std::string>& paths, Diagnostics& out);

/// The same for a text; `file` is only for messages and origins.
void load_text(std::string_view text, const std::string& file, Objects& objects, Diagnostics& out);

/// The same for one document that was parsed already.
void load_document(const Value& document, const std::string& file, Objects& objects,
                   Diagnostics& out);

}  // namespace lab::crd
