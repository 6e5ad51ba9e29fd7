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

/// True for "List" and the typed lists ("ServiceList") that kubectl and the API server print.
bool is_list(const Value& document);
/// Its items, each with apiVersion and kind: those of a typed list may leave them out.
std::vector<Value> list_items(const Value& list);
/// The document without its top-level keys that begin with "_": notes that are no part of the
/// object.
Value without_notes(const Value& document);

}  // namespace lab::crd
