#include <re2/re2.h>

#include <set>

#include "mesh/config/validate.h"

namespace lab::config {
namespace {

bool valid_runtime(const LayeredRuntime& runtime, DecodeContext& context, Mark mark) {
  std::set<std::string> names;
  std::size_t admin_layers = 0;
  for (const RuntimeLayer& layer : runtime.layers) {
    if (!names.insert(layer.name).second)
      return refuse(context, mark, "runtime layer \"" + layer.name + "\" is there twice.");
    admin_layers += layer.admin_layer ? 1 : 0;
  }
  return admin_layers <= 1 || refuse(context, mark, "there can be one admin_layer only.");
}

bool valid_secrets(const std::vector<Secret>& secrets, DecodeContext& context, Mark mark) {
  std::set<std::string> names;
  for (const Secret& secret : secrets) {
    const char* kind = secret.tls_certificate       ? "certificate"
                       : secret.validation_context  ? "validation context"
                       : secret.session_ticket_keys ? "ticket keys"
                       : secret.generic_secret      ? "generic secret"
                                                    : nullptr;
    if (kind == nullptr) {
      return refuse(context, mark,
                    "secret \"" + secret.name +
                        "\" holds nothing: set tls_certificate, validation_context, "
                        "session_ticket_keys or generic_secret.");
    }
    if (!names.insert(std::string(kind) + "/" + secret.name).second) {
      return refuse(context, mark, std::string(kind) + " \"" + secret.name + "\" is there twice.");
    }
  }
  return true;
}

/// Tags that have a built-in expression.
bool is_default_tag(const std::string& name) {
  static const std::set<std::string> known = {"envoy.cluster_name",
                                              "envoy.listener_address",
                                              "envoy.http_conn_manager_prefix",
                                              "envoy.http_user_agent",
                                              "envoy.ssl_cipher",
                                              "envoy.ssl_cipher_suite",
                                              "envoy.google_grpc_client_prefix",
                                              "envoy.clientssl_prefix",
                                              "envoy.mongo_prefix",
                                              "envoy.ratelimit_prefix",
                                              "envoy.tcp_prefix",
                                              "envoy.udp_prefix",
                                              "envoy.fault_downstream_cluster",
                                              "envoy.dynamo_operation",
                                              "envoy.dynamo_table",
                                              "envoy.grpc_bridge_service",
                                              "envoy.grpc_bridge_method",
                                              "envoy.virtual_host",
                                              "envoy.virtual_cluster",
                                              "envoy.route",
                                              "envoy.rds_route_config",
                                              "envoy.scoped_rds_config",
                                              "envoy.worker_id",
                                              "envoy.thrift_prefix",
                                              "envoy.redis_prefix",
                                              "envoy.http_local_rate_limit_prefix",
                                              "envoy.local_http_ratelimit_prefix",
                                              "envoy.local_network_ratelimit_prefix",
                                              "envoy.local_listener_ratelimit_prefix",
                                              "envoy.dns_filter_prefix",
                                              "envoy.connection_limit_prefix",
                                              "envoy.rbac_prefix",
                                              "envoy.rbac_http_prefix",
                                              "envoy.rbac_policy_name",
                                              "envoy.proxy_protocol_version",
                                              "envoy.proxy_protocol_prefix",
                                              "envoy.response_code",
                                              "envoy.response_code_class",
                                              "envoy.mongo_cmd",
                                              "envoy.mongo_collection",
                                              "envoy.mongo_callsite",
                                              "envoy.dynamo_partition_id",
                                              "envoy.xds_resource_name",
                                              "envoy.xds_authority",
                                              "envoy.cert_name"};
  return known.count(name) > 0;
}

bool valid_tags(const StatsConfig& stats, DecodeContext& context, Mark mark) {
  for (const TagSpecifier& tag : stats.stats_tags) {
    if (tag.fixed_value) continue;
    const std::string expression = tag.regex.value_or("");
    if (expression.empty()) {
      if (is_default_tag(tag.tag_name)) continue;
      return refuse(context, mark, "the tag \"" + tag.tag_name + "\" needs a regex.");
    }
    const RE2 compiled(expression, RE2::Quiet);
    if (!compiled.ok()) {
      return refuse(context, mark,
                    "the regex of tag \"" + tag.tag_name + "\": " + compiled.error() + ".");
    }
  }
  return true;
}

}  // namespace

bool valid_bootstrap(const Bootstrap& bootstrap, DecodeContext& context, Mark mark) {
  bool good = true;
  if (bootstrap.layered_runtime) good = valid_runtime(*bootstrap.layered_runtime, context, mark);
  if (bootstrap.stats_config) good = valid_tags(*bootstrap.stats_config, context, mark) && good;
  if (!bootstrap.static_resources) return good;
  good = valid_secrets(bootstrap.static_resources->secrets, context, mark) && good;
  const std::string local =
      bootstrap.cluster_manager ? bootstrap.cluster_manager->local_cluster_name : "";
  if (local.empty()) return good;
  for (const Cluster& cluster : bootstrap.static_resources->clusters) {
    if (cluster.name == local) return good;
  }
  return refuse(context, mark, "the local cluster \"" + local + "\" is not defined.");
}

}  // namespace lab::config
