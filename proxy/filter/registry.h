#pragma once

#include <memory>

#include "proxy/filter/http_filter.h"
#include "proxy/filter/network_filter.h"

/// The makers of all filters, one per file; registry.cc lists them.
namespace lab::proxy {

using HttpFilterMakerPtr = std::unique_ptr<HttpFilterMaker>;
using NetworkFilterPtr = std::unique_ptr<NetworkFilter>;

Result<HttpFilterMakerPtr> make_fault(const config::HttpFilter& filter, const StatsScope& scope);
Result<HttpFilterMakerPtr> make_http_rbac(const config::HttpFilter& filter,
                                          const StatsScope& scope);
Result<HttpFilterMakerPtr> make_cors(const config::HttpFilter& filter, const StatsScope& scope);
Result<HttpFilterMakerPtr> make_grpc_stats(const config::HttpFilter& filter,
                                           const StatsScope& scope);

/// A part of statistics' names as Envoy puts it before others: with a dot at its end, unless it is
/// empty.
std::string stats_part(const std::string& prefix);

Result<NetworkFilterPtr> make_network_rbac(const config::Filter& filter, StatsStore& stats);

}  // namespace lab::proxy
