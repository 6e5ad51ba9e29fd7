#pragma once

#include <string_view>

#include "base/result.h"
#include "mesh/compile/node_config.h"

namespace lab::compile {

/// One kind of resources ("listeners", "routes", "clusters", "endpoints", "secrets") as an array in
/// Envoy's v3 JSON, or in the v2 shape that Istio 1.0 printed. Nothing runs on v2: it is for
/// reading beside old dumps.
///
/// Fails with Errc::usage when `api` is neither "v2" nor "v3".
Result<Value> render(const NodeConfig& node, std::string_view kind, std::string_view api);

/// The same in v2. Endpoints are the registrations that the control plane's debug page lists.
Value render_v2(const NodeConfig& node, std::string_view kind);

}  // namespace lab::compile
