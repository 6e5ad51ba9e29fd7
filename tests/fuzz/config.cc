#include "mesh/config/http_connection_manager.h"
#include "mesh/config/load.h"
#include "proxy/match/filter_chain_match.h"
#include "proxy/match/route_table.h"
#include "proxy/upstream/cluster.h"
#include "tests/fuzz/fuzz_target.h"

namespace lab::fuzz {
namespace {

using namespace proxy;

/// What was read is written, and read back as the same.
template <class T>
void check_round_trip(const T& message) {
  const std::string text = config::to_json(message);
  const auto again = config::load<T>(text, "again.json");
  LAB_ASSERT(again.has_value());
  LAB_ASSERT(config::to_json(*again) == text);
}

void compile_routes(const config::Listener& listener) {
  for (const config::FilterChain& chain : listener.filter_chains) {
    for (const config::Filter& filter : chain.filters) {
      const auto* manager = filter.typed_config.get<config::HttpConnectionManager>();
      if (manager != nullptr && manager->route_config) RouteTable::compile(*manager->route_config);
    }
  }
}

}  // namespace

/// The input is a bootstrap, in JSON or YAML. What the decoder takes is written and read back, and
/// its routes, filter chains and clusters are compiled (what opens files or sockets is left out).
LAB_FUZZ_TARGET(config) {
  const auto bootstrap = config::load_bootstrap(input, "fuzz.yaml");
  if (!bootstrap) {
    LAB_ASSERT(!bootstrap.error().message.empty());
    return;
  }
  check_round_trip(*bootstrap);
  if (!bootstrap->static_resources) return;
  for (const config::Listener& listener : bootstrap->static_resources->listeners) {
    FilterChainMatcher::compile(listener.filter_chains);
    compile_routes(listener);
  }
  for (const config::Cluster& cluster : bootstrap->static_resources->clusters)
    compile_cluster(cluster, {});
}

}  // namespace lab::fuzz
