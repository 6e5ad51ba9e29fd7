#pragma once

#include <cstdint>

#include "mesh/compile/scope.h"

namespace lab::compile {

/// What a DestinationRule says for one port of one subset (null: of the service as a whole), all
/// four levels in one.
///
/// Since 1.1 settings of a port replace those of its level; in 1.0 they are laid over them, part by
/// part. Source: Istio, DestinationRule, "port level settings".
crd::TrafficPolicy policy_for(const Rule* rule, const crd::Subset* subset, std::uint32_t port,
                              const Profile& profile);

/// The hash that requests to a destination are balanced by, or nullptr. Its order: port of the
/// subset, subset, port, all.
const crd::ConsistentHash* hash_for(const Rule* rule, const std::string& subset,
                                    std::uint32_t port);

/// How localities count: what the rule says, else the mesh; nullptr when they don't.
const crd::LocalityLoadBalancer* locality_setting(const crd::TrafficPolicy& policy,
                                                  const Proxy& proxy);

}  // namespace lab::compile
