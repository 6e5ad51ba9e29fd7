#include <algorithm>
#include <set>

#include "base/text.h"
#include "mesh/compile/authorization.h"
#include "mesh/compile/policies.h"
#include "mesh/config/foreign.h"

/// RequestAuthentication as Envoy's jwt_authn filter: a request without a token passes, one with a
/// token that no rule accepts is refused. Source: Istio, security/v1/request_authentication.proto.
namespace lab::compile {
namespace {

Value texts(const std::vector<std::string>& all) {
  Value list{Value::Array{}};
  for (const std::string& text : all) list.push(text);
  return list;
}

void set_texts(Value& out, const char* name, const std::vector<std::string>& all) {
  if (!all.empty()) out.set(name, texts(all));
}

/// The keys that a rule states. Where it only says where they are, the control plane sends a set
/// that no token fits until it has fetched them; a lab has nobody to fetch from.
std::string key_set(const crd::JwtRule& rule) {
  if (!rule.jwks.empty()) return rule.jwks;
  std::string name = Codec<config::Bytes>::encode(config::Bytes{rule.jwks_uri})->string();
  name = replace_all(replace_all(std::move(name), "+", "-"), "/", "_");
  name.erase(std::find(name.begin(), name.end(), '='), name.end());  // base64url, unpadded.
  return R"({"keys":[ {"e":"AQAB","kid":"abc","kty":"RSA","n":")" + name + R"("}]})";
}

Value space_delimited(const crd::JwtRule& rule) {
  std::set<std::string> claims(rule.space_delimited_claims.begin(),
                               rule.space_delimited_claims.end());
  claims.insert({"permission", "scope"});
  Value out;
  out.set("spaceDelimitedClaims", texts({claims.begin(), claims.end()}));
  return out;
}

void set_places(Value& provider, const crd::JwtRule& rule) {
  if (!rule.from_headers.empty()) {
    Value headers{Value::Array{}};
    for (const crd::JwtHeader& header : rule.from_headers) {
      Value one;
      one.set("name", header.name);
      if (!header.prefix.empty()) one.set("valuePrefix", header.prefix);
      headers.push(std::move(one));
    }
    provider.set("fromHeaders", std::move(headers));
  }
  set_texts(provider, "fromParams", rule.from_params);
  set_texts(provider, "fromCookies", rule.from_cookies);
}

Value provider_of(const crd::JwtRule& rule, bool gateway) {
  Value provider, keys;
  provider.set("issuer", rule.issuer);
  set_texts(provider, "audiences", rule.audiences);
  if (rule.forward_original_token) provider.set("forward", true);
  if (!rule.output_payload_to_header.empty())
    provider.set("forwardPayloadHeader", rule.output_payload_to_header);
  provider.set("payloadInMetadata", "payload");
  provider.set("normalizePayloadInMetadata", space_delimited(rule));
  if (gateway) provider.set("clearRouteCache", true);  // Routes may look at claims.
  if (!rule.output_claim_to_headers.empty()) {
    Value claims{Value::Array{}};
    for (const crd::ClaimToHeader& claim : rule.output_claim_to_headers) {
      Value one;
      one.set("headerName", claim.header);
      one.set("claimName", claim.claim);
      claims.push(std::move(one));
    }
    provider.set("claimToHeaders", std::move(claims));
  }
  set_places(provider, rule);
  keys.set("inlineString", key_set(rule));
  provider.set("localJwks", std::move(keys));
  return provider;
}

Value requirement(const char* kind, std::vector<Value> parts) {
  Value list{Value::Array{}}, all, out;
  for (Value& part : parts) list.push(std::move(part));
  all.set("requirements", std::move(list));
  out.set(kind, std::move(all));
  return out;
}

Value named_provider(const std::string& name) {
  Value out;
  out.set("providerName", name);
  return out;
}

/// A valid token of the provider, or none at all.
Value valid_or_missing(const std::string& name) {
  Value missing;
  missing.set("allowMissing", Value(Value::Object{}));
  return requirement("requiresAny", {named_provider(name), std::move(missing)});
}

/// With several providers one valid token is enough, since they may look in the same place; else
/// each must find a valid one or none.
Value requirement_for(const std::vector<std::string>& providers) {
  if (providers.size() == 1) return valid_or_missing(providers.front());
  std::vector<Value> any, each;
  for (const std::string& name : providers) {
    any.push_back(named_provider(name));
    each.push_back(valid_or_missing(name));
  }
  any.push_back(requirement("requiresAll", std::move(each)));
  return requirement("requiresAny", std::move(any));
}

}  // namespace

std::vector<config::HttpFilter> token_filters(const Proxy& proxy, Diagnostics& beyond_proxy) {
  std::vector<const crd::JwtRule*> rules;
  for (const crd::RequestAuthentication* policy :
       policies_for(proxy, proxy.snapshot.objects->request_authentications)) {
    beyond_proxy.add(policy->origin, "RequestAuthentication \"" + policy->metadata.name +
                                         "\": the lab's proxy cannot check tokens yet. Run it "
                                         "with --proxy envoy, or remove the object.");
    for (const crd::JwtRule& rule : policy->spec.jwt_rules) rules.push_back(&rule);
  }
  if (rules.empty()) return {};
  std::stable_sort(rules.begin(), rules.end(), [](const crd::JwtRule* a, const crd::JwtRule* b) {
    return a->issuer < b->issuer;
  });
  Value providers, path, rule, list{Value::Array{}}, filter;
  std::vector<std::string> names;
  for (const crd::JwtRule* one : rules) {
    names.push_back("origins-" + std::to_string(names.size()));
    providers.set(names.back(), provider_of(*one, proxy.is_gateway()));
  }
  path.set("prefix", "/");
  rule.set("match", std::move(path));
  rule.set("requires", requirement_for(names));
  list.push(std::move(rule));
  filter.set("providers", std::move(providers));
  filter.set("rules", std::move(list));
  filter.set("bypassCorsPreflight", true);
  config::HttpFilter out;
  out.name = "envoy.filters.http.jwt_authn";
  out.typed_config = config::foreign<config::JwtAuthentication>(std::move(filter));
  return {out};
}

}  // namespace lab::compile
