#include "mesh/config/bootstrap.h"
#include "mesh/config/foreign.h"

namespace lab::config {
namespace {

template <class T>
class TypedAny final : public AnyType {
 public:
  explicit TypedAny(std::uint32_t roles)
      : AnyType(record_of(static_cast<const T*>(nullptr)), roles) {}

  std::shared_ptr<const void> decode(const Value& value, DecodeContext& context) const override {
    auto message = std::make_shared<T>();
    const DecodeContext::TypedObject typed(context, value);
    if (!Codec<T>::decode(value, context, *message)) return nullptr;
    return message;
  }
  Value encode(const void* message) const override {
    return record_of(static_cast<const T*>(nullptr)).encode(*static_cast<const T*>(message));
  }
};

template <class T>
std::unique_ptr<AnyType> entry(std::uint32_t roles) {
  return std::make_unique<TypedAny<T>>(roles);
}

std::vector<std::unique_ptr<AnyType>> make_types() {
  std::vector<std::unique_ptr<AnyType>> types;
  types.push_back(entry<Listener>(kResource));
  types.push_back(entry<Cluster>(kResource));
  types.push_back(entry<RouteConfiguration>(kResource));
  types.push_back(entry<ClusterLoadAssignment>(kResource));
  types.push_back(entry<Secret>(kResource));

  types.push_back(entry<OriginalDst>(kListenerFilter));
  types.push_back(entry<TlsInspector>(kListenerFilter));
  types.push_back(entry<HttpInspector>(kListenerFilter));

  types.push_back(entry<TcpProxy>(kNetworkFilter | kTerminalNetworkFilter));
  types.push_back(entry<HttpConnectionManager>(kNetworkFilter | kTerminalNetworkFilter));
  types.push_back(entry<NetworkRbac>(kNetworkFilter));
  types.push_back(entry<SniCluster>(kNetworkFilter));
  types.push_back(entry<MongoProxy>(kNetworkFilter));

  types.push_back(entry<Router>(kHttpFilter | kTerminalHttpFilter));
  types.push_back(entry<HttpFault>(kHttpFilter | kPerRoute));
  types.push_back(entry<HttpRbac>(kHttpFilter));
  types.push_back(entry<HttpRbacPerRoute>(kPerRoute));
  types.push_back(entry<Cors>(kHttpFilter));
  types.push_back(entry<CorsPolicy>(kPerRoute));
  types.push_back(entry<GrpcStats>(kHttpFilter));
  types.push_back(entry<FilterConfig>(kPerRoute));

  types.push_back(entry<DownstreamTlsContext>(kDownstreamTransport));
  types.push_back(entry<UpstreamTlsContext>(kUpstreamTransport));
  types.push_back(entry<RawBuffer>(kDownstreamTransport | kUpstreamTransport));

  types.push_back(entry<CaresDnsResolverConfig>(kDnsResolver));

  types.push_back(entry<FileAccessLog>(kAccessLog));
  types.push_back(entry<StdoutAccessLog>(kAccessLog));
  types.push_back(entry<StderrAccessLog>(kAccessLog));

  types.push_back(entry<HttpProtocolOptions>(kProtocolOptions));
  types.push_back(entry<UuidRequestIdConfig>(kRequestId));
  types.push_back(entry<PreviousHostsPredicate>(kRetryHostPredicate));
  for (std::unique_ptr<AnyType>& type : foreign_types()) types.push_back(std::move(type));
  return types;
}

}  // namespace

const std::vector<std::unique_ptr<AnyType>>& any_types() {
  static const auto* const types = new std::vector<std::unique_ptr<AnyType>>(make_types());
  return *types;
}

}  // namespace lab::config
