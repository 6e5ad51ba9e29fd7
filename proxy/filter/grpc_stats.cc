#include "proxy/filter/registry.h"

namespace lab::proxy {
namespace {

/// envoy.filters.http.grpc_stats changes no request and no answer; its per-method numbers are
/// telemetry, which a lab has no reader for. The filter is accepted, so that configuration that has
/// it works.
class GrpcStatsMaker final : public HttpFilterMaker {
 public:
  std::unique_ptr<HttpFilter> make(FilterHost&) override { return nullptr; }
};

}  // namespace

Result<HttpFilterMakerPtr> make_grpc_stats(const config::HttpFilter&, const StatsScope&) {
  return HttpFilterMakerPtr(std::make_unique<GrpcStatsMaker>());
}

}  // namespace lab::proxy
