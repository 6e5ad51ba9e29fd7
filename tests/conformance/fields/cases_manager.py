"""The HTTP connection manager: what it does to every request."""


from engine import request_bytes, wire
from environment import F, answer, any_of
from fields import Case

FAULT = "envoy.extensions.filters.http.fault.v3.HTTPFault"
RBAC = "envoy.extensions.filters.http.rbac.v3.RBAC"
SWITCH = [b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "echo"]
UPGRADE = {"connection": "upgrade", "upgrade": "websocket"}


def slow(e, *steps):
    """An origin that does these steps, then answers."""
    e.origin(steps=[*steps, answer()])
    return e


def filters(name, type_name, **fields):
    return [{"name": name, "typed_config": any_of(type_name, **fields)}]


def ended(r, pieces, seconds=3.0):
    """How a connection ends on which these pieces were sent, and its first status."""
    reply = r.send(pieces, seconds=seconds, until=lambda data: False)
    return reply.status, reply.end


def reuse(r, count):
    """Statuses of requests on one connection until it ends."""
    data = b"".join(request_bytes("/") for _ in range(count))
    got = r.send([data], until=lambda data: data.count(b"HTTP/1.1 200") == count, seconds=2.0).data
    return got.count(b"HTTP/1.1 200")


CODECS = [
    Case("hcm.codec_type", lambda e: e.http(hcm={"codec_type": F("HTTP2")}), lambda r: r.get().status, 0),
    Case("hcm.http1.accept_http_10", lambda e: e.http(hcm={"http_protocol_options": F({"accept_http_10": F(True)})}), lambda r: r.get(version="1.0").status, 200),
    Case("hcm.http1.default_host", lambda e: e.http(hcm={"http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": F("old.test")}}),
         lambda r: r.get(version="1.0", host=None).seen.get("host"), "old.test"),
    Case("hcm.http1.proper_case", lambda e: e.http(hcm={"http_protocol_options": {"header_key_format": F({"proper_case_words": F({})})}}),
         lambda r: "Content-Length" in [name for name, _ in r.get().fields], True),
    Case("hcm.http1.enable_trailers", lambda e: (e.origin(steps=[b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: t\r\n\r\n2\r\nok\r\n0\r\nt: 1\r\n\r\n"]),
         e.http(hcm={"http_protocol_options": {"enable_trailers": F(True)}}, cluster={"typed_extension_protocol_options": {
             "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": any_of("envoy.extensions.upstreams.http.v3.HttpProtocolOptions", explicit_http_config={
                 "http_protocol_options": {"enable_trailers": True}})}}))[1], lambda r: b"t: 1" in r.get().data, True),
    Case("hcm.http1.allow_absolute_url", lambda e: e.http(hcm={"http_protocol_options": {"allow_absolute_url": F(False)}}),
         lambda r: r.send([b"GET http://b.test/x HTTP/1.1\r\nHost: a.test\r\n\r\n"]).status, 400),
    Case("hcm.max_request_headers_kb", lambda e: e.http(hcm={"max_request_headers_kb": F(1)}), lambda r: r.get(fields={"x": "y" * 3000}).status, 431),
    Case("hcm.common.max_headers_count", lambda e: e.http(hcm={"common_http_protocol_options": F({"max_headers_count": F(5)})}),
         lambda r: r.get(fields={f"x{i}": "y" for i in range(20)}).status, 431),
    Case("hcm.common.max_requests_per_connection", lambda e: e.http(hcm={"common_http_protocol_options": {"max_requests_per_connection": F(2)}}),
         lambda r: reuse(r, 4), 2),
    Case("hcm.common.idle_timeout", lambda e: e.http(hcm={"common_http_protocol_options": {"idle_timeout": F("0.3s")}}),
         lambda r: ended(r, [request_bytes("/")], 2.0), (200, "closed")),
    Case("hcm.common.max_stream_duration", lambda e: slow(e, 1.5).http(hcm={"common_http_protocol_options": {"max_stream_duration": F("0.2s")}}, action={"timeout": "0s"}),
         lambda r: r.get().status in (408, 504), True),
]

TIMEOUTS = [
    Case("hcm.request_timeout", lambda e: e.http(hcm={"request_timeout": F("0.3s")}), lambda r: ended(r, [b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"], 1.5)[0], 408),
    Case("hcm.stream_idle_timeout", lambda e: e.http(hcm={"stream_idle_timeout": F("0.3s")}),
         lambda r: ended(r, [b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"], 1.5)[0], 408),
]

HEADERS = [
    Case("hcm.server_name", lambda e: e.http(hcm={"server_name": F("me")}), lambda r: r.get().get("server"), "me"),
    Case("hcm.server_header_transformation", lambda e: (e.origin(steps=[answer(fields=[("server", "origin")])]), e.http(hcm={"server_header_transformation": F("PASS_THROUGH")}))[1],
         lambda r: r.get().get("server"), "origin"),
    Case("hcm.via", lambda e: e.http(hcm={"via": F("me")}), lambda r: (r.get().seen.get("via"), r.get().get("via")), ("me", "me")),
    Case("hcm.use_remote_address", lambda e: e.http(hcm={"use_remote_address": F(True)}), lambda r: r.get().seen.get("x-forwarded-for") is not None, True),
    Case("hcm.skip_xff_append", lambda e: e.http(hcm={"use_remote_address": True, "skip_xff_append": F(True)}), lambda r: r.get().seen.get("x-forwarded-for"), None),
    Case("hcm.xff_num_trusted_hops", lambda e: e.http(hcm={"use_remote_address": True, "xff_num_trusted_hops": F(1), "access_log": e.access_log("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")}),
         lambda r: r.get(fields={"x-forwarded-for": "9.9.9.9"}) and r.lines(), ["9.9.9.9"]),
    Case("hcm.internal_address_config", lambda e: e.http(hcm={"use_remote_address": True, "internal_address_config": F({"cidr_ranges": F([{
        "address_prefix": F("127.0.0.0", "10.0.0.0"), "prefix_len": 8}], [{"address_prefix": "10.0.0.0", "prefix_len": 8}])}, {"cidr_ranges": [{"address_prefix": "10.0.0.0", "prefix_len": 8}]})}),
         lambda r: r.get().seen.get("x-envoy-internal"), "true"),
    Case("hcm.append_x_forwarded_port", lambda e: e.http(hcm={"append_x_forwarded_port": F(True)}), lambda r: r.get().seen.get("x-forwarded-port") is not None, True),
    Case("hcm.generate_request_id", lambda e: e.http(hcm={"generate_request_id": F(False)}), lambda r: r.get().seen.get("x-request-id"), None),
    Case("hcm.preserve_external_request_id", lambda e: e.http(hcm={"use_remote_address": True, "preserve_external_request_id": F(True), "internal_address_config": {"cidr_ranges": []}}),
         lambda r: r.get(fields={"x-request-id": "mine", "x-forwarded-for": "8.8.8.8"}).seen.get("x-request-id"), "mine"),
    Case("hcm.always_set_request_id_in_response", lambda e: e.http(hcm={"always_set_request_id_in_response": F(True)}), lambda r: r.get().get("x-request-id") is not None, True),
    Case("hcm.proxy_100_continue", lambda e: (e.origin(steps=[b"HTTP/1.1 100 Continue\r\n\r\n", answer()]), e.http(hcm={"proxy_100_continue": F(True)}))[1],
         lambda r: (r.get(method="POST", fields={"expect": "100-continue"}, body=b"x").seen or r).get("expect"), "100-continue"),
    Case("hcm.upgrade_configs", lambda e: (e.origin(steps=SWITCH), e.http(hcm={"upgrade_configs": F([{"upgrade_type": F("websocket", "other"), "enabled": F(True, False)}])}))[1],
         lambda r: r.get(fields=UPGRADE).status, 101),
    Case("router.suppress_envoy_headers", lambda e: e.http(hcm={"http_filters": [{"name": "r", "typed_config": any_of(wire.ROUTER, suppress_envoy_headers=F(True))}]}),
         lambda r: r.get().get("x-envoy-upstream-service-time"), None),
]

PATHS = [
    Case("hcm.normalize_path", lambda e: e.http(hcm={"normalize_path": F(True)}), lambda r: r.get("/a/../b").seen.path, "/b"),
    Case("hcm.merge_slashes", lambda e: e.http(hcm={"merge_slashes": F(True)}), lambda r: r.get("/a//b").seen.path, "/a/b"),
    Case("hcm.escaped_slashes.reject", lambda e: e.http(hcm={"path_with_escaped_slashes_action": F("REJECT_REQUEST")}), lambda r: r.get("/a%2fb").status, 400),
    Case("hcm.strip_matching_host_port", lambda e: e.http(hcm={"strip_matching_host_port": F(True)}), lambda r: r.get(host=f"a.test:{r.port_of()}").seen.get("host"), "a.test"),
    Case("hcm.strip_any_host_port", lambda e: e.http(hcm={"strip_any_host_port": F(True)}), lambda r: r.get(host="a.test:99").seen.get("host"), "a.test"),
    Case("hcm.strip_trailing_host_dot", lambda e: e.http(hcm={"strip_trailing_host_dot": F(True)}), lambda r: r.get(host="a.test.").seen.get("host"), "a.test"),
]

REPLIES = [
    Case("hcm.local_reply.mapper", lambda e: e.http(routes=[], hcm={"local_reply_config": F({"mappers": F([{
        "filter": F({"status_code_filter": F({"comparison": F({"op": F("GE", "EQ"), "value": F({"default_value": F(400, 900)}, {"default_value": 900})}, {"op": "EQ", "value": {"default_value": 900}})},
                                             {"comparison": {"op": "EQ", "value": {"default_value": 900}}})},
                    {"status_code_filter": {"comparison": {"op": "EQ", "value": {"default_value": 900}}}}),
        "status_code": F(418), "body": F({"inline_string": "mapped"}), "headers_to_add": F([{"header": {"key": "x-map", "value": "1"}}])}])})}),
         lambda r: [(g.status, g.body, g.get("x-map")) for g in [r.get()]][0], (418, "mapped", "1")),
    Case("hcm.local_reply.body_format", lambda e: e.http(routes=[], hcm={"local_reply_config": {"body_format": F({"json_format": F({"code": "%RESPONSE_CODE%"})})}}),
         lambda r: r.get().body.strip(), '{"code":404}'),
    Case("hcm.local_reply.mapper.body_format", lambda e: e.http(routes=[], hcm={"local_reply_config": {"mappers": [{
        "filter": {"status_code_filter": {"comparison": {"op": "EQ", "value": {"default_value": 404}}}},
        "body_format_override": F({"text_format_source": {"inline_string": "<%RESPONSE_CODE%>"}, "content_type": F("text/x")})}]}}),
         lambda r: [(g.body, g.get("content-type")) for g in [r.get()]][0], ("<404>", "text/x")),
]

FILTERS = [
    Case("fault.abort", lambda e: e.http(filters=filters("fault", FAULT, abort=F({"http_status": F(418, 419), "percentage": F({"numerator": 100})}))), lambda r: r.get().status, 418),
    Case("fault.abort.grpc", lambda e: e.http(filters=filters("fault", FAULT, abort={"grpc_status": F(7, 8), "percentage": {"numerator": 100}})),
         lambda r: r.get(fields={"content-type": "application/grpc"}).get("grpc-status"), "7"),
    Case("fault.abort.header", lambda e: e.http(filters=filters("fault", FAULT, abort=F({"header_abort": F({}), "percentage": {"numerator": 100}}))),
         lambda r: r.get(fields={"x-envoy-fault-abort-request": "419"}).status, 419),
    Case("fault.delay", lambda e: e.http(filters=filters("fault", FAULT, delay=F({"fixed_delay": F("3s", "0.001s"), "percentage": F({"numerator": 100})}))),
         lambda r: r.get(seconds=0.6).status, 0),
    Case("fault.delay.header", lambda e: e.http(filters=filters("fault", FAULT, delay=F({"header_delay": F({}), "percentage": {"numerator": 100}}))),
         lambda r: r.get(fields={"x-envoy-fault-delay-request": "3000"}, seconds=0.6).status, 0),
    Case("fault.headers", lambda e: e.http(filters=filters("fault", FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}}, headers=F([{"name": "x-fault", "present_match": True}]))),
         lambda r: (r.get().status, r.get(fields={"x-fault": "1"}).status), (200, 418)),
    Case("fault.upstream_cluster", lambda e: e.http(filters=filters("fault", FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}}, upstream_cluster=F("another"))),
         lambda r: r.get().status, 200),
    Case("fault.downstream_nodes", lambda e: e.http(filters=filters("fault", FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}}, downstream_nodes=F(["n1"]))),
         lambda r: (r.get().status, r.get(fields={"x-envoy-downstream-service-node": "n1"}).status), (200, 418)),
    Case("fault.max_active_faults", lambda e: e.http(filters=filters("fault", FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}}, max_active_faults=F(0))),
         lambda r: r.get().status, 200),
    Case("http_filter.disabled", lambda e: e.http(filters=[{"name": "fault", "disabled": F(True), "typed_config": any_of(FAULT, abort={"http_status": 418, "percentage": {"numerator": 100}})}]),
         lambda r: r.get().status, 200),
    Case("rbac.rules", lambda e: e.http(filters=filters("rbac", RBAC, rules=F({"action": F("DENY"), "policies": F({"p": {
        "permissions": F([{"any": F(True)}], [{"header": {"name": "x-none", "present_match": True}}]), "principals": F([{"any": F(True)}], [{"header": {"name": "x-none", "present_match": True}}])}})}))),
         lambda r: (r.get().status, r.get().body), (403, "RBAC: access denied")),
    *[Case(f"rbac.permission.{name}", lambda e, p=permission: e.http(filters=filters("rbac", RBAC, rules={"action": "ALLOW", "policies": {"p": {
        "permissions": [p], "principals": [{"any": True}]}}})), lambda r, q=request: r.get(**q).status, 200) for name, permission, request in [
        ("header", {"header": F({"name": "x", "string_match": {"exact": "1"}}, {"name": "y", "present_match": True})}, {"fields": {"x": "1"}}),
        ("url_path", {"url_path": F({"path": F({"exact": "/p"}, {"exact": "/q"})}, {"path": {"exact": "/q"}})}, {"path": "/p?x=1"}),
        ("destination_ip", {"destination_ip": F({"address_prefix": "127.0.0.1", "prefix_len": 32}, {"address_prefix": "10.0.0.1", "prefix_len": 32})}, {}),
        ("destination_port_range", {"destination_port_range": F({"start": F(1, 65534), "end": F(65535, 2)}, {"start": 1, "end": 2})}, {}),
        ("not_rule", {"not_rule": F({"header": {"name": "x", "present_match": True}}, {"any": True})}, {}),
        ("and_rules", {"and_rules": F({"rules": F([{"any": True}, {"header": {"name": "x", "present_match": True}}], [{"header": {"name": "z", "present_match": True}}])},
                                      {"rules": [{"header": {"name": "z", "present_match": True}}]})}, {"fields": {"x": "1"}}),
        ("or_rules", {"or_rules": F({"rules": [{"header": {"name": "y", "present_match": True}}, {"header": {"name": "x", "present_match": True}}]},
                                    {"rules": [{"header": {"name": "y", "present_match": True}}]})}, {"fields": {"x": "1"}}),
    ]],
    *[Case(f"rbac.principal.{name}", lambda e, p=principal: e.http(hcm={"use_remote_address": True}, filters=filters("rbac", RBAC, rules={"action": "ALLOW", "policies": {"p": {
        "permissions": [{"any": True}], "principals": [p]}}})), lambda r, q=request: r.get(**q).status, 200) for name, principal, request in [
        ("direct_remote_ip", {"direct_remote_ip": F({"address_prefix": "127.0.0.0", "prefix_len": 8}, {"address_prefix": "10.0.0.0", "prefix_len": 8})}, {}),
        ("remote_ip", {"remote_ip": F({"address_prefix": "127.0.0.0", "prefix_len": 8}, {"address_prefix": "10.0.0.0", "prefix_len": 8})}, {}),
        ("source_ip", {"source_ip": F({"address_prefix": "127.0.0.0", "prefix_len": 8}, {"address_prefix": "10.0.0.0", "prefix_len": 8})}, {}),
        ("header", {"header": F({"name": "x", "present_match": True}, {"name": "y", "present_match": True})}, {"fields": {"x": "1"}}),
        ("url_path", {"url_path": F({"path": {"prefix": "/p"}}, {"path": {"prefix": "/q"}})}, {"path": "/p"}),
        ("not_id", {"not_id": F({"header": {"name": "x", "present_match": True}}, {"any": True})}, {}),
        ("and_ids", {"and_ids": F({"ids": F([{"any": True}], [{"header": {"name": "z", "present_match": True}}])}, {"ids": [{"header": {"name": "z", "present_match": True}}]})}, {}),
        ("or_ids", {"or_ids": F({"ids": [{"any": True}]}, {"ids": [{"header": {"name": "z", "present_match": True}}]})}, {}),
    ]],
    Case("rbac.shadow", lambda e: e.http(filters=filters("rbac", RBAC, shadow_rules=F({"action": "DENY", "policies": {"p": {"permissions": [{"any": True}], "principals": [{"any": True}]}}}),
                                                         shadow_rules_stat_prefix=F("dark_"))),
         lambda r: (r.get().status, r.stat("http.main.rbac.dark_.shadow_denied")), (200, 1)),
    Case("rbac.rules_stat_prefix", lambda e: e.http(filters=filters("rbac", RBAC, rules={"action": "DENY", "policies": {"p": {"permissions": [{"any": True}], "principals": [{"any": True}]}}},
                                                                    rules_stat_prefix=F("light_"))), lambda r: (r.get().status, r.stat("http.main.rbac.light_.denied")), (403, 1)),
    Case("rbac.per_route", lambda e: e.http(route_fields={"typed_per_filter_config": {"rbac": any_of("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", rbac=F({"rules": {
        "action": "DENY", "policies": {"p": {"permissions": [{"any": True}], "principals": [{"any": True}]}}}}))}}, filters=filters("rbac", RBAC)), lambda r: r.get().status, 403),
    Case("cors", lambda e: e.http(filters=filters("cors", "envoy.extensions.filters.http.cors.v3.Cors"), vhost={"typed_per_filter_config": F({"cors": any_of(
        "envoy.extensions.filters.http.cors.v3.CorsPolicy", allow_origin_string_match=F([{"exact": "http://o.test"}]), allow_methods=F("GET"), allow_headers=F("x-a"),
        max_age=F("60"), allow_credentials=F(True))})}),
         lambda r: [tuple(g.get("access-control-" + n) for n in ("allow-origin", "allow-methods", "allow-headers", "max-age", "allow-credentials")) for g in [
             r.get(method="OPTIONS", fields={"origin": "http://o.test", "access-control-request-method": "GET"})]][0], ("http://o.test", "GET", "x-a", "60", "true")),
    Case("cors.expose_headers", lambda e: e.http(filters=filters("cors", "envoy.extensions.filters.http.cors.v3.Cors"), vhost={"typed_per_filter_config": {"cors": any_of(
        "envoy.extensions.filters.http.cors.v3.CorsPolicy", allow_origin_string_match=[{"exact": "http://o.test"}], expose_headers=F("x-e"))}}),
         lambda r: r.get(fields={"origin": "http://o.test"}).get("access-control-expose-headers"), "x-e"),
    Case("cors.filter_enabled", lambda e: e.http(filters=filters("cors", "envoy.extensions.filters.http.cors.v3.Cors"), vhost={"typed_per_filter_config": {"cors": any_of(
        "envoy.extensions.filters.http.cors.v3.CorsPolicy", allow_origin_string_match=[{"exact": "http://o.test"}], filter_enabled=F({"default_value": {"numerator": 0}}))}}),
         lambda r: r.get(fields={"origin": "http://o.test"}).get("access-control-allow-origin"), None),
]

CASES = CODECS + TIMEOUTS + HEADERS + PATHS + REPLIES + FILTERS
