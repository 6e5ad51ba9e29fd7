#pragma once

#include <string>
#include <vector>

#include "mesh/crd/objects.h"

namespace lab::orchestrator {

/// Adds the objects of `files`; one of the same kind, namespace and name is replaced, as `kubectl
/// apply` does.
void apply_objects(crd::Objects& objects, const std::vector<std::string>& files, Diagnostics& out);

/// Removes "KIND/NAME" or "KIND/NAME.NAMESPACE" (KIND in any case). False when there is none.
bool remove_object(crd::Objects& objects, const std::string& name);

}  // namespace lab::orchestrator
