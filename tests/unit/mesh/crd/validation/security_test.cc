#include <gtest/gtest.h>

#include "tests/unit/mesh/crd/validation/spec_case.h"

namespace lab::crd {
namespace {

constexpr const char* kSecurity = "security.istio.io/v1";

TEST(AuthorizationPolicyRules, Values) {
  check_specs(
      kSecurity, "AuthorizationPolicy",
      {
          {"nothing is allowed", "{}", ""},
          {"DENY needs rules", "{action: DENY}", "never applies"},
          {"an empty rule is one", "{action: DENY, rules: [{}]}", ""},
          {"CUSTOM needs a provider", "{action: CUSTOM, rules: [{}]}", "needs provider.name"},
          {"others must have none", "{provider: {name: x}, rules: [{}]}", "for action CUSTOM only"},
          {"CUSTOM knows no identities",
           "{action: CUSTOM, provider: {name: x}, rules: [{from: [{source: {principals: [a]}}]}]}",
           "not supported with action CUSTOM"},
          {"a source", "{rules: [{from: [{}]}]}", "\"source\" is required"},
          {"an empty source", "{rules: [{from: [{source: {}}]}]}", "must say something"},
          {"an empty operation", "{rules: [{to: [{operation: {}}]}]}", "must say something"},
          {"an empty value", "{rules: [{to: [{operation: {paths: ['']}}]}]}", "must not be empty"},
          {"a block", "{rules: [{from: [{source: {ipBlocks: [10.0.0.0/8, 10.0.0.1]}}]}]}", ""},
          {"a block that is none", "{rules: [{from: [{source: {ipBlocks: [10.0.0.0/33]}}]}]}",
           "CIDR"},
          {"a port", "{rules: [{to: [{operation: {ports: ['80']}}]}]}", ""},
          {"a port that is none", "{rules: [{to: [{operation: {ports: [http]}}]}]}",
           "no port number"},
          {"accounts and principals",
           "{rules: [{from: [{source: {serviceAccounts: [a], principals: [b]}}]}]}",
           "serviceAccounts with namespaces or principals"},
          {"a template", "{rules: [{to: [{operation: {paths: ['/a/{*}/b/{**}']}}]}]}", ""},
          {"a named variable", "{rules: [{to: [{operation: {paths: ['/a/{*}/{b}']}}]}]}",
           "no path template"},
          {"a wildcard beside a template", "{rules: [{to: [{operation: {paths: ['/{*}/*']}}]}]}",
           "no path template"},
          {"a condition", "{rules: [{when: [{key: 'request.headers[x]', values: [a]}]}]}", ""},
          {"a condition without values", "{rules: [{when: [{key: source.ip}]}]}",
           "values or notValues is required"},
          {"an unknown key", "{rules: [{when: [{key: source.name, values: [a]}]}]}",
           "is not known"},
          {"a key without its part", "{rules: [{when: [{key: 'request.headers', values: [a]}]}]}",
           "NAME[KEY]"},
          {"a key that went away",
           "{rules: [{when: [{key: 'destination.labels[v]', values: [a]}]}]}", "no longer there"},
          {"an address by a key", "{rules: [{when: [{key: remote.ip, values: [x]}]}]}",
           "neither an IP address"},
          {"two selections",
           "{selector: {matchLabels: {a: b}}, targetRefs: [{kind: Service, name: a}]}",
           "only one of targetRefs or selector"},
          {"a target of another kind", "{targetRefs: [{kind: Pod, name: a}]}", "attaches to"},
          {"a gateway",
           "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: a}]}", ""},
      });
}

TEST(AuthenticationRules, Peers) {
  check_specs(
      kSecurity, "PeerAuthentication",
      {
          {"strict", "{mtls: {mode: STRICT}}", ""},
          {"ports are a workload's", "{portLevelMtls: {'80': {mode: DISABLE}}}",
           "requires selector"},
          {"with a selector",
           "{selector: {matchLabels: {a: b}}, portLevelMtls: {'80': {mode: DISABLE}}}", ""},
          {"no port", "{selector: {matchLabels: {a: b}}, portLevelMtls: {}}", "at least 1 members"},
          {"a port that is none",
           "{selector: {matchLabels: {a: b}}, portLevelMtls: {'0': {mode: DISABLE}}}",
           "between 1-65535"},
          {"a wildcard", "{selector: {matchLabels: {a: '*'}}}", "wildcard not allowed"},
      });
}

TEST(AuthenticationRules, Tokens) {
  check_specs(kSecurity, "RequestAuthentication",
              {
                  {"an issuer", "{jwtRules: [{issuer: a}]}", ""},
                  {"nobody", "{jwtRules: [{audiences: [a]}]}", "issuer and jwksUri"},
                  {"keys from elsewhere", "{jwtRules: [{issuer: a, jwksUri: 'ftp://a/b'}]}",
                   "scheme http:// or https://"},
                  {"keys", "{jwtRules: [{issuer: a, jwks: '{\"keys\":[{\"kty\":\"RSA\"}]}'}]}", ""},
                  {"no keys", "{jwtRules: [{issuer: a, jwks: 'x'}]}", "JSON Web Key Set"},
                  {"both", "{jwtRules: [{issuer: a, jwks: '{}', jwksUri: 'https://a'}]}",
                   "only one of jwks or jwksUri"},
                  {"a claim's header",
                   "{jwtRules: [{issuer: a, outputClaimToHeaders: [{header: 'x y', claim: b}]}]}",
                   "does not match"},
              });
}

TEST(ExtensionRules, Values) {
  check_specs(
      "telemetry.istio.io/v1", "Telemetry",
      {
          {"tracing",
           "{tracing: [{randomSamplingPercentage: 10, customTags: {a: {literal: {value: b}}}}]}",
           ""},
          {"too much of it", "{tracing: [{randomSamplingPercentage: 101}]}", "at most 100"},
          {"a tag without a value",
           "{metrics: [{overrides: [{tagOverrides: {a: {operation: UPSERT}}}]}]}", "UPSERT"},
          {"a provider without a name", "{accessLogging: [{providers: [{name: ''}]}]}",
           "at least 1 characters"},
      });
  check_specs(
      "extensions.istio.io/v1alpha1", "WasmPlugin",
      {
          {"an image", "{url: 'oci://a/b:c'}", ""},
          {"an image without a scheme", "{url: 'a/b:c'}", ""},
          {"another scheme", "{url: 'ftp://a/b'}", "schema one of"},
          {"a hash", "{url: 'oci://a/b', sha256: x}", "does not match"},
          {"a variable of the host with a value",
           "{url: 'oci://a/b', vmConfig: {env: [{name: a, valueFrom: HOST, value: b}]}}", "INLINE"},
      });
  check_specs(
      "networking.istio.io/v1", "WorkloadGroup",
      {
          {"a template", "{template: {}}", ""},
          {"none", "{metadata: {}}", "\"template\" is required"},
          {"a probe", "{template: {}, probe: {httpGet: {port: 80}}}", ""},
          {"a probe of nothing", "{template: {}, probe: {periodSeconds: 1}}", "needs one of"},
      });
  check_specs(
      "networking.istio.io/v1alpha3", "EnvoyFilter",
      {
          {"a patch",
           "{configPatches: [{applyTo: CLUSTER, match: {cluster: {}}, patch: {operation: MERGE, "
           "value: {a: b}}}]}",
           ""},
          {"a patch for nothing", "{configPatches: [{patch: {operation: MERGE, value: {a: b}}}]}",
           "\"applyTo\" is required"},
          {"a patch without a value",
           "{configPatches: [{applyTo: CLUSTER, patch: {operation: MERGE}}]}", "needs a value"},
          {"another match",
           "{configPatches: [{applyTo: CLUSTER, match: {listener: {}}, patch: {operation: "
           "REMOVE}}]}",
           "goes with cluster"},
      });
}

}  // namespace
}  // namespace lab::crd
