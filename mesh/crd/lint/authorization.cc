#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "mesh/crd/lint/index.h"

namespace lab::crd {
namespace {

bool matches_everything(const AuthorizationRule& rule) {
  return rule.from.empty() && rule.to.empty() && rule.when.empty();
}

bool has_http_part(const AuthorizationOperation& operation) {
  return !operation.hosts.empty() || !operation.not_hosts.empty() || !operation.methods.empty() ||
         !operation.not_methods.empty() || !operation.paths.empty() || !operation.not_paths.empty();
}

void lint_rules(const AuthorizationPolicy& policy, LintReport& report) {
  const auto& rules = policy.spec.rules;
  if (policy.spec.action == AuthorizationAction::ALLOW && rules.empty()) {
    report.add("LAB0711", policy,
               "allows nothing, because it has no rules: every request to its workloads is denied "
               "unless another policy allows it.");
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (matches_everything(rules[i]) && policy.spec.action == AuthorizationAction::ALLOW) {
      report.add("LAB0712", policy, rules[i].origin, "an empty rule allows every request.");
    }
    if (i > 0 && matches_everything(rules[i - 1])) {
      report.add("LAB0713", policy, rules[i].origin,
                 "this rule changes nothing: one before it is empty and holds for everything.");
      return;
    }
    if (!seen.insert(write_json(encode(rules[i]))).second) {
      report.add("LAB0713", policy, rules[i].origin,
                 "this rule changes nothing: the same one stands before it.");
    }
  }
}

void lint_operation(const AuthorizationPolicy& policy, const AuthorizationOperation& operation,
                    LintReport& report) {
  for (const std::string& method : operation.methods) {
    if (std::any_of(method.begin(), method.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
      report.add("LAB0716", policy, operation.origin,
                 "the method \"" + method +
                     "\" never matches: methods are case-sensitive. Write it in capitals.");
    }
  }
  if (policy.spec.action == AuthorizationAction::DENY && has_http_part(operation) &&
      operation.ports.empty() && operation.not_ports.empty()) {
    report.add("LAB0718", policy, operation.origin,
               "denies by HTTP attributes without naming ports: on TCP ports, which have none, it "
               "denies everything. Add ports.");
  }
}

/// Peers show their certificates where this says anything but DISABLE.
bool mutual_tls_disabled(const LintIndex& index, const AuthorizationPolicy& policy) {
  for (const PeerAuthentication& peers : index.objects().peer_authentications) {
    const bool same_space = peers.metadata.namespace_name == policy.metadata.namespace_name;
    const bool selects_same =
        !peers.spec.selector ||
        (policy.spec.selector &&
         labels_match(peers.spec.selector->match_labels, policy.spec.selector->match_labels));
    if (same_space && selects_same && peers.spec.mtls &&
        peers.spec.mtls->mode == MutualTlsMode::DISABLE)
      return true;
  }
  return false;
}

/// "DOMAIN/ns/NAMESPACE/sa/ACCOUNT" of an account that neither exists nor is used.
bool names_unknown_account(const LintIndex& index, const std::string& principal) {
  const std::vector<std::string> parts = split(principal, '/');
  if (parts.size() != 5 || parts[1] != "ns" || parts[3] != "sa" ||
      principal.find('*') != std::string::npos)
    return false;
  const auto& accounts = index.objects().service_accounts;
  const bool declared =
      std::any_of(accounts.begin(), accounts.end(), [&](const ServiceAccount& account) {
        return account.metadata.namespace_name == parts[2] && account.metadata.name == parts[4];
      });
  const bool used = std::any_of(
      index.workloads().begin(), index.workloads().end(), [&](const KnownWorkload& workload) {
        return workload.namespace_name == parts[2] && workload.service_account == parts[4];
      });
  return !declared && !used && (!accounts.empty() || !index.workloads().empty());
}

void lint_source(const LintIndex& index, const AuthorizationPolicy& policy,
                 const AuthorizationSource& source, LintReport& report) {
  const bool identities =
      !source.principals.empty() || !source.namespaces.empty() || !source.service_accounts.empty();
  if (identities && mutual_tls_disabled(index, policy)) {
    report.add("LAB0714", policy, source.origin,
               "asks who the client is, but a PeerAuthentication (DISABLE) switches mutual TLS off "
               "here: it never matches.");
  }
  for (const std::string& principal : source.principals) {
    if (!names_unknown_account(index, principal)) continue;
    report.add("LAB0719", policy, source.origin,
               "no workload runs as \"" + principal + "\", and no such ServiceAccount is there.");
  }
  if (!source.request_principals.empty() && index.objects().request_authentications.empty()) {
    report.add(
        "LAB0715", policy, source.origin,
        "asks for requestPrincipals, but no RequestAuthentication checks tokens: nobody has one.");
  }
}

}  // namespace

void lint_authorization(const LintIndex& index, LintReport& report) {
  for (const AuthorizationPolicy& policy : index.objects().authorization_policies) {
    lint_rules(policy, report);
    for (const AuthorizationRule& rule : policy.spec.rules) {
      for (const AuthorizationFrom& from : rule.from) {
        if (from.source) lint_source(index, policy, *from.source, report);
      }
      for (const AuthorizationTo& to : rule.to) {
        if (to.operation) lint_operation(policy, *to.operation, report);
      }
      for (const AuthorizationCondition& condition : rule.when) {
        if (condition.key.compare(0, 13, "request.auth.") == 0 &&
            index.objects().request_authentications.empty()) {
          report.add("LAB0715", policy, condition.origin,
                     "asks for \"" + condition.key +
                         "\", but no RequestAuthentication checks tokens: nobody has one.");
        }
      }
    }
  }
}

}  // namespace lab::crd
