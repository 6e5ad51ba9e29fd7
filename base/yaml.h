#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace lab {

/// One document of a YAML stream; `index` counts from 0, empty documents are left out but counted.
struct YamlDocument {
  std::size_t index = 0;
  Value root;
};

/// Bounds that keep a hostile file from costing more than its size deserves.
struct YamlLimits {
  std::size_t text_bytes = 64u << 20;
  std::size_t depth = 100;
  std::size_t nodes = 2'000'000;  ///< Counted after aliases are expanded.
  std::size_t problems = 10'000;  ///< Broken documents that are told one by one.
};

/// Reads a YAML stream with the scalar rules that Kubernetes tools use: YAML 1.1's booleans
/// (yes/no/on/off, y/n), octal numbers (010) and merge keys; dates stay strings. JSON is YAML, so
/// JSON files may come this way too.
///
/// Fails with Errc::config, "FILE:LINE:COLUMN: reason", for broken syntax, duplicate keys, keys
/// that are no scalars, and what exceeds `limits`.
Result<std::vector<YamlDocument>> parse_yaml(std::string_view text, std::string_view file,
                                             const YamlLimits& limits = {});

/// A stream in which one bad document does not hide the others. Positions count those that could
/// not be read, too.
struct YamlStream {
  struct Problem {
    std::size_t index = 0;
    Mark mark;  ///< Line 0: of the file as a whole.
    std::string message;
  };
  std::vector<YamlDocument> documents;
  std::vector<Problem> problems;
};

/// The same; after an error it goes on at the next line that begins with "---". Where the whole
/// file exceeds a limit, only that is told.
YamlStream parse_yaml_stream(std::string_view text, std::string_view file,
                             const YamlLimits& limits = {});

/// Writes block-style YAML, two spaces a level; strings are quoted where another reader could take
/// them for something else.
std::string write_yaml(const Value& value);

}  // namespace lab
