#pragma once

#include "mesh/crd/validation/checker.h"

/// The semantic rules of kinds that are validated but not compiled yet, on the document itself:
/// `spec` was checked against its schema before, so that what is there has its type.
namespace lab::crd {

void check_envoy_filter(Checker& checker, const Value& spec);
void check_proxy_config(Checker& checker, const Value& spec);
void check_telemetry(Checker& checker, const Value& spec);
void check_wasm_plugin(Checker& checker, const Value& spec);
void check_traffic_extension(Checker& checker, const Value& spec);
void check_workload_group(Checker& checker, const Value& spec);

}  // namespace lab::crd
