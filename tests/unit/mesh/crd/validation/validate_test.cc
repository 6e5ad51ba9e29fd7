#include "mesh/crd/validate.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"

namespace lab::crd {
namespace {

struct Case {
  const char* why;
  const char* kind;     ///< With its API version: "v1/Service".
  const char* spec;     ///< YAML flow.
  const char* problem;  ///< Part of the message; "": accepted.
};

std::string messages_of(const Case& c) {
  const std::string kind = c.kind;
  const std::size_t slash = kind.rfind('/');
  const std::string text = "apiVersion: " + kind.substr(0, slash) +
                           "\nkind: " + kind.substr(slash + 1) +
                           "\nmetadata: {name: a}\nspec: " + c.spec + "\n";
  std::string result;
  for (const DocumentVerdict& verdict : validate_text(text, "f"))
    result += join(verdict.messages(), "\n");
  return result;
}

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const std::string messages = messages_of(c);
    EXPECT_EQ(messages.empty(), std::string_view(c.problem).empty()) << c.why << "\n" << messages;
    EXPECT_NE(messages.find(c.problem), std::string::npos) << c.why << "\n" << messages;
  }
}

TEST(Validate, SchemaRules) {
  constexpr const char* kRule = "networking.istio.io/v1/DestinationRule";
  constexpr const char* kEntry = "networking.istio.io/v1/ServiceEntry";
  check({
      {"a field is misspelled", kRule, "{host: a, trafficPolicy: {tsl: {}}}",
       "f:4:33: spec.trafficPolicy.tsl: unknown field \"tsl\". Did you mean \"tls\"?"},
      {"a number where a text is meant", kRule, "{host: 1}",
       "f:4:14: spec.host: expected a string (quote it), found"},
      {"a value is not in the enumeration", kRule, "{host: a, trafficPolicy: {tls: {mode: MUTAL}}}",
       "Did you mean \"MUTUAL\"?"},
      {"a required field is missing", kRule, "{subsets: []}", "the field \"host\" is required"},
      {"two of which only one may be set", kRule,
       "{host: a, trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: "
       "true}}}}",
       "only one of simple, consistentHash may be set"},
      {"32 bits", kRule,
       "{host: a, trafficPolicy: {connectionPool: {http: {maxRetries: 2147483648}}}}", "32 bits"},
      {"null is as absent", kRule, "{host: a, trafficPolicy: null}", ""},
      {"null in a list is not", kRule, "{host: a, exportTo: [null]}",
       "spec.exportTo[0]: expected a string"},
      {"a CEL rule", kEntry, "{hosts: [a.com], ports: [{number: 70000, name: x}]}",
       "port must be between 1-65535"},
      {"list elements with the same key", kEntry,
       "{hosts: [a.com], ports: [{number: 1, name: x}, {number: 2, name: x}]}",
       "same name stands before it"},
      {"a rule over the whole spec", kEntry,
       "{hosts: [a.com], resolution: NONE, endpoints: [{address: 1.2.3.4}]}",
       "NONE mode cannot set endpoints"},
      {"the status is free", "networking.istio.io/v1/Sidecar",
       "{egress: [{hosts: [./*]}]}\nstatus: {x: 1}", ""},
  });
}

TEST(Validate, Objects) {
  struct Head {
    const char* why;
    const char* text;
    const char* problem;
  };
  const Head cases[] = {
      {"a name is needed", "apiVersion: v1\nkind: Service\nmetadata: {}\n",
       "the field \"name\" is required"},
      {"capitals are not for names", "apiVersion: v1\nkind: Service\nmetadata: {name: A}\n",
       "must be of a-z"},
      {"metadata is needed", "apiVersion: v1\nkind: Service\n", "\"metadata\" is required"},
      {"labels have rules",
       "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {a: b/c}}\n",
       "invalid label value"},
      {"notes are no part of it", "_x: 1\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
       ""},
      {"an item of a list",
       "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Servise, metadata: {name: "
       "a}}]\n",
       "Did you mean \"Service\""},
      {"the kind of another group", "apiVersion: v1\nkind: VirtualService\nmetadata: {name: a}\n",
       "Use one of networking.istio.io/v1alpha3"},
  };
  for (const Head& c : cases) {
    std::string messages;
    for (const DocumentVerdict& verdict : validate_text(c.text, "f"))
      messages += join(verdict.messages(), "\n");
    EXPECT_EQ(messages.empty(), std::string_view(c.problem).empty()) << c.why << "\n" << messages;
    EXPECT_NE(messages.find(c.problem), std::string::npos) << c.why << "\n" << messages;
  }
}

TEST(Validate, Report) {
  const auto verdicts =
      validate_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n---\nkind: X\n", "f");
  EXPECT_TRUE(any_rejected(verdicts));
  EXPECT_EQ(
      write_json(verdicts_json(verdicts)),
      R"([{"file":"f","document":0,"kind":"Service","name":"a","verdict":"accept","messages":[]},)"
      R"({"file":"f","document":1,"kind":"X","name":"","verdict":"reject","messages":["f:6:1: this document has no )"
      R"(apiVersion, so it is no Kubernetes object. Add it, or remove the document."]}])");
}

TEST(Validate, BrokenSyntaxIsOneVerdict) {
  const auto verdicts = validate_text("a: [\n", "f");
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_FALSE(verdicts[0].accepted());
  EXPECT_EQ(verdicts[0].messages().size(), 1u);
}

}  // namespace
}  // namespace lab::crd
