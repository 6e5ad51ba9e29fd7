#pragma once

#include <cstdint>
#include <optional>

#include "mesh/crd/metadata.h"

/// RbacConfig, ClusterRbacConfig, ServiceRole and ServiceRoleBinding of Istio 1.0 to 1.5.
/// Source: Istio 1.0 and 1.1, rbac/v1alpha1/rbac.proto.
namespace lab::crd {

enum class RbacMode : std::uint8_t { OFF, ON, ON_WITH_INCLUSION, ON_WITH_EXCLUSION };
const std::vector<EnumName<RbacMode>>& enum_names(const RbacMode*);

enum class RbacEnforcement : std::uint8_t { ENFORCED, PERMISSIVE };
const std::vector<EnumName<RbacEnforcement>>& enum_names(const RbacEnforcement*);

/// A service counts when either list names it.
struct RbacTarget {
  std::vector<std::string> services;  ///< Full names, "*" included.
  std::vector<std::string> namespaces;
};
const Record<RbacTarget>& record_of(const RbacTarget*);

struct RbacConfigSpec {
  RbacMode mode = RbacMode::OFF;
  std::optional<RbacTarget> inclusion;
  std::optional<RbacTarget> exclusion;
  RbacEnforcement enforcement_mode = RbacEnforcement::ENFORCED;
};
const Record<RbacConfigSpec>& record_of(const RbacConfigSpec*);

/// Kind tells: "RbacConfig" or "ClusterRbacConfig". Only the one named "default" has effect.
struct RbacConfig : Object {
  RbacConfigSpec spec;
};
const Record<RbacConfig>& record_of(const RbacConfig*);

struct RbacConstraint {
  Origin origin;
  std::string key;
  std::vector<std::string> values;
};
const Record<RbacConstraint>& record_of(const RbacConstraint*);

struct AccessRule {
  Origin origin;
  std::vector<std::string> services;
  std::vector<std::string> hosts, not_hosts;
  std::vector<std::string> paths, not_paths;
  std::vector<std::string> methods, not_methods;
  std::vector<std::int32_t> ports, not_ports;
  std::vector<RbacConstraint> constraints;
};
const Record<AccessRule>& record_of(const AccessRule*);

struct ServiceRoleSpec {
  std::vector<AccessRule> rules;
};
const Record<ServiceRoleSpec>& record_of(const ServiceRoleSpec*);

struct ServiceRole : Object {
  ServiceRoleSpec spec;
};
const Record<ServiceRole>& record_of(const ServiceRole*);

struct RbacSubject {
  Origin origin;
  std::string user;
  std::string group;
  std::map<std::string, std::string> properties;
};
const Record<RbacSubject>& record_of(const RbacSubject*);

struct RoleReference {
  std::string kind;
  std::string name;
};
const Record<RoleReference>& record_of(const RoleReference*);

struct ServiceRoleBindingSpec {
  std::vector<RbacSubject> subjects;
  RoleReference role_ref;
  RbacEnforcement mode = RbacEnforcement::ENFORCED;
};
const Record<ServiceRoleBindingSpec>& record_of(const ServiceRoleBindingSpec*);

struct ServiceRoleBinding : Object {
  ServiceRoleBindingSpec spec;
};
const Record<ServiceRoleBinding>& record_of(const ServiceRoleBinding*);

}  // namespace lab::crd
