#pragma once

#include <cstdint>
#include <optional>

#include "mesh/crd/target_reference.h"

/// AuthorizationPolicy. Source: Istio, security/v1/authorization_policy.proto.
namespace lab::crd {

/// Each list matches when one of its values does; all lists that are not empty must match.
struct AuthorizationSource {
  Origin origin;
  std::vector<std::string> principals, not_principals;
  std::vector<std::string> request_principals, not_request_principals;
  std::vector<std::string> namespaces, not_namespaces;
  std::vector<std::string> ip_blocks, not_ip_blocks;
  std::vector<std::string> remote_ip_blocks, not_remote_ip_blocks;
  std::vector<std::string> service_accounts, not_service_accounts;
  std::vector<std::string> trust_domains, not_trust_domains;
};
const Record<AuthorizationSource>& record_of(const AuthorizationSource*);

struct AuthorizationFrom {
  std::optional<AuthorizationSource> source;
};
const Record<AuthorizationFrom>& record_of(const AuthorizationFrom*);

struct AuthorizationOperation {
  Origin origin;
  std::vector<std::string> hosts, not_hosts;
  std::vector<std::string> ports, not_ports;
  std::vector<std::string> methods, not_methods;
  std::vector<std::string> paths, not_paths;
};
const Record<AuthorizationOperation>& record_of(const AuthorizationOperation*);

struct AuthorizationTo {
  std::optional<AuthorizationOperation> operation;
};
const Record<AuthorizationTo>& record_of(const AuthorizationTo*);

struct AuthorizationCondition {
  Origin origin;
  std::string key;
  std::vector<std::string> values, not_values;
};
const Record<AuthorizationCondition>& record_of(const AuthorizationCondition*);

struct AuthorizationRule {
  Origin origin;
  std::vector<AuthorizationFrom> from;
  std::vector<AuthorizationTo> to;
  std::vector<AuthorizationCondition> when;
};
const Record<AuthorizationRule>& record_of(const AuthorizationRule*);

enum class AuthorizationAction : std::uint8_t { ALLOW, DENY, AUDIT, CUSTOM };
const std::vector<EnumName<AuthorizationAction>>& enum_names(const AuthorizationAction*);

struct ExtensionProviderName {
  std::string name;
};
const Record<ExtensionProviderName>& record_of(const ExtensionProviderName*);

struct AuthorizationPolicySpec {
  std::optional<LabelSelector> selector;
  std::optional<TargetReference> target_ref;
  std::vector<TargetReference> target_refs;
  std::vector<AuthorizationRule> rules;  ///< None: ALLOW allows nothing.
  AuthorizationAction action = AuthorizationAction::ALLOW;
  std::optional<ExtensionProviderName> provider;
};
const Record<AuthorizationPolicySpec>& record_of(const AuthorizationPolicySpec*);

struct AuthorizationPolicy : Object {
  AuthorizationPolicySpec spec;
};
const Record<AuthorizationPolicy>& record_of(const AuthorizationPolicy*);

}  // namespace lab::crd
