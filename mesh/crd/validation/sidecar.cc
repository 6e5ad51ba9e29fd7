#include <charconv>
#include <set>

#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/networking.h"

namespace lab::crd {
namespace {

bool is_unix(const std::string& bind) {
  return bind.compare(0, 7, "unix://") == 0;
}

void check_port(Checker& checker, const Port& port) {
  const Checker::Step step(checker, "port");
  if (port.target_port > 0) checker.error("targetPort", "has no effect on a Sidecar. Remove it.");
  if (!port.name.empty()) checker.expect("name", port_name_problem(port.name));
  checker.expect("protocol", protocol_problem(port.protocol));
}

/// "127.0.0.1:PORT", "0.0.0.0:PORT", "[::1]:PORT", "[::]:PORT", ":PORT" or "unix://PATH".
std::string default_endpoint_problem(const std::string& endpoint) {
  if (is_unix(endpoint)) return unix_path_problem(endpoint.substr(7));
  const std::size_t colon = endpoint.rfind(':');
  const std::string host = endpoint.substr(0, colon);
  const bool known = host.empty() || host == "127.0.0.1" || host == "0.0.0.0" || host == "[::1]" ||
                     host == "[::]" || host == "[127.0.0.1]" || host == "[0.0.0.0]" || host == "[]";
  if (colon == std::string::npos || !known) {
    return "must be 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT, :PORT or unix://PATH.";
  }
  const std::string text = endpoint.substr(colon + 1);
  std::uint64_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size())
    return "its port \"" + text + "\" is no number.";
  return port_problem(port);
}

void check_ingress_tls(Checker& checker, const IstioIngressListener& listener) {
  const ServerTlsSettings& tls = *listener.tls;
  const auto refuse = [&](const char* name, bool set) {
    if (set) checker.error(name, "is not supported in a Sidecar.");
  };
  refuse("subjectAltNames", !tls.subject_alt_names.empty());
  refuse("httpsRedirect", tls.https_redirect);
  refuse("credentialName", !tls.credential_name.empty());
  refuse("credentialNames", !tls.credential_names.empty());
  refuse("tlsCertificates", !tls.tls_certificates.empty());
  refuse("mode",
         tls.mode == ServerTlsMode::ISTIO_MUTUAL || tls.mode == ServerTlsMode::AUTO_PASSTHROUGH);
  if (!is_tls_protocol(listener.port.protocol))
    checker.error("only ports of protocol HTTPS or TLS may have TLS settings.");
  check_server_tls(checker, tls);
}

void check_ingress(Checker& checker, const IstioIngressListener& listener,
                   std::set<std::uint32_t>& ports) {
  check_port(checker, listener.port);
  checker.expect("port", port_problem(listener.port.number));
  if (!listener.bind.empty()) checker.expect("bind", ip_problem(listener.bind));
  if (!ports.insert(listener.port.number).second)
    checker.error("port", "each listener needs a port of its own.");
  if (!listener.default_endpoint.empty()) {
    checker.expect("defaultEndpoint", default_endpoint_problem(listener.default_endpoint));
  }
  checker.with("tls", listener.tls,
               [&](const ServerTlsSettings&) { check_ingress_tls(checker, listener); });
  checker.with("connectionPool", listener.connection_pool,
               [&](const ConnectionPool& pool) { check_connection_pool(checker, pool); });
}

void check_egress_port(Checker& checker, const IstioEgressListener& listener) {
  check_port(checker, *listener.port);
  if (listener.port->number != 0) {
    checker.expect("port", port_problem(listener.port->number));
    if (!listener.bind.empty()) checker.expect("bind", ip_problem(listener.bind));
    return;
  }
  if (is_unix(listener.bind)) {
    checker.expect("bind", unix_path_problem(listener.bind.substr(7)));
  } else {
    checker.error("bind", "a port with number 0 needs a unix socket (unix://PATH) to bind to.");
  }
  if (listener.capture_mode == CaptureMode::IPTABLES) {
    checker.error("captureMode", "must be DEFAULT or NONE for a unix socket.");
  }
}

class EgressChecker {
 public:
  explicit EgressChecker(Checker& checker) : checker_(checker) {}

  void check(const IstioEgressListener& listener, bool last) {
    if (listener.port) {
      check_egress_port(checker_, listener);
      const bool fresh = listener.port->number == 0 ? sockets_.insert(listener.bind).second
                                                    : ports_.insert(listener.port->number).second;
      if (!fresh) checker_.error("port", "each listener needs a port or unix socket of its own.");
    } else if (!last) {
      checker_.error("a listener without a port catches all the rest, so it must be the last one.");
    }
    if (listener.hosts.empty()) checker_.error("hosts", "a listener needs at least one host.");
    checker_.each("hosts", listener.hosts,
                  [&](const std::string& host) { check_scoped_host(checker_, host, false); });
  }

 private:
  Checker& checker_;
  std::set<std::uint32_t> ports_;
  std::set<std::string> sockets_;
};

void check_outbound_policy(Checker& checker, const OutboundTrafficPolicy& policy) {
  if (!policy.egress_proxy) return;
  if (policy.mode != OutboundMode::ALLOW_ANY) {
    return checker.error("egressProxy", "needs the mode ALLOW_ANY.");
  }
  const Checker::Step step(checker, "egressProxy");
  checker.expect("host", fqdn_problem(policy.egress_proxy->host));
  if (!policy.egress_proxy->port) return checker.error("the egress proxy needs a port.");
  check_destination(checker, *policy.egress_proxy);
}

}  // namespace

void check_spec(Checker& checker, const SidecarSpec& spec) {
  checker.with("workloadSelector", spec.workload_selector, [&](const WorkloadSelector& selector) {
    check_selector(checker, "labels", selector.labels);
  });
  if (spec.egress.empty() && spec.ingress.empty() && !spec.outbound_traffic_policy &&
      !spec.inbound_connection_pool) {
    return checker.error(
        "a Sidecar must say at least one of ingress, egress, outboundTrafficPolicy, "
        "inboundConnectionPool.");
  }
  std::set<std::uint32_t> ports;
  checker.each("ingress", spec.ingress, [&](const IstioIngressListener& listener) {
    check_ingress(checker, listener, ports);
  });
  checker.with("inboundConnectionPool", spec.inbound_connection_pool,
               [&](const ConnectionPool& pool) { check_connection_pool(checker, pool); });
  EgressChecker egress(checker);
  checker.each("egress", spec.egress, [&](const IstioEgressListener& listener) {
    egress.check(listener, &listener == &spec.egress.back());
  });
  checker.with(
      "outboundTrafficPolicy", spec.outbound_traffic_policy,
      [&](const OutboundTrafficPolicy& policy) { check_outbound_policy(checker, policy); });
}

}  // namespace lab::crd
