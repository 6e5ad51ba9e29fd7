#pragma once

#include "mesh/crd/authorization_policy.h"
#include "mesh/crd/peer_authentication.h"
#include "mesh/crd/request_authentication.h"
#include "mesh/crd/validation/checker.h"

/// The semantic rules of the security kinds; `checker` stands at the spec.
namespace lab::crd {

void check_spec(Checker& checker, const AuthorizationPolicySpec& spec);
void check_spec(Checker& checker, const PeerAuthenticationSpec& spec);
void check_spec(Checker& checker, const RequestAuthenticationSpec& spec);

}  // namespace lab::crd
