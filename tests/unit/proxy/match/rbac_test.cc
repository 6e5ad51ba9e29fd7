#include "proxy/match/rbac.h"

#include <gtest/gtest.h>

#include "tests/support/config_text.h"
#include "tests/support/requests.h"

namespace lab::proxy {
namespace {

TlsInfoPtr tls_of(std::vector<std::string> uris, std::vector<std::string> names,
                  std::string subject) {
  auto peer = std::make_shared<CertificateInfo>();
  peer->uri_sans = std::move(uris);
  peer->dns_sans = std::move(names);
  peer->subject = std::move(subject);
  auto tls = std::make_shared<TlsInfo>();
  tls->peer = std::move(peer);
  return tls;
}

RbacEngine engine_of(const std::string& text) {
  auto engine = RbacEngine::compile(config_of<config::Rbac>(text));
  EXPECT_TRUE(engine) << text;
  return *engine;
}

TEST(RbacEngine, JudgesPermissionsAndPrincipals) {
  struct Case {
    const char *why, *permission, *principal;
    bool allowed;
  };
  // GET /a/b?q of a.com on 10.0.0.1:80 from 10.0.0.9, as spiffe://td/ns/n/sa/x, server name s.com.
  const Case cases[] = {
      {"anyone may do anything", "any: true", "any: true", true},
      {"a method", "header: {name: ':method', string_match: {exact: GET}}", "any: true", true},
      {"another method", "header: {name: ':method', string_match: {exact: PUT}}", "any: true",
       false},
      {"a path without its query", "url_path: {path: {exact: /a/b}}", "any: true", true},
      {"a part of a path is not the path", "url_path: {path: {exact: /a}}", "any: true", false},
      {"the port connected to", "destination_port: 80", "any: true", true},
      {"a range ends before its end", "destination_port_range: {start: 70, end: 80}", "any: true",
       false},
      {"the address connected to", "destination_ip: {address_prefix: 10.0.0.0, prefix_len: 24}",
       "any: true", true},
      {"the server name", "requested_server_name: {suffix: .com}", "any: true", true},
      {"all of some", "and_rules: {rules: [{any: true}, {destination_port: 81}]}", "any: true",
       false},
      {"one of some", "or_rules: {rules: [{destination_port: 81}, {destination_port: 80}]}",
       "any: true", true},
      {"not", "not_rule: {destination_port: 81}", "any: true", true},
      {"a principal by its URI", "any: true",
       "authenticated: {principal_name: {exact: 'spiffe://td/ns/n/sa/x'}}", true},
      {"a principal by its DNS name", "any: true",
       "authenticated: {principal_name: {exact: peer.com}}", true},
      {"a principal by its subject", "any: true",
       "authenticated: {principal_name: {exact: CN=peer}}", true},
      {"another principal", "any: true",
       "authenticated: {principal_name: {exact: 'spiffe://td/ns/n/sa/y'}}", false},
      {"anyone with a certificate", "any: true", "authenticated: {}", true},
      {"the peer's address", "any: true", "source_ip: {address_prefix: 10.0.0.9, prefix_len: 32}",
       true},
      {"the address behind a trusted proxy", "any: true",
       "remote_ip: {address_prefix: 1.2.3.4, prefix_len: 32}", true},
      {"which is not the direct one", "any: true",
       "direct_remote_ip: {address_prefix: 1.2.3.4, prefix_len: 32}", false},
      {"a header of the request", "any: true", "header: {name: x-user, string_match: {prefix: al}}",
       true},
      {"dynamic metadata",
       "metadata: {filter: f, path: [{key: k}], value: {string_match: {exact: v}}}", "any: true",
       true},
      {"other metadata",
       "metadata: {filter: f, path: [{key: k}], value: {string_match: {exact: w}}}", "any: true",
       false},
      {"not a principal", "any: true", "not_id: {and_ids: {ids: [{any: true}]}}", false},
  };
  const RequestHead head = request("/a/b?q", "a.com", {{"x-user", "alice"}});
  TestStream stream(head);
  stream.connection.requested_server_name = "s.com";
  stream.connection.tls = tls_of({"spiffe://td/ns/n/sa/x"}, {"peer.com"}, "CN=peer");
  stream.info.remote = IpPort{*IpAddress::parse("1.2.3.4"), 0};
  stream.info.dynamic_metadata.set("f", Value()).set("k", "v");
  for (const Case& c : cases) {
    const std::string rules = std::string("policies: {p: {permissions: [{") + c.permission +
                              "}], principals: [{" + c.principal + "}]}}";
    EXPECT_EQ(engine_of("{action: ALLOW, " + rules + "}").judge(stream.info).allowed, c.allowed)
        << c.why;
    EXPECT_EQ(engine_of("{action: DENY, " + rules + "}").judge(stream.info).allowed, !c.allowed)
        << c.why << " (deny)";
    EXPECT_TRUE(engine_of("{action: LOG, " + rules + "}").judge(stream.info).allowed)
        << c.why << " (log)";
  }
}

TEST(RbacEngine, NamesThePolicyThatDecided) {
  const TestStream stream;
  const std::string any = "{permissions: [{any: true}], principals: [{any: true}]}";
  const RbacEngine deny =
      engine_of("{action: DENY, policies: {'b x': " + any + ", c: " + any + "}}");
  EXPECT_EQ(rbac_details(deny.judge(stream.info)), "rbac_access_denied_matched_policy[b_x]")
      << "the first by name";
  const RbacVerdict nobody = engine_of("{action: ALLOW}").judge(stream.info);
  EXPECT_FALSE(nobody.allowed) << "without policies nothing is allowed";
  EXPECT_EQ(rbac_details(nobody), "rbac_access_denied_matched_policy[none]");
}

TEST(RbacEngine, HeadersMatchNothingOnConnections) {
  const TestStream stream;  // No request: the network filter.
  const RbacEngine engine = engine_of(
      "{action: ALLOW, policies: {p: {permissions: [{header: {name: ':path', present_match: "
      "true}}], principals: [{any: true}]}}}");
  EXPECT_FALSE(engine.judge(stream.info).allowed);
}

}  // namespace
}  // namespace lab::proxy
