#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/crd/objects.h"

/// Which fields of Istio's API the compiler acts on. docs/istio-api.md is this table; a field that
/// is refused is told whenever a file sets it, so that nothing is dropped silently.
namespace lab::crd {

enum class Coverage : std::uint8_t {
  compiled,        ///< It shapes the proxies' configuration.
  refused,         ///< It would, but is not supported yet: a file that sets it is told so.
  without_effect,  ///< Nothing in a lab could depend on it.
};
std::string_view coverage_name(Coverage coverage);

struct CoverageRow {
  std::string kind;
  std::string path;  ///< "spec.http[].match[].uri"; "[]" is any element, "{}" any key.
  Coverage coverage = Coverage::compiled;
  std::string note;  ///< Why, unless it is compiled.
};

/// A row for every field of every kind of Istio's API that is compiled, from its schema.
std::vector<CoverageRow> istio_coverage();
/// docs/istio-api.md.
std::string coverage_document();

/// The refused fields that a document sets (it is a valid one).
std::vector<UnsupportedField> unsupported_fields(const Value& document, const std::string& file);

}  // namespace lab::crd
