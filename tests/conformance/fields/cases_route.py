"""Routes: which one is taken, where it leads, what it changes."""

from environment import F, answer, any_of, direct, endpoint
from fields import Case

FAULT = "envoy.extensions.filters.http.fault.v3.HTTPFault"
BUSY = [answer("503 Service Unavailable", b"busy")]


def body(path="/", **options):
    return lambda r: r.get(path, **options).body


def seen_path(path):
    return lambda r: r.get(path).seen.path


def seen(name, path="/", **options):
    return lambda r: r.get(path, **options).seen.get(name)


def field(name, path="/", **options):
    return lambda r: r.get(path, **options).get(name)


def matched(match, path="/", otherwise="no", **options):
    """Two routes: one with the match under test, and what takes the rest."""
    return lambda e: e.http(routes=[{"match": match, "direct_response": {"status": 200, "body": {"inline_string": "yes"}}}, direct(otherwise)],
                            **options)


def header(name, **matcher):
    return matched({"prefix": "/", "headers": [{"name": F(name, "x-not-this"), **matcher}]})


MATCHES = [
    Case("match.prefix", matched({"prefix": F("/a", "/b")}), body("/a/x"), "yes"),
    Case("match.path", matched({"path": F("/a", "/b")}), lambda r: (r.get("/a").body, r.get("/a/b").body), ("yes", "no")),
    Case("match.safe_regex", matched({"safe_regex": F({"regex": F("/[a-c]+", "/x")}, {"regex": "/x"})}), lambda r: (r.get("/abc").body, r.get("/abcd").body),
         ("yes", "no")),
    Case("match.path_separated_prefix", matched({"path_separated_prefix": F("/api", "/x")}),
         lambda r: [r.get(p).body for p in ("/api", "/api/v1", "/apis")], ["yes", "yes", "no"]),
    Case("match.case_sensitive", matched({"prefix": "/Abc", "case_sensitive": F(False)}), body("/aBC"), "yes"),
    Case("match.runtime_fraction", matched({"prefix": "/", "runtime_fraction": F({"default_value": F({"numerator": F(0, 100)}, {"numerator": 100})})}),
         body(), "no"),
    Case("match.fraction.denominator",
         matched({"prefix": "/", "runtime_fraction": {"default_value": {"numerator": 100, "denominator": F("MILLION")}}}),
         lambda r: [r.get().body for _ in range(8)].count("no") >= 7, True),
    Case("match.headers", matched({"prefix": "/", "headers": F([{"name": "x", "present_match": True}])}), body(), "no"),
    Case("match.headers.exact", header("x", string_match=F({"exact": F("1", "2")}, {"exact": "2"})), body(fields={"x": "1"}), "yes"),
    Case("match.headers.prefix", header("x", string_match={"prefix": F("ab", "b")}), body(fields={"x": "abc"}), "yes"),
    Case("match.headers.suffix", header("x", string_match={"suffix": F("bc", "b")}), body(fields={"x": "abc"}), "yes"),
    Case("match.headers.contains", header("x", string_match={"contains": F("b", "z")}), body(fields={"x": "abc"}), "yes"),
    Case("match.headers.regex", header("x", string_match={"safe_regex": F({"regex": F("a.c", "z")}, {"regex": "z"})}), body(fields={"x": "abc"}), "yes"),
    Case("match.headers.ignore_case", header("x", string_match={"exact": "ABC", "ignore_case": F(True)}), body(fields={"x": "abc"}), "yes"),
    Case("match.headers.present", matched({"prefix": "/", "headers": [{"name": "x", "present_match": F(False)}]}), body(), "yes"),
    Case("match.headers.invert", header("x", string_match={"exact": "1"}, invert_match=F(True)), body(fields={"x": "2"}), "yes"),
    Case("match.headers.range", header("x", range_match=F({"start": F(10, 13), "end": F(20, 11)}, {"start": 30, "end": 40})), body(fields={"x": "12"}), "yes"),
    Case("match.headers.exact_match", header("x", exact_match=F("1", "2")), body(fields={"x": "1"}), "yes"),
    Case("match.headers.prefix_match", header("x", prefix_match=F("a", "b")), body(fields={"x": "abc"}), "yes"),
    Case("match.headers.suffix_match", header("x", suffix_match=F("c", "b")), body(fields={"x": "abc"}), "yes"),
    Case("match.headers.contains_match", header("x", contains_match=F("b", "z")), body(fields={"x": "abc"}), "yes"),
    Case("match.headers.safe_regex_match", header("x", safe_regex_match=F({"regex": "a.c"}, {"regex": "z"})), body(fields={"x": "abc"}), "yes"),
    Case("match.query.string", matched({"prefix": "/", "query_parameters": F([{"name": F("k", "z"), "string_match": F({"exact": "v"}, {"exact": "w"})}])}),
         lambda r: (r.get("/?k=v").body, r.get("/?k=w").body), ("yes", "no")),
    Case("match.query.present", matched({"prefix": "/", "query_parameters": [{"name": "k", "present_match": F(True, False)}]}), body("/?k=v"), "yes"),
    Case("match.grpc", matched({"prefix": "/", "grpc": F({})}), lambda r: (r.get(fields={"content-type": "application/grpc"}).status, r.get().body),
         (200, "no")),
    Case("match.tls_context", lambda e: e.http(
        routes=[{"match": {"prefix": "/", "tls_context": {"presented": F(False, True)}}, "direct_response": {"status": 200, "body": {"inline_string": "none"}}},
                direct("some")], chain={"transport_socket": e.downstream_tls()}), body(tls={}), "none"),
    Case("match.tls_context.validated", lambda e: e.http(
        routes=[{"match": {"prefix": "/", "tls_context": {"validated": F(True)}}, "direct_response": {"status": 200, "body": {"inline_string": "yes"}}},
                direct("no")], chain={"transport_socket": e.downstream_tls()}), body(tls={}), "no"),
]

ACTIONS = [
    Case("route.cluster", lambda e: e.http(action={"cluster": F("other", "origin")}, more_clusters=[e.cluster("other")]), field("origin"), "other"),
    Case("route.cluster_header", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "route": {"cluster_header": F("x-to", "x-no")}}]),
         lambda r: r.get(fields={"x-to": "origin"}).status, 200),
    Case("route.weighted_clusters", lambda e: e.http(
        routes=[{"match": {"prefix": "/"}, "route": F({"weighted_clusters": {"clusters": F([{"name": F("other", "origin"), "weight": F(100, 0)},
                                                                                          {"name": "origin", "weight": 0}])}},
                                                      {"cluster": "origin"})}], more_clusters=[e.cluster("other")]), field("origin"), "other"),
    Case("route.weighted_clusters.headers", lambda e: e.http(
        routes=[{"match": {"prefix": "/"}, "route": {"weighted_clusters": F({"clusters": [{
            "name": "origin", "weight": 1, "request_headers_to_add": F([{"header": {"key": "x-in", "value": "1"}}]),
            "request_headers_to_remove": F(["x-drop"]), "response_headers_to_add": F([{"header": {"key": "x-out", "value": "2"}}]),
            "response_headers_to_remove": F(["origin"]), "host_rewrite_literal": F("w.test")}]}, {"clusters": [{"name": "origin", "weight": 1}]})}}]),
         lambda r: [(g.seen.get("x-in"), g.seen.get("x-drop"), g.get("x-out"), g.get("origin"), g.seen.get("host")) for g in [r.get(fields={"x-drop": "1"})]][0],
         ("1", None, "2", None, "w.test")),
    Case("route.weighted_clusters.cluster_header", lambda e: e.http(
        routes=[{"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": [{"cluster_header": F("x-to", "x-no"), "weight": 1}]}}}]),
         lambda r: r.get(fields={"x-to": "origin"}).status, 200),
    Case("route.weighted_clusters.header_name", lambda e: e.http(
        routes=[{"match": {"prefix": "/"}, "route": {"weighted_clusters": {
            "clusters": [{"name": "origin", "weight": 50}, {"name": "other", "weight": 50}], "header_name": F("x-random")}}}],
        more_clusters=[e.cluster("other")]),
         lambda r: [r.get(fields={"x-random": "10"}).get("origin") for _ in range(8)] + [r.get(fields={"x-random": "60"}).get("origin") for _ in range(8)],
         ["origin"] * 8 + ["other"] * 8),
    Case("route.cluster_not_found_response_code", lambda e: e.http(
        routes=[{"match": {"prefix": "/"}, "route": {"cluster_header": "x-to", "cluster_not_found_response_code": F("NOT_FOUND")}}]),
         lambda r: r.get(fields={"x-to": "none"}).status, 404),
    Case("route.prefix_rewrite", lambda e: e.http(match={"prefix": "/a/"}, action={"prefix_rewrite": F("/b/")}), seen_path("/a/x"), "/b/x"),
    Case("route.regex_rewrite", lambda e: e.http(action={"regex_rewrite": F({"pattern": F({"regex": F("/(.*)/x", "z")}, {"regex": "z"}), "substitution": F("/\\1/y")})}),
         seen_path("/a/x"), "/a/y"),
    Case("route.host_rewrite_literal", lambda e: e.http(action={"host_rewrite_literal": F("h.test")}), seen("host"), "h.test"),
    Case("route.host_rewrite_header", lambda e: e.http(action={"host_rewrite_header": F("x-host")}), seen("host", fields={"x-host": "h.test"}), "h.test"),
    Case("route.host_rewrite_path_regex", lambda e: e.http(action={"host_rewrite_path_regex": F({"pattern": {"regex": "^/(.+)/.+$"}, "substitution": F("\\1")})}),
         seen("host", "/h.test/x"), "h.test"),
    Case("route.auto_host_rewrite", lambda e: e.http(
        action={"auto_host_rewrite": F(True)},
        cluster={"type": "STRICT_DNS", "load_assignment": {"cluster_name": "origin", "endpoints": [{"lb_endpoints": [endpoint(e.origin(), "localhost")]}]},
                 "dns_lookup_family": "V4_ONLY"}), lambda r: r.until(lambda: r.get().status == 200) and r.get().seen.get("host"), "localhost"),
    Case("route.append_x_forwarded_host", lambda e: e.http(action={"host_rewrite_literal": "h.test", "append_x_forwarded_host": F(True)}),
         seen("x-forwarded-host"), "a.test"),
    Case("route.timeout", lambda e: (e.origin(steps=[1.2, answer()]), e.http(action={"timeout": F("0.2s")}))[1], lambda r: r.get().status, 504),
    Case("route.idle_timeout", lambda e: (e.origin(steps=[1.2, answer()]), e.http(action={"timeout": "0s", "idle_timeout": F("0.2s")}))[1],
         lambda r: r.get().status, 504),
    Case("route.priority", lambda e: e.http(action={"priority": F("HIGH")}, cluster={"circuit_breakers": {"thresholds": [
        {"priority": "HIGH", "max_connections": 0, "max_pending_requests": 0}]}}), lambda r: r.get().status, 503),
    Case("route.request_mirror", lambda e: e.http(action={"request_mirror_policies": F([{"cluster": F("other", "origin")}])},
                                                  more_clusters=[e.cluster("other")]),
         lambda r: r.get("/m").status and r.until(lambda: len(r.environment.requests("other"))), 1),
    Case("route.request_mirror.fraction", lambda e: e.http(
        action={"request_mirror_policies": [{"cluster": "other", "runtime_fraction": F({"default_value": {"numerator": 0}})}]},
        more_clusters=[e.cluster("other")]), lambda r: r.get("/m").status and r.until(lambda: len(r.environment.requests("other")), 0.4), 0),
    Case("route.request_mirror.host", lambda e: e.http(
        action={"request_mirror_policies": [{"cluster": "other", "disable_shadow_host_suffix_append": F(True)}]}, more_clusters=[e.cluster("other")]),
         lambda r: (r.get("/m"), r.until(lambda: r.environment.requests("other")), [line for line in r.environment.requests("other")[0].split(b"\r\n")
                                                                                  if line.lower().startswith(b"host:")][0].split()[1])[2], b"a.test"),
    Case("route.request_mirror.host_rewrite", lambda e: e.http(
        action={"request_mirror_policies": [{"cluster": "other", "disable_shadow_host_suffix_append": True, "host_rewrite_literal": F("m.test")}]},
        more_clusters=[e.cluster("other")]),
         lambda r: (r.get("/m"), r.until(lambda: r.environment.requests("other")), b"m.test" in r.environment.requests("other")[0])[2], True),
    Case("route.request_mirror.cluster_header", lambda e: e.http(
        action={"request_mirror_policies": [{"cluster_header": F("x-mirror", "x-none")}]}, more_clusters=[e.cluster("other")]),
         lambda r: r.get("/m", fields={"x-mirror": "other"}).status and r.until(lambda: len(r.environment.requests("other")), 2), 1),
    Case("route.upgrade_configs", lambda e: (e.origin(steps=[b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "echo"]),
         e.http(action={"upgrade_configs": F([{"upgrade_type": F("websocket", "other"), "enabled": F(True, False)}])}))[1],
         lambda r: r.get(fields={"connection": "upgrade", "upgrade": "websocket"}).status, 101),
    Case("route.max_stream_duration", lambda e: (e.origin(steps=[1.2, answer()]), e.http(action={"timeout": "0s", "max_stream_duration": F(
        {"max_stream_duration": F("0.2s")})}))[1], lambda r: r.get().status, 504),
    Case("route.grpc_timeout_header_max", lambda e: (e.origin(steps=[1.2, answer()]), e.http(action={"timeout": "0s", "max_stream_duration": {
        "grpc_timeout_header_max": F("0s")}}))[1],
         lambda r: r.get(fields={"content-type": "application/grpc", "grpc-timeout": "200m"}).get("grpc-status") is not None, True),
    Case("route.hash_policy.header", lambda e: e.http(action={"hash_policy": F([{"header": F({"header_name": F("x-user", "x-none")}, {"header_name": "x-none"})}])},
         cluster={"lb_policy": "RING_HASH"}, clusters=[e.cluster("origin", [e.origin(f"o{i}") for i in range(4)], lb_policy="RING_HASH")]),
         lambda r: max(len({r.get(fields={"x-user": user}).get("origin") for _ in range(10)}) for user in "abc"), 1),
    Case("route.hash_policy.query", lambda e: e.http(action={"hash_policy": [{"query_parameter": F({"name": F("u", "z")}, {"name": "z"})}]},
         clusters=[e.cluster("origin", [e.origin(f"o{i}") for i in range(4)], lb_policy="RING_HASH")]),
         lambda r: max(len({r.get("/?u=" + user).get("origin") for _ in range(10)}) for user in "abc"), 1),
    Case("route.hash_policy.source_ip", lambda e: e.http(action={"hash_policy": [{"connection_properties": F({"source_ip": F(True)})}]},
         clusters=[e.cluster("origin", [e.origin(f"o{i}") for i in range(4)], lb_policy="RING_HASH")]),
         lambda r: len({r.get().get("origin") for _ in range(12)}), 1),
    Case("route.hash_policy.cookie", lambda e: e.http(action={"hash_policy": [{"cookie": F({"name": F("c"), "ttl": F("60s"), "path": F("/p")})}]},
         clusters=[e.cluster("origin", [e.origin(f"o{i}") for i in range(4)], lb_policy="RING_HASH")]),
         lambda r: [(v.split("=")[0], "Max-Age=60" in v, "Path=/p" in v) for v in [r.get().get("set-cookie")]][0], ("c", True, True)),
    Case("route.hash_policy.regex", lambda e: e.http(action={"hash_policy": [{"header": {"header_name": "x-user", "regex_rewrite": F(
        {"pattern": {"regex": "-.*"}, "substitution": ""})}}]},
         clusters=[e.cluster("origin", [e.origin(f"o{i}") for i in range(4)], lb_policy="RING_HASH")]),
         lambda r: len({r.get(fields={"x-user": f"a-{i}"}).get("origin") for i in range(12)}), 1),
]

RETRIES = [
    Case("retry.on_5xx", lambda e: (e.origin(steps=BUSY), e.http(action={"retry_policy": F({"retry_on": F("5xx"), "num_retries": F(2)})}))[1],
         lambda r: len(r.get().all_seen), 3),
    Case("retry.status_codes", lambda e: (e.origin(steps=[answer("409 Conflict")]), e.http(action={"retry_policy": {
        "retry_on": "retriable-status-codes", "retriable_status_codes": F([409])}}))[1], lambda r: len(r.get().all_seen), 2),
    Case("retry.headers", lambda e: (e.origin(steps=[answer(fields=[("x-again", "1")])]), e.http(action={"retry_policy": {
        "retry_on": "retriable-headers", "retriable_headers": F([{"name": "x-again"}])}}))[1], lambda r: len(r.get().all_seen), 2),
    Case("retry.request_headers", lambda e: (e.origin(steps=BUSY), e.http(action={"retry_policy": {
        "retry_on": "5xx", "retriable_request_headers": F([{"name": "x-may"}])}}))[1], lambda r: len(r.get().all_seen), 1),
    Case("retry.per_try_timeout", lambda e: (e.origin(steps=[1.5, answer()]), e.http(action={"timeout": "10s", "retry_policy": {
        "retry_on": "5xx", "num_retries": 1, "per_try_timeout": F("0.2s")}}))[1], lambda r: (r.get().status, len(r.environment.requests())), (504, 2)),
    Case("retry.per_try_idle_timeout", lambda e: (e.origin(steps=[1.5, answer()]), e.http(action={"timeout": "10s", "retry_policy": {
        "retry_on": "5xx", "num_retries": 1, "per_try_idle_timeout": F("0.2s")}}))[1], lambda r: (r.get().status, len(r.environment.requests())), (504, 2)),
    Case("retry.previous_hosts", lambda e: (e.origin("bad", BUSY), e.http(
        action={"retry_policy": {"retry_on": "5xx", "num_retries": 1, "host_selection_retry_max_attempts": 9, "retry_host_predicate": F([{
            "name": "p", "typed_config": any_of("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate")}])}},
        clusters=[e.cluster("origin", [e.origin("bad"), e.origin("good")], lb_policy="RANDOM")]))[1],
         lambda r: {r.get().status for _ in range(16)}, {200}),
    Case("retry.rate_limited", lambda e: (e.origin(steps=[answer("503 Service Unavailable", fields=[("retry-after", "2")])]), e.http(action={"timeout": "0.6s", "retry_policy": {
        "retry_on": "5xx", "num_retries": 3, "rate_limited_retry_back_off": F({"reset_headers": F([{"name": F("retry-after", "x-none"), "format": "SECONDS"}],
                                                                                                    [{"name": "x-none"}])})}}))[1],
         lambda r: len(r.get().all_seen), 1),
    Case("retry.virtual_host", lambda e: (e.origin(steps=BUSY), e.http(vhost={"retry_policy": F({"retry_on": "5xx"})}))[1], lambda r: len(r.get().all_seen), 2),
    Case("retry.attempt_count", lambda e: (e.origin(steps=BUSY), e.http(action={"retry_policy": {"retry_on": "5xx"}}, vhost={
        "include_request_attempt_count": F(True), "include_attempt_count_in_response": F(True)}))[1],
         lambda r: [(g.seen.get("x-envoy-attempt-count"), g.get("x-envoy-attempt-count")) for g in [r.get()]][0], ("2", "2")),
]

OTHER = [
    Case("redirect.https", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "redirect": {"https_redirect": F(True)}}]), field("location", "/x"), "https://a.test/x"),
    Case("redirect.scheme", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "redirect": {"scheme_redirect": F("ftp")}}]), field("location", "/x"), "ftp://a.test/x"),
    Case("redirect.host_port_path", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "redirect": F({
        "host_redirect": F("h.test"), "port_redirect": F(8080), "path_redirect": F("/y")})}]), field("location", "/x"), "http://h.test:8080/y"),
    Case("redirect.prefix_rewrite", lambda e: e.http(routes=[{"match": {"prefix": "/a"}, "redirect": {"prefix_rewrite": F("/b")}}]), field("location", "/a/x"),
         "http://a.test/b/x"),
    Case("redirect.regex_rewrite", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "redirect": {"regex_rewrite": F({"pattern": {"regex": "x"}, "substitution": "y"})}}]),
         field("location", "/a/x"), "http://a.test/a/y"),
    Case("redirect.response_code", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "redirect": {"path_redirect": "/y", "response_code": F("PERMANENT_REDIRECT")}}]),
         lambda r: r.get().status, 308),
    Case("redirect.strip_query", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "redirect": {"host_redirect": "h.test", "strip_query": F(True)}}]),
         field("location", "/x?q=1"), "http://h.test/x"),
    Case("direct_response", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "direct_response": F({"status": F(418, 200), "body": F({"inline_string": F("tea", "x")})},
                                                                                                   {"status": 200})}]),
         lambda r: (r.get().status, r.get().body), (418, "tea")),
    Case("direct_response.file", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": F({"filename": F(e.file("body", "from a file"))})}}]),
         body(), "from a file"),
    Case("direct_response.bytes", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_bytes": F("aGk=", "aG8=")}}}]),
         body(), "hi"),
    Case("direct_response.body_format", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "direct_response": {"status": 200, "body_format": F(
        {"text_format_source": F({"inline_string": "%PROTOCOL%"})})}}]), body(), "HTTP/1.1"),
    Case("route.action.kinds", lambda e: e.http(routes=[F({"match": {"path": "/a"}, "route": {"cluster": "origin"}}), direct("rest")]), field("origin", "/a"), "origin"),
    Case("route.redirect", lambda e: e.http(routes=[{"match": {"path": "/a"}, **{"redirect": F({"path_redirect": "/b"})}}, direct("rest")]), lambda r: r.get("/a").status, 301),
    Case("route.headers", lambda e: e.http(route_fields={
        "request_headers_to_add": F([{"header": F({"key": F("x-in"), "value": F("%PROTOCOL%")})}]), "request_headers_to_remove": F(["x-drop"]),
        "response_headers_to_add": F([{"header": {"key": "x-out", "value": "2"}}]), "response_headers_to_remove": F(["origin"])}),
         lambda r: [(g.seen.get("x-in"), g.seen.get("x-drop"), g.get("x-out"), g.get("origin")) for g in [r.get(fields={"x-drop": "1"})]][0],
         ("HTTP/1.1", None, "2", None)),
    Case("virtual_host.headers", lambda e: e.http(vhost={
        "request_headers_to_add": F([{"header": {"key": "x-in", "value": "1"}}]), "request_headers_to_remove": F(["x-drop"]),
        "response_headers_to_add": F([{"header": {"key": "x-out", "value": "2"}}]), "response_headers_to_remove": F(["origin"])}),
         lambda r: [(g.seen.get("x-in"), g.seen.get("x-drop"), g.get("x-out"), g.get("origin")) for g in [r.get(fields={"x-drop": "1"})]][0], ("1", None, "2", None)),
    Case("route_configuration.headers", lambda e: e.http(rc={
        "request_headers_to_add": F([{"header": {"key": "x-in", "value": "1"}}]), "request_headers_to_remove": F(["x-drop"]),
        "response_headers_to_add": F([{"header": {"key": "x-out", "value": "2"}}]), "response_headers_to_remove": F(["origin"])}),
         lambda r: [(g.seen.get("x-in"), g.seen.get("x-drop"), g.get("x-out"), g.get("origin")) for g in [r.get(fields={"x-drop": "1"})]][0], ("1", None, "2", None)),
    Case("headers.append_action", lambda e: e.http(route_fields={"request_headers_to_add": [{"header": {"key": "x", "value": "new"}, "append_action": F("OVERWRITE_IF_EXISTS")}]}),
         lambda r: (r.get(fields={"x": "old"}).seen.all("x"), r.get().seen.all("x")), (["new"], [])),
    Case("headers.append", lambda e: e.http(route_fields={"request_headers_to_add": [{"header": {"key": "x", "value": "new"}, "append": F(False)}]}),
         lambda r: r.get(fields={"x": "old"}).seen.all("x"), ["new"]),
    Case("headers.keep_empty_value", lambda e: e.http(route_fields={"request_headers_to_add": [{"header": {"key": "x", "value": "%REQ(nope)%"}, "keep_empty_value": F(True)}]}),
         lambda r: "x" in dict(r.get().seen.fields), True),
    Case("headers.raw_value", lambda e: e.http(route_fields={"request_headers_to_add": [{"header": {"key": "x", "raw_value": F("aGk=")}}]}), seen("x"), "hi"),
    Case("route_configuration.most_specific", lambda e: e.http(
        rc={"most_specific_header_mutations_wins": F(True), "response_headers_to_add": [{"header": {"key": "x", "value": "rc"}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]},
        route_fields={"response_headers_to_add": [{"header": {"key": "x", "value": "route"}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]}), field("x"), "route"),
    Case("route_configuration.internal_only_headers", lambda e: e.http(rc={"internal_only_headers": F(["x-internal"])}, hcm={"use_remote_address": True}),
         lambda r: r.get(fields={"x-internal": "1", "x-forwarded-for": "8.8.8.8"}).seen.get("x-internal"), None),
    Case("route_configuration.ignore_port", lambda e: e.http(rc={"ignore_port_in_host_matching": F(True)}, vhost={"domains": ["a.test"]}),
         lambda r: r.get(host="a.test:81").status, 200),
    Case("route_configuration.max_direct_response", lambda e: e.http(rc={"max_direct_response_body_size_bytes": F(8192)}, routes=[direct("x" * 5000)]),
         lambda r: len(r.get().body), 5000),
    Case("virtual_host.domains", lambda e: e.http(vhost=[{"name": "a", "domains": F(["*.a.test"], ["x.test"]), "routes": F([direct("a")])}, {"name": "b", "domains": ["*"], "routes": [direct("b")]}]),
         body(host="q.a.test"), "a"),
    Case("virtual_host.require_tls", lambda e: e.http(vhost={"require_tls": F("ALL")}), lambda r: (r.get("/x").status, r.get("/x").get("location")), (301, "https://a.test/x")),
    Case("virtual_host.per_filter", lambda e: e.http(vhost={"typed_per_filter_config": F({"fault": any_of(FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}})})},
         filters=[{"name": "fault", "typed_config": any_of(FAULT)}]), lambda r: r.get().status, 418),
    Case("route.per_filter", lambda e: e.http(route_fields={"typed_per_filter_config": F({"fault": any_of(FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}})})},
         filters=[{"name": "fault", "typed_config": any_of(FAULT)}]), lambda r: r.get().status, 418),
    Case("route_configuration.per_filter", lambda e: e.http(rc={"typed_per_filter_config": F({"fault": any_of(FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}})})},
         filters=[{"name": "fault", "typed_config": any_of(FAULT)}]), lambda r: r.get().status, 418),
    Case("per_filter.config", lambda e: e.http(route_fields={"typed_per_filter_config": {"fault": any_of("envoy.config.route.v3.FilterConfig", config=F(
        any_of(FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}}), any_of(FAULT)))}},
         filters=[{"name": "fault", "typed_config": any_of(FAULT)}]), lambda r: r.get().status, 418),
    Case("virtual_host.mirror", lambda e: e.http(vhost={"request_mirror_policies": F([{"cluster": "other"}])}, more_clusters=[e.cluster("other")]),
         lambda r: r.get("/m").status and r.until(lambda: len(r.environment.requests("other"))), 1),
    Case("route.name", lambda e: e.http(route_fields={"name": F("the-route")}, hcm={"access_log": e.access_log("%ROUTE_NAME%")}), lambda r: r.get() and r.lines(), ["the-route"]),
]

CASES = MATCHES + ACTIONS + RETRIES + OTHER
