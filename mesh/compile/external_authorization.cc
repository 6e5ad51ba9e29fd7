#include "mesh/compile/external_authorization.h"

#include <algorithm>

#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/config/foreign.h"

namespace lab::compile {
namespace {

constexpr const char* kRbac = "envoy.filters.http.rbac";
constexpr const char* kTcpRbac = "envoy.filters.network.rbac";
constexpr const char* kNotes = "istio_ext_authz_";

/// The rules of one provider's policies, those of dry runs apart.
struct ProviderRules {
  config::Rbac enforced, dry;
};
using RulesByProvider = std::map<std::string, ProviderRules>;

RulesByProvider rules_by_provider(const std::vector<const crd::AuthorizationPolicy*>& policies,
                                  bool tcp, const Proxy& proxy) {
  RulesByProvider all;
  for (const crd::AuthorizationPolicy* policy : policies) {
    const std::string provider = policy->spec.provider ? policy->spec.provider->name : "";
    ProviderRules& rules = all[provider];
    rules.enforced.action = rules.dry.action = config::Rbac::Action::deny;
    config::Rbac& target = is_dry_run(*policy) ? rules.dry : rules.enforced;
    const std::string front = "istio-ext-authz-" + (provider.empty() ? "" : provider + "-");
    for (auto& [name, made] : named_rules(*policy, tcp, true, proxy.mesh()))
      target.policies[front + name] = std::move(made);
  }
  return all;
}

Value text_list(const Value* texts) {
  Value patterns{Value::Array{}}, out;
  for (const Value& text : texts->array()) {
    Value pattern;
    const std::string& word = text.string();
    if (!word.empty() && word.front() == '*') {
      pattern.set("suffix", word.substr(1));
    } else if (!word.empty() && word.back() == '*') {
      pattern.set("prefix", word.substr(0, word.size() - 1));
    } else {
      pattern.set("exact", word);
    }
    pattern.set("ignoreCase", true);
    patterns.push(std::move(pattern));
  }
  out.set("patterns", std::move(patterns));
  return out;
}

/// A list field of a provider, or null when it is empty.
const Value* listed(const Value& provider, const char* field) {
  const Value* found = provider.find(field);
  return found != nullptr && found->is_array() && !found->array().empty() ? found : nullptr;
}

std::string field_or(const Value& provider, const char* field, const char* otherwise) {
  const Value* found = provider.find(field);
  return found != nullptr && found->is_string() ? found->string() : otherwise;
}

/// The cluster of "HOST" or "NAMESPACE/HOST" at the provider's port; empty when there is no such
/// service.
std::string cluster_of(const Value& provider, const Proxy& proxy, std::string& host) {
  host = field_or(provider, "service", "");
  std::string owner;
  const std::size_t slash = host.find('/');
  if (slash != std::string::npos) {
    owner = host.substr(0, slash);
    host.erase(0, slash + 1);
  }
  const Value* port = provider.find("port");
  if (port == nullptr || !port->is_integer()) return "";
  for (const model::Service* service : proxy.snapshot.registry.all(host)) {
    if (owner.empty() || service->name_space == owner)
      return cluster_name(static_cast<std::uint32_t>(port->integer()), "", host);
  }
  return "";
}

void set_metadata_condition(Value& filter, const char* noted_by, const std::string& provider) {
  Value step, path{Value::Array{}}, text, value, condition;
  step.set("key", std::string(kNotes) + "shadow_effective_policy_id");
  path.push(std::move(step));
  text.set("prefix", provider.empty() ? "istio-ext-authz" : "istio-ext-authz-" + provider);
  value.set("stringMatch", std::move(text));
  condition.set("filter", noted_by);
  condition.set("path", std::move(path));
  condition.set("value", std::move(value));
  filter.set("filterEnabledMetadata", std::move(condition));
}

void set_common(Value& filter, const Value& provider) {
  const Value* open = provider.find("failOpen");
  if (open != nullptr && open->is_bool() && open->boolean()) filter.set("failureModeAllow", true);
  filter.set("transportApiVersion", "V3");
}

const char* status_name(const std::string& code) {
  struct Named {
    const char *code, *name;
  };
  static constexpr Named kNames[] = {
      {"400", "BadRequest"},      {"401", "Unauthorized"},
      {"403", "Forbidden"},       {"404", "NotFound"},
      {"429", "TooManyRequests"}, {"500", "InternalServerError"},
      {"502", "BadGateway"},      {"503", "ServiceUnavailable"},
      {"504", "GatewayTimeout"},  {"407", "ProxyAuthenticationRequired"}};
  for (const Named& one : kNames) {
    if (code == one.code) return one.name;
  }
  return nullptr;
}

void set_http_common(Value& filter, const Value& provider) {
  set_common(filter, provider);
  const char* status = status_name(field_or(provider, "statusOnError", ""));
  if (status != nullptr) {
    Value code;
    code.set("code", status);
    filter.set("statusOnError", std::move(code));
  }
  const Value* clear = provider.find("clearRouteCache");
  if (clear != nullptr && clear->is_bool() && clear->boolean()) filter.set("clearRouteCache", true);
  if (const Value* body = provider.find("includeRequestBodyInCheck"))
    filter.set("withRequestBody", *body);
}

Value grpc_service(const Value& provider, const std::string& cluster, const std::string& host) {
  Value client, service;
  client.set("clusterName", cluster);
  client.set("authority", host);
  service.set("envoyGrpc", std::move(client));
  service.set("timeout", field_or(provider, "timeout", "600s"));
  return service;
}

Value http_service(const Value& provider, const std::string& cluster, const std::string& host) {
  Value uri, service, request, response;
  uri.set("uri", "http://" + host);
  uri.set("cluster", cluster);
  uri.set("timeout", field_or(provider, "timeout", "600s"));
  service.set("serverUri", std::move(uri));
  const std::string prefix = field_or(provider, "pathPrefix", "");
  if (!prefix.empty()) service.set("pathPrefix", prefix);
  if (const Value* more = provider.find("includeAdditionalHeadersInCheck")) {
    Value headers{Value::Array{}};
    std::map<std::string, Value> sorted;
    for (const Member& member : more->object()) sorted[member.key] = member.value;
    for (auto& [name, value] : sorted) {
      Value header;
      header.set("key", name);
      header.set("value", value);
      headers.push(std::move(header));
    }
    request.set("headersToAdd", std::move(headers));
    service.set("authorizationRequest", std::move(request));
  }
  struct Pair {
    const char *from, *to;
  };
  for (const Pair& pair : {Pair{"headersToUpstreamOnAllow", "allowedUpstreamHeaders"},
                           Pair{"headersToDownstreamOnDeny", "allowedClientHeaders"},
                           Pair{"headersToDownstreamOnAllow", "allowedClientHeadersOnSuccess"}}) {
    if (const Value* list = listed(provider, pair.from)) response.set(pair.to, text_list(list));
  }
  if (!response.is_null()) service.set("authorizationResponse", std::move(response));
  return service;
}

/// A provider as both kinds of filters; null where there is none.
struct Asking {
  Value http, tcp;
};

std::optional<Asking> asking_for(const std::string& name, const Proxy& proxy) {
  for (const model::ExtensionProvider& provider : proxy.mesh().extension_providers) {
    if (provider.name != name) continue;
    const bool grpc = provider.kind == "envoyExtAuthzGrpc";
    if (!grpc && provider.kind != "envoyExtAuthzHttp") return {};
    std::string host;
    const std::string cluster = cluster_of(provider.settings, proxy, host);
    if (cluster.empty()) return {};
    Asking asking;
    set_http_common(asking.http, provider.settings);
    set_metadata_condition(asking.http, kRbac, name);
    if (grpc) {
      asking.http.set("grpcService", grpc_service(provider.settings, cluster, host));
      set_common(asking.tcp, provider.settings);
      asking.tcp.set("statPrefix", "tcp.");
      asking.tcp.set("grpcService", grpc_service(provider.settings, cluster, host));
      set_metadata_condition(asking.tcp, kTcpRbac, name);
    } else {
      const Value* headers = listed(provider.settings, "includeRequestHeadersInCheck");
      if (headers == nullptr) headers = listed(provider.settings, "includeHeadersInCheck");
      if (headers != nullptr) asking.http.set("allowedHeaders", text_list(headers));
      asking.http.set("httpService", http_service(provider.settings, cluster, host));
    }
    return asking;
  }
  return {};
}

/// What the rules cover is denied, since nobody can be asked.
config::Rbac denied(const config::Rbac& rules) {
  config::Rbac out;
  out.action = config::Rbac::Action::deny;
  for (const auto& [name, policy] : rules.policies)
    out.policies[name + "-deny-due-to-bad-CUSTOM-action"] = policy;
  return out;
}

void add_http(Authorization& out, ProviderRules rules, const std::optional<Asking>& asking) {
  config::HttpRbac notes;
  if (!asking) {
    notes.rules = denied(rules.enforced);
    out.http.push_back({kRbac, config::Any::of(std::move(notes))});
    return;
  }
  if (!rules.dry.policies.empty()) notes.rules = std::move(rules.dry);
  notes.shadow_rules = std::move(rules.enforced);
  notes.shadow_rules_stat_prefix = kNotes;
  out.http.push_back({kRbac, config::Any::of(std::move(notes))});
  out.http.push_back(
      {"envoy.filters.http.ext_authz", config::foreign<config::HttpExtAuthz>(asking->http)});
}

void add_tcp(Authorization& out, ProviderRules rules, const std::optional<Asking>& asking) {
  config::NetworkRbac notes;
  notes.stat_prefix = "tcp.";
  if (!asking) {
    notes.rules = denied(rules.enforced);
    out.tcp.push_back({kTcpRbac, config::Any::of(std::move(notes))});
    return;
  }
  if (asking->tcp.is_null()) return;  // An HTTP provider cannot be asked about other bytes.
  if (!rules.dry.policies.empty()) notes.rules = std::move(rules.dry);
  notes.shadow_rules = std::move(rules.enforced);
  notes.shadow_rules_stat_prefix = kNotes;
  out.tcp.push_back({kTcpRbac, config::Any::of(std::move(notes))});
  out.tcp.push_back(
      {"envoy.filters.network.ext_authz", config::foreign<config::NetworkExtAuthz>(asking->tcp)});
}

}  // namespace

void add_external_authorization(Authorization& out,
                                const std::vector<const crd::AuthorizationPolicy*>& policies,
                                const Proxy& proxy) {
  const auto http = rules_by_provider(policies, false, proxy),
             tcp = rules_by_provider(policies, true, proxy);
  const bool one = http.size() == 1;  // Several providers for a workload are an error.
  for (const auto& [name, rules] : http)
    add_http(out, rules, one ? asking_for(name, proxy) : std::nullopt);
  for (const auto& [name, rules] : tcp)
    add_tcp(out, rules, one ? asking_for(name, proxy) : std::nullopt);
}

}  // namespace lab::compile
