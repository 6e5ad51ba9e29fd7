#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/security.h"

namespace lab::crd {
namespace {

using Texts = std::vector<std::string>;

std::string ip_block_problem(const std::string& text) {
  const bool good = text.find('/') == std::string::npos ? is_ip_address(text) : is_ip_prefix(text);
  return good ? "" : "\"" + text + "\" is neither an IP address nor a CIDR block.";
}

std::string port_text_problem(const std::string& text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool good = error == std::errc{} && end == text.data() + text.size() && port <= 65535;
  return good ? "" : "\"" + text + "\" is no port number.";
}

/// "[NAMESPACE/]ACCOUNT".
std::string service_account_problem(const std::string& text) {
  const auto slashes = std::count(text.begin(), text.end(), '/');
  const bool good = slashes <= 1 && !text.empty() && text.front() != '/' && text.back() != '/' &&
                    text.find('*') == std::string::npos && text.size() <= 320;
  return good ? ""
              : "\"" + text +
                    "\" must be of the form NAMESPACE/ACCOUNT or ACCOUNT, without a wildcard.";
}

/// At most one "*", at an end.
std::string wildcard_problem(const std::string& text) {
  const auto stars = std::count(text.begin(), text.end(), '*');
  const bool good = stars == 0 || (stars == 1 && (text.front() == '*' || text.back() == '*'));
  return good ? "" : "\"" + text + "\" may hold one \"*\", at its beginning or end.";
}

std::string trust_domain_problem(const std::string& text) {
  return text.find('/') == std::string::npos
             ? wildcard_problem(text)
             : "\"" + text + "\" is no trust domain: it must not hold a \"/\".";
}

bool is_template_literal(const std::string& segment) {
  return !segment.empty() && std::all_of(segment.begin(), segment.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~%!$&'()+,;:@=").find(c) != std::string_view::npos;
  });
}

/// A path may hold "{*}" (one segment) and then one "{**}" (any number), each a segment of its own;
/// beside them only literals. Other braces are refused everywhere.
std::string path_template_problem(const std::string& path) {
  const bool is_template =
      path.find("{*}") != std::string::npos || path.find("{**}") != std::string::npos;
  const std::size_t first = path.find_first_not_of('/');
  const std::string inner =
      first == std::string::npos ? "" : path.substr(first, path.find_last_not_of('/') - first + 1);
  bool any_seen = false;
  for (const std::string& segment : split(inner, '/')) {
    if (segment == "{*}" || segment == "{**}") {
      if (any_seen) return "\"" + path + "\" is no path template: {**} must be its last operator.";
      any_seen = segment == "{**}";
    } else if (segment.find_first_of("{}") != std::string::npos) {
      return "\"" + path + "\" is no path template that is supported; use {*} and {**} only.";
    } else if (is_template && !is_template_literal(segment)) {
      return "\"" + path + "\" is no path template: \"" + segment + "\" is no literal of a path.";
    }
  }
  return "";
}

std::string anything(const std::string&) {
  return "";
}

struct Part {
  const char* name;
  const Texts& values;
  std::string (*problem)(const std::string&);
};

/// Checks each value of each list; false when all lists are empty.
bool check_parts(Checker& checker, const std::vector<Part>& parts) {
  bool any = false;
  for (const Part& part : parts) {
    any = any || !part.values.empty();
    checker.each(part.name, part.values, [&](const std::string& value) {
      checker.expect(value.empty() ? "a value must not be empty." : part.problem(value));
    });
  }
  return any;
}

void check_account_number(Checker& checker, const Texts& accounts, const Texts& others) {
  if (accounts.size() > 16 || others.size() > 16)
    checker.error("more than 16 service accounts are not supported.");
}

void check_source(Checker& checker, const AuthorizationSource& source) {
  const bool any = check_parts(
      checker, {{"principals", source.principals, anything},
                {"notPrincipals", source.not_principals, anything},
                {"requestPrincipals", source.request_principals, anything},
                {"notRequestPrincipals", source.not_request_principals, anything},
                {"namespaces", source.namespaces, anything},
                {"notNamespaces", source.not_namespaces, anything},
                {"ipBlocks", source.ip_blocks, ip_block_problem},
                {"notIpBlocks", source.not_ip_blocks, ip_block_problem},
                {"remoteIpBlocks", source.remote_ip_blocks, ip_block_problem},
                {"notRemoteIpBlocks", source.not_remote_ip_blocks, ip_block_problem},
                {"serviceAccounts", source.service_accounts, service_account_problem},
                {"notServiceAccounts", source.not_service_accounts, service_account_problem},
                {"trustDomains", source.trust_domains, trust_domain_problem},
                {"notTrustDomains", source.not_trust_domains, trust_domain_problem}});
  check_account_number(checker, source.service_accounts, source.not_service_accounts);
  if (!any) checker.error("a source must say something of where requests come from.");
  const bool accounts = !source.service_accounts.empty() || !source.not_service_accounts.empty();
  const bool others = !source.principals.empty() || !source.not_principals.empty() ||
                      !source.namespaces.empty() || !source.not_namespaces.empty();
  if (accounts && others)
    checker.error("serviceAccounts must not be set together with principals or namespaces.");
}

void check_operation(Checker& checker, const AuthorizationOperation& operation) {
  const bool any = check_parts(checker, {{"hosts", operation.hosts, anything},
                                         {"notHosts", operation.not_hosts, anything},
                                         {"ports", operation.ports, port_text_problem},
                                         {"notPorts", operation.not_ports, port_text_problem},
                                         {"methods", operation.methods, anything},
                                         {"notMethods", operation.not_methods, anything},
                                         {"paths", operation.paths, path_template_problem},
                                         {"notPaths", operation.not_paths, path_template_problem}});
  if (!any) checker.error("an operation must say something of what is asked for.");
}

bool starts_with(const std::string& text, std::string_view start) {
  return text.compare(0, start.size(), start) == 0;
}

/// "a[b]" with something in the brackets.
std::string map_key_problem(const std::string& key) {
  const std::size_t open = key.find('[');
  const bool good =
      key.back() == ']' && open != std::string::npos && open > 0 && open + 2 < key.size();
  return good ? "" : "the key \"" + key + "\" must be of the form NAME[KEY].";
}

std::string key_problem(const std::string& key) {
  static const Texts kKeys = {"source.ip",
                              "remote.ip",
                              "source.namespace",
                              "source.principal",
                              "source.serviceAccount",
                              "source.trustDomain",
                              "request.auth.principal",
                              "request.auth.audiences",
                              "request.auth.presenter",
                              "destination.ip",
                              "destination.port",
                              "connection.sni"};
  for (const char* map :
       {"request.headers", "request.auth.claims", "experimental.envoy.filters."}) {
    if (starts_with(key, map)) return map_key_problem(key);
  }
  if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) return "";
  if (starts_with(key, "destination.labels") || key == "destination.namespace") {
    return "the key \"" + key +
           "\" is no longer there; use the selector or the policy's namespace.";
  }
  return "the key \"" + key + "\" is not known.";
}

void check_condition(Checker& checker, const AuthorizationCondition& condition) {
  if (condition.key.empty()) return checker.error("key", "the key must not be empty.");
  if (condition.values.empty() && condition.not_values.empty()) {
    return checker.error("values or notValues is required.");
  }
  checker.expect("key", key_problem(condition.key));
  auto* problem = anything;
  if (condition.key == "source.ip" || condition.key == "remote.ip" ||
      condition.key == "destination.ip") {
    problem = ip_block_problem;
  } else if (condition.key == "destination.port") {
    problem = port_text_problem;
  } else if (condition.key == "source.serviceAccount") {
    problem = service_account_problem;
  } else if (condition.key == "source.trustDomain") {
    problem = wildcard_problem;
  }
  check_parts(checker, {{"values", condition.values, problem},
                        {"notValues", condition.not_values, problem}});
  if (condition.key == "source.serviceAccount")
    check_account_number(checker, condition.values, condition.not_values);
}

void check_rule(Checker& checker, const AuthorizationRule& rule) {
  checker.each("from", rule.from, [&](const AuthorizationFrom& from) {
    if (!from.source) return checker.error("the field \"source\" is required.");
    const Checker::Step step(checker, "source");
    check_source(checker, *from.source);
  });
  checker.each("to", rule.to, [&](const AuthorizationTo& to) {
    if (!to.operation) return checker.error("the field \"operation\" is required.");
    const Checker::Step step(checker, "operation");
    check_operation(checker, *to.operation);
  });
  checker.each("when", rule.when, [&](const AuthorizationCondition& condition) {
    check_condition(checker, condition);
  });
}

/// What an external authorizer is asked by can only depend on the request itself.
void check_custom_rule(Checker& checker, const AuthorizationRule& rule) {
  const auto refuse = [&](const char* name, bool set) {
    if (set) checker.error(name, "is not supported with action CUSTOM.");
  };
  checker.each("from", rule.from, [&](const AuthorizationFrom& from) {
    if (!from.source) return;
    const Checker::Step step(checker, "source");
    refuse("namespaces", !from.source->namespaces.empty());
    refuse("notNamespaces", !from.source->not_namespaces.empty());
    refuse("serviceAccounts", !from.source->service_accounts.empty());
    refuse("notServiceAccounts", !from.source->not_service_accounts.empty());
    refuse("trustDomains", !from.source->trust_domains.empty());
    refuse("notTrustDomains", !from.source->not_trust_domains.empty());
    refuse("principals", !from.source->principals.empty());
    refuse("notPrincipals", !from.source->not_principals.empty());
    refuse("requestPrincipals", !from.source->request_principals.empty());
    refuse("notRequestPrincipals", !from.source->not_request_principals.empty());
  });
  checker.each("when", rule.when, [&](const AuthorizationCondition& condition) {
    const std::string& key = condition.key;
    refuse("key", key == "source.namespace" || key == "source.serviceAccount" ||
                      key == "source.trustDomain" || key == "source.principal" ||
                      starts_with(key, "request.auth."));
  });
}

void check_action(Checker& checker, const AuthorizationPolicySpec& spec) {
  const bool custom = spec.action == AuthorizationAction::CUSTOM;
  const bool needs_rules = custom || spec.action == AuthorizationAction::DENY;
  if (needs_rules && spec.rules.empty()) {
    checker.error("rules",
                  "without rules this action never applies; add an empty rule ({}) if it is meant "
                  "for every request.");
  }
  if (custom && !spec.rules.empty() && (!spec.provider || spec.provider->name.empty())) {
    checker.error("provider", "action CUSTOM needs provider.name.");
  }
  if (custom)
    checker.each("rules", spec.rules,
                 [&](const AuthorizationRule& rule) { check_custom_rule(checker, rule); });
  if (!custom && spec.provider) checker.error("provider", "is for action CUSTOM only.");
}

}  // namespace

void check_spec(Checker& checker, const AuthorizationPolicySpec& spec) {
  check_targets(checker, spec.selector, spec.target_ref, spec.target_refs);
  check_action(checker, spec);
  checker.each("rules", spec.rules,
               [&](const AuthorizationRule& rule) { check_rule(checker, rule); });
}

}  // namespace lab::crd
