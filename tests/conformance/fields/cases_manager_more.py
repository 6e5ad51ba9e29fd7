"""The HTTP connection manager and routes, continued: names, schemes, drains, retries' details."""

import json

from engine import request_bytes, wire
from environment import F, answer, any_of, direct
from fields import Case


def rest_after(r, first, seconds=2.5):
    """How a connection ends that is left alone after one request."""
    reply = r.send([request_bytes("/"), first], seconds=seconds, until=lambda data: False)
    return reply.status, reply.end


def underscored(r):
    reply = r.get(fields={"x_y": "1", "x-z": "2"})
    return reply.status, reply.seen and (reply.seen.get("x_y"), reply.seen.get("x-z"))


def common(**fields):
    return {"common_http_protocol_options": fields}


def rds(e, name="table", **source):
    e.file("rds/rds.json", json.dumps({"version_info": "1", "resources": [any_of("envoy.config.route.v3.RouteConfiguration", {
        "name": "table", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [direct("by rds")]}]})]}))
    return e.http(rc="none", bootstrap={"node": {"id": "n", "cluster": "c"}}, hcm={"rds": source})


INSIDE = {"use_remote_address": True, "internal_address_config": {"cidr_ranges": [{"address_prefix": "127.0.0.0", "prefix_len": 8}]}}

MANAGER = [
    Case("hcm.underscores.reject", lambda e: e.http(hcm=common(headers_with_underscores_action=F("REJECT_REQUEST"))), lambda r: underscored(r)[0], 400),
    Case("hcm.underscores.drop", lambda e: e.http(hcm=common(headers_with_underscores_action=F("DROP_HEADER"))), underscored, (200, (None, "2"))),
    Case("hcm.max_connection_duration", lambda e: e.http(hcm={**common(max_connection_duration=F("0.2s")), "drain_timeout": "0.1s"}), lambda r: rest_after(r, 0.0), (200, "closed")),
    Case("hcm.drain_timeout", lambda e: e.http(hcm={**common(max_connection_duration="0.2s"), "drain_timeout": F("0.1s", "30s")}), lambda r: rest_after(r, 0.0), (200, "closed")),
    Case("hcm.http1_safe_max_connection_duration", lambda e: e.http(hcm={
        **common(max_connection_duration="0.2s"), "drain_timeout": "0.1s", "http1_safe_max_connection_duration": F(True)}), lambda r: rest_after(r, 0.0, 1.5), (200, "open")),
    Case("hcm.scheme.overwrite", lambda e: e.http(hcm={"scheme_header_transformation": F({"scheme_to_overwrite": F("https", "http")})},
         route_fields={"request_headers_to_add": [{"header": {"key": "x-scheme", "value": "%REQ(:SCHEME)%"}}]}),
         lambda r: [(g.seen.get("x-scheme"), g.seen.get("x-forwarded-proto")) for g in [r.get()]][0], ("https", "https")),
    Case("hcm.scheme.match_upstream", lambda e: e.http(chain={"transport_socket": e.downstream_tls()}, hcm={"scheme_header_transformation": F({"match_upstream": F(True)}),
         "access_log": e.access_log("%REQ(:SCHEME)%")}), lambda r: r.get(tls={}) and r.lines(), ["http"]),
    Case("hcm.stat_prefix", lambda e: e.http(hcm={"stat_prefix": F("mine")}), lambda r: r.get() and r.stat("http.mine.downstream_rq_total"), 1),
    Case("hcm.route_config", lambda e: e.http(rc="none", hcm={"route_config": F({"virtual_hosts": F([{"name": F("v"), "domains": ["*"], "routes": [direct("x")]}])})}),
         lambda r: r.get().body, "x"),
    Case("hcm.route_config.name", lambda e: e.http(rc={"name": F("the-table")}),
         lambda r: "the-table" in r.admin("/config_dump?resource=static_route_configs").body, True),
    Case("hcm.rds", lambda e: rds(e, route_config_name=F("table", "other"), config_source=F({"path_config_source": {"path": e.path("rds/rds.json")}})), lambda r: r.get().body, "by rds"),
    Case("hcm.http_filters", lambda e: e.http(hcm={"http_filters": [{"name": F("router"), "typed_config": F(any_of(wire.ROUTER))}]}), lambda r: r.get().status, 200),
    Case("hcm.request_headers_timeout", lambda e: e.http(hcm={"request_headers_timeout": F("0.3s")}),
         lambda r: r.send([b"GET / HTTP/1.1\r\nHost: a"], seconds=1.5, until=lambda data: False).status, 408),
    Case("hcm.typed_config", lambda e: e.bootstrap([e.listener([{"filters": [{"name": "http", "typed_config": F(e.manager()["typed_config"])}]}])]), lambda r: r.get().status, 200),
    Case("router.respect_expected_rq_timeout", lambda e: (e.origin(steps=[0.8, answer()]), e.http(hcm={
        **INSIDE, "http_filters": [{"name": "r", "typed_config": any_of(wire.ROUTER, respect_expected_rq_timeout=F(True))}]}))[1],
         lambda r: r.get(fields={"x-envoy-expected-rq-timeout-ms": "200"}).status, 504),
]


ROUTES = [
    Case("route.match", lambda e: e.http(routes=[{"match": F({"prefix": "/a"}), **{key: value for key, value in direct("a").items() if key != "match"}}, direct("b")]),
         lambda r: r.get("/a").body, "a"),
    Case("route.metadata", lambda e: e.http(route_fields={"metadata": F({"filter_metadata": {"a": {"b": "c"}}})}, hcm={"access_log": e.access_log("%METADATA(ROUTE:a:b)%")}),
         lambda r: r.get() and r.lines(), ["c"]),
    Case("route.hash_policy.terminal", lambda e: e.http(action={"hash_policy": [{"header": {"header_name": "x-a"}, "terminal": F(True)}, {"header": {"header_name": "x-b"}}]},
         clusters=[e.cluster("origin", [e.origin(f"o{i}") for i in range(4)], lb_policy="RING_HASH")]),
         lambda r: len({r.get(fields={"x-a": "1", "x-b": str(i)}).get("origin") for i in range(16)}), 1),
    Case("route.hash_policy.cookie.attributes", lambda e: e.http(action={"hash_policy": [{"cookie": {"name": "c", "ttl": "60s", "attributes": F([
        {"name": F("SameSite", "Other"), "value": F("Strict", "Lax")}])}}]}, cluster={"lb_policy": "RING_HASH"}), lambda r: "SameSite=Strict" in r.get().get("set-cookie"), True),
    Case("route.weighted.use_hash_policy", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "route": {"hash_policy": [{"header": {"header_name": "x-a"}}], "weighted_clusters": {
        "clusters": [{"name": "origin", "weight": 50}, {"name": "other", "weight": 50}], "use_hash_policy": F(True)}}}], more_clusters=[e.cluster("other")]),
         lambda r: len({r.get(fields={"x-a": "1"}).get("origin") for i in range(16)}), 1),
    Case("route.max_grpc_timeout", lambda e: (e.origin(steps=[0.8, answer()]), e.http(action={"timeout": "0s", "max_grpc_timeout": F("0s")}))[1],
         lambda r: r.get(fields={"content-type": "application/grpc", "grpc-timeout": "200m"}).get("grpc-status") is not None, True),
    *[Case(f"route.{name}", lambda e, f=fields: (e.origin(steps=[0.8, answer()]), e.http(action={"timeout": "0s", **f}))[1],
           lambda r: r.get(fields={"content-type": "application/grpc", "grpc-timeout": "3S"}, seconds=2.0).get("grpc-status") is not None, True) for name, fields in [
        ("grpc_timeout_offset", {"max_grpc_timeout": "0s", "grpc_timeout_offset": F("2.9s")}),
        ("grpc_timeout_header_offset", {"max_stream_duration": {"grpc_timeout_header_max": "0s", "grpc_timeout_header_offset": F("2.9s")}})]],
    Case("virtual_host.is_timeout_retry", lambda e: (e.origin(steps=lambda data: [answer()] if len(e.requests()) > 1 else [0.8, answer()]), e.http(
        vhost={"include_is_timeout_retry_header": F(True)}, action={"retry_policy": {"retry_on": "5xx", "per_try_timeout": "0.2s"}}))[1],
         lambda r: r.get().all_seen[-1].get("x-envoy-is-timeout-retry"), "true"),
    Case("retry.rate_limited.max_interval", lambda e: (e.origin(steps=[answer("503 Service Unavailable", fields=[("retry-after", "5")])]), e.http(action={
        "timeout": "1s", "retry_policy": {"retry_on": "5xx", "num_retries": 1, "rate_limited_retry_back_off": {"reset_headers": [{"name": "retry-after", "format": "SECONDS"}],
                                                                                                            "max_interval": F("2s")}}}))[1], lambda r: len(r.get().all_seen), 2),
    Case("retry.rate_limited.format", lambda e: (e.origin(steps=[answer("503 Service Unavailable", fields=[("retry-after", "5")])]), e.http(action={
        "timeout": "1s", "retry_policy": {"retry_on": "5xx", "num_retries": 1, "rate_limited_retry_back_off": {"reset_headers": [
            {"name": "retry-after", "format": F("UNIX_TIMESTAMP")}]}}}))[1], lambda r: len(r.get().all_seen), 2),
    Case("retry.host_predicate", lambda e: e.http(action={"retry_policy": {"retry_on": "5xx", "retry_host_predicate": [
        {"name": F("p"), "typed_config": F(any_of("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"))}]}}), lambda r: r.get().status, 200),
    Case("retry.back_off", lambda e: (e.origin(steps=[answer("503 Service Unavailable")]), e.http(action={"timeout": "0.6s", "retry_policy": {
        "retry_on": "5xx", "num_retries": 20, "retry_back_off": F({"base_interval": F("0.001s", "2s"), "max_interval": F("0.002s", "10s")}, {"base_interval": "2s", "max_interval": "10s"})}}))[1],
         lambda r: len(r.get().all_seen) >= 15, True),
    Case("route_configuration.validate_clusters", lambda e: e.http(action={"cluster": "nowhere"}, rc={"validate_clusters": F(False)}), lambda r: r.get().status, 503),
    Case("route_configuration.mirror", lambda e: e.http(rc={"request_mirror_policies": F([{"cluster": "other"}])}, more_clusters=[e.cluster("other")]),
         lambda r: r.get("/m").status and r.until(lambda: len(r.environment.requests("other")), 1.0), 1),
    Case("route_configuration.path_parameters", lambda e: e.http(routes=[{"match": {"path": "/a"}, "direct_response": {"status": 200, "body": {"inline_string": "a"}}}, direct("b")],
         rc={"ignore_path_parameters_in_path_matching": F(True)}), lambda r: r.get("/a;x=1").body, "a"),
    Case("route_configuration.vhost_header", lambda e: e.http(rc={"vhost_header": F("x-host")}, vhost=[
        {"name": "a", "domains": ["v.test"], "routes": [direct("by header")]}, {"name": "b", "domains": ["*"], "routes": [direct("rest")]}]),
         lambda r: r.get(fields={"x-host": "v.test"}).body, "by header"),
]

CASES = MANAGER + ROUTES
