#include "mesh/config/load.h"

#include <gtest/gtest.h>

namespace lab::config {
namespace {

constexpr const char* kBootstrap = R"(
node: {id: a, cluster: b, metadata: {lab: {deep: [1, "x"]}}}
static_resources:
  listeners:
  - name: in
    address: {socket_address: {address: 0.0.0.0, port_value: 80}}
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config:
            virtual_hosts:
            - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: c, timeout: 0s}}]}
          http_filters:
          - name: router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
  - {name: c, type: 3, connect_timeout: 1.5s, eds_cluster_config: {eds_config: {path_config_source: {path: /x}}}}
)";

TEST(Load, ReadsABootstrapInYamlAndWritesItAsJson) {
  const auto bootstrap = load_bootstrap(kBootstrap, "b.yaml");
  ASSERT_TRUE(bootstrap) << bootstrap.error().message;
  const Listener& listener = bootstrap->static_resources->listeners.at(0);
  const auto* manager =
      listener.filter_chains.at(0).filters.at(0).typed_config.get<HttpConnectionManager>();
  ASSERT_NE(manager, nullptr);
  EXPECT_EQ(manager->route_config->virtual_hosts.at(0).routes.at(0).route->cluster, "c");
  EXPECT_NE(manager->http_filters.at(0).typed_config.get<Router>(), nullptr);
  EXPECT_EQ(bootstrap->static_resources->clusters.at(0).type, Cluster::DiscoveryType::eds);
  const std::string json = to_json(*bootstrap);
  const auto again = load_bootstrap(json, "b.json");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), json);
}

TEST(Load, NamesTheTypeThatIsNotSupported) {
  const auto response = load<DiscoveryResponse>(
      R"({"resources":[{"@type":"type.googleapis.com/envoy.x.Routr"}]})", "f");
  ASSERT_FALSE(response);
  EXPECT_EQ(
      response.error().message,
      "f:1:24: resources[0]: the type \"type.googleapis.com/envoy.x.Routr\" is not supported.");
}

}  // namespace
}  // namespace lab::config
