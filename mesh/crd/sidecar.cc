#include "mesh/crd/sidecar.h"

namespace lab::crd {

const std::vector<EnumName<CaptureMode>>& enum_names(const CaptureMode*) {
  static const std::vector<EnumName<CaptureMode>> names = {{CaptureMode::DEFAULT, "DEFAULT"},
                                                           {CaptureMode::IPTABLES, "IPTABLES"},
                                                           {CaptureMode::NONE, "NONE"}};
  return names;
}

LAB_CRD_RECORD(IstioIngressListener, "IstioIngressListener") {
  record.origin(&IstioIngressListener::origin);
  record.field("port", &IstioIngressListener::port).required();
  record.field("bind", &IstioIngressListener::bind);
  record.field("captureMode", &IstioIngressListener::capture_mode);
  record.field("defaultEndpoint", &IstioIngressListener::default_endpoint);
  record.field("tls", &IstioIngressListener::tls);
  record.field("connectionPool", &IstioIngressListener::connection_pool);
}

LAB_CRD_RECORD(IstioEgressListener, "IstioEgressListener") {
  record.origin(&IstioEgressListener::origin);
  record.field("port", &IstioEgressListener::port);
  record.field("bind", &IstioEgressListener::bind);
  record.field("captureMode", &IstioEgressListener::capture_mode);
  record.field("hosts", &IstioEgressListener::hosts).required();
}

const std::vector<EnumName<OutboundMode>>& enum_names(const OutboundMode*) {
  static const std::vector<EnumName<OutboundMode>> names = {
      {OutboundMode::REGISTRY_ONLY, "REGISTRY_ONLY"}, {OutboundMode::ALLOW_ANY, "ALLOW_ANY"}};
  return names;
}

LAB_CRD_RECORD(OutboundTrafficPolicy, "OutboundTrafficPolicy") {
  record.origin(&OutboundTrafficPolicy::origin);
  record.field("mode", &OutboundTrafficPolicy::mode);
  record.field("egressProxy", &OutboundTrafficPolicy::egress_proxy);
}

LAB_CRD_RECORD(SidecarSpec, "Sidecar") {
  record.field("workloadSelector", &SidecarSpec::workload_selector);
  record.field("ingress", &SidecarSpec::ingress);
  record.field("egress", &SidecarSpec::egress);
  record.field("inboundConnectionPool", &SidecarSpec::inbound_connection_pool);
  record.field("outboundTrafficPolicy", &SidecarSpec::outbound_traffic_policy);
}

LAB_CRD_RECORD(Sidecar, "Sidecar object") {
  object_fields(record);
  record.field("spec", &Sidecar::spec);
  skip_status(record);
}

}  // namespace lab::crd
