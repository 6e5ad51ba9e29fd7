#include "proxy/match/route_table.h"

#include <gtest/gtest.h>

#include "proxy/match/timeouts.h"
#include "tests/support/config_text.h"
#include "tests/support/requests.h"

namespace lab::proxy {
namespace {

RouteTablePtr table_of(const std::string& text) {
  auto table = RouteTable::compile(config_of<config::RouteConfiguration>(text));
  if (!table) ADD_FAILURE() << table.error().message;
  return table ? *table : nullptr;
}

/// The name of the route that takes the request; "" for none.
std::string route_of(const RouteTable& table, const RequestHead& head, std::uint64_t random = 0) {
  const TestStream stream(head);
  const RouteResult found = table.find(head, stream.info, random);
  return found.route == nullptr ? "" : found.route->name();
}

constexpr const char* kMatches = R"(
name: matches
virtual_hosts:
- name: all
  domains: ["*"]
  routes:
  - {name: exact, match: {path: /exact}, route: {cluster: c}}
  - {name: any-case, match: {path: /any-case, case_sensitive: false}, route: {cluster: c}}
  - {name: regex, match: {safe_regex: {regex: "/r[0-9]+"}}, route: {cluster: c}}
  - {name: separated, match: {path_separated_prefix: /sep}, route: {cluster: c}}
  - {name: header, match: {prefix: /h, headers: [{name: x-a, string_match: {exact: one}}]}, route: {cluster: c}}
  - {name: repeated, match: {prefix: /h, headers: [{name: x-a, string_match: {exact: "three"}}]}, route: {cluster: c}}
  - {name: inverted, match: {prefix: /h, headers: [{name: x-a, string_match: {exact: four}, invert_match: true}]}, route: {cluster: c}}
  - {name: missing, match: {prefix: /h, headers: [{name: x-a, present_match: true, invert_match: true}]}, route: {cluster: c}}
  - {name: range, match: {prefix: /n, headers: [{name: x-n, range_match: {start: 1, end: 10}}]}, route: {cluster: c}}
  - {name: empty, match: {prefix: /e, headers: [{name: x-e, treat_missing_header_as_empty: true, string_match: {exact: ""}}]}, route: {cluster: c}}
  - {name: query, match: {prefix: /q, query_parameters: [{name: a, string_match: {exact: b}}]}, route: {cluster: c}}
  - {name: query-there, match: {prefix: /q, query_parameters: [{name: c, present_match: true}]}, route: {cluster: c}}
  - {name: grpc, match: {prefix: /g, grpc: {}}, route: {cluster: c}}
  - {name: some, match: {prefix: /some, runtime_fraction: {default_value: {numerator: 30}}}, route: {cluster: c}}
  - {name: connect, match: {connect_matcher: {}}, route: {cluster: c}}
  - {name: prefix, match: {prefix: /prefix}, route: {cluster: c}}
)";

TEST(RouteTable, FindsTheFirstRouteThatMatches) {
  const RouteTablePtr table = table_of(kMatches);
  ASSERT_TRUE(table);
  struct Case {
    const char* why;
    RequestHead head;
    const char* route;
    std::uint64_t random = 0;
  };
  const Case cases[] = {
      {"a whole path", request("/exact"), "exact"},
      {"the query is not part of it", request("/exact?x=1"), "exact"},
      {"case counts", request("/Exact"), ""},
      {"unless told otherwise", request("/ANY-case"), "any-case"},
      {"a regex matches the whole path", request("/r12?q"), "regex"},
      {"not a part of it", request("/r12x"), ""},
      {"a separated prefix itself", request("/sep"), "separated"},
      {"and below it", request("/sep/x"), "separated"},
      {"not what merely begins so", request("/separate"), ""},
      {"a header's value", request("/h", "a", {{"x-a", "one"}}), "header"},
      {"a repeated field: one of its values",
       request("/h", "a", {{"x-a", "two"}, {"x-a", "three"}}), "repeated"},
      {"inverted: another value", request("/h", "a", {{"x-a", "five"}}), "inverted"},
      {"inverted does not hold for a missing header", request("/h"), "missing"},
      {"a number in the range", request("/n", "a", {{"x-n", "9"}}), "range"},
      {"its end is outside", request("/n", "a", {{"x-n", "10"}}), ""},
      {"no number is outside", request("/n", "a", {{"x-n", "9x"}}), ""},
      {"a missing header can count as empty", request("/e"), "empty"},
      {"a query parameter", request("/q?x&a=b"), "query"},
      {"another value of it", request("/q?a=bb"), ""},
      {"a parameter without value is there", request("/q?c"), "query-there"},
      {"gRPC by its content type", request("/g", "a", {{"content-type", "application/grpc+proto"}}),
       "grpc"},
      {"what only begins like it is not",
       request("/g", "a", {{"content-type", "application/grpcx"}}), ""},
      {"a share of the requests", request("/some"), "some", 29},
      {"the others go on", request("/some"), "", 30},
      {"CONNECT", request("", "a:443", {}, "CONNECT"), "connect"},
      {"a prefix", request("/prefixed"), "prefix"},
      {"nothing matches", request("/"), ""},
  };
  for (const Case& c : cases) EXPECT_EQ(route_of(*table, c.head, c.random), c.route) << c.why;
}

TEST(RouteTable, IgnoresPortsWhenToldTo) {
  const std::string hosts =
      "{virtual_hosts: [{name: v, domains: [a.com], routes: [{name: r, match: {prefix: /}, route: "
      "{cluster: c}}]}]";
  EXPECT_EQ(route_of(*table_of(hosts + "}"), request("/", "a.com:80")), "");
  EXPECT_EQ(route_of(*table_of(hosts + ", ignore_port_in_host_matching: true}"),
                     request("/", "A.com:80")),
            "r");
}

TEST(RouteTable, AsksForTls) {
  const RouteTablePtr table = table_of(
      "{virtual_hosts: [{name: v, domains: ['*'], require_tls: ALL, routes: [{name: r, match: "
      "{prefix: /}, route: {cluster: c}}]}]}");
  const RequestHead plain = request("/x?y", "a.com", {{"x-forwarded-proto", "http"}});
  const TestStream stream(plain);
  EXPECT_TRUE(table->find(plain, stream.info, 0).tls_required);
  EXPECT_EQ(tls_redirect_location(plain), "https://a.com/x?y");
  EXPECT_EQ(route_of(*table, request("/", "a.com", {{"x-forwarded-proto", "https"}})), "r");
}

TEST(RouteTable, SpreadsByWeight) {
  const RouteTablePtr table = table_of(
      R"({virtual_hosts: [{name: v, domains: ['*'], routes: [{match: {prefix: /}, route: {weighted_clusters: {header_name: x-draw, clusters: [{name: a, weight: 1}, {name: none, weight: 0}, {name: b, weight: 3}]}}}]}]})");
  const RequestHead head = request("/");
  const TestStream stream(head);
  const RouteEntry& route = *table->find(head, stream.info, 0).route;
  const char* const expected[] = {"a", "b", "b", "b", "a"};
  for (std::uint64_t random = 0; random < 5; ++random) {
    EXPECT_EQ(route.choose_cluster(head, stream.info, random).name, expected[random]) << random;
  }
  const RequestHead drawn = request("/", "a", {{"x-draw", "3"}});
  EXPECT_EQ(route.choose_cluster(drawn, stream.info, 0).name, "b") << "the header decides instead";
}

TEST(RouteTable, RewritesOnTheWay) {
  struct Case {
    const char *why, *route, *path, *new_path, *new_host;
  };
  const Case cases[] = {
      {"a prefix", "{match: {prefix: /a}, route: {cluster: c, prefix_rewrite: /b}}", "/a/x?q",
       "/b/x?q", "a.com"},
      {"a whole path", "{match: {path: /a}, route: {cluster: c, prefix_rewrite: /b}}", "/a?q",
       "/b?q", "a.com"},
      {"a prefix may vanish", "{match: {prefix: /a/}, route: {cluster: c, prefix_rewrite: /}}",
       "/a/x", "/x", "a.com"},
      {"a regex, all its matches, not in the query",
       "{match: {prefix: /}, route: {cluster: c, regex_rewrite: {pattern: {regex: 'a(.)'}, "
       "substitution: '\\1z'}}}",
       "/ab/ac?ab", "/bz/cz?ab", "a.com"},
      {"a host", "{match: {prefix: /}, route: {cluster: c, host_rewrite_literal: b.com}}", "/", "/",
       "b.com"},
      {"a host from a header",
       "{match: {prefix: /}, route: {cluster: c, host_rewrite_header: x-host}}", "/", "/", "h.com"},
      {"a host from the path",
       "{match: {prefix: /}, route: {cluster: c, host_rewrite_path_regex: {pattern: {regex: "
       "'^/(.+)$'}, substitution: '\\1.com'}}}",
       "/t?q", "/t?q", "t.com"},
  };
  for (const Case& c : cases) {
    const RouteTablePtr table = table_of(
        std::string("{virtual_hosts: [{name: v, domains: ['*'], routes: [") + c.route + "]}]}");
    ASSERT_TRUE(table) << c.why;
    RequestHead head = request(c.path, "a.com", {{"x-host", "h.com"}});
    const TestStream stream(head);
    const RouteResult found = table->find(head, stream.info, 0);
    ASSERT_TRUE(found.route) << c.why;
    table->finalize_request(*found.route, found.route->choose_cluster(head, stream.info, 0), head,
                            stream.info, true);
    EXPECT_EQ(head.path, c.new_path) << c.why;
    EXPECT_EQ(head.authority, c.new_host) << c.why;
    const bool path_changed = head.path != c.path;
    EXPECT_EQ(head.headers.get_or_empty("x-envoy-original-path"), path_changed ? c.path : "")
        << c.why;
  }
}

TEST(RouteTable, Redirects) {
  struct Case {
    const char *why, *redirect, *path, *host, *location;
  };
  const Case cases[] = {
      {"to https", "{https_redirect: true}", "/x?q", "a.com", "https://a.com/x?q"},
      {"without the old scheme's own port", "{https_redirect: true}", "/", "a.com:80",
       "https://a.com/"},
      {"another port stays", "{https_redirect: true}", "/", "a.com:8080", "https://a.com:8080/"},
      {"to a host", "{host_redirect: b.com}", "/x", "a.com:80", "http://b.com/x"},
      {"to a port", "{port_redirect: 8443}", "/x", "a.com:80", "http://a.com:8443/x"},
      {"to a path, keeping the query", "{path_redirect: /new}", "/x?q", "a.com",
       "http://a.com/new?q"},
      {"a query in the configuration wins", "{path_redirect: '/new?z', strip_query: true}", "/x?q",
       "a.com", "http://a.com/new?z"},
      {"without the query", "{path_redirect: /new, strip_query: true}", "/x?q", "a.com",
       "http://a.com/new"},
      {"with another prefix", "{prefix_rewrite: /y}", "/x/z?q", "a.com", "http://a.com/y/z?q"},
  };
  for (const Case& c : cases) {
    const RouteTablePtr table = table_of(
        std::string("{virtual_hosts: [{name: v, domains: ['*'], routes: [{match: {prefix: ") +
        (std::string(c.path).starts_with("/x") ? "/x" : "/") + "}, redirect: " + c.redirect +
        "}]}]}");
    const RequestHead head = request(c.path, c.host);
    const TestStream stream(head);
    const RouteEntry& route = *table->find(head, stream.info, 0).route;
    EXPECT_EQ(route.redirect().location(route.match(), head, "http"), c.location) << c.why;
    EXPECT_EQ(route.redirect().status(), 301u);
  }
}

TEST(RouteTable, ChangesHeadersFromTheSpecificToTheGeneral) {
  const std::string text = R"(
request_headers_to_add: [{header: {key: x-level, value: table}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
virtual_hosts:
- name: v
  domains: ["*"]
  request_headers_to_add:
  - {header: {key: x-path, value: "%REQ(:PATH)% of %REQ(x-missing)%"}}
  - {header: {key: x-none, value: "%REQ(x-missing)%"}}
  - {header: {key: x-old, value: new}, append_action: ADD_IF_ABSENT}
  request_headers_to_remove: [x-gone]
  routes:
  - match: {prefix: /}
    request_headers_to_add: [{header: {key: x-level, value: route}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
    route: {cluster: c}
)";
  for (const bool specific : {false, true}) {
    const RouteTablePtr table =
        table_of(text + "most_specific_header_mutations_wins: " + (specific ? "true" : "false"));
    RequestHead head = request("/p", "a.com", {{"x-gone", "1"}, {"x-old", "old"}});
    const TestStream stream(head);
    const RouteEntry& route = *table->find(head, stream.info, 0).route;
    table->finalize_request(route, {}, head, stream.info, true);
    EXPECT_EQ(head.headers.get_or_empty("x-level"), specific ? "route" : "table");
    EXPECT_EQ(head.headers.get_or_empty("x-path"), "/p of ") << "what is missing is empty";
    EXPECT_FALSE(head.headers.contains("x-none")) << "an empty value is not added";
    EXPECT_EQ(head.headers.get_or_empty("x-old"), "old");
    EXPECT_FALSE(head.headers.contains("x-gone"));
  }
}

TEST(RouteTable, RefusesWhatItCannotUse) {
  const char* const bad[] = {
      "{virtual_hosts: [{name: v, domains: [a, A]}]}",
      "{request_headers_to_add: [{header: {key: ':path', value: x}}]}",
      "{request_headers_to_add: [{header: {key: x, value: '%NO_SUCH%'}}]}",
      "{response_headers_to_remove: [Host]}",
  };
  for (const char* text : bad) {
    EXPECT_FALSE(RouteTable::compile(config_of<config::RouteConfiguration>(text))) << text;
  }
}

TEST(Timeouts, MergeRouteAndHeaders) {
  struct Case {
    const char *why, *action;
    std::initializer_list<std::pair<const char*, const char*>> headers;
    int global, per_try;
    const char* expected;
  };
  const Case cases[] = {
      {"15 s unless told otherwise", "cluster: c", {}, 15000, 0, "15000"},
      {"0 is none", "cluster: c, timeout: 0s", {}, 0, 0, ""},
      {"the header wins",
       "cluster: c, timeout: 1s",
       {{"x-envoy-upstream-rq-timeout-ms", "200"}},
       200,
       0,
       "200"},
      {"a header that is no number does not",
       "cluster: c, timeout: 1s",
       {{"x-envoy-upstream-rq-timeout-ms", "2x"}},
       1000,
       0,
       "1000"},
      {"one try",
       "cluster: c, timeout: 1s, retry_policy: {per_try_timeout: 0.3s}",
       {},
       1000,
       300,
       "300"},
      {"one try that is not shorter does not count",
       "cluster: c, timeout: 1s, retry_policy: {per_try_timeout: 1s}",
       {},
       1000,
       0,
       "1000"},
      {"one try by header",
       "cluster: c, timeout: 1s",
       {{"x-envoy-upstream-rq-per-try-timeout-ms", "50"}},
       1000,
       50,
       "50"},
      {"the new limits switch the old one off",
       "cluster: c, timeout: 1s, max_stream_duration: {max_stream_duration: 3s}",
       {},
       0,
       0,
       ""},
      {"gRPC says its own, within bounds",
       "cluster: c, timeout: 1s, max_grpc_timeout: 2s",
       {{"content-type", "application/grpc"}, {"grpc-timeout", "5S"}},
       2000,
       0,
       "2000"},
  };
  for (const Case& c : cases) {
    const RouteTablePtr table = table_of(
        std::string(
            "{virtual_hosts: [{name: v, domains: ['*'], routes: [{match: {prefix: /}, route: {") +
        c.action + "}}]}]}");
    RequestHead head = request("/", "a.com", c.headers);
    const TestStream stream(head);
    const RequestTimeouts timeouts =
        request_timeouts(*table->find(head, stream.info, 0).route, head, {});
    EXPECT_EQ(timeouts.global.count(), c.global) << c.why;
    EXPECT_EQ(timeouts.per_try.count(), c.per_try) << c.why;
    EXPECT_EQ(head.headers.get_or_empty("x-envoy-expected-rq-timeout-ms"), c.expected) << c.why;
    EXPECT_FALSE(head.headers.contains("x-envoy-upstream-rq-timeout-ms")) << c.why;
  }
}

}  // namespace
}  // namespace lab::proxy
