#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/networking.h"

namespace lab::crd {
namespace {

/// A gateway alone, not the mesh, reads this VirtualService.
bool only_gateways(const VirtualServiceSpec& spec) {
  return !spec.gateways.empty() &&
         std::find(spec.gateways.begin(), spec.gateways.end(), "mesh") == spec.gateways.end();
}

/// "outbound_.80_.subset_.host": the names that an AUTO_PASSTHROUGH gateway routes by.
bool is_outbound_sni(const std::string& host) {
  const std::vector<std::string> parts = split(host, '_');
  return parts.size() >= 4 && parts[0] == "outbound" &&
         parts[1].find_first_of("0123456789") != std::string::npos &&
         std::any_of(parts[3].begin(), parts[3].end(),
                     [](unsigned char c) { return std::isalpha(c) != 0; });
}

std::string gateway_host_problem(const std::string& host, bool has_sni) {
  if (host.size() > 255 || !has_sni || host.compare(0, 9, "outbound_") != 0)
    return wildcard_domain_problem(host);
  return is_outbound_sni(host)
             ? ""
             : "\"" + host + "\" must be of the form outbound_.PORT_.SUBSET_.HOST.";
}

bool has_sni_hosts(const VirtualServiceSpec& spec) {
  return std::any_of(spec.tls.begin(), spec.tls.end(), [](const TlsRoute& route) {
    return std::any_of(route.match.begin(), route.match.end(),
                       [](const TlsMatch& match) { return !match.sni_hosts.empty(); });
  });
}

void check_hosts(Checker& checker, const VirtualServiceSpec& spec) {
  bool all_good = true;
  const bool gateway = only_gateways(spec);
  const bool has_sni = has_sni_hosts(spec);
  checker.each("hosts", spec.hosts, [&](const std::string& host) {
    std::string problem =
        gateway ? gateway_host_problem(host, has_sni) : wildcard_domain_problem(host);
    if (!problem.empty() && is_ip_address(host)) problem.clear();
    if (host == "*" && !gateway)
      problem = "the host \"*\" is for gateways only, and this is bound to the mesh.";
    all_good = all_good && problem.empty();
    checker.expect(problem);
  });
  if (!all_good) return;
  const Checker::Step step(checker, "hosts");
  for (const auto& [first, second] : HostSet(spec.hosts).overlaps()) {
    checker.error("\"" + spec.hosts[first] + "\" and \"" + spec.hosts[second] +
                  "\" stand for the same host.");
  }
}

/// A VirtualService without hosts is one that others delegate to.
void check_delegate(Checker& checker, const VirtualServiceSpec& spec) {
  if (!spec.gateways.empty())
    checker.error("gateways", "without hosts this is a delegate, which has no gateways.");
  if (!spec.tls.empty())
    checker.error("tls", "without hosts this is a delegate, which has HTTP routes only.");
  if (!spec.tcp.empty())
    checker.error("tcp", "without hosts this is a delegate, which has HTTP routes only.");
}

void check_claims(Checker& checker, const VirtualServiceSpec& spec) {
  if (!spec.gateways.empty() && only_gateways(spec)) return;
  checker.each("http", spec.http, [&](const HttpRoute& route) {
    checker.each("match", route.match, [&](const HttpMatch& match) {
      for (const auto* headers : {&match.headers, &match.without_headers}) {
        for (const auto& [name, value] : *headers) {
          if (is_claim_header(name))
            checker.error("routing by a token's claim (" + name + ") is for gateways only.");
        }
      }
    });
  });
}

void check_weights(Checker& checker, const std::vector<RouteDestination>& route) {
  std::int64_t total = 0;
  checker.each("route", route, [&](const RouteDestination& target) {
    const Checker::Step step(checker, "destination");
    check_destination(checker, target.destination);
    if (target.weight < 0) checker.error("the weight must not be negative.");
    total += target.weight;
  });
  if (route.size() > 1 && total == 0)
    checker.error("route", "the weights of several destinations must not all be 0.");
}

/// What TLS and TCP matches share.
template <class Match>
void check_l4_match(Checker& checker, const Match& match) {
  checker.each("destinationSubnets", match.destination_subnets,
               [&](const std::string& subnet) { checker.expect(subnet_problem(subnet)); });
  if (match.port != 0) checker.expect("port", port_problem(match.port));
  checker.expect("sourceLabels", labels_problem(match.source_labels));
  check_gateway_names(checker, match.gateways);
}

void check_sni_host(Checker& checker, const std::string& host, const VirtualServiceSpec& spec,
                    const HostSet& hosts) {
  // Without gateways Istio takes it for a gateway's here, as its names may be those of an
  // AUTO_PASSTHROUGH one.
  const bool mesh =
      std::find(spec.gateways.begin(), spec.gateways.end(), "mesh") != spec.gateways.end();
  const std::string problem =
      mesh ? wildcard_domain_problem(host) : gateway_host_problem(host, true);
  if (!problem.empty()) {
    if (is_ip_address(host))
      return checker.warn("an IP address is no server name; most clients don't send it.");
    return checker.error(problem);
  }
  if (!hosts.covers(host)) checker.error("\"" + host + "\" is none of the names in \"hosts\".");
}

void check_tls_route(Checker& checker, const TlsRoute& route, const VirtualServiceSpec& spec,
                     const HostSet& hosts) {
  if (route.match.empty()) checker.error("match", "a TLS route needs a match.");
  checker.each("match", route.match, [&](const TlsMatch& match) {
    if (match.sni_hosts.empty()) checker.error("sniHosts", "a TLS match needs at least one name.");
    checker.each("sniHosts", match.sni_hosts,
                 [&](const std::string& host) { check_sni_host(checker, host, spec, hosts); });
    check_l4_match(checker, match);
  });
  if (route.route.empty()) checker.error("route", "a TLS route needs a destination.");
  check_weights(checker, route.route);
}

void check_tcp_route(Checker& checker, const TcpRoute& route) {
  checker.each("match", route.match,
               [&](const TcpMatch& match) { check_l4_match(checker, match); });
  if (route.route.empty()) checker.error("route", "a TCP route needs a destination.");
  check_weights(checker, route.route);
}

}  // namespace

bool is_claim_header(std::string_view name) {
  constexpr std::string_view kClaims = "@request.auth.claims";
  if (!equal_ignore_case(name.substr(0, kClaims.size()), kClaims)) return false;
  const std::string_view claim = name.substr(kClaims.size());
  if (claim.size() > 1 && claim.front() == '.') return true;
  return claim.size() > 2 && claim.front() == '[' && claim.back() == ']';
}

void check_gateway_names(Checker& checker, const std::vector<std::string>& gateways) {
  const Checker::Step step(checker, "gateways");
  for (std::size_t i = 0; i < gateways.size(); ++i) {
    const Checker::Step element(checker, "[" + std::to_string(i) + "]");
    checker.expect(gateway_name_problem(gateways[i]));
    // Istio looks no further than the first one without a namespace; what it accepts must be
    // accepted here, too.
    if (gateways[i].find('/') == std::string::npos) return;
  }
}

void check_spec(Checker& checker, const VirtualServiceSpec& spec) {
  if (spec.hosts.empty()) check_delegate(checker, spec);
  check_gateway_names(checker, spec.gateways);
  check_claims(checker, spec);
  check_hosts(checker, spec);
  if (spec.http.empty() && spec.tcp.empty() && spec.tls.empty())
    checker.error("one of http, tls and tcp is required.");
  checker.each("http", spec.http, [&](const HttpRoute& route) {
    check_http_route(checker, route, spec.hosts.empty());
  });
  const HostSet hosts(spec.hosts);
  checker.each("tls", spec.tls,
               [&](const TlsRoute& route) { check_tls_route(checker, route, spec, hosts); });
  checker.each("tcp", spec.tcp, [&](const TcpRoute& route) { check_tcp_route(checker, route); });
  check_export_to(checker, spec.export_to, false, false);
}

}  // namespace lab::crd
