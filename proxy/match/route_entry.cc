#include <charconv>

#include "base/text.h"
#include "proxy/match/route_table.h"

namespace lab::proxy {

Result<> RouteEntry::compile(const config::Route& config, const VirtualHostEntry& host,
                             const config::RouteConfiguration& table) {
  config_ = &config;
  virtual_host_ = &host;
  match_ = TRY(RouteMatch::compile(config.match, table.ignore_path_parameters_in_path_matching));
  request_headers_ =
      TRY(HeaderMutation::compile(config.request_headers_to_add, config.request_headers_to_remove));
  response_headers_ = TRY(
      HeaderMutation::compile(config.response_headers_to_add, config.response_headers_to_remove));
  if (config.redirect) {
    action_ = Action::redirect;
    redirect_ = TRY(Redirect::compile(*config.redirect));
  } else if (config.direct_response) {
    action_ = Action::direct_response;
    const auto& response = *config.direct_response;
    if (response.body) direct_body_ = TRY(read_data_source(*response.body));
    if (response.body_format) {
      direct_format_ = TRY(SubstitutionFormat::compile(*response.body_format));
    }
    const std::uint32_t most = table.max_direct_response_body_size_bytes.value_or(4096);
    if (direct_body_ && direct_body_->size() > most) {
      return fail(Errc::config, "response body size is " + std::to_string(direct_body_->size()) +
                                    " bytes; maximum is " + std::to_string(most) + ".");
    }
  } else if (config.route) {
    action_ = Action::forward;
    return compile_forward(table);
  }
  return {};
}

Result<> RouteEntry::compile_forward(const config::RouteConfiguration& table) {
  const config::RouteAction& action = *config_->route;
  const config::VirtualHost& host = virtual_host_->config();
  rewrite_ = TRY(Rewrite::compile(action));
  hash_policies_ = TRY(HashPolicies::compile(action.hash_policy));
  // The route's policy replaces that of the virtual host as a whole.
  const auto& retry = action.retry_policy ? action.retry_policy : host.retry_policy;
  if (retry) retry_policy_ = TRY(RetryPolicy::compile(*retry));
  const auto* mirrors = &action.request_mirror_policies;
  if (mirrors->empty()) mirrors = &host.request_mirror_policies;
  if (mirrors->empty()) mirrors = &table.request_mirror_policies;
  for (const auto& policy : *mirrors) mirrors_.push_back(MirrorPolicy::compile(policy));
  return action.weighted_clusters ? compile_weighted() : Result<>();
}

Result<> RouteEntry::compile_weighted() {
  std::uint64_t end = 0;
  for (const auto& entry : config_->route->weighted_clusters->clusters) {
    WeightedCluster compiled;
    compiled.config = &entry;
    compiled.request_headers =
        TRY(HeaderMutation::compile(entry.request_headers_to_add, entry.request_headers_to_remove));
    compiled.response_headers = TRY(
        HeaderMutation::compile(entry.response_headers_to_add, entry.response_headers_to_remove));
    end += entry.weight.value_or(0);
    compiled.end = end;
    weighted_.push_back(std::move(compiled));
  }
  if (end == 0) {
    return fail(Errc::config, "Sum of weights in the weighted_cluster must be greater than 0.");
  }
  if (end > 0xffffffff) {
    return fail(Errc::config,
                "The sum of weights of all weighted clusters must not exceed 4294967295.");
  }
  return {};
}

namespace {

std::string_view header_text(const RequestHead& head, const std::string& name) {
  return head.field(to_lower(name)).value_or("");
}

}  // namespace

ClusterChoice RouteEntry::choose_cluster(const RequestHead& head, const StreamInfo& info,
                                         std::uint64_t random) const {
  const config::RouteAction& action = forward();
  if (action.cluster) return {*action.cluster, nullptr};
  if (action.cluster_header) return {header_text(head, *action.cluster_header), nullptr};
  if (weighted_.empty()) return {};
  const config::WeightedCluster& source = *action.weighted_clusters;
  if (source.header_name) {
    const std::string_view text = header_text(head, *source.header_name);
    std::uint64_t given = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), given);
    if (!text.empty() && error == std::errc() && end == text.data() + text.size()) random = given;
  } else if (source.use_hash_policy.value_or(false)) {
    random = hash_policies_.hash(head, info, nullptr).value_or(random);
  }
  const std::uint64_t chosen = random % weighted_.back().end;
  for (const WeightedCluster& cluster : weighted_) {
    if (chosen >= cluster.end) continue;
    const bool by_header = cluster.config->name.empty();
    return {by_header ? header_text(head, cluster.config->cluster_header)
                      : std::string_view(cluster.config->name),
            &cluster};
  }
  return {};
}

}  // namespace lab::proxy
