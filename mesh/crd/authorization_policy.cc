#include "mesh/crd/authorization_policy.h"

namespace lab::crd {

LAB_CRD_RECORD(AuthorizationSource, "Source") {
  record.origin(&AuthorizationSource::origin);
  record.field("principals", &AuthorizationSource::principals);
  record.field("notPrincipals", &AuthorizationSource::not_principals);
  record.field("requestPrincipals", &AuthorizationSource::request_principals);
  record.field("notRequestPrincipals", &AuthorizationSource::not_request_principals);
  record.field("namespaces", &AuthorizationSource::namespaces);
  record.field("notNamespaces", &AuthorizationSource::not_namespaces);
  record.field("ipBlocks", &AuthorizationSource::ip_blocks);
  record.field("notIpBlocks", &AuthorizationSource::not_ip_blocks);
  record.field("remoteIpBlocks", &AuthorizationSource::remote_ip_blocks);
  record.field("notRemoteIpBlocks", &AuthorizationSource::not_remote_ip_blocks);
  record.field("serviceAccounts", &AuthorizationSource::service_accounts);
  record.field("notServiceAccounts", &AuthorizationSource::not_service_accounts);
  record.field("trustDomains", &AuthorizationSource::trust_domains);
  record.field("notTrustDomains", &AuthorizationSource::not_trust_domains);
}

LAB_CRD_RECORD(AuthorizationFrom, "Rule.From") {
  record.field("source", &AuthorizationFrom::source);
}

LAB_CRD_RECORD(AuthorizationOperation, "Operation") {
  record.origin(&AuthorizationOperation::origin);
  record.field("hosts", &AuthorizationOperation::hosts);
  record.field("notHosts", &AuthorizationOperation::not_hosts);
  record.field("ports", &AuthorizationOperation::ports);
  record.field("notPorts", &AuthorizationOperation::not_ports);
  record.field("methods", &AuthorizationOperation::methods);
  record.field("notMethods", &AuthorizationOperation::not_methods);
  record.field("paths", &AuthorizationOperation::paths);
  record.field("notPaths", &AuthorizationOperation::not_paths);
}

LAB_CRD_RECORD(AuthorizationTo, "Rule.To") {
  record.field("operation", &AuthorizationTo::operation);
}

LAB_CRD_RECORD(AuthorizationCondition, "Condition") {
  record.origin(&AuthorizationCondition::origin);
  record.field("key", &AuthorizationCondition::key).required();
  record.field("values", &AuthorizationCondition::values);
  record.field("notValues", &AuthorizationCondition::not_values);
}

LAB_CRD_RECORD(AuthorizationRule, "Rule") {
  record.origin(&AuthorizationRule::origin);
  record.field("from", &AuthorizationRule::from);
  record.field("to", &AuthorizationRule::to);
  record.field("when", &AuthorizationRule::when);
}

const std::vector<EnumName<AuthorizationAction>>& enum_names(const AuthorizationAction*) {
  static const std::vector<EnumName<AuthorizationAction>> names = {
      {AuthorizationAction::ALLOW, "ALLOW"},
      {AuthorizationAction::DENY, "DENY"},
      {AuthorizationAction::AUDIT, "AUDIT"},
      {AuthorizationAction::CUSTOM, "CUSTOM"}};
  return names;
}

LAB_CRD_RECORD(ExtensionProviderName, "AuthorizationPolicy.ExtensionProvider") {
  record.field("name", &ExtensionProviderName::name);
}

LAB_CRD_RECORD(AuthorizationPolicySpec, "AuthorizationPolicy") {
  record.field("selector", &AuthorizationPolicySpec::selector);
  record.field("targetRef", &AuthorizationPolicySpec::target_ref);
  record.field("targetRefs", &AuthorizationPolicySpec::target_refs);
  record.field("rules", &AuthorizationPolicySpec::rules);
  record.field("action", &AuthorizationPolicySpec::action);
  record.field("provider", &AuthorizationPolicySpec::provider);
}

LAB_CRD_RECORD(AuthorizationPolicy, "AuthorizationPolicy object") {
  object_fields(record);
  record.field("spec", &AuthorizationPolicy::spec);
  skip_status(record);
}

}  // namespace lab::crd
