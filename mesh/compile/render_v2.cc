#include "mesh/compile/render_v2.h"

#include <cstdio>

#include "base/text.h"
#include "mesh/compile/files.h"

namespace lab::compile {
namespace {

std::string snake_case(const std::string& camel) {
  std::string out;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z') {
      out += '_';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  return out;
}

Value member(const Value& value, std::string_view name) {
  const Value* found = value.find(name);
  return found == nullptr ? Value() : *found;
}

void copy(const Value& from, Value& to, std::string_view name) {
  if (const Value* found = from.find(name)) to.set(std::string(name), *found);
}

/// "0s" -> "0.000s": v2's JSON had three digits at least.
Value duration(const Value& value) {
  if (!value.is_string()) return value;
  char text[64];
  std::snprintf(text, sizeof text, "%.3fs", std::strtod(value.string().c_str(), nullptr));
  return Value(std::string(text));
}

bool is_duration(const std::string& key) {
  const std::string lower = to_lower(key);
  const auto ends = [&](const char* end) {
    const std::string_view tail(end);
    return lower.size() >= tail.size() &&
           lower.compare(lower.size() - tail.size(), tail.size(), tail) == 0;
  };
  return ends("timeout") || ends("interval") || ends("time") || ends("delay") || ends("window");
}

Value ads() {
  Value source;
  source.set("ads", Value(Value::Object{}));
  return source;
}

/// A text match in v2's older places: {"stringMatch":{"exact":"x"}} -> {"exactMatch":"x"}.
Value header_matcher_v2(const Value& header) {
  Value out;
  for (const Member& field : header.object()) {
    if (field.key != "stringMatch") {
      out.set(field.key, field.value);
      continue;
    }
    for (const Member& kind : field.value.object()) {
      if (kind.key == "safeRegex") {
        out.set("regexMatch", member(kind.value, "regex"));
      } else if (kind.key != "ignoreCase") {
        out.set(kind.key + "Match", kind.value);
      }
    }
  }
  return out;
}

/// Rewrites what v2 spelled otherwise anywhere in a tree; "metadata" of ours has no place there.
Value common_v2(const Value& value) {
  if (value.is_array()) {
    Value out{Value::Array{}};
    for (const Value& element : value.array()) out.push(common_v2(element));
    return out;
  }
  if (!value.is_object()) return value;
  Value out{Value::Object{}};
  for (const Member& field : value.object()) {
    if (field.key == "filterMetadata" || field.key == "@type") continue;
    if (field.key == "metadata" && field.value.find("filterMetadata") != nullptr) continue;
    if (field.value.is_string() && is_duration(field.key)) {
      out.set(field.key, duration(field.value));
    } else if (field.key == "safeRegex" && field.value.find("regex") != nullptr) {
      out.set("regex", member(field.value, "regex"));
    } else if (field.key == "header" && field.value.find("stringMatch") != nullptr) {
      out.set(field.key, header_matcher_v2(field.value));
    } else if (field.key == "headers" && field.value.is_array()) {
      Value headers{Value::Array{}};
      for (const Value& header : field.value.array())
        headers.push(header.is_object() ? header_matcher_v2(header) : header);
      out.set(field.key, std::move(headers));
    } else {
      out.set(field.key, common_v2(field.value));
    }
  }
  return out;
}

Value snake_keys(const Value& value) {
  if (value.is_array()) {
    Value out{Value::Array{}};
    for (const Value& element : value.array()) out.push(snake_keys(element));
    return out;
  }
  if (!value.is_object()) return value;
  Value out{Value::Object{}};
  for (const Member& field : value.object()) {
    // Names of policies are data, not fields.
    if (field.key == "policies" && field.value.is_object()) {
      Value policies{Value::Object{}};
      for (const Member& policy : field.value.object())
        policies.set(policy.key, snake_keys(policy.value));
      out.set(field.key, std::move(policies));
    } else {
      out.set(snake_case(field.key), snake_keys(field.value));
    }
  }
  return out;
}

// TLS.

Value tls_v2(const Value& context) {
  Value out;
  const Value common = member(context, "commonTlsContext");
  Value tls{Value::Object{}};
  copy(common, tls, "tlsCertificates");
  if (const Value* validation = common.find("validationContext")) {
    Value names{Value::Array{}};
    for (const Member& field : validation->object()) {
      if (field.key != "matchSubjectAltNames") continue;
      for (const Value& name : field.value.array()) names.push(member(name, "exact"));
    }
    Value checked;
    copy(*validation, checked, "trustedCa");
    if (!names.array().empty()) checked.set("verifySubjectAltName", std::move(names));
    if (!checked.is_null()) tls.set("validationContext", std::move(checked));
  }
  copy(common, tls, "alpnProtocols");
  out.set("commonTlsContext", std::move(tls));
  copy(context, out, "requireClientCertificate");
  copy(context, out, "sni");
  return out;
}

void move_tls(const Value& from, Value& to) {
  const Value* socket = from.find("transportSocket");
  if (socket == nullptr) return;
  const Value* context = socket->find("typedConfig");
  if (context != nullptr && context->find("commonTlsContext") != nullptr)
    to.set("tlsContext", tls_v2(*context));
}

// RBAC: identities of HTTP callers came from istio_authn, without the scheme.

Value principal_v2(const Value& value) {
  if (value.is_array()) {
    Value out{Value::Array{}};
    for (const Value& element : value.array()) out.push(principal_v2(element));
    return out;
  }
  if (!value.is_object()) return value;
  const Value* exact = value.at_path("authenticated/principalName/exact");
  if (exact != nullptr) {
    Value step, path{Value::Array{}}, text, match, metadata, out;
    step.set("key", "source.principal");
    path.push(std::move(step));
    const std::string name = exact->string();
    text.set("exact", name.rfind("spiffe://", 0) == 0 ? name.substr(9) : name);
    match.set("stringMatch", std::move(text));
    metadata.set("filter", "istio_authn");
    metadata.set("path", std::move(path));
    metadata.set("value", std::move(match));
    out.set("metadata", std::move(metadata));
    return out;
  }
  Value out{Value::Object{}};
  for (const Member& field : value.object()) out.set(field.key, principal_v2(field.value));
  return out;
}

Value http_rbac_v2(const Value& config) {
  Value out = config;
  Value* policies = nullptr;
  if (Value* rules = out.find("rules")) policies = rules->find("policies");
  if (policies == nullptr) return out;
  for (Member& policy : policies->object())
    policy.value.set("principals", principal_v2(member(policy.value, "principals")));
  return out;
}

// Filters.

std::string_view old_name(const std::string& name) {
  struct Pair {
    std::string_view now, then;
  };
  static constexpr Pair kNames[] = {
      {"envoy.filters.network.http_connection_manager", "envoy.http_connection_manager"},
      {"envoy.filters.network.tcp_proxy", "envoy.tcp_proxy"},
      {"envoy.filters.http.fault", "envoy.fault"},
      {"envoy.filters.http.cors", "envoy.cors"},
      {"envoy.filters.http.router", "envoy.router"},
      {"envoy.filters.listener.tls_inspector", "envoy.listener.tls_inspector"},
      {"envoy.filters.listener.http_inspector", "envoy.listener.http_inspector"},
      {"envoy.filters.listener.original_dst", "envoy.listener.original_dst"},
      {"envoy.access_loggers.file", "envoy.file_access_log"},
  };
  for (const Pair& pair : kNames) {
    if (pair.now == name) return pair.then;
  }
  return name;
}

Value named(std::string name, Value config) {
  Value filter;
  filter.set("name", std::move(name));
  filter.set("config", config.is_null() ? Value(Value::Object{}) : std::move(config));
  return filter;
}

/// What v2 has and v3's configuration has not.
struct Extras {
  std::string peer_mode;  ///< Of istio_authn: STRICT, PERMISSIVE or empty.
  Value mixer;            ///< The filter that asks the policy server; null: none.
};

/// "HOST:9091" -> "outbound|9091||HOST".
std::string server_cluster(const std::string& server) {
  const std::size_t colon = server.rfind(':');
  if (colon == std::string::npos) return server;
  return "outbound|" + server.substr(colon + 1) + "||" + server.substr(0, colon);
}

Value mixer_of(const NodeConfig& node) {
  if (node.policy_server.empty()) return {};
  Value policy{Value::Object{}}, transport, services, config;
  if (!node.policy_fails_open) policy.set("policy", "FAIL_CLOSE");
  transport.set("network_fail_policy", std::move(policy));
  transport.set("check_cluster", server_cluster(node.policy_server));
  transport.set("report_cluster", server_cluster(node.telemetry_server));
  services.set("default", Value(Value::Object{}));
  config.set("service_configs", std::move(services));
  config.set("transport", std::move(transport));
  return named("mixer", std::move(config));
}

Value http_filters_v2(const Value& filters, const Extras& extras) {
  Value out{Value::Array{}};
  if (!extras.peer_mode.empty()) {
    Value mode, mtls, peers{Value::Array{}}, policy, config;
    if (extras.peer_mode != "STRICT") mode.set("mode", extras.peer_mode);
    mtls.set("mtls", mode.is_null() ? Value(Value::Object{}) : std::move(mode));
    peers.push(std::move(mtls));
    policy.set("peers", std::move(peers));
    config.set("policy", std::move(policy));
    out.push(named("istio_authn", std::move(config)));
  }
  if (!extras.mixer.is_null()) out.push(extras.mixer);
  for (const Value& filter : filters.array()) {
    const std::string name = filter.find("name")->string();
    Value config = member(filter, "typedConfig");
    if (name == "envoy.filters.http.rbac") config = http_rbac_v2(config);
    out.push(named(std::string(old_name(name)), snake_keys(common_v2(config))));
  }
  return out;
}

Value manager_v2(const Value& manager, const Extras& extras) {
  Value out = snake_keys(common_v2(manager));
  if (Value* rds = out.find("rds")) rds->set("config_source", ads());
  out.set("http_filters", http_filters_v2(member(manager, "httpFilters"), extras));
  out.erase("path_with_escaped_slashes_action");
  out.erase("internal_address_config");  // Private addresses were internal without it.
  Value logs{Value::Array{}};
  if (const Value* all = manager.find("accessLog")) {
    for (const Value& log : all->array()) {
      Value config;
      config.set("path", member(member(log, "typedConfig"), "path"));
      logs.push(named(std::string(old_name(log.find("name")->string())), std::move(config)));
    }
    out.set("access_log", std::move(logs));
  }
  return out;
}

Value filter_v2(const Value& filter, const Extras& extras) {
  const std::string name = filter.find("name")->string();
  const Value config = member(filter, "typedConfig");
  if (name == "envoy.filters.network.http_connection_manager") {
    return named(std::string(old_name(name)), manager_v2(config, extras));
  }
  Value plain = snake_keys(common_v2(config));
  plain.erase("access_log");
  return named(std::string(old_name(name)), std::move(plain));
}

/// What clients of a chain must speak, when istio_authn was there to say it: wherever the listener
/// ends the mesh's TLS.
std::string peer_mode_of(const Value& listener) {
  bool any_tls = false, any_plain = false;
  for (const Value& chain : listener.find("filterChains")->array()) {
    const bool tls = chain.at_path("transportSocket/typedConfig/commonTlsContext") != nullptr;
    any_tls = any_tls || tls;
    any_plain = any_plain || !tls;
  }
  const Value* direction = listener.find("trafficDirection");
  if (!any_tls || direction == nullptr || direction->string() != "INBOUND") return "";
  return any_plain ? "PERMISSIVE" : "STRICT";
}

Value chain_v2(const Value& chain, const Extras& extras) {
  Value out;
  copy(chain, out, "filterChainMatch");
  move_tls(chain, out);
  Value filters{Value::Array{}};
  for (const Value& filter : chain.find("filters")->array())
    filters.push(filter_v2(filter, extras));
  out.set("filters", std::move(filters));
  return out;
}

Value listener_v2(const Value& listener, const NodeConfig& node) {
  Value out;
  copy(listener, out, "name");
  copy(listener, out, "address");
  const Extras extras{peer_mode_of(listener), mixer_of(node)};
  Value chains{Value::Array{}};
  for (const Value& chain : listener.find("filterChains")->array())
    chains.push(chain_v2(chain, extras));
  if (const Value* rest = listener.find("defaultFilterChain")) chains.push(chain_v2(*rest, extras));
  out.set("filterChains", std::move(chains));
  copy(listener, out, "useOriginalDst");
  if (const Value* bind = listener.find("bindToPort")) {
    Value deprecated;
    deprecated.set("bindToPort", *bind);
    out.set("deprecatedV1", std::move(deprecated));
  }
  if (const Value* inspectors = listener.find("listenerFilters")) {
    Value filters{Value::Array{}};
    for (const Value& filter : inspectors->array()) {
      filters.push(
          named(std::string(old_name(filter.find("name")->string())), Value(Value::Object{})));
    }
    out.set("listenerFilters", std::move(filters));
  }
  return out;
}

// Clusters.

void add_http_options(const Value& cluster, Value& out) {
  const Value* options = cluster.at_path("typedExtensionProtocolOptions");
  if (options == nullptr || options->object().empty()) return;
  const Value& http = options->object().front().value;
  if (const Value* http2 = http.at_path("explicitHttpConfig/http2ProtocolOptions"))
    out.set("http2ProtocolOptions", *http2);
  const Value* requests = http.at_path("commonHttpProtocolOptions/maxRequestsPerConnection");
  if (requests != nullptr) out.set("maxRequestsPerConnection", *requests);
}

/// Addresses stood in "hosts".
void add_hosts(const Value& cluster, Value& out) {
  const Value* groups = cluster.at_path("loadAssignment/endpoints");
  if (groups == nullptr) return;
  Value hosts{Value::Array{}};
  for (const Value& group : groups->array()) {
    const Value* endpoints = group.find("lbEndpoints");
    if (endpoints == nullptr) continue;
    for (const Value& endpoint : endpoints->array()) {
      if (const Value* address = endpoint.at_path("endpoint/address")) hosts.push(*address);
    }
  }
  out.set("hosts", std::move(hosts));
}

Value cluster_v2(const Value& cluster, const NodeConfig& node) {
  Value out;
  for (const char* name : {"name", "type"}) copy(cluster, out, name);
  if (const Value* eds = cluster.find("edsClusterConfig")) {
    Value config;
    config.set("edsConfig", ads());
    config.set("serviceName", member(*eds, "serviceName"));
    out.set("edsClusterConfig", std::move(config));
    if (node.names_assignment) {
      Value assignment;
      assignment.set("clusterName", member(*eds, "serviceName"));
      out.set("loadAssignment", std::move(assignment));
    }
  }
  out.set("connectTimeout", duration(member(cluster, "connectTimeout")));
  add_hosts(cluster, out);
  if (const Value* policy = cluster.find("lbPolicy")) {
    out.set("lbPolicy",
            policy->string() == "CLUSTER_PROVIDED" ? Value("ORIGINAL_DST_LB") : *policy);
  }
  copy(cluster, out, "circuitBreakers");
  copy(cluster, out, "dnsLookupFamily");
  for (const char* name : {"outlierDetection", "ringHashLbConfig", "upstreamConnectionOptions"}) {
    if (const Value* found = cluster.find(name)) out.set(name, common_v2(*found));
  }
  move_tls(cluster, out);
  add_http_options(cluster, out);
  return out;
}

/// What the control plane's debug page printed: one entry for each port of a service.
Value registrations_v2(const NodeConfig& node) {
  Value out{Value::Array{}};
  for (const Registration& one : node.registrations) {
    const std::string name = one.host + ":" + one.port_name;
    Value* entry = nullptr;
    for (Value& known : out.array()) {
      if (known.find("svc")->string() == name) entry = &known;
    }
    if (entry == nullptr) {
      Value fresh;
      fresh.set("svc", name);
      fresh.set("ep", Value(Value::Array{}));
      out.push(std::move(fresh));
      entry = &out.array().back();
    }
    Value port, address, endpoint, labels;
    port.set("name", one.port_name);
    port.set("port", static_cast<std::int64_t>(one.port));
    port.set("protocol", one.protocol);
    address.set("Family", 0);
    address.set("Address", one.address);
    address.set("Port", static_cast<std::int64_t>(one.endpoint_port));
    address.set("ServicePort", std::move(port));
    address.set("UID", "");
    endpoint.set("endpoint", std::move(address));
    for (const auto& [key, value] : one.labels) labels.set(key, value);
    if (!labels.is_null()) endpoint.set("labels", std::move(labels));
    entry->find("ep")->push(std::move(endpoint));
  }
  return out;
}

Value route_v2(const Value& routes) {
  Value out = common_v2(routes);
  out.erase("ignorePortInHostMatching");
  return out;
}

}  // namespace

Value render_v2(const NodeConfig& node, std::string_view kind) {
  if (kind == "endpoints") return registrations_v2(node);
  Value out{Value::Array{}};
  const Value resources = resources_of(node, kind);
  for (const Value& resource : resources.array()) {
    if (kind == "listeners") {
      out.push(listener_v2(resource, node));
    } else if (kind == "clusters") {
      out.push(cluster_v2(resource, node));
    } else {
      out.push(route_v2(resource));
    }
  }
  return out;
}

Result<Value> render(const NodeConfig& node, std::string_view kind, std::string_view api) {
  if (api == "v3") return resources_of(node, kind);
  if (api == "v2") return render_v2(node, kind);
  return fail(Errc::usage, "there is no API \"" + std::string(api) + "\": v2 or v3.");
}

}  // namespace lab::compile
