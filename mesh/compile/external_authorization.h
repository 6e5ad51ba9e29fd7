#pragma once

#include "mesh/compile/authorization.h"

namespace lab::compile {

/// Action CUSTOM: per provider a pair of filters, of which the first only notes which rules apply
/// and the second then asks the provider (MeshConfig.extensionProviders). A provider that is not
/// there, or several at once, denies what the rules cover. Source: Istio, AuthorizationPolicy.
void add_external_authorization(Authorization& out,
                                const std::vector<const crd::AuthorizationPolicy*>& policies,
                                const Proxy& proxy);

}  // namespace lab::compile
