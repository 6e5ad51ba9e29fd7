#pragma once

#include <string_view>

#include "mesh/crd/objects.h"

namespace lab::crd {

/// What is known of a kind in one or several API groups.
struct Kind {
  std::string_view name;
  std::vector<std::string_view> api_versions;
  bool cluster_wide = false;
  /// Decodes a document of this kind into `objects`; nullptr for kinds that are only known.
  bool (*decode)(const Value& document, DecodeContext& context, Objects& objects) = nullptr;
  std::string_view reason{};  ///< For kinds that are only known: why nothing is made from them.
  bool needed =
      false;  ///< For those: they would change what a mesh does, so that a run refuses them.
};

/// Every kind that is known, by name; a name may be there for several groups.
const std::vector<Kind>& kinds();

/// The kind of that name and API version, or nullptr with `problem` saying what is wrong and what
/// is near.
const Kind* find_kind(std::string_view api_version, std::string_view name, std::string& problem);

}  // namespace lab::crd
