#include "mesh/crd/request_authentication.h"

namespace lab::crd {

LAB_CRD_RECORD(JwtHeader, "JWTHeader") {
  record.field("name", &JwtHeader::name).required();
  record.field("prefix", &JwtHeader::prefix);
}

LAB_CRD_RECORD(ClaimToHeader, "ClaimToHeader") {
  record.field("header", &ClaimToHeader::header).required();
  record.field("claim", &ClaimToHeader::claim).required();
}

LAB_CRD_RECORD(JwtRule, "JWTRule") {
  record.origin(&JwtRule::origin);
  record.field("issuer", &JwtRule::issuer);
  record.field("audiences", &JwtRule::audiences);
  record.field("jwksUri", &JwtRule::jwks_uri);
  record.field("jwks_uri", &JwtRule::jwks_uri);
  record.field("jwks", &JwtRule::jwks);
  record.field("fromHeaders", &JwtRule::from_headers);
  record.field("fromParams", &JwtRule::from_params);
  record.field("fromCookies", &JwtRule::from_cookies);
  record.field("outputPayloadToHeader", &JwtRule::output_payload_to_header);
  record.field("forwardOriginalToken", &JwtRule::forward_original_token);
  record.field("outputClaimToHeaders", &JwtRule::output_claim_to_headers);
  record.field("timeout", &JwtRule::timeout);
  record.field("spaceDelimitedClaims", &JwtRule::space_delimited_claims);
}

LAB_CRD_RECORD(RequestAuthenticationSpec, "RequestAuthentication") {
  record.field("selector", &RequestAuthenticationSpec::selector);
  record.field("targetRef", &RequestAuthenticationSpec::target_ref);
  record.field("targetRefs", &RequestAuthenticationSpec::target_refs);
  record.field("jwtRules", &RequestAuthenticationSpec::jwt_rules);
}

LAB_CRD_RECORD(RequestAuthentication, "RequestAuthentication object") {
  object_fields(record);
  record.field("spec", &RequestAuthentication::spec);
  skip_status(record);
}

}  // namespace lab::crd
