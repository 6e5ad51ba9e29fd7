#include <algorithm>

#include "base/text.h"
#include "mesh/compile/authorization.h"
#include "mesh/compile/rbac_matchers.h"

/// RBAC of Istio 1.0 and 1.1: roles say what, bindings say who, a configuration says where.
namespace lab::compile {
namespace {

bool fits_pattern(const std::string& pattern, const std::string& text) {
  if (pattern == "*") return true;
  if (!pattern.empty() && pattern.front() == '*') {
    const std::string end = pattern.substr(1);
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
  }
  if (!pattern.empty() && pattern.back() == '*')
    return text.rfind(pattern.substr(0, pattern.size() - 1), 0) == 0;
  return pattern == text;
}

bool fits_any(const std::vector<std::string>& patterns, const std::string& text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return fits_pattern(pattern, text); });
}

bool in_target(const std::optional<crd::RbacTarget>& target, const model::Service& service) {
  if (!target) return false;
  const auto& spaces = target->namespaces;
  return fits_any(target->services, service.host) ||
         std::find(spaces.begin(), spaces.end(), service.name_space) != spaces.end();
}

/// Whether callers of the service are checked at all. A ClusterRbacConfig hides RbacConfigs.
bool is_checked(const Snapshot& snapshot, const model::Service& service) {
  const crd::RbacConfig* config = nullptr;
  for (const crd::RbacConfig& candidate : snapshot.objects->rbac_configs) {
    if (candidate.metadata.name != "default") continue;
    if (config == nullptr || candidate.kind == "ClusterRbacConfig") config = &candidate;
  }
  if (config == nullptr) return false;
  switch (config->spec.mode) {
    case crd::RbacMode::OFF:
      return false;
    case crd::RbacMode::ON:
      return true;
    case crd::RbacMode::ON_WITH_INCLUSION:
      return in_target(config->spec.inclusion, service);
    case crd::RbacMode::ON_WITH_EXCLUSION:
      return !in_target(config->spec.exclusion, service);
  }
  return false;
}

/// Constraints on the workload itself are decided here; the others become conditions.
class RoleBuilder {
 public:
  RoleBuilder(const Proxy& proxy, const model::Service& service, bool tcp)
      : proxy_(proxy), service_(service), tcp_(tcp) {}

  /// The permission of one access rule; nothing when it is not for this workload, or not for TCP.
  std::optional<config::Permission> permission(const crd::AccessRule& rule) const {
    if (!fits_any(rule.services, service_.host)) return {};
    const bool needs_http = !rule.methods.empty() || !rule.paths.empty() || !rule.hosts.empty() ||
                            !rule.not_methods.empty() || !rule.not_paths.empty() ||
                            !rule.not_hosts.empty();
    if (tcp_ && needs_http) return {};
    std::vector<config::Permission> parts;
    add(parts, rule.hosts, rule.not_hosts,
        [](const std::string& value) { return header(":authority", value); });
    add(parts, any_star(rule.methods), rule.not_methods,
        [](const std::string& value) { return header(":method", value); });
    add(parts, rule.paths, rule.not_paths,
        [](const std::string& value) { return header(":path", value); });
    add(parts, texts(rule.ports), texts(rule.not_ports), port);
    for (const crd::RbacConstraint& constraint : rule.constraints) {
      if (!add_constraint(parts, constraint)) return {};
    }
    if (parts.empty()) parts.push_back(any_permission());
    return all_of(std::move(parts));
  }

  std::optional<config::Principal> principal(const crd::RbacSubject& subject) const {
    std::vector<config::Principal> parts;
    if (!subject.user.empty()) parts.push_back(user(subject.user));
    if (!subject.group.empty() && tcp_) return {};
    for (const auto& [key, value] : subject.properties) {
      auto made = property(key, value);
      if (!made) return {};
      parts.push_back(std::move(*made));
    }
    if (parts.empty()) parts.push_back(any_principal());
    return all_of(std::move(parts));
  }

 private:
  static std::vector<std::string> any_star(const std::vector<std::string>& values) {
    return std::find(values.begin(), values.end(), "*") != values.end() ? std::vector<std::string>{}
                                                                        : values;
  }
  static std::vector<std::string> texts(const std::vector<std::int32_t>& numbers) {
    std::vector<std::string> out;
    for (const std::int32_t number : numbers) out.push_back(std::to_string(number));
    return out;
  }
  static config::Permission header(const char* name, const std::string& value) {
    config::Permission permission;
    permission.header = header_matcher(name, value);
    return permission;
  }
  static config::Permission port(const std::string& value) {
    config::Permission permission;
    permission.destination_port =
        static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
    return permission;
  }
  template <class Make>
  static void add(std::vector<config::Permission>& parts, const std::vector<std::string>& values,
                  const std::vector<std::string>& not_values, Make make) {
    const auto either = [&](const std::vector<std::string>& from) {
      std::vector<config::Permission> made;
      for (const std::string& value : from) made.push_back(make(value));
      return any_of(std::move(made));
    };
    if (!values.empty()) parts.push_back(either(values));
    if (!not_values.empty()) parts.push_back(none_of(either(not_values)));
  }

  /// False when the constraint rules this workload out, or can't be checked here.
  bool add_constraint(std::vector<config::Permission>& parts,
                      const crd::RbacConstraint& constraint) const {
    const std::string& key = constraint.key;
    if (key.rfind("destination.labels", 0) == 0) {
      const std::vector<std::string> steps = bracket_steps(key);
      const auto label =
          steps.empty() ? proxy_.workload.labels.end() : proxy_.workload.labels.find(steps.front());
      return label != proxy_.workload.labels.end() && fits_any(constraint.values, label->second);
    }
    if (key == "destination.namespace")
      return fits_any(constraint.values, proxy_.workload.name_space);
    if (key == "destination.name") return fits_any(constraint.values, proxy_.workload.name);
    if (key == "destination.user")
      return fits_any(constraint.values, proxy_.workload.service_account);
    if (key == "destination.port") {
      add(parts, constraint.values, {}, port);
    } else if (key == "destination.ip") {
      add(parts, constraint.values, {}, [](const std::string& value) {
        config::Permission permission;
        permission.destination_ip = address_range(value);
        return permission;
      });
    } else if (key.rfind("request.headers", 0) == 0 && !tcp_) {
      const std::vector<std::string> steps = bracket_steps(key);
      const std::string name = steps.empty() ? "" : steps.front();
      add(parts, constraint.values, {},
          [&](const std::string& value) { return header(name.c_str(), value); });
    } else {
      return false;
    }
    return true;
  }

  /// "*" means everybody, with a certificate or without.
  static config::Principal user(const std::string& value) {
    if (value == "*") return any_principal();
    config::Principal principal;
    principal.authenticated.emplace().principal_name = text_matcher(value, "spiffe://");
    return principal;
  }

  std::optional<config::Principal> property(const std::string& key,
                                            const std::string& value) const {
    config::Principal principal;
    if (key == "source.principal") return user(value);
    if (key == "source.ip") {
      principal.direct_remote_ip = address_range(value);
    } else if (key == "source.namespace") {
      principal.authenticated.emplace().principal_name.emplace().safe_regex.emplace().regex =
          ".*/ns/" + replace_all(value, "*", ".*") + "/.*";
    } else if (key.rfind("request.headers", 0) == 0 && !tcp_) {
      const std::vector<std::string> steps = bracket_steps(key);
      if (steps.empty()) return {};
      principal.header = header_matcher(steps.front(), value);
    } else {
      return {};
    }
    return principal;
  }

  const Proxy& proxy_;
  const model::Service& service_;
  bool tcp_;
};

void add_role(config::Rbac& rules, const crd::ServiceRole& role, const Proxy& proxy,
              const model::Service& service, bool tcp) {
  const RoleBuilder builder(proxy, service, tcp);
  config::Policy policy;
  for (const crd::AccessRule& rule : role.spec.rules) {
    if (auto made = builder.permission(rule)) policy.permissions.push_back(std::move(*made));
  }
  for (const crd::ServiceRoleBinding& binding : proxy.snapshot.objects->service_role_bindings) {
    if (binding.metadata.namespace_name != role.metadata.namespace_name) continue;
    if (binding.spec.role_ref.name != role.metadata.name ||
        binding.spec.mode != crd::RbacEnforcement::ENFORCED)
      continue;
    for (const crd::RbacSubject& subject : binding.spec.subjects) {
      if (auto made = builder.principal(subject)) policy.principals.push_back(std::move(*made));
    }
  }
  if (!policy.permissions.empty() && !policy.principals.empty())
    rules.policies[role.metadata.name] = std::move(policy);
}

config::Rbac rules_for(const Proxy& proxy, const model::Service& service, bool tcp) {
  config::Rbac rules;
  for (const crd::ServiceRole& role : proxy.snapshot.objects->service_roles) {
    if (role.metadata.namespace_name == service.name_space)
      add_role(rules, role, proxy, service, tcp);
  }
  return rules;
}

}  // namespace

Authorization service_roles_for(const Proxy& proxy, const model::Service& service, std::uint32_t) {
  Authorization all;
  if (!is_checked(proxy.snapshot, service)) return all;
  config::HttpRbac http;
  http.rules = rules_for(proxy, service, false);
  config::HttpFilter entry;
  entry.name = "envoy.filters.http.rbac";
  entry.typed_config = config::Any::of(std::move(http));
  all.http.push_back(std::move(entry));
  config::NetworkRbac network;
  network.rules = rules_for(proxy, service, true);
  network.stat_prefix = "tcp.";
  all.tcp.push_back({"envoy.filters.network.rbac", config::Any::of(std::move(network))});
  return all;
}

}  // namespace lab::compile
