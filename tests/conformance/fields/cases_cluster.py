"""Clusters: their endpoints, the choice among them, limits, protocols, how connections to them are made."""

import json

from engine import request_bytes, wire
from environment import F, address, answer, any_of, assignment, direct, endpoint
from fields import Case

OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
INSPECTOR = {"name": "tls", "typed_config": any_of("envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector")}


def origins(e, count, **fields):
    return e.cluster("origin", [e.origin(f"o{i}") for i in range(count)], **fields)


def names(r, count=20, **request):
    """Who answered."""
    return [r.get(**request).get("origin") for _ in range(count)]


def groups(e, *localities, **fields):
    """A cluster of these LocalityLbEndpoints; `name` in one is its origin."""
    endpoints = [{"lb_endpoints": [endpoint(e.origin(name), **more.pop("lb", {}))], **more} for name, more in localities]
    return e.http(clusters=[e.cluster("origin", load_assignment={"cluster_name": "origin", "endpoints": endpoints, **fields.pop("policy", {})}, **fields)])


def zone(name):
    return {"region": "r", "zone": name}


def options(**fields):
    return {"typed_extension_protocol_options": {OPTIONS: any_of(OPTIONS, fields)}}


PLAIN = {"explicit_http_config": {"http_protocol_options": {}}}


def preface(r):
    """Whether the origin was spoken to in HTTP/2."""
    r.get(seconds=1.0)
    return bool(r.until(lambda: any(each.startswith(b"PRI") for each in r.environment.requests()), 1.0))


def spoken(**fields):
    def build(e):
        e.origin(steps=lambda data: ["close"] if data.startswith(b"PRI") else [answer()])
        return e.http(cluster={key: value for key, value in fields.items()})
    return build


def connections(r, count=3):
    [r.get() for _ in range(count)]
    return r.stat("cluster.origin.upstream_cx_total")


def together(r, count=3):
    """The statuses of requests at the same time: the origin takes its time for each."""
    opened = [r.connect() for _ in range(count)]
    for connection in opened:
        connection.sendall(request_bytes("/"))
        r.until(lambda: r.environment.requests())  # The first one is under way before the next ones come.
    statuses = []
    for connection in opened:
        data = b""
        connection.settimeout(5)
        while not wire.Answer(data).whole:
            data += connection.recv(1 << 16) or b"HTTP/1.1 0 x\r\ncontent-length: 0\r\n\r\n"
        statuses.append(wire.Answer(data).status)
        connection.close()
    return sorted(statuses)


def slow(**cluster):
    def build(e):
        e.origin(steps=[0.7, answer()])
        return e.http(cluster=cluster)
    return build


def limited(**limits):
    return slow(circuit_breakers={"thresholds": [limits]})


LIMITS = [
    Case("cluster.circuit_breakers", slow(circuit_breakers=F({"thresholds": F([{"max_requests": F(1)}])})), together, [200, 503, 503]),
    Case("cluster.max_pending_requests", limited(max_connections=1, max_pending_requests=F(1)), together, [200, 200, 503]),
    Case("cluster.max_connections", limited(max_connections=F(1)), lambda r: together(r) and r.stat("cluster.origin.upstream_cx_total"), 1),
    Case("cluster.thresholds.priority", slow(circuit_breakers={"thresholds": [{"priority": F("HIGH"), "max_requests": 1}]}), together, [200, 200, 200]),
    Case("cluster.track_remaining", lambda e: e.http(cluster={"circuit_breakers": {"thresholds": [{"track_remaining": F(True), "max_requests": 7}]}}),
         lambda r: r.get() and r.stat("cluster.origin.circuit_breakers.default.remaining_rq"), 7),
    Case("cluster.max_retries", lambda e: (e.origin(steps=[answer("503 Service Unavailable")]), e.http(
        action={"retry_policy": {"retry_on": "5xx"}}, cluster={"circuit_breakers": {"thresholds": [{"max_retries": F(0)}]}}))[1], lambda r: len(r.get().all_seen), 1),
    Case("cluster.retry_budget", lambda e: (e.origin(steps=[answer("503 Service Unavailable")]), e.http(
        action={"retry_policy": {"retry_on": "5xx"}}, cluster={"circuit_breakers": {"thresholds": [{"max_retries": 0, "retry_budget": F(
            {"budget_percent": {"value": 100}, "min_retry_concurrency": 1})}]}}))[1], lambda r: len(r.get().all_seen), 2),
    Case("cluster.retry_budget.min", lambda e: (e.origin(steps=[answer("503 Service Unavailable")]), e.http(
        action={"retry_policy": {"retry_on": "5xx"}}, cluster={"circuit_breakers": {"thresholds": [{"retry_budget": {
            "budget_percent": {"value": 0}, "min_retry_concurrency": F(0)}}]}}))[1], lambda r: len(r.get().all_seen), 1),
    Case("cluster.max_requests_per_connection", lambda e: e.http(cluster={"max_requests_per_connection": F(1)}), connections, 3),
    Case("cluster.options.max_requests", lambda e: e.http(cluster=options(common_http_protocol_options=F({"max_requests_per_connection": 1}), **PLAIN)), connections, 3),
    Case("cluster.common.idle_timeout", lambda e: e.http(cluster={"common_http_protocol_options": F({"idle_timeout": "0.2s"})}),
         lambda r: r.get() and r.until(lambda: r.stat("cluster.origin.upstream_cx_idle_timeout"), 1.0), 1),
    Case("cluster.common.max_connection_duration", lambda e: e.http(cluster=options(common_http_protocol_options={"max_connection_duration": F("0.2s")}, **PLAIN)),
         lambda r: r.get() and r.until(lambda: r.stat("cluster.origin.upstream_cx_max_duration_reached"), 1.0), 1),
    Case("cluster.common.max_response_headers_kb", lambda e: (e.origin(steps=[answer(fields=[("x", "y" * 3000)])]), e.http(cluster=options(
        common_http_protocol_options={"max_response_headers_kb": F(1)}, **PLAIN)))[1], lambda r: r.get().status >= 500, True),
]

BALANCE = [
    Case("cluster.lb_policy", lambda e: e.http(action={"hash_policy": [{"header": {"header_name": "x-user"}}]}, clusters=[origins(e, 4, lb_policy=F("MAGLEV"))]),
         lambda r: len(set(names(r, fields={"x-user": "a"}))), 1),
    Case("cluster.locality_weights", lambda e: groups(e, ("a", {"locality": F(zone("a"), zone("b")), "load_balancing_weight": F(1000000)}), ("b", {"locality": zone("b"), "load_balancing_weight": 1}),
         common_lb_config=F({"locality_weighted_lb_config": F({})})), lambda r: set(names(r)), {"a"}),
    Case("cluster.priority", lambda e: groups(e, ("a", {}), ("b", {"priority": F(1)})), lambda r: set(names(r)), {"a"}),
    Case("cluster.health_status", lambda e: groups(e, ("a", {}), ("b", {"lb": {"health_status": F("UNHEALTHY")}})), lambda r: set(names(r)), {"a"}),
    Case("cluster.endpoint_weight", lambda e: groups(e, ("a", {"lb": {"load_balancing_weight": F(1000)}}), ("b", {})), lambda r: names(r, 40).count("a") >= 36, True),
    Case("cluster.overprovisioning", lambda e: e.http(clusters=[e.cluster("origin", load_assignment={"cluster_name": "origin", "policy": F({"overprovisioning_factor": F(1000)}), "endpoints": [
        {"lb_endpoints": [endpoint(e.origin("a")), *(endpoint(9, f"127.0.1.{i}", health_status="UNHEALTHY") for i in range(1, 6))]},
        {"priority": 1, "lb_endpoints": [endpoint(e.origin("b"))]}]})]), lambda r: set(names(r, 30)), {"a"}),
    Case("cluster.endpoint.hostname", lambda e: e.http(action={"auto_host_rewrite": True}, cluster={"type": "STRICT_DNS", "load_assignment": {"cluster_name": "origin", "endpoints": [
        {"lb_endpoints": [{"endpoint": {"address": address(e.origin()), "hostname": F("ep.test")}}]}]}}),
         lambda r: r.until(lambda: r.get().status == 200) and r.get().seen.get("host"), "ep.test"),
]

ENDPOINTS = [
    Case("cluster.load_assignment", lambda e: e.http(cluster={"load_assignment": F({"cluster_name": F("origin"), "endpoints": F([{"lb_endpoints": F([
        {"endpoint": F({"address": F(address(e.origin()))})}])}])})}), lambda r: r.get().status, 200),
    Case("cluster.name", lambda e: e.http(cluster={"name": F("origin")}), lambda r: r.get().status, 200),
    Case("cluster.alt_stat_name", lambda e: e.http(cluster={"alt_stat_name": F("mine")}), lambda r: r.get() and r.stat("cluster.mine.upstream_rq_total"), 1),
    # A connection that nothing redirected was meant for this listener: no host, not this listener again.
    Case("cluster.original_dst.of_nowhere", lambda e: e.http(cluster={"type": "ORIGINAL_DST", "lb_policy": "CLUSTER_PROVIDED", "load_assignment": None}),
         lambda r: (r.get().status, r.get().body), (503, "no healthy upstream")),
    Case("cluster.type", lambda e: e.http(cluster={"type": F("STRICT_DNS", "STATIC"), "dns_lookup_family": F("V4_ONLY", "V6_ONLY"), "load_assignment": assignment("origin", [e.origin()], "localhost")}),
         lambda r: bool(r.until(lambda: r.get().status == 200, 1.5)), True),
    Case("cluster.metadata", lambda e: e.http(cluster={"metadata": F({"filter_metadata": {"a": {"b": "c"}}})}, hcm={"access_log": e.access_log("%METADATA(CLUSTER:a:b)%")}),
         lambda r: r.get() and r.lines(), ["c"]),
    Case("cluster.endpoint.metadata", lambda e: groups(e, ("a", {"lb": {"metadata": F({"filter_metadata": {"envoy.transport_socket_match": {"t": "1"}}})}}),
         connect_timeout="0.5s", transport_socket_matches=F([{"name": "m", "match": F({"t": "1"}, {"t": "2"}), "transport_socket": F(e.upstream_tls(), {
             "name": "raw", "typed_config": any_of("envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer")})}])),
         lambda r: r.get().status, 503),
    Case("cluster.bind", lambda e: e.http(cluster={"upstream_bind_config": F({"source_address": F({"address": "127.0.0.9", "port_value": 0})})},
         hcm={"access_log": e.access_log("%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%")}), lambda r: r.get() and r.lines(), ["127.0.0.9"]),
    Case("cluster.bind.manager", lambda e: e.http(bootstrap={"cluster_manager": F({"upstream_bind_config": F({"source_address": {"address": "127.0.0.9", "port_value": 0}})})},
         hcm={"access_log": e.access_log("%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%")}), lambda r: r.get() and r.lines(), ["127.0.0.9"]),
]


def eds(e, text=None, **fields):
    e.file("eds/eds.json", json.dumps({"version_info": "1", "resources": [any_of("envoy.config.endpoint.v3.ClusterLoadAssignment", assignment(text or "origin", [e.origin()]))]}))
    return e.http(bootstrap={"node": {"id": "n", "cluster": "c"}}, cluster={"type": "EDS", "load_assignment": None, "eds_cluster_config": fields or None})


SOURCES = [
    Case("cluster.eds", lambda e: eds(e, eds_config={"path_config_source": F({"path": F(e.path("eds/eds.json"), e.path("eds/none.json"))})}), lambda r: r.get().status, 200),
    Case("cluster.eds.config", lambda e: eds(e, eds_config=F({"path": e.path("eds/eds.json")})), lambda r: r.get().status, 200),
    Case("cluster.eds.path", lambda e: eds(e, eds_config={"path": F(e.path("eds/eds.json"), e.path("eds/none.json"))}), lambda r: r.get().status, 200),
    Case("cluster.eds.service_name", lambda e: eds(e, "service", eds_config={"path": e.path("eds/eds.json")}, service_name=F("service")), lambda r: r.get().status, 200),
]

PROTOCOLS = [
    Case("cluster.http2_protocol_options", spoken(http2_protocol_options=F({})), preface, True),
    Case("cluster.options.http2", spoken(**{"typed_extension_protocol_options": F({OPTIONS: any_of(OPTIONS, explicit_http_config=F({"http2_protocol_options": F({})},
         {"http_protocol_options": {}}))})}), preface, True),
    Case("cluster.protocol_selection", spoken(http2_protocol_options={}, protocol_selection=F("USE_DOWNSTREAM_PROTOCOL")), lambda r: r.get(seconds=1.0).status, 200),
    Case("cluster.options.use_downstream", spoken(**{"typed_extension_protocol_options": {OPTIONS: any_of(OPTIONS, use_downstream_protocol_config=F({"http2_protocol_options": {}}))}}),
         lambda r: r.get(seconds=1.0).status, 200),
    Case("cluster.http_protocol_options", lambda e: e.http(cluster={"http_protocol_options": F({"header_key_format": {"proper_case_words": {}}})}),
         lambda r: "X-Forwarded-Proto" in r.get().seen.names, True),
    Case("cluster.options.http1", lambda e: e.http(cluster=options(explicit_http_config={"http_protocol_options": F({"header_key_format": {"proper_case_words": {}}}, {})})),
         lambda r: "X-Forwarded-Proto" in r.get().seen.names, True),
    Case("cluster.options.downstream_http1", lambda e: e.http(cluster=options(use_downstream_protocol_config={"http_protocol_options": F({"header_key_format": {"proper_case_words": {}}})})),
         lambda r: "X-Forwarded-Proto" in r.get().seen.names, True),
]


def behind_tls(context=None, cluster=None, seen="%REQUESTED_SERVER_NAME%", chain=None, **manager):
    """A proxy whose cluster is its own second listener, which speaks TLS and logs `seen`."""
    def build(e):
        port = getattr(e, "secure_port", None) or wire.free_port()
        e.secure_port = port
        secure = e.listener([{"filters": [e.manager(routes=[direct("secure")], hcm={"access_log": e.access_log(seen)})], "transport_socket": e.downstream_tls(
            {"alpn_protocols": ["h2", "http/1.1"], **(chain(e) if chain else {})})}], "secure", address=address(port), listener_filters=[INSPECTOR])
        made = context(e) if context else e.upstream_tls()
        to = e.cluster("origin", [port], transport_socket=made, **(cluster or {}))
        return e.bootstrap([e.listener([{"filters": [e.manager(**manager)]}]), secure], [to])
    return build


def seen_line(r):
    r.get()
    return r.lines(seconds=1.0)


UPSTREAM_TLS = [
    Case("cluster.transport_socket", behind_tls(lambda e: F(e.upstream_tls())), lambda r: r.get().body, "secure"),
    Case("upstream_tls.sni", behind_tls(lambda e: e.upstream_tls(sni=F("s.test"))), seen_line, ["s.test"]),
    Case("cluster.auto_sni", behind_tls(cluster=options(upstream_http_protocol_options=F({"auto_sni": F(True)}), **PLAIN)), seen_line, ["a.test"]),
    Case("cluster.old_auto_sni", behind_tls(cluster={"upstream_http_protocol_options": F({"auto_sni": True})}), seen_line, ["a.test"]),
    Case("cluster.auto_sni_header", behind_tls(cluster=options(upstream_http_protocol_options={"auto_sni": True, "override_auto_sni_header": F("x-sni")}, **PLAIN)),
         lambda r: r.get(fields={"x-sni": "h.test"}) and r.lines(), ["h.test"]),
    Case("cluster.auto_san", behind_tls(lambda e: e.upstream_tls({"validation_context": {"trusted_ca": {"filename": e.certificate()[0]}}}),
         cluster=options(upstream_http_protocol_options={"auto_sni": True, "auto_san_validation": F(True)}, **PLAIN)), lambda r: r.get(host="b.test").status, 503),
    Case("cluster.auto_config", behind_tls(cluster=options(auto_config=F({"http2_protocol_options": {}, "http_protocol_options": {}})), seen="%PROTOCOL%"), seen_line, ["HTTP/2"]),
]

CASES = LIMITS + BALANCE + ENDPOINTS + SOURCES + PROTOCOLS + UPSTREAM_TLS
