#include <algorithm>
#include <set>

#include "base/text.h"
#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/networking.h"

namespace lab::crd {
namespace {

/// Each request's own host is resolved: nothing else may say where it goes.
void check_dynamic_dns(Checker& checker, const ServiceEntrySpec& spec) {
  if (spec.hosts.empty()) checker.error("hosts", "resolution DYNAMIC_DNS needs a wildcard host.");
  checker.each("hosts", spec.hosts, [&](const std::string& host) {
    if (host.empty() || host.front() != '*')
      checker.error("with resolution DYNAMIC_DNS a host must begin with a wildcard.");
  });
  if (!spec.addresses.empty())
    checker.error("addresses", "resolution DYNAMIC_DNS takes no addresses.");
  if (!spec.endpoints.empty())
    checker.error("endpoints", "resolution DYNAMIC_DNS takes no endpoints.");
  checker.each("ports", spec.ports, [&](const Port& port) {
    static const std::vector<std::string> kProtocols = {"http", "tls", "grpc", "http2"};
    if (std::find(kProtocols.begin(), kProtocols.end(), to_lower(port.protocol)) ==
        kProtocols.end()) {
      checker.error("protocol", "resolution DYNAMIC_DNS is for HTTP, HTTP2, GRPC and TLS only.");
    }
  });
  const Labels& labels = checker.metadata().labels;
  const auto waypoint = labels.find("istio.io/use-waypoint");
  if (spec.location == ServiceLocation::MESH_INTERNAL && waypoint != labels.end() &&
      !waypoint->second.empty() && !equal_ignore_case(waypoint->second, "none")) {
    checker.error("location",
                  "with resolution DYNAMIC_DNS and a waypoint it must be MESH_EXTERNAL.");
  }
}

void check_hosts(Checker& checker, const ServiceEntrySpec& spec) {
  if (spec.hosts.empty()) checker.error("hosts", "a service entry needs at least one host.");
  checker.each("hosts", spec.hosts, [&](const std::string& host) {
    if (host == "*") return checker.error("a host must not be \"*\".");
    checker.expect(wildcard_domain_problem(host));
    if (spec.resolution == ServiceResolution::DYNAMIC_DNS) return;
    if (!partial_wildcard_problem(host).empty()) checker.warn(partial_wildcard_problem(host));
  });
}

void check_addresses(Checker& checker, const ServiceEntrySpec& spec) {
  checker.each("addresses", spec.addresses, [&](const std::string& address) {
    checker.expect(subnet_problem(address));
    if (address.find('/') != std::string::npos && spec.resolution != ServiceResolution::NONE &&
        spec.resolution != ServiceResolution::STATIC) {
      checker.error("a CIDR block is allowed only with resolution NONE or STATIC.");
    }
  });
}

void check_ports(Checker& checker, const ServiceEntrySpec& spec) {
  std::set<std::string> names;
  std::set<std::uint32_t> numbers;
  checker.each("ports", spec.ports, [&](const Port& port) {
    if (!names.insert(port.name).second)
      checker.error("name", "the port name \"" + port.name + "\" is there twice.");
    if (!numbers.insert(port.number).second) {
      checker.error("number", "port " + std::to_string(port.number) + " is there twice.");
    }
    if (port.target_port != 0) checker.expect("targetPort", port_problem(port.target_port));
    checker.expect("name", port_name_problem(port.name));
    checker.expect("protocol", protocol_problem(port.protocol));
    checker.expect("number", port_problem(port.number));
  });
}

void check_dns_endpoint(Checker& checker, const WorkloadEntrySpec& endpoint,
                        const std::vector<std::string>& ports) {
  if (!is_ip_address(endpoint.address) && !fqdn_problem(endpoint.address).empty()) {
    checker.error("address",
                  "\"" + endpoint.address + "\" is neither an IP address nor a domain name.");
  }
  checker.expect("labels", labels_problem(endpoint.labels));
  checker.each_entry("ports", endpoint.ports, [&](const std::string& name, std::uint32_t port) {
    if (std::find(ports.begin(), ports.end(), name) == ports.end()) {
      checker.error("the service has no port named \"" + name + "\".");
    }
    checker.expect(port_name_problem(name));
    checker.expect(port_problem(port));
  });
}

void check_endpoints(Checker& checker, const ServiceEntrySpec& spec) {
  std::vector<std::string> ports;
  for (const Port& port : spec.ports) {
    if (std::find(ports.begin(), ports.end(), port.name) == ports.end()) ports.push_back(port.name);
  }
  if (spec.resolution == ServiceResolution::NONE) {
    if (!spec.endpoints.empty()) checker.error("endpoints", "resolution NONE takes no endpoints.");
    return;
  }
  if (spec.resolution == ServiceResolution::DYNAMIC_DNS) return check_dynamic_dns(checker, spec);
  checker.each("endpoints", spec.endpoints, [&](const WorkloadEntrySpec& endpoint) {
    if (spec.resolution == ServiceResolution::STATIC)
      return check_workload_entry(checker, endpoint, &ports, false);
    check_dns_endpoint(checker, endpoint, ports);
  });
  if (spec.resolution == ServiceResolution::STATIC) return;
  if (spec.resolution == ServiceResolution::DNS_ROUND_ROBIN && spec.endpoints.size() > 1) {
    checker.error("endpoints", "resolution DNS_ROUND_ROBIN takes at most one endpoint.");
  }
  if (!spec.endpoints.empty()) return;
  checker.each("hosts", spec.hosts, [&](const std::string& host) {
    // Nothing else says what is to be resolved.
    if (!fqdn_problem(host).empty())
      checker.error("without endpoints, a host that DNS resolves must be a full domain name.");
  });
}

/// Plain TCP says nothing of the host, so that several could not be told apart.
void check_several_hosts(Checker& checker, const ServiceEntrySpec& spec) {
  if (spec.resolution == ServiceResolution::NONE || spec.hosts.size() < 2) return;
  for (const Port& port : spec.ports) {
    if (is_http_protocol(port.protocol) || is_tls_protocol(port.protocol)) continue;
    return checker.error("ports",
                         "several hosts need ports of HTTP or TLS, which tell them apart.");
  }
}

}  // namespace

void check_spec(Checker& checker, const ServiceEntrySpec& spec) {
  checker.with("workloadSelector", spec.workload_selector, [&](const WorkloadSelector& selector) {
    check_selector(checker, "labels", selector.labels);
  });
  if (spec.workload_selector && !spec.endpoints.empty()) {
    checker.error("only one of workloadSelector and endpoints may be set.");
  }
  check_hosts(checker, spec);
  check_addresses(checker, spec);
  check_ports(checker, spec);
  check_endpoints(checker, spec);
  check_several_hosts(checker, spec);
  check_export_to(checker, spec.export_to, true, false);
}

void check_spec(Checker& checker, const WorkloadEntrySpec& spec) {
  check_workload_entry(checker, spec, nullptr, true);
}

}  // namespace lab::crd
