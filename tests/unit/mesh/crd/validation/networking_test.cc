#include <gtest/gtest.h>

#include "tests/unit/mesh/crd/validation/spec_case.h"

namespace lab::crd {
namespace {

constexpr const char* kApi = "networking.istio.io/v1";

TEST(DestinationRuleRules, Values) {
  check_specs(
      kApi, "DestinationRule",
      {
          {"the least", "{host: a}", ""},
          {"everything", "{host: '*'}", ""},
          {"no host", "{host: ''}", "must not be empty"},
          {"an empty policy", "{host: a, trafficPolicy: {}}", "at least one field"},
          {"a subset twice", "{host: a, subsets: [{name: v1}, {name: v1}]}", "is there twice"},
          {"MUTUAL without files", "{host: a, trafficPolicy: {tls: {mode: MUTUAL}}}",
           "needs a client certificate"},
          {"MUTUAL with a credential",
           "{host: a, trafficPolicy: {tls: {mode: MUTUAL, credentialName: c}}}", ""},
          {"a credential and files",
           "{host: a, trafficPolicy: {tls: {mode: SIMPLE, credentialName: c, caCertificates: f}}}",
           "excludes"},
          {"unverified and a CA",
           "{host: a, trafficPolicy: {tls: {mode: SIMPLE, insecureSkipVerify: true, "
           "caCertificates: f}}}",
           "excludes"},
          {"a percentage",
           "{host: a, trafficPolicy: {outlierDetection: {maxEjectionPercent: 101}}}",
           "from 0 to 100"},
          {"local failures need the split",
           "{host: a, trafficPolicy: {outlierDetection: {consecutiveLocalOriginFailures: 1}}}",
           "splitExternalLocalOriginErrors"},
          {"an empty pool", "{host: a, trafficPolicy: {connectionPool: {}}}",
           "must have http or tcp"},
          {"a negative limit",
           "{host: a, trafficPolicy: {connectionPool: {tcp: {maxConnections: -1}}}}",
           "must not be negative"},
          {"no idle timeout",
           "{host: a, trafficPolicy: {connectionPool: {tcp: {idleTimeout: 0s}}}}", ""},
          {"two ways to choose the protocol",
           "{host: a, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE, "
           "useClientProtocol: true}}}}",
           "h2UpgradePolicy"},
          {"a port without its number's field",
           "{host: a, trafficPolicy: {portLevelSettings: [{tls: {mode: DISABLE}}]}}",
           "need the field \"port\""},
          {"a port without settings",
           "{host: a, trafficPolicy: {portLevelSettings: [{port: {number: 80}}]}}",
           "at least one thing"},
          {"a Maglev table",
           "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, maglev: "
           "{tableSize: 65537}}}}}",
           ""},
          {"that is not prime",
           "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, maglev: "
           "{tableSize: 65536}}}}}",
           "prime"},
          {"locality weights",
           "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: "
           "r/z/*, to: {r/z/*: 99}}]}}}}",
           "must make 100"},
          {"overlapping localities",
           "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: r, "
           "to: {r: 100}}, {from: r/z, to: {r: 100}}]}}}}",
           "overlaps"},
          {"failover within a region",
           "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {failover: [{from: r, to: "
           "r}]}}}}",
           "different regions"},
          {"tunnel and proxy protocol",
           "{host: a, trafficPolicy: {tunnel: {targetHost: a, targetPort: 80}, proxyProtocol: "
           "{version: V1}}}",
           "must not be set together"},
          {"a tunnel's protocol",
           "{host: a, trafficPolicy: {tunnel: {protocol: GET, targetHost: a, targetPort: 80}}}",
           "CONNECT or POST"},
          {"selected and exported",
           "{host: a, workloadSelector: {matchLabels: {a: b}}, exportTo: ['*'], subsets: []}",
           "own namespace"},
      });
}

std::string server(const std::string& members) {
  return "{selector: {a: b}, servers: [{" + members + "}]}";
}

TEST(GatewayRules, Servers) {
  const SpecCase cases[] = {
      {"plain", "port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']", ""},
      {"a short name", "port: {number: 80, name: http, protocol: HTTP}, hosts: [a]", "short name"},
      {"an address has dots", "port: {number: 80, name: http, protocol: HTTP}, hosts: [10.0.0.1]",
       ""},
      {"a namespace",
       "port: {number: 80, name: http, protocol: HTTP}, hosts: [./a.com, n/a.com, '*/a.com']", ""},
      {"\"~\" is for Sidecars",
       "port: {number: 80, name: http, protocol: HTTP}, hosts: ['~/a.com']", "is no namespace"},
      {"a partial wildcard", "port: {number: 80, name: http, protocol: HTTP}, hosts: ['*a.com']",
       "whole label"},
      {"a target port",
       "port: {number: 80, name: http, protocol: HTTP, targetPort: 81}, hosts: [a.com]",
       "no effect on a gateway"},
      {"HTTPS without tls", "port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com]",
       "needs the field \"tls\""},
      {"HTTP with a redirect",
       "port: {number: 80, name: http, protocol: HTTP}, hosts: [a.com], tls: {httpsRedirect: true}",
       ""},
      {"HTTP with TLS",
       "port: {number: 80, name: http, protocol: HTTP}, hosts: [a.com], tls: {mode: SIMPLE, "
       "credentialName: c}",
       "only have httpsRedirect"},
      {"TCP with TLS",
       "port: {number: 80, name: tcp, protocol: TCP}, hosts: [a.com], tls: {mode: SIMPLE, "
       "credentialName: c}",
       "only servers of protocol HTTPS or TLS"},
      {"MUTUAL without the CA",
       "port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: MUTUAL, "
       "serverCertificate: c, privateKey: k}",
       "needs the clients' CA"},
      {"ISTIO_MUTUAL with a credential",
       "port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: "
       "ISTIO_MUTUAL, credentialName: c}",
       "own certificates"},
      {"a credential and files",
       "port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, "
       "credentialName: c, serverCertificate: c, privateKey: k}",
       "only one of"},
      {"a CRL without clients' certificates",
       "port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, "
       "serverCertificate: c, privateKey: k, caCrl: r}",
       "has no use"},
      {"an address to bind",
       "port: {number: 80, name: http, protocol: HTTP}, hosts: [a.com], bind: a", "not a valid IP"},
      {"a unix socket",
       "port: {number: 0, name: http, protocol: HTTP}, hosts: [a.com], bind: 'unix:///a'", ""},
      {"a unix socket with a port",
       "port: {number: 80, name: http, protocol: HTTP}, hosts: [a.com], bind: 'unix:///a'",
       "must be 0"},
  };
  for (const SpecCase& c : cases)
    check_specs(kApi, "Gateway", {{c.why, server(c.spec).c_str(), c.problem}});
}

TEST(ServiceEntryRules, Values) {
  check_specs(
      kApi, "ServiceEntry",
      {
          {"the least", "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}]}", ""},
          {"everything", "{hosts: ['*'], ports: [{number: 80, name: http}]}", "cannot be wildcard"},
          {"static",
           "{hosts: [a.com], resolution: STATIC, ports: [{number: 80, name: http}], endpoints: "
           "[{address: 1.2.3.4, ports: {http: 8080}}]}",
           ""},
          {"a name where an address is meant",
           "{hosts: [a.com], resolution: STATIC, ports: [{number: 80, name: http}], endpoints: "
           "[{address: b.com}]}",
           "not a valid IP address"},
          {"good with DNS",
           "{hosts: [a.com], resolution: DNS, ports: [{number: 80, name: http}], endpoints: "
           "[{address: b.com}]}",
           ""},
          {"an endpoint's port that the service has not",
           "{hosts: [a.com], resolution: STATIC, ports: [{number: 80, name: http}], endpoints: "
           "[{address: 1.2.3.4, ports: {x: 80}}]}",
           "no port named \"x\""},
          {"a socket and two ports",
           "{hosts: [a.com], resolution: STATIC, ports: [{number: 80, name: a}, {number: 81, name: "
           "b}], endpoints: [{address: 'unix:///a'}]}",
           "exactly one port"},
          {"a block that DNS resolves",
           "{hosts: [a.com], addresses: [10.0.0.0/8], resolution: DNS, ports: [{number: 80, name: "
           "http}]}",
           "CIDR"},
          {"several hosts over TCP",
           "{hosts: [a.com, b.com], resolution: STATIC, ports: [{number: 80, name: tcp, protocol: "
           "TCP}], endpoints: [{address: 1.2.3.4}]}",
           "tell them apart"},
          {"several hosts over TLS",
           "{hosts: [a.com, b.com], resolution: STATIC, ports: [{number: 443, name: tls, protocol: "
           "TLS}], endpoints: [{address: 1.2.3.4}]}",
           ""},
          {"an unknown protocol",
           "{hosts: [a.com], ports: [{number: 80, name: http, protocol: X}]}", "not supported"},
          {"both ways to name endpoints",
           "{hosts: [a.com], resolution: STATIC, ports: [{number: 80, name: http}], endpoints: "
           "[{address: 1.2.3.4}], workloadSelector: {labels: {a: b}}}",
           "WorkloadSelector or Endpoints"},
          {"exported to nobody",
           "{hosts: [a.com], exportTo: ['~'], ports: [{number: 80, name: http}]}", ""},
      });
}

TEST(SidecarRules, Values) {
  check_specs(
      kApi, "Sidecar",
      {
          {"the least", "{egress: [{hosts: [./*]}]}", ""},
          {"nothing", "{workloadSelector: {labels: {a: b}}}", "at least one of"},
          {"a host without a namespace", "{egress: [{hosts: [a.com]}]}", "NAMESPACE/HOST"},
          {"a catch-all that is not last",
           "{egress: [{hosts: [./*]}, {port: {number: 80, protocol: HTTP}, hosts: [./*]}]}",
           "must be the last"},
          {"one port twice",
           "{egress: [{port: {number: 80, protocol: HTTP}, hosts: [./*]}, {port: {number: 80, "
           "protocol: HTTP}, hosts: [./*]}]}",
           "of its own"},
          {"ingress",
           "{ingress: [{port: {number: 80, protocol: HTTP, name: a}, defaultEndpoint: "
           "'127.0.0.1:8080'}]}",
           ""},
          {"an endpoint elsewhere",
           "{ingress: [{port: {number: 80, protocol: HTTP, name: a}, defaultEndpoint: "
           "'10.0.0.1:8080'}]}",
           "127.0.0.1:PORT"},
          {"an endpoint without a port",
           "{ingress: [{port: {number: 80, protocol: HTTP, name: a}, defaultEndpoint: "
           "'127.0.0.1'}]}",
           "127.0.0.1:PORT"},
          {"TLS on a plain port",
           "{ingress: [{port: {number: 80, protocol: HTTP, name: a}, tls: {mode: SIMPLE, "
           "serverCertificate: c, privateKey: k}}]}",
           "HTTPS or TLS"},
          {"an egress proxy where nothing else goes out",
           "{outboundTrafficPolicy: {egressProxy: {host: a.b, port: {number: 80}}}}", "ALLOW_ANY"},
          {"a socket",
           "{egress: [{port: {number: 0, protocol: HTTP}, bind: 'unix:///a', hosts: [./*]}]}", ""},
          {"no port and no socket", "{egress: [{port: {number: 0, protocol: HTTP}, hosts: [./*]}]}",
           "needs a unix socket"},
      });
}

TEST(WorkloadEntryRules, Values) {
  check_specs(kApi, "WorkloadEntry",
              {
                  {"an address", "{address: 10.0.0.1}", ""},
                  {"a name", "{address: a.com}", ""},
                  {"neither", "{address: 'a b'}", "neither an IP address nor a domain name"},
                  {"nothing", "{labels: {a: b}}", "Address is required"},
                  {"a network alone", "{network: net}", ""},
                  {"a socket with ports", "{address: 'unix:///a', ports: {a: 1}}",
                   "UDS may not include ports"},
              });
}

}  // namespace
}  // namespace lab::crd
