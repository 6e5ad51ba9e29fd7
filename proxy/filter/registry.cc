#include "proxy/filter/registry.h"

#include "mesh/config/http_filters.h"
#include "mesh/config/rbac.h"

namespace lab::proxy {
namespace {

template <class T>
bool holds(const config::Any& any) {
  return any.get<T>() != nullptr;
}

struct HttpEntry {
  bool (*is_type)(const config::Any&);
  Result<HttpFilterMakerPtr> (*make)(const config::HttpFilter&, const StatsScope&);
};
constexpr HttpEntry kHttpFilters[] = {
    {holds<config::HttpFault>, make_fault},
    {holds<config::HttpRbac>, make_http_rbac},
    {holds<config::Cors>, make_cors},
    {holds<config::GrpcStats>, make_grpc_stats},
};

struct NetworkEntry {
  bool (*is_type)(const config::Any&);
  Result<NetworkFilterPtr> (*make)(const config::Filter&, StatsStore&);
};
constexpr NetworkEntry kNetworkFilters[] = {
    {holds<config::NetworkRbac>, make_network_rbac},
};

tl::unexpected<Error> unknown(const std::string& name, const config::Any& any) {
  return fail(Errc::config, "filter \"" + name + "\" of type " + std::string(any.type_name()) +
                                " is not supported: docs/envoy-subset.md lists the filters.");
}

}  // namespace

std::string stats_part(const std::string& prefix) {
  return prefix.empty() || prefix.ends_with('.') ? prefix : prefix + ".";
}

Result<HttpFilterMakerPtr> make_http_filter(const config::HttpFilter& filter,
                                            const StatsScope& scope) {
  for (const HttpEntry& entry : kHttpFilters) {
    if (entry.is_type(filter.typed_config)) return entry.make(filter, scope);
  }
  return unknown(filter.name, filter.typed_config);
}

Result<NetworkFilterPtr> make_network_filter(const config::Filter& filter, StatsStore& stats) {
  for (const NetworkEntry& entry : kNetworkFilters) {
    if (entry.is_type(filter.typed_config)) return entry.make(filter, stats);
  }
  return unknown(filter.name, filter.typed_config);
}

}  // namespace lab::proxy
