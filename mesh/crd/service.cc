#include "mesh/crd/service.h"

#include <set>

namespace lab::crd {
namespace {

/// What the API server refuses: two ports with one name or one number and protocol, and nameless
/// ones among several.
bool check_ports(const ServiceSpec& spec, DecodeContext& context, Mark mark) {
  bool good = true;
  std::set<std::string> names;
  std::set<std::pair<std::uint32_t, std::string>> numbers;
  const auto report = [&](const ServicePort& port, const std::string& message) {
    context.error(port.origin.mark.line == 0 ? mark : port.origin.mark, message);
    good = false;
  };
  for (const ServicePort& port : spec.ports) {
    const std::string protocol = port.protocol.empty() ? "TCP" : port.protocol;
    if (spec.ports.size() > 1 && port.name.empty()) {
      report(port, "a service with several ports needs a name for each. Add \"name\".");
    } else if (!port.name.empty() && !names.insert(port.name).second) {
      report(port, "the port name \"" + port.name + "\" is used twice. Rename one of them.");
    }
    if (!numbers.emplace(port.port, protocol).second) {
      report(port, "port " + std::to_string(port.port) + "/" + protocol +
                       " is listed twice. Remove one of them.");
    }
  }
  return good;
}

std::string one_of(const std::string& text, std::initializer_list<const char*> allowed) {
  std::string names;
  for (const char* name : allowed) {
    if (text == name) return "";
    names += std::string(names.empty() ? "" : ", ") + name;
  }
  return "\"" + text + "\" is not one of " + names + ".";
}

}  // namespace

LAB_CRD_RECORD(ServicePort, "ServicePort") {
  record.origin(&ServicePort::origin);
  record.field("name", &ServicePort::name);
  record.field("port", &ServicePort::port).required().at_least(1).at_most(65535);
  record.field("targetPort", &ServicePort::target_port);
  record.field("protocol", &ServicePort::protocol).check([](const std::string& text) {
    return one_of(text, {"TCP", "UDP", "SCTP"});
  });
  record.field("appProtocol", &ServicePort::app_protocol);
  record.field("nodePort", &ServicePort::node_port);
}

LAB_CRD_RECORD(ServiceSpec, "ServiceSpec") {
  record.field("ports", &ServiceSpec::ports);
  record.field("selector", &ServiceSpec::selector);
  record.field("type", &ServiceSpec::type).check([](const std::string& text) {
    return one_of(text, {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"});
  });
  record.field("clusterIP", &ServiceSpec::cluster_ip);
  record.field("clusterIPs", &ServiceSpec::cluster_ips);
  record.field("externalName", &ServiceSpec::external_name);
  record.field("externalIPs", &ServiceSpec::external_ips);
  record.field("publishNotReadyAddresses", &ServiceSpec::publish_not_ready_addresses);
  record.skip({"allocateLoadBalancerNodePorts", "externalTrafficPolicy", "healthCheckNodePort",
               "internalTrafficPolicy", "ipFamilies", "ipFamily", "ipFamilyPolicy",
               "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges", "sessionAffinity",
               "sessionAffinityConfig", "topologyKeys", "trafficDistribution"},
              "For kube-proxy and clouds' load balancers; in a mesh the proxy balances.");
  record.check(check_ports);
}

LAB_CRD_RECORD(Service, "Service") {
  object_fields(record);
  record.field("spec", &Service::spec);
  skip_status(record);
}

}  // namespace lab::crd

namespace lab {

bool Codec<crd::IntOrString>::decode(const Value& value, DecodeContext& context,
                                     crd::IntOrString& target) {
  if (value.is_string() && !value.string().empty()) {
    target.name = value.string();
    return true;
  }
  if (value.is_integer() && value.integer() >= 1 && value.integer() <= 65535) {
    target.number = static_cast<std::uint32_t>(value.integer());
    return true;
  }
  context.error(value.mark,
                "expected a port number (1 to 65535) or the name of a container's port.");
  return false;
}

std::optional<Value> Codec<crd::IntOrString>::encode(const crd::IntOrString& source) {
  if (!source.name.empty()) return Value(source.name);
  if (source.number == 0) return {};
  return Value(source.number);
}

}  // namespace lab
