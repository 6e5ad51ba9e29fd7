#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "mesh/crd/validation/cel.h"
#include "mesh/crd/validation/pattern.h"

namespace lab::crd {

/// A rule of x-kubernetes-validations.
struct SchemaRule {
  std::string text;
  std::string message;
  cel::Program program;
};

/// A structural schema of the Kubernetes API server (the part of JSON Schema that
/// CustomResourceDefinitions may use).
struct Schema {
  enum class Type : std::uint8_t { any, object, array, string, integer, number, boolean };
  using Pointer = std::shared_ptr<const Schema>;

  Type type = Type::any;
  std::map<std::string, Pointer, std::less<>> properties;
  Pointer items;
  Pointer additional_properties;  ///< Of a map: its values.
  std::vector<std::string> required;
  std::vector<std::string> allowed;  ///< "enum".
  std::string format;
  std::optional<double> minimum, maximum;
  std::optional<std::size_t> min_length, max_length;  ///< In code points.
  std::optional<std::size_t> min_items, max_items;
  std::optional<std::size_t> min_properties, max_properties;
  std::optional<Pattern> pattern;
  std::vector<Pointer> one_of, any_of, all_of;
  Pointer negated;  ///< "not".
  std::vector<SchemaRule> rules;
  std::vector<std::string> list_map_keys;  ///< Elements of a list must differ in these.
  bool keep_unknown = false;               ///< Any further members are good.
  bool int_or_string = false;
  bool nullable = false;
};

/// A kind's schema and the API versions that it is for.
struct KindSchema {
  std::string kind;
  std::string group;
  std::vector<std::string> versions;
  Schema::Pointer schema;
};

/// Every kind of Istio's API. Its texts are part of the program, so that reading them can't fail
/// but by a bug.
const std::vector<KindSchema>& istio_schemas();

/// The schema of a kind in an API version ("networking.istio.io/v1"), or nullptr.
const KindSchema* find_schema(std::string_view api_version, std::string_view kind);

}  // namespace lab::crd
