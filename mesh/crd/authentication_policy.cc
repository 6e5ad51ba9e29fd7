#include "mesh/crd/authentication_policy.h"

namespace lab::crd {

LAB_CRD_RECORD(LegacyPortSelector, "PortSelector") {
  record.field("number", &LegacyPortSelector::number).at_least(1).at_most(65535);
  record.field("name", &LegacyPortSelector::name);
  record.oneof("port", {"number", "name"});
}

LAB_CRD_RECORD(PolicyTarget, "TargetSelector") {
  record.origin(&PolicyTarget::origin);
  record.field("name", &PolicyTarget::name).required().not_empty();
  record.field("labels", &PolicyTarget::labels);
  record.field("ports", &PolicyTarget::ports);
}

const std::vector<EnumName<LegacyMutualTlsMode>>& enum_names(const LegacyMutualTlsMode*) {
  static const std::vector<EnumName<LegacyMutualTlsMode>> names = {
      {LegacyMutualTlsMode::STRICT, "STRICT"}, {LegacyMutualTlsMode::PERMISSIVE, "PERMISSIVE"}};
  return names;
}

LAB_CRD_RECORD(LegacyMutualTls, "MutualTls") {
  record.field("mode", &LegacyMutualTls::mode);
  record.field("allowTls", &LegacyMutualTls::allow_tls);
}

LAB_CRD_RECORD(LegacyJwt, "Jwt") {
  record.field("issuer", &LegacyJwt::issuer);
  record.field("audiences", &LegacyJwt::audiences);
  record.field("jwksUri", &LegacyJwt::jwks_uri);
  record.field("jwks_uri", &LegacyJwt::jwks_uri);
  record.field("jwks", &LegacyJwt::jwks);
  record.field("jwtHeaders", &LegacyJwt::jwt_headers);
  record.field("jwtParams", &LegacyJwt::jwt_params);
  record.field("triggerRules", &LegacyJwt::trigger_rules);
}

LAB_CRD_RECORD(PeerMethod, "PeerAuthenticationMethod") {
  record.origin(&PeerMethod::origin);
  record.field("mtls", &PeerMethod::mtls);
  record.field("jwt", &PeerMethod::jwt);
  record.oneof("params", {"mtls", "jwt"});
}

LAB_CRD_RECORD(OriginMethod, "OriginAuthenticationMethod") {
  record.field("jwt", &OriginMethod::jwt);
}

const std::vector<EnumName<PrincipalBinding>>& enum_names(const PrincipalBinding*) {
  static const std::vector<EnumName<PrincipalBinding>> names = {
      {PrincipalBinding::USE_PEER, "USE_PEER"}, {PrincipalBinding::USE_ORIGIN, "USE_ORIGIN"}};
  return names;
}

LAB_CRD_RECORD(AuthenticationPolicySpec, "Policy") {
  record.field("targets", &AuthenticationPolicySpec::targets);
  record.field("peers", &AuthenticationPolicySpec::peers);
  record.field("peerIsOptional", &AuthenticationPolicySpec::peer_is_optional);
  record.field("origins", &AuthenticationPolicySpec::origins);
  record.field("originIsOptional", &AuthenticationPolicySpec::origin_is_optional);
  record.field("principalBinding", &AuthenticationPolicySpec::principal_binding);
}

LAB_CRD_RECORD(AuthenticationPolicy, "Policy object") {
  object_fields(record);
  record.field("spec", &AuthenticationPolicy::spec);
  skip_status(record);
}

}  // namespace lab::crd
