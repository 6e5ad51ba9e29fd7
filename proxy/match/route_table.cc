#include "proxy/match/route_table.h"

#include <charconv>

namespace lab::proxy {
namespace {

Result<> in_context(Result<> result, const std::string& context) {
  if (result) return {};
  return fail(result.error().code, context + ": " + result.error().message);
}

}  // namespace

Result<RouteTablePtr> RouteTable::compile(config::RouteConfiguration config) {
  auto table = std::make_shared<RouteTable>();
  table->config_ = std::move(config);
  const config::RouteConfiguration& source = table->config_;
  table->request_headers_ =
      TRY(HeaderMutation::compile(source.request_headers_to_add, source.request_headers_to_remove));
  table->response_headers_ = TRY(
      HeaderMutation::compile(source.response_headers_to_add, source.response_headers_to_remove));
  for (std::size_t i = 0; i < source.virtual_hosts.size(); ++i) {
    const config::VirtualHost& host = source.virtual_hosts[i];
    TRY(in_context(table->compile_host(host, i), "virtual host \"" + host.name + "\""));
  }
  return RouteTablePtr(std::move(table));
}

Result<> RouteTable::compile_host(const config::VirtualHost& host, std::size_t index) {
  for (const std::string& domain : host.domains) TRY(domains_.add(domain, index));
  auto entry = std::make_unique<VirtualHostEntry>();
  entry->config_ = &host;
  entry->request_headers_ =
      TRY(HeaderMutation::compile(host.request_headers_to_add, host.request_headers_to_remove));
  entry->response_headers_ =
      TRY(HeaderMutation::compile(host.response_headers_to_add, host.response_headers_to_remove));
  for (const auto& cluster : host.virtual_clusters) {
    entry->virtual_clusters_.emplace_back(TRY(compile_header_matches(cluster.headers)),
                                          cluster.name);
  }
  for (std::size_t i = 0; i < host.routes.size(); ++i) {
    const config::Route& route = host.routes[i];
    auto compiled = std::make_unique<RouteEntry>();
    const std::string context = "route " + std::to_string(i) + " \"" + route.name + "\"";
    TRY(in_context(compiled->compile(route, *entry, config_), context));
    entry->routes_.push_back(std::move(compiled));
  }
  hosts_.push_back(std::move(entry));
  return {};
}

std::string_view VirtualHostEntry::virtual_cluster(const RequestHead& head) const {
  if (virtual_clusters_.empty()) return "";
  for (const auto& [headers, name] : virtual_clusters_) {
    if (all_match(headers, head)) return name;
  }
  return "other";
}

const VirtualHostEntry* RouteTable::find_virtual_host(const RequestHead& head) const {
  std::string_view host = head.authority;
  if (!config_.vhost_header.empty()) {
    host = head.headers.get_or_empty(config_.vhost_header);
    if (host.empty()) return nullptr;
  }
  if (config_.ignore_port_in_host_matching) host = without_port(host);
  const auto index = domains_.find(host);
  return index ? hosts_[*index].get() : nullptr;
}

RouteResult RouteTable::find(const RequestHead& head, const StreamInfo& info,
                             std::uint64_t random) const {
  using Tls = config::VirtualHost::TlsRequirementType;
  RouteResult result;
  result.virtual_host = find_virtual_host(head);
  if (result.virtual_host == nullptr) return result;
  const Tls required = result.virtual_host->config().require_tls;
  const bool secure = head.headers.get_or_empty("x-forwarded-proto") == "https";
  const bool internal = head.headers.get_or_empty("x-envoy-internal") == "true";
  if (!secure && (required == Tls::all || (required == Tls::external_only && !internal))) {
    result.tls_required = true;
    return result;
  }
  for (const auto& route : result.virtual_host->routes_) {
    if (!route->match().matches(head, info, random)) continue;
    result.route = route.get();
    break;
  }
  return result;
}

void RouteTable::finalize_request(const RouteEntry& route, const ClusterChoice& choice,
                                  RequestHead& head, const StreamInfo& info,
                                  bool keep_original) const {
  HeaderMap& headers = head.headers;
  const VirtualHostEntry& host = route.virtual_host();
  if (choice.weighted != nullptr) choice.weighted->request_headers.apply(headers, info);
  if (config_.most_specific_header_mutations_wins) {
    request_headers_.apply(headers, info);
    host.request_headers().apply(headers, info);
    route.request_headers().apply(headers, info);
  } else {
    route.request_headers().apply(headers, info);
    host.request_headers().apply(headers, info);
    request_headers_.apply(headers, info);
  }
  if (route.action() != RouteEntry::Action::forward) return;
  std::string weighted_host;
  if (choice.weighted != nullptr) {
    weighted_host = choice.weighted->config->host_rewrite_literal.value_or("");
  }
  route.rewrite().apply(route.match(), head, weighted_host, keep_original);
}

void RouteTable::finalize_response(const RouteEntry& route, const WeightedCluster* weighted,
                                   HeaderMap& headers, const StreamInfo& info) const {
  const VirtualHostEntry& host = route.virtual_host();
  if (weighted != nullptr) weighted->response_headers.apply(headers, info);
  if (config_.most_specific_header_mutations_wins) {
    response_headers_.apply(headers, info);
    host.response_headers().apply(headers, info);
    route.response_headers().apply(headers, info);
  } else {
    route.response_headers().apply(headers, info);
    host.response_headers().apply(headers, info);
    response_headers_.apply(headers, info);
  }
}

FilterOverride RouteTable::filter_override(const RouteResult& result,
                                           const WeightedCluster* weighted,
                                           const std::string& filter_name) const {
  using Configs = std::map<std::string, config::Any>;
  const Configs* levels[] = {
      weighted == nullptr ? nullptr : &weighted->config->typed_per_filter_config,
      result.route == nullptr ? nullptr : &result.route->config().typed_per_filter_config,
      result.virtual_host == nullptr ? nullptr
                                     : &result.virtual_host->config().typed_per_filter_config,
      &config_.typed_per_filter_config,
  };
  FilterOverride found;
  for (const Configs* level : levels) {
    if (level == nullptr) continue;
    const auto entry = level->find(filter_name);
    if (entry == level->end()) continue;
    const auto* wrapper = entry->second.get<config::FilterConfig>();
    const config::Any* inner = wrapper == nullptr ? &entry->second : &wrapper->config;
    // A level may only switch; the configuration then comes from a less specific one.
    if (!found.disabled) found.disabled = wrapper != nullptr && wrapper->disabled;
    if (found.config == nullptr && !inner->empty()) found.config = inner;
    if (found.config != nullptr) break;
  }
  return found;
}

std::string tls_redirect_location(const RequestHead& head) {
  return "https://" + head.authority + head.path;
}

}  // namespace lab::proxy
