"""Single fields of the manager, of routes, access logs and RBAC whose effect is an answer or a line."""

from engine import request_bytes
from environment import F, any_of, direct
from fields import Case

NETWORK = "envoy.extensions.filters.http.rbac.v3.RBAC"
FAULT = "envoy.extensions.filters.http.fault.v3.HTTPFault"
NOWHERE = {"filter": "a", "path": [{"key": "b"}], "value": {"present_match": True}}


def logged(access_filter):
    return lambda e: e.http(hcm={"access_log": [{**e.access_log("%REQ(:PATH)%")[0], "filter": access_filter}]})


def lines(r):
    r.get("/a")
    return r.lines(seconds=0.5)


LOGS = [
    Case("log.not_health_check", logged({"not_health_check_filter": F({})}), lines, ["/a"]),
    Case("log.traceable", logged({"traceable_filter": F({})}), lines, []),
    Case("log.metadata", logged({"metadata_filter": F({"matcher": NOWHERE, "match_if_key_not_found": False})}), lines, []),
    Case("log.metadata.not_found", logged({"metadata_filter": {"matcher": NOWHERE, "match_if_key_not_found": F(False)}}), lines, []),
]


def rbac(permission=None, principal=None):
    policy = {"permissions": [permission or {"any": True}], "principals": [principal or {"any": True}]}
    return lambda e: e.http(filters=[{"name": "rbac", "typed_config": any_of(NETWORK, rules={"policies": {"p": policy}})}])


def match_first(**match):
    return lambda e: e.http(routes=[direct("first", "/", **match), direct("rest")], listener={})


MANAGER = [
    Case("rbac.permission.metadata", rbac({"metadata": F({**NOWHERE, "invert": True})}), lambda r: r.get().status, 200),
    Case("rbac.principal.metadata", rbac(principal={"metadata": F({**NOWHERE, "invert": True})}), lambda r: r.get().status, 200),
    Case("hcm.rds.field", lambda e: {**e.http(rc="none", bootstrap={"node": {"id": "n", "cluster": "c"}}, hcm={"rds": F(
        {"route_config_name": "table", "config_source": {"path": e.path("rds/rds.json")}})}), "files": {"rds/rds.json": {"resources": [any_of(
            "envoy.config.route.v3.RouteConfiguration", {"name": "table", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [direct("by rds")]}]})]}}},
         lambda r: r.get().body, "by rds"),
    Case("hcm.http_filters.field", lambda e: e.http(hcm={"http_filters": F([{"name": "f", "typed_config": any_of(FAULT, abort={
        "http_status": 418, "percentage": {"numerator": 100}})}, *e.manager()["typed_config"]["http_filters"]])}), lambda r: r.get().status, 418),
    Case("route.match.dynamic_metadata", match_first(dynamic_metadata=F([NOWHERE])), lambda r: r.get().body, "rest"),
    Case("route.match.tls_context", match_first(tls_context=F({"presented": True})), lambda r: r.get().body, "rest"),
    Case("route.match.connect", lambda e: e.http(routes=[{"match": {"connect_matcher": F({})}, "direct_response": {"status": 200, "body": {"inline_string": "c"}}}, direct("rest")],
        hcm={"upgrade_configs": [{"upgrade_type": "CONNECT"}]}),
         lambda r: (r.send([request_bytes("a.test:80", "CONNECT", "a.test:80")], seconds=1.0).status, r.get().body), (200, "rest")),
]

CASES = LOGS + MANAGER
