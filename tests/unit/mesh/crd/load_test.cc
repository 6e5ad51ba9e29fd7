#include "mesh/crd/load.h"

#include <gtest/gtest.h>

namespace lab::crd {
namespace {

constexpr std::string_view kVirtualService = R"(apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata:
  name: routes
spec:
  hosts: [a.example]
  http:
  - match:
    - uri: {prefix: /a}
      sourceLabels: {app: sleep}
    route:
    - destination: {host: a, subset: v1, port: {number: 80}}
      weight: 100
    timeout: 1m30s
    retries: {attempts: 2, perTryTimeout: 500ms}
)";

TEST(CrdLoad, ObjectsKnowWhereTheyStood) {
  Objects objects;
  Diagnostics out;
  load_text(kVirtualService, "vs.yaml", objects, out);
  ASSERT_TRUE(out.empty()) << out.text();
  ASSERT_EQ(objects.virtual_services.size(), 1u);
  const VirtualService& object = objects.virtual_services[0];
  EXPECT_EQ(qualified_name(object), "default/routes");
  EXPECT_EQ(object.origin.text(), "vs.yaml:1:1");
  const HttpRoute& route = object.spec.http.at(0);
  EXPECT_EQ(route.origin.text(), "vs.yaml:8:5");
  EXPECT_EQ(route.match.at(0).origin.text(), "vs.yaml:9:7");
  EXPECT_EQ(route.route.at(0).destination.origin.text(), "vs.yaml:12:20");
  EXPECT_EQ(route.route.at(0).destination.port->number, 80u);
  EXPECT_EQ(route.timeout->count(), 90'000'000'000);
  EXPECT_EQ(route.retries->per_try_timeout->count(), 500'000'000);
}

TEST(CrdLoad, Documents) {
  struct Case {
    const char* why;
    std::string_view text;
    std::size_t services;
    const char* problem;
  };
  const Case cases[] = {
      {"several documents, empty ones between",
       "---\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n"
       "apiVersion: v1\nkind: Service\nmetadata: {name: b}\n",
       2, ""},
      {"a List",
       "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: "
       "a}}\n",
       1, ""},
      {"a typed list, whose items need no kind",
       "apiVersion: v1\nkind: ServiceList\nitems:\n- {metadata: {name: a}}\n", 1, ""},
      {"JSON",
       R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":80,"targetPort":"http"}]}})",
       1, ""},
      {"what kubectl prints",
       "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  uid: 1-2\n  resourceVersion: \"7\"\n"
       "  creationTimestamp: \"2018-11-01T10:00:00Z\"\n  managedFields: [{manager: kubectl}]\n"
       "spec: {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4], sessionAffinity: "
       "None,\n"
       "       internalTrafficPolicy: Cluster}\nstatus: {loadBalancer: {}}\n",
       1, ""},
      {"notes that begin with an underscore",
       "_why: x\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n", 1, ""},
      {"a kind that has no effect", "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n", 0, ""},
      {"an unknown kind is named", "apiVersion: v1\nkind: Servcie\nmetadata: {name: a}\n", 0,
       "f.yaml:2:7: the kind \"Servcie\" (apiVersion \"v1\") is not known. Did you mean "
       "\"Service\""},
      {"a kind of another group", "apiVersion: apps/v1\nkind: Service\nmetadata: {name: a}\n", 0,
       "Use one of v1."},
      {"no kind", "metadata: {name: a}\n", 0, "f.yaml:1:1: this document has no apiVersion"},
      {"an unknown field",
       "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {prots: []}\n", 0,
       "f.yaml:4:8: spec: unknown field \"prots\" in ServiceSpec. Did you mean \"ports\"?"},
      {"broken syntax keeps its place", "a: [\n", 0, "f.yaml:2:1"},
  };
  for (const Case& c : cases) {
    Objects objects;
    Diagnostics out;
    load_text(c.text, "f.yaml", objects, out);
    EXPECT_EQ(objects.services.size(), c.services) << c.why << ": " << out.text();
    EXPECT_EQ(out.empty(), std::string_view(c.problem).empty()) << c.why << ": " << out.text();
    EXPECT_NE(out.text().find(c.problem), std::string::npos) << c.why << ": " << out.text();
  }
}

}  // namespace
}  // namespace lab::crd
