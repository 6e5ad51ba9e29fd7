#include "base/json.h"
#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/security.h"

namespace lab::crd {
namespace {

/// A JSON Web Key Set, or one key. Source: RFC 7517 sections 4 and 5.
std::string jwks_problem(const std::string& text) {
  const auto parsed = parse_json(text, "jwks");
  if (!parsed || !parsed->is_object()) return "must be a JSON Web Key Set.";
  const auto is_key = [](const Value& key) {
    const Value* type = key.find("kty");
    return type != nullptr && type->is_string();
  };
  const Value* keys = parsed->find("keys");
  if (keys == nullptr) return is_key(*parsed) ? "" : "has neither \"keys\" nor \"kty\".";
  if (!keys->is_array()) return "its \"keys\" must be a list.";
  for (const Value& key : keys->array()) {
    if (!is_key(key)) return "one of its keys has no \"kty\".";
  }
  return "";
}

std::string jwks_uri_problem(const std::string& uri) {
  const auto scheme = absolute_url_scheme(uri);
  return scheme && (*scheme == "http" || *scheme == "https")
             ? ""
             : "must be a URL of scheme http or https.";
}

void check_jwt_rule(Checker& checker, const JwtRule& rule) {
  const auto not_empty = [&](const std::string& value) {
    if (value.empty()) checker.error("a value must not be empty.");
  };
  if (rule.issuer.empty() && rule.jwks_uri.empty())
    checker.error("one of issuer and jwksUri is required.");
  checker.each("audiences", rule.audiences, not_empty);
  if (!rule.jwks_uri.empty()) checker.expect("jwksUri", jwks_uri_problem(rule.jwks_uri));
  if (!rule.jwks.empty()) checker.expect("jwks", jwks_problem(rule.jwks));
  checker.each("fromHeaders", rule.from_headers,
               [&](const JwtHeader& header) { not_empty(header.name); });
  checker.each("fromParams", rule.from_params, not_empty);
  checker.each("fromCookies", rule.from_cookies, not_empty);
  checker.each("outputClaimToHeaders", rule.output_claim_to_headers,
               [&](const ClaimToHeader& claim) {
                 if (claim.claim.empty() || claim.header.empty())
                   return checker.error("both header and claim are required.");
                 checker.expect("header", header_name_problem(claim.header, kStrictMarks));
               });
  check_duration(checker, "timeout", rule.timeout);
}

}  // namespace

void check_spec(Checker& checker, const PeerAuthenticationSpec& spec) {
  const bool selects = spec.selector && !spec.selector->match_labels.empty();
  if (!selects && !spec.port_level_mtls.empty()) {
    checker.error("portLevelMtls",
                  "is for policies with a selector only: ports are those of a workload.");
  }
  if (spec.port_level_mtls.empty() && checker.present("portLevelMtls")) {
    checker.error("portLevelMtls", "must name at least one port.");
  }
  checker.each_entry(
      "portLevelMtls", spec.port_level_mtls, [&](const std::string& port, const MutualTls&) {
        const bool digits = !port.empty() && port.size() <= 5 &&
                            port.find_first_not_of("0123456789") == std::string::npos;
        checker.expect(digits ? port_problem(std::stoul(port))
                              : "\"" + port + "\" is no port number.");
      });
  checker.with("selector", spec.selector, [&](const LabelSelector& selector) {
    check_selector(checker, "matchLabels", selector.match_labels);
  });
}

void check_spec(Checker& checker, const RequestAuthenticationSpec& spec) {
  check_targets(checker, spec.selector, spec.target_ref, spec.target_refs);
  checker.each("jwtRules", spec.jwt_rules,
               [&](const JwtRule& rule) { check_jwt_rule(checker, rule); });
}

}  // namespace lab::crd
