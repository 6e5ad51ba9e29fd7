#include <gtest/gtest.h>

#include "tests/unit/mesh/crd/validation/spec_case.h"

namespace lab::crd {
namespace {

constexpr const char* kRoutes = "networking.istio.io/v1";

TEST(VirtualServiceRules, Whole) {
  check_specs(
      kRoutes, "VirtualService",
      {
          {"the least", "{hosts: [a], http: [{route: [{destination: {host: a}}]}]}", ""},
          {"no routes", "{hosts: [a]}", "one of http, tls and tcp is required"},
          {"\"*\" is for gateways", "{hosts: ['*'], http: [{route: [{destination: {host: a}}]}]}",
           "for gateways only"},
          {"there it is good",
           "{hosts: ['*'], gateways: [g], http: [{route: [{destination: {host: a}}]}]}", ""},
          {"a host may be an address",
           "{hosts: [10.0.0.1], http: [{route: [{destination: {host: a}}]}]}", ""},
          {"hosts that overlap",
           "{hosts: ['*.com', a.com], http: [{route: [{destination: {host: a}}]}]}",
           "stand for the same host"},
          {"without hosts it is a delegate", "{http: [{route: [{destination: {host: a}}]}]}", ""},
          {"a delegate has no gateways",
           "{gateways: [g], http: [{route: [{destination: {host: a}}]}]}", "has no gateways"},
          {"a delegate has http routes only", "{tcp: [{route: [{destination: {host: a}}]}]}",
           "HTTP routes only"},
          {"a gateway in a namespace",
           "{hosts: [a], gateways: [n/g], http: [{route: [{destination: {host: a}}]}]}", ""},
          {"an empty one",
           "{hosts: [a], gateways: [/g], http: [{route: [{destination: {host: a}}]}]}",
           "invalid namespace"},
          {"exported twice",
           "{hosts: [a], exportTo: [., default], http: [{route: [{destination: {host: a}}]}]}",
           "is there twice"},
          {"exported to all and one",
           "{hosts: [a], exportTo: ['*', b], http: [{route: [{destination: {host: a}}]}]}",
           "must stand alone"},
          {"exported to nobody",
           "{hosts: [a], exportTo: ['~'], http: [{route: [{destination: {host: a}}]}]}",
           "for ServiceEntry only"},
          {"routing by claims at a gateway",
           "{hosts: [a], gateways: [g], http: [{match: [{headers: {'@request.auth.claims.x': "
           "{exact: yy}}}], route: [{destination: {host: a}}]}]}",
           ""},
          {"but not in the mesh",
           "{hosts: [a], http: [{match: [{headers: {'@request.auth.claims.x': {exact: yy}}}], "
           "route: [{destination: {host: a}}]}]}",
           "for gateways only"},
      });
}

/// The spec of one http route.
std::string http(const std::string& route) {
  return "{hosts: [a], http: [{" + route + "}]}";
}

void check_routes(const std::vector<SpecCase>& cases) {
  for (const SpecCase& c : cases) {
    const std::string spec = http(c.spec);
    check_specs(kRoutes, "VirtualService", {{c.why, spec.c_str(), c.problem}});
  }
}

TEST(VirtualServiceRules, HttpActions) {
  check_routes({
      {"nothing to do", "name: x", "one of route, redirect and directResponse is required"},
      {"route and redirect", "route: [{destination: {host: a}}], redirect: {uri: /x}",
       "must not be set together with redirect"},
      {"redirect and rewrite", "redirect: {uri: /x}, rewrite: {uri: /y}",
       "must not be set together with redirect"},
      {"redirect and fault", "redirect: {uri: /x}, fault: {abort: {httpStatus: 500}}",
       "must not be set together with redirect"},
      {"route and directResponse",
       "route: [{destination: {host: a}}], directResponse: {status: 200}", "with directResponse"},
      {"a redirect that changes nothing", "redirect: {redirectCode: 302}", "must change the uri"},
      {"a redirect to no redirect code", "redirect: {uri: /x, redirectCode: 200}",
       "from 300 to 399"},
      {"another scheme", "redirect: {scheme: ftp}", "http or https"},
      {"a direct status", "directResponse: {status: 199}", "from 200 to 599"},
      {"delegating", "delegate: {name: b}", ""},
      {"delegating and routing", "delegate: {name: b}, route: [{destination: {host: a}}]",
       "must not have destinations"},
      {"mirror and mirrors",
       "route: [{destination: {host: a}}], mirror: {host: b}, mirrors: [{destination: {host: b}}]",
       "must not be set together"},
      {"a mirror percentage",
       "route: [{destination: {host: a}}], mirror: {host: b}, mirrorPercentage: {value: 101}",
       "from 0 to 100"},
      {"a rewrite that changes nothing", "route: [{destination: {host: a}}], rewrite: {}",
       "must change"},
      {"two rewrites",
       "route: [{destination: {host: a}}], rewrite: {uri: /x, uriRegexRewrite: {match: a, rewrite: "
       "b}}",
       "only one of uri"},
      {"a regex rewrite without a match",
       "route: [{destination: {host: a}}], rewrite: {uriRegexRewrite: {rewrite: b}}",
       "both match and rewrite"},
      {"the authority in two places",
       "route: [{destination: {host: a}}], rewrite: {authority: x}, headers: {request: {set: "
       "{host: yy}}}",
       "several places"},
      {"weights of nothing", "route: [{destination: {host: a}}, {destination: {host: b}}]",
       "must not all be 0"},
      {"a negative weight", "route: [{destination: {host: a}, weight: -1}]",
       "must not be negative"},
      {"a destination that is no service", "route: [{destination: {host: '*'}}]", "not \"*\""},
      {"a port that is none", "route: [{destination: {host: a, port: {number: 0}}}]",
       "range 1 to 65535"},
      {"a subset's name", "route: [{destination: {host: a, subset: a_b}}]", "invalid subset name"},
  });
}

TEST(VirtualServiceRules, HttpDetails) {
  check_routes({
      {"a fault without anything", "route: [{destination: {host: a}}], fault: {}",
       "an abort, a delay or both"},
      {"a tiny percentage",
       "route: [{destination: {host: a}}], fault: {abort: {httpStatus: 500, percentage: {value: "
       "0.00001}}}",
       "from 0.0001 to 100"},
      {"a gRPC status", "route: [{destination: {host: a}}], fault: {abort: {grpcStatus: NOPE}}",
       "no gRPC status"},
      {"exponential delays",
       "route: [{destination: {host: a}}], fault: {delay: {exponentialDelay: 1s}}",
       "not supported"},
      {"a delay below a millisecond's precision",
       "route: [{destination: {host: a}}], fault: {delay: {fixedDelay: 1.5ms}}",
       "whole milliseconds"},
      {"a timeout of nothing", "route: [{destination: {host: a}}], timeout: 0s",
       "greater than 1ms"},
      {"retries",
       "route: [{destination: {host: a}}], retries: {attempts: 2, retryOn: '5xx,503,reset'}", ""},
      {"a blank in retryOn",
       "route: [{destination: {host: a}}], retries: {attempts: 2, retryOn: '5xx, reset'}",
       "no condition to retry on"},
      {"a number that is no status",
       "route: [{destination: {host: a}}], retries: {attempts: 2, retryOn: '306'}",
       "no condition to retry on"},
      {"retries that are off",
       "route: [{destination: {host: a}}], retries: {attempts: 0, perTryTimeout: 1s}",
       "switches retries off"},
      {"cors",
       "route: [{destination: {host: a}}], corsPolicy: {allowOrigins: [{exact: a}], allowMethods: "
       "[GET], allowHeaders: ['*'], maxAge: 24h}",
       ""},
      {"a method of cors", "route: [{destination: {host: a}}], corsPolicy: {allowMethods: [get]}",
       "no HTTP method"},
      {"an origin of nothing",
       "route: [{destination: {host: a}}], corsPolicy: {allowOrigins: [{}]}", "not empty"},
      {"a max-age in parts of a second",
       "route: [{destination: {host: a}}], corsPolicy: {maxAge: 1500ms}", "whole seconds"},
      {"a header of HTTP itself",
       "route: [{destination: {host: a}}], headers: {request: {set: {':path': x}}}",
       "belongs to HTTP itself"},
      {"the authority of a request is good",
       "route: [{destination: {host: a}}], headers: {request: {set: {':authority': x}}}", ""},
      {"but can't be removed",
       "route: [{destination: {host: a}}], headers: {request: {remove: [host]}}",
       "belongs to HTTP itself"},
      {"a value with a lone percent sign",
       "route: [{destination: {host: a}}], headers: {response: {add: {x: '5%'}}}",
       "must be doubled"},
      {"an empty prefix of a path",
       "match: [{uri: {prefix: ''}}], route: [{destination: {host: a}}]", ""},
      {"an empty prefix of a header",
       "match: [{headers: {x: {prefix: ''}}}], route: [{destination: {host: a}}]",
       "must not be empty"},
      {"a regex that is none", "match: [{uri: {regex: '('}}], route: [{destination: {host: a}}]",
       "not valid RE2"},
      {"an absent header",
       "match: [{withoutHeaders: {x: {regex: '*'}}}], route: [{destination: {host: a}}]", ""},
      {"a header's name",
       "match: [{headers: {'a b': {exact: x}}}], route: [{destination: {host: a}}]",
       "letters, digits"},
      {"a match's port", "match: [{port: 70000}], route: [{destination: {host: a}}]",
       "range 1 to 65535"},
      {"a source namespace", "match: [{sourceNamespace: a_b}], route: [{destination: {host: a}}]",
       "no namespace"},
      {"source labels", "match: [{sourceLabels: {app: a/b}}], route: [{destination: {host: a}}]",
       "invalid label value"},
  });
}

TEST(VirtualServiceRules, TlsAndTcp) {
  check_specs(
      kRoutes, "VirtualService",
      {
          {"by server name",
           "{hosts: [a.com], tls: [{match: [{sniHosts: [a.com]}], route: [{destination: {host: "
           "a}}]}]}",
           ""},
          {"a name that is not in hosts",
           "{hosts: [a.com], tls: [{match: [{sniHosts: [b.com]}], route: [{destination: {host: "
           "a}}]}]}",
           "none of the names"},
          {"one below a wildcard",
           "{hosts: ['*.a.com'], tls: [{match: [{sniHosts: [x.a.com]}], route: [{destination: "
           "{host: a}}]}]}",
           ""},
          {"no match", "{hosts: [a.com], tls: [{match: [], route: [{destination: {host: a}}]}]}",
           "needs a match"},
          {"no destination", "{hosts: [a.com], tls: [{match: [{sniHosts: [a.com]}]}]}",
           "needs a destination"},
          {"names of AUTO_PASSTHROUGH",
           "{hosts: ['outbound_.80_._.a.b.c'], gateways: [g], tls: [{match: [{sniHosts: "
           "['outbound_.80_._.a.b.c']}], route: [{destination: {host: a}}]}]}",
           ""},
          {"by subnet",
           "{hosts: [a], tcp: [{match: [{destinationSubnets: [10.0.0.0/8]}], route: [{destination: "
           "{host: a}}]}]}",
           ""},
          {"a subnet that is none",
           "{hosts: [a], tcp: [{match: [{destinationSubnets: [10.0.0.0/40]}], route: "
           "[{destination: {host: a}}]}]}",
           "not a valid CIDR"},
          {"tcp to nothing", "{hosts: [a], tcp: [{route: []}]}", "needs a destination"},
      });
}

}  // namespace
}  // namespace lab::crd
