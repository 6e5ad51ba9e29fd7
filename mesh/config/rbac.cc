#include "mesh/config/rbac.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<MetadataSource>>& enum_names(const MetadataSource*) {
  static const std::vector<EnumName<MetadataSource>> names = {
      {MetadataSource::dynamic, "DYNAMIC"},
      {MetadataSource::route, "ROUTE"},
  };
  return names;
}

const std::vector<EnumName<Rbac::Action>>& enum_names(const Rbac::Action*) {
  static const std::vector<EnumName<Rbac::Action>> names = {
      {Rbac::Action::allow, "ALLOW"},
      {Rbac::Action::deny, "DENY"},
      {Rbac::Action::log, "LOG"},
  };
  return names;
}

const std::vector<EnumName<NetworkRbac::EnforcementType>>& enum_names(
    const NetworkRbac::EnforcementType*) {
  static const std::vector<EnumName<NetworkRbac::EnforcementType>> names = {
      {NetworkRbac::EnforcementType::one_time_on_first_byte, "ONE_TIME_ON_FIRST_BYTE"},
      {NetworkRbac::EnforcementType::continuous, "CONTINUOUS"},
  };
  return names;
}

LAB_RECORD(SourcedMetadata, "envoy.config.rbac.v3.SourcedMetadata") {
  record.field("metadata_matcher", &SourcedMetadata::metadata_matcher).required();
  record.field("metadata_source", &SourcedMetadata::metadata_source);
}

LAB_RECORD(PermissionSet, "envoy.config.rbac.v3.Permission.Set") {
  record.field("rules", &PermissionSet::rules).check(items_at_least(1));
}

LAB_RECORD(Permission, "envoy.config.rbac.v3.Permission") {
  record.field("and_rules", &Permission::and_rules);
  record.field("or_rules", &Permission::or_rules);
  record.field("any", &Permission::any).check(must_be_true());
  record.field("header", &Permission::header);
  record.field("url_path", &Permission::url_path);
  record.field("destination_ip", &Permission::destination_ip);
  record.field("destination_port", &Permission::destination_port).at_most(65535);
  record.field("destination_port_range", &Permission::destination_port_range);
  record.field("metadata", &Permission::metadata);
  record.field("not_rule", &Permission::not_rule);
  record.field("requested_server_name", &Permission::requested_server_name);
  record.field("sourced_metadata", &Permission::sourced_metadata);
  record.field("uri_template", &Permission::uri_template).check(not_supported("use url_path."));
  record.oneof("rule",
               {"and_rules", "or_rules", "any", "header", "url_path", "destination_ip",
                "destination_port", "destination_port_range", "metadata", "not_rule",
                "requested_server_name", "sourced_metadata", "uri_template"},
               true);
  record.check([](const Permission& each, DecodeContext& context, Mark mark) {
    return !each.destination_port_range ||
           valid_port_range(*each.destination_port_range, context, mark);
  });
}

LAB_RECORD(PrincipalSet, "envoy.config.rbac.v3.Principal.Set") {
  record.field("ids", &PrincipalSet::ids).check(items_at_least(1));
}

LAB_RECORD(Authenticated, "envoy.config.rbac.v3.Principal.Authenticated") {
  record.field("principal_name", &Authenticated::principal_name);
}

LAB_RECORD(Principal, "envoy.config.rbac.v3.Principal") {
  record.field("and_ids", &Principal::and_ids);
  record.field("or_ids", &Principal::or_ids);
  record.field("any", &Principal::any).check(must_be_true());
  record.field("authenticated", &Principal::authenticated);
  record.field("source_ip", &Principal::source_ip);
  record.field("direct_remote_ip", &Principal::direct_remote_ip);
  record.field("remote_ip", &Principal::remote_ip);
  record.field("header", &Principal::header);
  record.field("url_path", &Principal::url_path);
  record.field("metadata", &Principal::metadata);
  record.field("not_id", &Principal::not_id);
  record.field("sourced_metadata", &Principal::sourced_metadata);
  record.oneof("identifier",
               {"and_ids", "or_ids", "any", "authenticated", "source_ip", "direct_remote_ip",
                "remote_ip", "header", "url_path", "metadata", "not_id", "sourced_metadata"},
               true);
}

LAB_RECORD(Policy, "envoy.config.rbac.v3.Policy") {
  record.field("permissions", &Policy::permissions).check(items_at_least(1));
  record.field("principals", &Policy::principals).check(items_at_least(1));
}

LAB_RECORD(Rbac, "envoy.config.rbac.v3.RBAC") {
  record.field("action", &Rbac::action);
  record.field("policies", &Rbac::policies);
}

LAB_RECORD(HttpRbac, "envoy.extensions.filters.http.rbac.v3.RBAC") {
  record.field("rules", &HttpRbac::rules);
  record.field("rules_stat_prefix", &HttpRbac::rules_stat_prefix);
  record.field("shadow_rules", &HttpRbac::shadow_rules);
  record.field("shadow_rules_stat_prefix", &HttpRbac::shadow_rules_stat_prefix);
  record.field("track_per_rule_stats", &HttpRbac::track_per_rule_stats).ignored("only statistics");
}

LAB_RECORD(HttpRbacPerRoute, "envoy.extensions.filters.http.rbac.v3.RBACPerRoute") {
  record.field("rbac", &HttpRbacPerRoute::rbac);
}

LAB_RECORD(NetworkRbac, "envoy.extensions.filters.network.rbac.v3.RBAC") {
  record.field("rules", &NetworkRbac::rules);
  record.field("shadow_rules", &NetworkRbac::shadow_rules);
  record.field("shadow_rules_stat_prefix", &NetworkRbac::shadow_rules_stat_prefix);
  record.field("stat_prefix", &NetworkRbac::stat_prefix).not_empty();
  record.field("enforcement_type", &NetworkRbac::enforcement_type)
      .check(not_supported("a connection is judged once."));
  record.field("delay_deny", &NetworkRbac::delay_deny)
      .ignored("a refused connection is closed at once");
  record.check(valid_network_rbac);
}

}  // namespace lab::config
