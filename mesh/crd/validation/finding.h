#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/value.h"

namespace lab::crd {

/// What a rule found in a document.
struct Finding {
  enum class Half : std::uint8_t {
    object,   ///< What every Kubernetes object needs: apiVersion, kind, metadata.
    schema,   ///< The API server's schema rules.
    webhook,  ///< Istio's semantic rules.
  };
  Half half = Half::schema;
  bool warning = false;  ///< Good enough to be accepted, but not what is meant.
  Mark mark;
  std::string path;  ///< "spec.http[0].timeout".
  std::string text;
};

using Findings = std::vector<Finding>;

}  // namespace lab::crd
