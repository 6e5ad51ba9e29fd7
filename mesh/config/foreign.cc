#include "mesh/config/foreign.h"

namespace lab::config {
namespace {

/// Is written as it is, and never read.
template <class T>
class ForeignType final : public AnyType {
 public:
  ForeignType() : AnyType(record_of(static_cast<const T*>(nullptr)), 0) {}

  std::shared_ptr<const void> decode(const Value& value, DecodeContext& context) const override {
    context.error(value.mark, "the type \"" + name() + "\" is not supported yet. Remove it.");
    return nullptr;
  }
  Value encode(const void* message) const override {
    return static_cast<const T*>(message)->message;
  }
};

}  // namespace

LAB_RECORD(JwtAuthentication, "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication") {
  static_cast<void>(record);
}
LAB_RECORD(HttpExtAuthz, "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz") {
  static_cast<void>(record);
}
LAB_RECORD(NetworkExtAuthz, "envoy.extensions.filters.network.ext_authz.v3.ExtAuthz") {
  static_cast<void>(record);
}
LAB_RECORD(ProxyProtocolListenerFilter,
           "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol") {
  static_cast<void>(record);
}
LAB_RECORD(ProxyProtocolTransport,
           "envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport") {
  static_cast<void>(record);
}

LAB_RECORD(UriTemplateMatch, "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig") {
  static_cast<void>(record);
}
LAB_RECORD(PreviousPriorities,
           "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig") {
  static_cast<void>(record);
}
LAB_RECORD(GrpcWeb, "envoy.extensions.filters.http.grpc_web.v3.GrpcWeb") {
  static_cast<void>(record);
}

std::vector<std::unique_ptr<AnyType>> foreign_types() {
  std::vector<std::unique_ptr<AnyType>> types;
  types.push_back(std::make_unique<ForeignType<JwtAuthentication>>());
  types.push_back(std::make_unique<ForeignType<HttpExtAuthz>>());
  types.push_back(std::make_unique<ForeignType<NetworkExtAuthz>>());
  types.push_back(std::make_unique<ForeignType<ProxyProtocolListenerFilter>>());
  types.push_back(std::make_unique<ForeignType<ProxyProtocolTransport>>());
  types.push_back(std::make_unique<ForeignType<UriTemplateMatch>>());
  types.push_back(std::make_unique<ForeignType<PreviousPriorities>>());
  types.push_back(std::make_unique<ForeignType<GrpcWeb>>());
  return types;
}

}  // namespace lab::config
