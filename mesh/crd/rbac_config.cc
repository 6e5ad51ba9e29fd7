#include "mesh/crd/rbac_config.h"

namespace lab::crd {

const std::vector<EnumName<RbacMode>>& enum_names(const RbacMode*) {
  static const std::vector<EnumName<RbacMode>> names = {
      {RbacMode::OFF, "OFF"},
      {RbacMode::ON, "ON"},
      {RbacMode::ON_WITH_INCLUSION, "ON_WITH_INCLUSION"},
      {RbacMode::ON_WITH_EXCLUSION, "ON_WITH_EXCLUSION"}};
  return names;
}

const std::vector<EnumName<RbacEnforcement>>& enum_names(const RbacEnforcement*) {
  static const std::vector<EnumName<RbacEnforcement>> names = {
      {RbacEnforcement::ENFORCED, "ENFORCED"}, {RbacEnforcement::PERMISSIVE, "PERMISSIVE"}};
  return names;
}

LAB_CRD_RECORD(RbacTarget, "RbacConfig.Target") {
  record.field("services", &RbacTarget::services);
  record.field("namespaces", &RbacTarget::namespaces);
}

LAB_CRD_RECORD(RbacConfigSpec, "RbacConfig") {
  record.field("mode", &RbacConfigSpec::mode);
  record.field("inclusion", &RbacConfigSpec::inclusion);
  record.field("exclusion", &RbacConfigSpec::exclusion);
  record.field("enforcementMode", &RbacConfigSpec::enforcement_mode);
}

LAB_CRD_RECORD(RbacConfig, "RbacConfig object") {
  object_fields(record);
  record.field("spec", &RbacConfig::spec);
  skip_status(record);
}

LAB_CRD_RECORD(RbacConstraint, "AccessRule.Constraint") {
  record.origin(&RbacConstraint::origin);
  record.field("key", &RbacConstraint::key).required();
  record.field("values", &RbacConstraint::values);
}

LAB_CRD_RECORD(AccessRule, "AccessRule") {
  record.origin(&AccessRule::origin);
  record.field("services", &AccessRule::services);
  record.field("hosts", &AccessRule::hosts);
  record.field("notHosts", &AccessRule::not_hosts);
  record.field("paths", &AccessRule::paths);
  record.field("notPaths", &AccessRule::not_paths);
  record.field("methods", &AccessRule::methods);
  record.field("notMethods", &AccessRule::not_methods);
  record.field("ports", &AccessRule::ports);
  record.field("notPorts", &AccessRule::not_ports);
  record.field("constraints", &AccessRule::constraints);
}

LAB_CRD_RECORD(ServiceRoleSpec, "ServiceRole") {
  record.field("rules", &ServiceRoleSpec::rules);
}

LAB_CRD_RECORD(ServiceRole, "ServiceRole object") {
  object_fields(record);
  record.field("spec", &ServiceRole::spec).required();
  skip_status(record);
}

LAB_CRD_RECORD(RbacSubject, "Subject") {
  record.origin(&RbacSubject::origin);
  record.field("user", &RbacSubject::user);
  record.field("group", &RbacSubject::group);
  record.field("properties", &RbacSubject::properties);
}

LAB_CRD_RECORD(RoleReference, "RoleRef") {
  record.field("kind", &RoleReference::kind).required();
  record.field("name", &RoleReference::name).required();
}

LAB_CRD_RECORD(ServiceRoleBindingSpec, "ServiceRoleBinding") {
  record.field("subjects", &ServiceRoleBindingSpec::subjects).required();
  record.field("roleRef", &ServiceRoleBindingSpec::role_ref).required();
  record.field("mode", &ServiceRoleBindingSpec::mode);
}

LAB_CRD_RECORD(ServiceRoleBinding, "ServiceRoleBinding object") {
  object_fields(record);
  record.field("spec", &ServiceRoleBinding::spec).required();
  skip_status(record);
}

}  // namespace lab::crd
