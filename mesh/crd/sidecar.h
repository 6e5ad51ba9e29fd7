#pragma once

#include <cstdint>

#include "mesh/crd/gateway.h"
#include "mesh/crd/traffic_policy.h"

/// Sidecar. Source: Istio, networking/v1/sidecar.proto.
namespace lab::crd {

enum class CaptureMode : std::uint8_t { DEFAULT, IPTABLES, NONE };
const std::vector<EnumName<CaptureMode>>& enum_names(const CaptureMode*);

struct IstioIngressListener {
  Origin origin;
  Port port;
  std::string bind;
  CaptureMode capture_mode = CaptureMode::DEFAULT;
  std::string default_endpoint;
  std::optional<ServerTlsSettings> tls;
  std::optional<ConnectionPool> connection_pool;
};
const Record<IstioIngressListener>& record_of(const IstioIngressListener*);

struct IstioEgressListener {
  Origin origin;
  std::optional<Port> port;
  std::string bind;
  CaptureMode capture_mode = CaptureMode::DEFAULT;
  std::vector<std::string> hosts;  ///< "NAMESPACE/HOST".
};
const Record<IstioEgressListener>& record_of(const IstioEgressListener*);

enum class OutboundMode : std::uint8_t { REGISTRY_ONLY, ALLOW_ANY };
const std::vector<EnumName<OutboundMode>>& enum_names(const OutboundMode*);

struct OutboundTrafficPolicy {
  Origin origin;
  OutboundMode mode = OutboundMode::REGISTRY_ONLY;
  std::optional<Destination> egress_proxy;
};
const Record<OutboundTrafficPolicy>& record_of(const OutboundTrafficPolicy*);

struct SidecarSpec {
  std::optional<WorkloadSelector> workload_selector;
  std::vector<IstioIngressListener> ingress;
  std::vector<IstioEgressListener> egress;
  std::optional<ConnectionPool> inbound_connection_pool;
  std::optional<OutboundTrafficPolicy> outbound_traffic_policy;
};
const Record<SidecarSpec>& record_of(const SidecarSpec*);

struct Sidecar : Object {
  SidecarSpec spec;
};
const Record<Sidecar>& record_of(const Sidecar*);

}  // namespace lab::crd
