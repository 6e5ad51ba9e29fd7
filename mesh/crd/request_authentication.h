#pragma once

#include <optional>

#include "mesh/crd/duration.h"
#include "mesh/crd/target_reference.h"

/// RequestAuthentication. Source: Istio, security/v1/request_authentication.proto.
namespace lab::crd {

struct JwtHeader {
  std::string name;
  std::string prefix;
};
const Record<JwtHeader>& record_of(const JwtHeader*);

struct ClaimToHeader {
  std::string header;
  std::string claim;
};
const Record<ClaimToHeader>& record_of(const ClaimToHeader*);

struct JwtRule {
  Origin origin;
  std::string issuer;
  std::vector<std::string> audiences;
  std::string jwks_uri;
  std::string jwks;
  std::vector<JwtHeader> from_headers;
  std::vector<std::string> from_params;
  std::vector<std::string> from_cookies;
  std::string output_payload_to_header;
  bool forward_original_token = false;
  std::vector<ClaimToHeader> output_claim_to_headers;
  std::optional<Duration> timeout;
  std::vector<std::string> space_delimited_claims;
};
const Record<JwtRule>& record_of(const JwtRule*);

struct RequestAuthenticationSpec {
  std::optional<LabelSelector> selector;
  std::optional<TargetReference> target_ref;
  std::vector<TargetReference> target_refs;
  std::vector<JwtRule> jwt_rules;
};
const Record<RequestAuthenticationSpec>& record_of(const RequestAuthenticationSpec*);

struct RequestAuthentication : Object {
  RequestAuthenticationSpec spec;
};
const Record<RequestAuthentication>& record_of(const RequestAuthentication*);

}  // namespace lab::crd
