#pragma once

#include <map>
#include <string>

#include "base/value.h"
#include "mesh/compile/node_config.h"

namespace lab::compile {

/// The files of a proxy by name relative to its folder: bootstrap.json, lds.json, cds.json,
/// rds/NAME.json, eds/NAME.json, sds/NAME.json. Our proxy and Envoy read the same.
std::map<std::string, std::string> files_of(const NodeConfig& node);

/// The same as one static bootstrap: routes inside their listeners, endpoints inside their
/// clusters, secrets beside them.
Value fold_static(const NodeConfig& node);

/// One kind of resources as an array: "listeners", "routes", "clusters", "endpoints", "secrets".
Value resources_of(const NodeConfig& node, std::string_view kind);

}  // namespace lab::compile
