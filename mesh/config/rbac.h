#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/matcher.h"

/// Role-based access control: who may do what.
namespace lab::config {

struct Permission;
struct Principal;

/// Whose metadata is compared.
enum class MetadataSource : std::int32_t { dynamic = 0, route = 1 };

/// Metadata of a given source.
struct SourcedMetadata {
  MetadataMatcher metadata_matcher;
  MetadataSource metadata_source = MetadataSource::dynamic;
};

/// Several permissions.
struct PermissionSet {
  std::vector<Permission> rules;
};

/// What is asked for.
struct Permission {
  std::optional<PermissionSet> and_rules;
  std::optional<PermissionSet> or_rules;
  std::optional<bool> any;
  std::optional<HeaderMatcher> header;
  std::optional<PathMatcher> url_path;
  std::optional<CidrRange> destination_ip;
  std::optional<std::uint32_t> destination_port;
  std::optional<Int32Range> destination_port_range;
  std::optional<MetadataMatcher> metadata;
  std::optional<Box<Permission>> not_rule;
  std::optional<StringMatcher> requested_server_name;
  std::optional<SourcedMetadata> sourced_metadata;
  std::optional<TypedExtensionConfig> uri_template;
};

/// Several principals.
struct PrincipalSet {
  std::vector<Principal> ids;
};

/// A peer with a validated certificate; without a name any such peer.
struct Authenticated {
  std::optional<StringMatcher> principal_name;
};

/// Who asks.
struct Principal {
  std::optional<PrincipalSet> and_ids;
  std::optional<PrincipalSet> or_ids;
  std::optional<bool> any;
  std::optional<Authenticated> authenticated;
  std::optional<CidrRange> source_ip;
  std::optional<CidrRange> direct_remote_ip;
  std::optional<CidrRange> remote_ip;
  std::optional<HeaderMatcher> header;
  std::optional<PathMatcher> url_path;
  std::optional<MetadataMatcher> metadata;
  std::optional<Box<Principal>> not_id;
  std::optional<SourcedMetadata> sourced_metadata;
};

/// Applies when one permission and one principal match.
struct Policy {
  std::vector<Permission> permissions;
  std::vector<Principal> principals;
};

/// An action and the policies under which it is taken, in order of their names.
struct Rbac {
  enum class Action : std::int32_t { allow = 0, deny = 1, log = 2 };
  Action action = Action::allow;
  std::map<std::string, Policy> policies;
};

/// The HTTP filter.
struct HttpRbac {
  std::optional<Rbac> rules;
  std::string rules_stat_prefix;
  std::optional<Rbac> shadow_rules;
  std::string shadow_rules_stat_prefix;
  bool track_per_rule_stats = false;
};

/// Replaces the HTTP filter's rules; without rbac the filter is off.
struct HttpRbacPerRoute {
  std::optional<HttpRbac> rbac;
};

/// The network filter.
struct NetworkRbac {
  enum class EnforcementType : std::int32_t { one_time_on_first_byte = 0, continuous = 1 };
  std::optional<Rbac> rules;
  std::optional<Rbac> shadow_rules;
  std::string shadow_rules_stat_prefix;
  std::string stat_prefix;
  EnforcementType enforcement_type = EnforcementType::one_time_on_first_byte;
  std::optional<Duration> delay_deny;
};

const Record<SourcedMetadata>& record_of(const SourcedMetadata*);
const Record<PermissionSet>& record_of(const PermissionSet*);
const Record<Permission>& record_of(const Permission*);
const Record<PrincipalSet>& record_of(const PrincipalSet*);
const Record<Authenticated>& record_of(const Authenticated*);
const Record<Principal>& record_of(const Principal*);
const Record<Policy>& record_of(const Policy*);
const Record<Rbac>& record_of(const Rbac*);
const Record<HttpRbac>& record_of(const HttpRbac*);
const Record<HttpRbacPerRoute>& record_of(const HttpRbacPerRoute*);
const Record<NetworkRbac>& record_of(const NetworkRbac*);
const std::vector<EnumName<MetadataSource>>& enum_names(const MetadataSource*);
const std::vector<EnumName<Rbac::Action>>& enum_names(const Rbac::Action*);
const std::vector<EnumName<NetworkRbac::EnforcementType>>& enum_names(
    const NetworkRbac::EnforcementType*);

}  // namespace lab::config
