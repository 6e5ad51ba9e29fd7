#pragma once

#include "mesh/crd/metadata.h"

namespace lab::crd {

/// An object that a policy attaches to (Gateway API, Service, ServiceEntry).
struct TargetReference {
  Origin origin;
  std::string group;
  std::string kind;
  std::string name;
  std::string namespace_name;
};
const Record<TargetReference>& record_of(const TargetReference*);

}  // namespace lab::crd
