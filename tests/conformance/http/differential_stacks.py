"""Further configurations of the differential test, each a listener with the cases that are sent to it.

A stack is (name, routes or virtual hosts, options of wire.listener, cases); a case is (name, wire bytes or pieces, method is
HEAD, the origin's steps per attempt or None for the usual answer).
"""

import wire
from differential_cases import answer, chunked, get

PACKAGE = "envoy.extensions.filters.http."
TO_ORIGIN = {"route": {"cluster": "origin"}}
ALL = [{"match": {"prefix": "/"}, **TO_ORIGIN}]


def http_filter(name, message, **fields):
    return {"name": "envoy.filters.http." + name, "typed_config": wire.any_of(PACKAGE + name + ".v3." + message, **fields)}


def route(match, action=None, **fields):
    match = {"prefix": match} if isinstance(match, str) else match
    return {"match": match, **({"route": {"cluster": "origin", **(action or {})}} if not {"redirect", "direct_response"} & set(fields) else {}), **fields}


def case(name, data, is_head=False, attempts=None):
    return (name, data, is_head, attempts)


def forwarded_for():
    """Who the client is: X-Forwarded-For, x-forwarded-proto, x-envoy-* of trusted and untrusted peers, x-request-id."""
    fields = {
        "none": [], "xff public": [("X-Forwarded-For", "1.2.3.4")], "xff private": [("X-Forwarded-For", "10.1.2.3")],
        "xff list": [("X-Forwarded-For", "1.2.3.4, 10.0.0.1")], "xff three": [("X-Forwarded-For", "9.9.9.9,8.8.8.8 , 7.7.7.7")],
        "xff twice": [("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-For", "5.6.7.8")], "xff garbage": [("X-Forwarded-For", "foo")],
        "xff IPv6": [("X-Forwarded-For", "2001:db8::1")], "xff empty": [("X-Forwarded-For", "")], "xff with port": [("X-Forwarded-For", "1.2.3.4:80")],
        "proto https": [("X-Forwarded-Proto", "https")], "proto HTTPS": [("X-Forwarded-Proto", "HTTPS")], "proto ws": [("X-Forwarded-Proto", "ws")],
        "request id": [("X-Request-Id", "0f0f0f0f-0000-4000-8000-000000000000")], "internal": [("X-Envoy-Internal", "true"), ("X-Forwarded-For", "10.1.1.1")],
        "external address": [("X-Envoy-External-Address", "8.8.8.8")], "retry fields": [("X-Envoy-Retry-On", "5xx"), ("X-Envoy-Max-Retries", "1")],
        "timeout field": [("X-Envoy-Upstream-Rq-Timeout-Ms", "5000")], "decorator": [("X-Envoy-Decorator-Operation", "x")],
        "service": [("X-Envoy-Downstream-Service-Cluster", "c"), ("X-Envoy-Downstream-Service-Node", "n")],
        "original": [("X-Envoy-Original-Path", "/p"), ("X-Envoy-Original-Host", "h"), ("X-Envoy-Original-Url", "u")],
        "forwarded host and port": [("X-Forwarded-Host", "h"), ("X-Forwarded-Port", "81")], "xfcc": [("X-Forwarded-Client-Cert", "Hash=00")],
        "trace": [("X-Client-Trace-Id", "t"), ("X-Envoy-Force-Trace", "true")], "ip tags": [("X-Envoy-Ip-Tags", "t"), ("X-Envoy-Hedge-On-Per-Try-Timeout", "true")]}
    cases = [case(name, get(fields=each)) for name, each in fields.items()]
    yield "edge", ALL, {"use_remote_address": True}, cases
    yield "edge one hop", ALL, {"use_remote_address": True, "xff_num_trusted_hops": 1}, cases
    yield "inner two hops", ALL, {"xff_num_trusted_hops": 2}, cases
    yield "edge without append", ALL, {"use_remote_address": True, "skip_xff_append": True, "preserve_external_request_id": True,
                                       "always_set_request_id_in_response": True}, cases
    yield "no ids", ALL, {"generate_request_id": False, "append_x_forwarded_port": True, "via": "lab"}, cases
    yield "names of its own", ALL, {"server_name": "lab", "server_header_transformation": "APPEND_IF_ABSENT"}, cases[:1] + [
        case("server of the origin", get(), attempts=[[answer(fields=[("Server", "x"), ("Via", "1.0 b"), ("Content-Length", "2")])]])]
    yield "passed through", ALL, {"server_header_transformation": "PASS_THROUGH"}, cases[:1] + [
        case("server of the origin", get(), attempts=[[answer(fields=[("Server", "x"), ("Content-Length", "2")])]])]


def paths():
    targets = ["/", "/a/./b", "/a/../b", "/../a", "/a/..", "/a/../..", "//a//b", "/a//../b", "/%2e%2e/a", "/a%2fb", "/a%2Fb", "/a%5cb", "/a%5Cb", "/a\\b",
               "/%41%7e", "/%zz", "/a/b/?q=/../x", "/a?b=%2f..", "/a/%2e/b", "/a/.../b", "/a;x/../b", "/%2", "/a%00b", "/a b".replace(" ", "%20"), "/a/./", "/.", "/..a",
               "/a%2f..%2fb", "/a/%252e%252e/b"]
    cases = [case(target, get(target)) for target in targets]
    yield "paths normalised", ALL, {"normalize_path": True, "merge_slashes": True}, cases
    yield "paths merged only", ALL, {"merge_slashes": True}, cases[:9]
    for action in ("REJECT_REQUEST", "UNESCAPE_AND_REDIRECT", "UNESCAPE_AND_FORWARD", "KEEP_UNCHANGED"):
        yield f"escaped slashes {action}", ALL, {"normalize_path": True, "path_with_escaped_slashes_action": action}, cases[8:14] + cases[-2:]


def hosts():
    def virtual(name, *domains):
        return {"name": name, "domains": list(domains), "routes": [route("/", response_headers_to_add=[{"header": {"key": "x-host", "value": name}}])]}

    table = [virtual("exact", "a.test", "b.test:81"), virtual("suffix", "*.test"), virtual("longer suffix", "*.c.test"), virtual("dashed", "*-x.test"),
             virtual("prefix", "a.*"), virtual("longer prefix", "a.b.*"), virtual("IPv6", "[::1]")]
    names = [b"a.test", b"A.Test", b"a.test:80", b"a.test:8080", b"b.test", b"b.test:81", b"x.test", b"x.c.test", b"c.test", b"foo-x.test", b"-x.test", b"a.com", b"a.b.com",
             b"a.", b"[::1]", b"[::1]:80", b"nobody", b"a.test.", b"a.test.:80", b"x.test:443"]
    cases = [case(name.decode(), get(host=name)) for name in names]
    yield "hosts", {"virtual_hosts": table}, {}, cases
    yield "hosts without ports", {"virtual_hosts": table}, {"strip_any_host_port": True}, cases
    yield "hosts without dots", {"virtual_hosts": table}, {"strip_trailing_host_dot": True}, cases[:4] + cases[-3:]
    yield "hosts, ports ignored", {"virtual_hosts": table, "ignore_port_in_host_matching": True}, {}, cases


def old_clients():
    ten = {"none": b"", "host": b"Host: a.test\r\n", "keep-alive": b"Host: a.test\r\nConnection: keep-alive\r\n", "close": b"Host: a.test\r\nConnection: close\r\n",
           "upgrade": b"Host: a.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n", "expect": b"Host: a.test\r\nExpect: 100-continue\r\n"}
    cases = [case(f"1.0 {name}", b"GET / HTTP/1.0\r\n" + fields + b"\r\n") for name, fields in ten.items()]
    cases += [case("1.0 POST", b"POST / HTTP/1.0\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc"),
              case("1.0 chunked answer", b"GET / HTTP/1.0\r\nHost: a.test\r\n\r\n", attempts=[[answer(fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc"))]]),
              case("1.0 keep-alive, chunked answer", b"GET / HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n",
                   attempts=[[answer(fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc"))]]),
              case("1.0 HEAD", b"HEAD / HTTP/1.0\r\nHost: a.test\r\n\r\n", True, [[answer(fields=[("Content-Length", "5")], body=b"")]]),
              case("1.0 absolute", b"GET http://b.test/x HTTP/1.0\r\n\r\n"),
              case("1.0 with 103 first", b"GET / HTTP/1.0\r\nHost: a.test\r\n\r\n", attempts=[[b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n", answer()]]),
              case("1.1 trailers", get(method="POST", fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc", trailers=b"X-T: 1\r\nX-U: 2\r\n"))),
              case("1.1 announced trailers", get(method="POST", fields=[("Transfer-Encoding", "chunked"), ("Trailer", "X-T"), ("TE", "trailers")], body=chunked(b"abc", trailers=b"X-T: 1\r\n"))),
              case("1.1 trailers back", get(), attempts=[[answer(fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc", trailers=b"X-T: 1\r\n"))]]),
              case("1.1 only trailers back", get(), attempts=[[answer(fields=[("Transfer-Encoding", "chunked")], body=chunked(trailers=b"X-T: 1\r\n"))]])]
    yield "HTTP/1.0", ALL, {"http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": "default.test", "enable_trailers": True}}, cases
    words = {"http_protocol_options": {"header_key_format": {"proper_case_words": {}}}}
    yield "proper case", ALL, words, [case("fields", get(fields=[("x-a-b", "1"), ("X_c", "2"), ("accept", "*/*")])), case("answer", get(), attempts=[[answer(fields=[("x-y-z", "1"), ("content-length", "2")])]])]


def local_replies():
    def mapper(code, **fields):
        status = {"status_code_filter": {"comparison": {"op": "EQ", "value": {"default_value": code, "runtime_key": "k"}}}}
        return {"filter": status, **fields}

    config = {"mappers": [mapper(404, status_code=410, body={"inline_string": "gone: %RESPONSE_CODE%"}),
                          mapper(503, headers_to_add=[{"header": {"key": "x-mapped", "value": "%RESPONSE_FLAGS%"}}], body_format_override={"text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%|%RESPONSE_CODE%\n"}}),
                          mapper(418, body_format_override={"json_format": {"code": "%RESPONSE_CODE%", "path": "%REQ(:path)%", "none": "%REQ(x-none)%", "body": "%LOCAL_REPLY_BODY%"}})],
              "body_format": {"text_format_source": {"inline_string": "%RESPONSE_CODE% %LOCAL_REPLY_BODY% %REQ(:authority)%"}, "content_type": "text/html; charset=UTF-8"}}
    routes = [route({"path": "/teapot"}, direct_response={"status": 418, "body": {"inline_string": "short and stout"}}), route({"path": "/dead"}, {"cluster": "dead"}),
              route({"path": "/moved"}, redirect={"path_redirect": "/x"}), route({"path": "/ok"}), route({"path": "/gone"}, direct_response={"status": 404}),
              route({"path": "/nobody"}, {"cluster": "empty"}), route({"path": "/unknown"}, {"cluster_header": "x-c", "cluster": None})]
    del routes[-1]["route"]["cluster"]
    grpc = [("Content-Type", "application/grpc"), ("TE", "trailers")]
    cases = [case(f"{method} {path}{' gRPC' if fields else ''}", get(path, method=method, fields=fields), method == "HEAD")
             for path in ("/teapot", "/dead", "/moved", "/ok", "/gone", "/nobody", "/unknown", "/none") for method, fields in (("GET", []), ("HEAD", []), ("POST", grpc))]
    yield "local replies", routes, {"local_reply_config": config}, cases
    yield "plain replies", routes, {}, cases


def mutations():
    def add(key, value, action="APPEND_IF_EXISTS_OR_ADD", **more):
        return {"header": {"key": key, "value": value}, "append_action": action, **more}

    many = [add("x-a", "new"), add("x-b", "new", "ADD_IF_ABSENT"), add("x-c", "new", "OVERWRITE_IF_EXISTS_OR_ADD"), add("x-d", "new", "OVERWRITE_IF_EXISTS"),
            add("x-empty", "%REQ(x-none)%"), add("x-kept", "%REQ(x-none)%", keep_empty_value=True), add("x-method", "%REQ(:METHOD)% %REQ(:path)% %PROTOCOL%"),
            add("x-alt", "%REQ(x-none?:authority)%"), add("x-cut", "%REQ(:path):3%"), add("x-percent", "100%%"), add("x-route", "%ROUTE_NAME%"), add("x-cluster", "%UPSTREAM_CLUSTER%"),
            add("x-flags", "%RESPONSE_FLAGS%|%RESPONSE_CODE%"), add("x-virtual", "%VIRTUAL_CLUSTER_NAME%"), add("x-resp", "%RESP(x-from)%"), add("x-local", "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%"),
            add("x-remote", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%")]
    mine = {"request_headers_to_add": many, "response_headers_to_add": many, "request_headers_to_remove": ["x-gone"], "response_headers_to_remove": ["x-gone"]}
    level = {"request_headers_to_add": [add("x-level", "host"), add("x-a", "host")], "response_headers_to_add": [add("x-level", "host"), add("x-e", "host", "OVERWRITE_IF_EXISTS_OR_ADD")]}
    top = {"request_headers_to_add": [add("x-level", "table")], "response_headers_to_add": [add("x-level", "table"), add("x-e", "table", "OVERWRITE_IF_EXISTS_OR_ADD")]}
    routes = [route({"path": "/many"}, name="many", **mine), route({"path": "/direct"}, name="direct", direct_response={"status": 200, "body": {"inline_string": "x"}}, **mine),
              route({"path": "/moved"}, redirect={"path_redirect": "/y"}, **mine),
              route({"path": "/e"}, response_headers_to_add=[add("x-level", "route"), add("x-e", "route", "OVERWRITE_IF_EXISTS_OR_ADD")]), route("/")]
    table = {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes, **level}], **top}
    had = [("X-A", "old"), ("X-B", "old"), ("X-C", "old"), ("X-D", "old"), ("X-Gone", "old"), ("X-Level", "client")]
    back = [[answer(fields=[("x-a", "old"), ("x-b", "old"), ("x-c", "old"), ("x-d", "old"), ("x-gone", "1"), ("x-from", "origin"), ("x-e", "origin"), ("Content-Length", "2")])]]
    cases = [case(f"{path}, {name}", get(path, fields=fields), attempts=attempts) for path in ("/many", "/direct", "/moved", "/e", "/other")
             for name, fields, attempts in (("nothing before", [], None), ("all before", had, back))]
    yield "mutations", table, {}, cases
    yield "mutations, most specific last", {**table, "most_specific_header_mutations_wins": True}, {}, cases


def redirects_and_rewrites():
    regex = {"pattern": {"regex": "^/re/([a-z]+)/(.*)$"}, "substitution": "/\\2/\\1"}
    redirects = {"path": {"path_redirect": "/new"}, "query": {"path_redirect": "/new?x=y"}, "prefix": {"prefix_rewrite": "/np"}, "regex": {"regex_rewrite": regex}, "strip": {"path_redirect": "/s", "strip_query": True},
                 "https": {"https_redirect": True}, "scheme": {"scheme_redirect": "https"}, "host": {"host_redirect": "h.test"}, "port": {"port_redirect": 8443}, "all": {"https_redirect": True, "host_redirect": "h.test", "port_redirect": 443, "path_redirect": "/p"},
                 "302": {"path_redirect": "/x", "response_code": "FOUND"}, "303": {"path_redirect": "/x", "response_code": "SEE_OTHER"}, "307": {"path_redirect": "/x", "response_code": "TEMPORARY_REDIRECT"}, "308": {"path_redirect": "/x", "response_code": "PERMANENT_REDIRECT"}}
    routes = [route(f"/r-{name}", redirect=fields) for name, fields in redirects.items() if name != "regex"] + [route("/re/r", redirect=redirects["regex"])]
    rewrites = {"prefix": {"prefix_rewrite": "/new"}, "root": {"prefix_rewrite": "/"}, "host": {"host_rewrite_literal": "h.test"}, "header": {"host_rewrite_header": "x-host"},
                "path": {"host_rewrite_path_regex": {"pattern": {"regex": "^/w-path/(.+)$"}, "substitution": "\\1.test"}}, "append": {"host_rewrite_literal": "h.test", "append_x_forwarded_host": True},
                "regex": {"regex_rewrite": {"pattern": {"regex": "[0-9]+"}, "substitution": "#n".replace("#", "")}}}
    routes += [route(f"/w-{name}", fields) for name, fields in rewrites.items()] + [route("/re/", {"regex_rewrite": regex}), route({"path_separated_prefix": "/sep"}, {"prefix_rewrite": "/cut"})]
    targets = [f"/r-{name}{rest}" for name in redirects for rest in ("", "/x?q=1")] + ["/re/redir/x?y", "/re/abc/def?g", "/re/9/x"]
    targets += [f"/w-{name}{rest}" for name in rewrites for rest in ("", "/12/x34?q=56")] + ["/w-path/name", "/sep", "/sep/x", "/separate", "/sep?q", "/w-root//x", "/w-prefixed"]
    cases = [case(target, get(target, host=b"a.test:81")) for target in targets]
    cases += [case("/w-header with a field", get("/w-header", fields=[("X-Host", "from.test")])), case("/r-host POST", get("/r-host", method="POST", fields=[("Content-Length", "3")], body=b"abc"))]
    yield "redirects and rewrites", routes, {}, cases


def matches():
    def header(name, **matcher):
        return {"prefix": "/", "headers": [{"name": name, **matcher}]}

    def string(**fields):
        return {"string_match": fields}

    rules = [header("x-exact", **string(exact="a")), header("x-prefix", **string(prefix="ab")), header("x-suffix", **string(suffix="yz")), header("x-contains", **string(contains="mid")),
             header("x-case", **string(exact="abc", ignore_case=True)), header("x-regex", **string(safe_regex={"regex": "a+b"})), header("x-range", range_match={"start": 1, "end": 10}),
             header("x-present", present_match=True), header("x-two", **string(exact="1,2")), header(":method", **string(exact="PUT")), header(":authority", **string(prefix="special")),
             {"path": "/Case", "case_sensitive": False}, {"safe_regex": {"regex": "/rx/[a-c]{2}"}}, {"path_separated_prefix": "/sep"}, {"prefix": "/grpc", "grpc": {}},
             {"prefix": "/q", "query_parameters": [{"name": "a", "string_match": {"exact": "1"}}, {"name": "b", "present_match": True}]}, {"prefix": "/fraction", "runtime_fraction": {"default_value": {"numerator": 100}}},
             {"prefix": "/never", "runtime_fraction": {"default_value": {"numerator": 0}}}, {"prefix": "/inv", "headers": [{"name": "x-inv", "invert_match": True, **string(exact="no")}]},
             {"prefix": "/missing", "headers": [{"name": "x-missing", "invert_match": True, "present_match": True}]}, {"prefix": "/treat", "headers": [{"name": "x-treat", "treat_missing_header_as_empty": True, **string(exact="")}]}]
    routes = [route(match, response_headers_to_add=[{"header": {"key": "x-rule", "value": str(i)}}]) for i, match in enumerate(rules)]
    sent = [[("X-Exact", "a")], [("X-Exact", "A")], [("X-Exact", "")], [("X-Prefix", "abc")], [("X-Suffix", "xyz")], [("X-Contains", "amidst")], [("X-Case", "ABC")], [("X-Regex", "aab")], [("X-Regex", "xaab")],
            [("X-Range", "1")], [("X-Range", "10")], [("X-Range", "x")], [("X-Range", "+5")], [("X-Present", "")], [("X-Two", "1"), ("X-Two", "2")], [("X-Two", "1, 2")]]
    cases = [case(str(each), get(fields=each)) for each in sent]
    cases += [case(target, get(target)) for target in ("/case", "/CASE", "/case/", "/rx/ab", "/rx/abc", "/rx/ab?q", "/sep", "/sep/", "/separate", "/sep?x", "/grpc", "/q?a=1&b", "/q?b=&a=1", "/q?a=1", "/q?a=1&a=2&b=3",
                                                      "/q?a=%31&b=1", "/fraction", "/never", "/inv", "/missing", "/treat", "/nothing")]
    cases += [case("PUT", get(method="PUT", fields=[("Content-Length", "0")])), case("special host", get(host=b"special.test")), case("gRPC", get("/grpc", method="POST", fields=[("Content-Type", "application/grpc")])),
              case("gRPC+proto", get("/grpc", method="POST", fields=[("Content-Type", "application/grpc+proto")])), case("gRPC-web", get("/grpc", method="POST", fields=[("Content-Type", "application/grpc-web")])),
              case("inverted, equal", get("/inv", fields=[("X-Inv", "no")])), case("inverted, other", get("/inv", fields=[("X-Inv", "yes")])), case("missing, present", get("/missing", fields=[("X-Missing", "x")]))]
    yield "matches", routes, {}, cases


def retries():
    def policy(on, **fields):
        return {"retry_policy": {"retry_on": on, "num_retries": 2, "retry_back_off": {"base_interval": "0.001s"}, **fields}}

    rules = {"5xx": policy("5xx"), "gateway": policy("gateway-error"), "4xx": policy("retriable-4xx"), "reset": policy("reset"), "connect": policy("connect-failure", num_retries=1),
             "codes": policy("retriable-status-codes", retriable_status_codes=[418, 503]), "headers": policy("retriable-headers", retriable_headers=[{"name": "x-again", "present_match": True}]),
             "try": policy("5xx", per_try_timeout="0.3s"), "envoy": {}, "grpc": policy("unavailable"), "late": {"timeout": "0.4s"}, "refused": policy("refused-stream"), "http3": policy("5xx,reset", num_retries=0)}
    routes = [route(f"/{name}", fields, **({"request_headers_to_add": []})) for name, fields in rules.items()] + [route("/dead", {"cluster": "dead", **policy("connect-failure")}), route("/")]
    ok, bad = [answer()], [answer(503, body=b"no")]
    cases = [case(f"{name}: {what}", get(f"/{name}", method="POST", fields=[("Content-Length", "3")], body=b"abc"), attempts=attempts) for name in rules if name not in ("try", "late")
             for what, attempts in (("503, 200", [bad, ok]), ("503 for ever", [bad]), ("409, 200", [[answer(409)], ok]), ("reset, 200", [["close"], ok]), ("418, 200", [[answer(418)], ok]))]
    cases += [case("headers: again", get("/headers"), attempts=[[answer(fields=[("x-again", "1"), ("Content-Length", "2")])], ok]), case("try: slow, 200", get("/try"), attempts=[[1.5], ok]),
              case("try: slow for ever", get("/try"), attempts=[[3]]), case("late: slow", get("/late"), attempts=[[3]]), case("late: in the middle", get("/late"), attempts=[[answer(fields=[("Content-Length", "9")], body=b"abc"), 2]]),
              case("dead", get("/dead")), case("grpc: unavailable", get("/grpc", method="POST", fields=[("Content-Type", "application/grpc"), ("Content-Length", "0")]), attempts=[[answer(fields=[("content-type", "application/grpc"), ("grpc-status", "14"), ("Content-Length", "0")], body=b"")], ok]),
              case("envoy: asked by the client", get("/envoy", fields=[("X-Forwarded-For", "10.0.0.1"), ("X-Envoy-Retry-On", "5xx"), ("X-Envoy-Max-Retries", "3")]), attempts=[bad, bad, bad, ok]),
              case("envoy: codes asked by the client", get("/envoy", fields=[("X-Forwarded-For", "10.0.0.1"), ("X-Envoy-Retry-On", "retriable-status-codes"), ("X-Envoy-Retriable-Status-Codes", "418")]), attempts=[[answer(418)], ok]),
              case("envoy: timeout asked by the client", get("/envoy", fields=[("X-Forwarded-For", "10.0.0.1"), ("X-Envoy-Upstream-Rq-Timeout-Ms", "300")]), attempts=[[3]]),
              case("envoy: other status for timeouts", get("/envoy", fields=[("X-Forwarded-For", "10.0.0.1"), ("X-Envoy-Upstream-Rq-Timeout-Ms", "300"), ("X-Envoy-Upstream-Rq-Timeout-Alt-Response", "1")]), attempts=[[3]])]
    counted = {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes, "include_request_attempt_count": True, "include_attempt_count_in_response": True}]}
    yield "retries", counted, {}, cases


def limits_and_faults():
    fault = {"numerator": 100}
    routes = [route("/abort", typed_per_filter_config={"envoy.filters.http.fault": wire.any_of(wire.FAULT, abort={"http_status": 418, "percentage": fault})}),
              route("/grpc-abort", typed_per_filter_config={"envoy.filters.http.fault": wire.any_of(wire.FAULT, abort={"grpc_status": 5, "percentage": fault})}),
              route("/delay", typed_per_filter_config={"envoy.filters.http.fault": wire.any_of(wire.FAULT, delay={"fixed_delay": "0.05s", "percentage": fault}, headers=[{"name": "x-slow", "present_match": True}])}),
              route("/asked", typed_per_filter_config={"envoy.filters.http.fault": wire.any_of(wire.FAULT, abort={"header_abort": {}, "percentage": fault}, delay={"header_delay": {}, "percentage": fault})}),
              route("/full", {"cluster": "full"}), route("/mirror", {"request_mirror_policies": [{"cluster": "dead"}]}), route("/weights", {"cluster": None, "weighted_clusters": {"clusters": [
                  {"name": "origin", "weight": 100, "request_headers_to_add": [{"header": {"key": "x-weighted", "value": "yes"}}], "response_headers_to_remove": ["x-from"]}, {"name": "dead", "weight": 0}]}}),
              route("/named", {"cluster": None, "cluster_header": "x-cluster"}), route("/none404", {"cluster": None, "cluster_header": "x-cluster", "cluster_not_found_response_code": "NOT_FOUND"}),
              route("/empty", {"cluster": "empty"}), route("/stream", {"max_stream_duration": {"max_stream_duration": "0.3s"}}),
              route("/grpc", {"max_stream_duration": {"grpc_timeout_header_max": "5s"}}), route("/idle", {"idle_timeout": "0.3s"}), route("/")]
    for each in routes:
        if each["route"].get("cluster", 0) is None:
            del each["route"]["cluster"]
    fields = [("Content-Type", "application/grpc"), ("TE", "trailers"), ("Content-Length", "0")]
    cases = [case(f"{target}{' gRPC' if more else ''}", get(target, method="POST" if more else "GET", fields=more), attempts=[[3]] if target in ("/stream", "/idle") else None)
             for target in ("/abort", "/grpc-abort", "/delay", "/full", "/mirror", "/weights", "/named", "/none404", "/empty", "/stream", "/idle", "/plain") for more in ([], fields)]
    cases += [case("/delay, slow", get("/delay", fields=[("X-Slow", "1")])), case("/asked abort", get("/asked", fields=[("X-Envoy-Fault-Abort-Request", "429")])),
              case("/asked delay", get("/asked", fields=[("X-Envoy-Fault-Delay-Request", "50")])), case("/asked gRPC abort", get("/asked", fields=[("X-Envoy-Fault-Abort-Grpc-Request", "5")])),
              case("/asked nonsense", get("/asked", fields=[("X-Envoy-Fault-Abort-Request", "9999")])), case("/named origin", get("/named", fields=[("X-Cluster", "origin")])), case("/named missing", get("/named", fields=[("X-Cluster", "missing")])),
              case("gRPC timeout", get("/grpc", method="POST", fields=fields + [("Grpc-Timeout", "300m")]), attempts=[[3]]), case("request too slow", [get("/x", method="POST", fields=[("Content-Length", "9")], body=b"abc"), 1.0], False, None),
              case("fields too slow", [b"GET / HTTP/1.1\r\nHost: a\r\n", 1.0], False, None)]
    yield "limits and faults", routes, {"filters": [http_filter("fault", "HTTPFault")], "request_timeout": "0.5s", "request_headers_timeout": "0.3s"}, cases


def access():
    cors = {"allow_origin_string_match": [{"exact": "http://good.test"}, {"suffix": ".wild.test"}], "allow_methods": "GET,PUT", "allow_headers": "x-a", "expose_headers": "x-b", "max_age": "60", "allow_credentials": True}

    def rule(**permission):
        return {"permissions": [permission], "principals": [{"any": True}]}

    policies = {"path": rule(url_path={"path": {"prefix": "/open"}}), "header": rule(header={"name": "x-key", "string_match": {"exact": "secret"}}), "method": rule(header={"name": ":method", "string_match": {"exact": "OPTIONS"}}),
                "not": rule(not_rule={"url_path": {"path": {"prefix": "/"}}})}
    rbac = http_filter("rbac", "RBAC", rules={"action": "ALLOW", "policies": policies}, shadow_rules={"action": "DENY", "policies": {"shadow": rule(any=True)}})
    deny = wire.any_of(PACKAGE + "rbac.v3.RBACPerRoute", rbac={"rules": {"action": "DENY", "policies": {"all": {"permissions": [{"any": True}], "principals": [{"header": {"name": "x-bad", "present_match": True}}]}}}})
    off = wire.any_of(PACKAGE + "rbac.v3.RBACPerRoute")
    routes = [route("/deny", typed_per_filter_config={"envoy.filters.http.rbac": deny}), route("/off", typed_per_filter_config={"envoy.filters.http.rbac": off}), route("/")]
    table = {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes, "typed_per_filter_config": {"envoy.filters.http.cors": wire.any_of(PACKAGE + "cors.v3.CorsPolicy", **cors)}}]}
    cases = [case(f"{target} {fields}", get(target, fields=fields)) for target in ("/open", "/open/x", "/shut", "/deny", "/off") for fields in ([], [("X-Key", "secret")], [("X-Bad", "1")])]
    for origin in ("http://good.test", "http://GOOD.test", "http://bad.test", "http://x.wild.test", ""):
        cases += [case(f"origin {origin}", get("/open", fields=[("Origin", origin)])), case(f"preflight {origin}", get("/open", method="OPTIONS", fields=[("Origin", origin), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "x-a")])),
                  case(f"OPTIONS {origin}", get("/open", method="OPTIONS", fields=[("Origin", origin)]))]
    cases.append(case("origin's own answer", get("/open", fields=[("Origin", "http://good.test")]), attempts=[[answer(fields=[("Access-Control-Allow-Origin", "*"), ("Content-Length", "2")])]]))
    yield "access", table, {"filters": [http_filter("cors", "Cors"), rbac]}, cases


def tunnels():
    websocket = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13")]
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    routes = [route("/off", {"upgrade_configs": [{"upgrade_type": "websocket", "enabled": False}]}), route("/other", {"upgrade_configs": [{"upgrade_type": "other"}]}), route({"connect_matcher": {}}, {"upgrade_configs": [{"upgrade_type": "CONNECT"}]}), route("/")]
    cases = [case("websocket off", get("/off", fields=websocket)), case("other on", [get("/other", fields=[("Upgrade", "other"), ("Connection", "upgrade")]), 0.2, b"x", 0.2], attempts=[[b"HTTP/1.1 101 S\r\nUpgrade: other\r\nConnection: upgrade\r\n\r\n", "echo"]]),
             case("websocket large", [get(fields=websocket), 0.2, b"w" * 300000, 0.5], attempts=[[switching, "echo"]]), case("websocket closed by the origin", [get(fields=websocket), 0.2], attempts=[[switching, b"bye", "close"]]),
             case("websocket, 200 instead", get(fields=websocket), attempts=[[answer()]]), case("websocket, 426", get(fields=websocket), attempts=[[answer(426, [("Upgrade", "websocket"), ("Connection", "upgrade"), ("Content-Length", "2")])]]),
             case("websocket, early data", [get(fields=websocket) + b"early", 0.3], attempts=[[0.1, switching, "echo"]]), case("websocket by POST", get(method="POST", fields=websocket + [("Content-Length", "0")])),
             case("CONNECT", [get("b.test:443", method="CONNECT", host=b"b.test:443"), 0.3, b"tunnel", 0.2])]
    yield "tunnels", routes, {"upgrade_configs": [{"upgrade_type": "websocket"}, {"upgrade_type": "CONNECT"}]}, cases


def all_stacks():
    for group in (forwarded_for, paths, hosts, old_clients, local_replies, mutations, redirects_and_rewrites, matches, retries, limits_and_faults, access, tunnels):
        yield from group()
