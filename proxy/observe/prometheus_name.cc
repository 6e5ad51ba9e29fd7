#include <algorithm>
#include <cctype>

#include "proxy/observe/stats_output.h"

namespace lab::proxy {
namespace {

/// A family of names "FAMILY.TAG.rest": the tag itself may hold dots (addresses, host names), so
/// that it ends where one of the words begins that are known to follow.
struct Family {
  std::string_view begin;
  std::string_view label;
  std::vector<std::string_view> followers;
};

const std::vector<Family>& families() {
  static const std::vector<Family> all = {
      {"cluster.",
       "envoy_cluster_name",
       {"upstream_",
        "circuit_breakers.",
        "outlier_detection.",
        "health_check.",
        "lb_",
        "membership_",
        "update_",
        "assignment_",
        "ssl.",
        "external.",
        "internal.",
        "http1.",
        "http2.",
        "bind_errors",
        "original_dst_",
        "retry_or_",
        "max_host_weight",
        "version",
        "default.",
        "canary.",
        "zone.",
        "init_fetch_timeout",
        "warming_state",
        "client_ssl",
        "tls_session",
        "retry."}},
      {"listener.",
       "envoy_listener_address",
       {"downstream_", "no_filter_chain_match", "ssl.", "http.", "worker_", "connections_accepted",
        "extension_config_missing", "network_extension", "proxy_proto"}},
      {"http.",
       "envoy_http_conn_manager_prefix",
       {"downstream_", "rq_", "no_", "rs_too_large", "passthrough_", "tracing.", "fault.", "rbac.",
        "rbac", "cors.", "user_agent.", "ext_authz.", "jwt_authn."}},
      {"tcp.",
       "envoy_tcp_prefix",
       {"downstream_", "upstream_", "idle_timeout", "max_downstream_", "early_data"}},
      {"vhost.", "envoy_virtual_host", {"vcluster.", "route."}},
  };
  return all;
}

/// Takes "TAG." out after `begin`; the tag, or "".
std::string take_tag(std::string& name, const Family& family) {
  const std::size_t begin = family.begin.size();
  std::size_t best = std::string::npos;
  for (const std::string_view follower : family.followers) {
    for (std::size_t dot = name.find('.', begin); dot != std::string::npos && dot < best;
         dot = name.find('.', dot + 1)) {
      if (std::string_view(name).substr(dot + 1).starts_with(follower)) best = dot;
    }
  }
  if (best == std::string::npos) return "";
  std::string tag = name.substr(begin, best - begin);
  name.erase(begin, best - begin + 1);
  return tag;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "_rq_503" at the end becomes "_rq" and a label; "_rq_5xx" becomes "_rq_xx" and a label.
void take_status(std::string& name, TaggedName& result) {
  const auto at = name.rfind("_rq_");
  if (at == std::string::npos || at + 7 != name.size() || !is_digit(name[at + 4])) return;
  if (name.compare(at + 5, 2, "xx") == 0) {
    result.labels.emplace_back("envoy_response_code_class", std::string(1, name[at + 4]));
    name.erase(at + 4, 1);
  } else if (is_digit(name[at + 5]) && is_digit(name[at + 6])) {
    result.labels.emplace_back("envoy_response_code", name.substr(at + 4));
    name.erase(at + 3);
  }
}

/// "worker_N." becomes a label.
void take_worker(std::string& name, TaggedName& result) {
  const auto at = name.find("worker_");
  if (at == std::string::npos || (at > 0 && name[at - 1] != '.')) return;
  const auto end = name.find('.', at);
  if (end == std::string::npos) return;
  const std::string number = name.substr(at + 7, end - at - 7);
  if (number.empty() || !std::all_of(number.begin(), number.end(), is_digit)) return;
  result.labels.emplace_back("envoy_worker_id", number);
  name.erase(at, end - at + 1);
}

}  // namespace

TaggedName prometheus_name(std::string_view source) {
  TaggedName result;
  std::string name(source);
  take_status(name, result);
  take_worker(name, result);
  for (const Family& family : families()) {
    if (!name.starts_with(family.begin)) continue;
    const std::string tag = take_tag(name, family);
    if (!tag.empty()) result.labels.emplace_back(family.label, tag);
    // A listener counts the requests of its connection managers too.
    if (family.begin == "listener." && name.starts_with("listener.http.")) {
      std::string rest = name.substr(9);
      const std::string prefix = take_tag(rest, families()[2]);
      name = "listener." + rest;
      if (!prefix.empty()) result.labels.emplace_back("envoy_http_conn_manager_prefix", prefix);
    }
    break;
  }
  result.name = "envoy_" + name;
  for (char& c : result.name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return result;
}

}  // namespace lab::proxy
