"""Matchers of metadata, seen through RBAC rules about a route's; what else RBAC and CORS ask for; the bootstrap's own fields."""

import json

from cases_tls import client, trusting
from environment import F, any_of
from fields import Case

RBAC = "envoy.extensions.filters.http.rbac.v3.RBAC"
CORS = "envoy.extensions.filters.http.cors.v3.Cors"
INSPECTOR = {"name": "tls", "typed_config": any_of("envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector")}
FACTS = {"filter_metadata": {"a": {"s": "text", "n": 5, "b": True, "l": ["x", "y"], "z": None}}}


def allowed(permission=None, principal=None):
    rules = {"action": "ALLOW", "policies": {"p": {"permissions": [permission or {"any": True}], "principals": [principal or {"any": True}]}}}
    return [{"name": "rbac", "typed_config": any_of(RBAC, rules=rules)}]


def sourced(matcher, source="ROUTE"):
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": source}}


def about(key, value, **more):
    return {"filter": "a", "path": [{"key": key}], "value": value, **more}


def of_route(name, matcher):
    return Case(f"metadata.{name}", lambda e: e.http(route_fields={"metadata": FACTS}, filters=allowed(sourced(matcher))), lambda r: r.get().status, 200)


NOBODY = {"string_match": {"exact": "other"}}

MATCHERS = [of_route(name, matcher) for name, matcher in [
    ("string", about("s", {"string_match": F({"exact": "text"}, {"exact": "other"})})),
    ("double.exact", about("n", {"double_match": F({"exact": F(5, 6)}, {"exact": 6})})),
    ("double.range", about("n", {"double_match": {"range": F({"start": F(4, 5.5), "end": F(6, 5)}, {"start": 7, "end": 8})}})),
    ("bool", about("b", {"bool_match": F(True, False)})),
    ("present", about("s", {"present_match": F(True, False)})),
    ("list", about("l", F({"list_match": F({"one_of": F({"string_match": {"exact": "y"}}, NOBODY)}, {"one_of": NOBODY})}, NOBODY))),
    ("or", about("s", {"or_match": F({"value_matchers": F([NOBODY, {"string_match": {"exact": "text"}}], [NOBODY, NOBODY])}, {"value_matchers": [NOBODY, NOBODY]})})),
    ("invert", about("s", NOBODY, invert=F(True))),
    ("filter", {"filter": F("a", "b"), "path": [{"key": "s"}], "value": {"string_match": {"exact": "text"}}}),
    ("path", {"filter": "a", "path": F([{"key": F("s", "n")}], [{"key": "n"}]), "value": {"string_match": {"exact": "text"}}}),
]]

RULES = [
    Case("rbac.sourced_metadata", lambda e: e.http(route_fields={"metadata": FACTS}, filters=allowed({"sourced_metadata": F({
        "metadata_matcher": F(about("s", {"present_match": True}), about("none", {"present_match": True})), "metadata_source": F("ROUTE")},
        {"metadata_matcher": about("none", {"present_match": True})})})), lambda r: r.get().status, 200),
    Case("rbac.principal.sourced_metadata", lambda e: e.http(route_fields={"metadata": FACTS}, filters=allowed(principal={"sourced_metadata": F(
        {"metadata_matcher": about("s", {"present_match": True}), "metadata_source": "ROUTE"}, {"metadata_matcher": about("none", {"present_match": True})})})),
         lambda r: r.get().status, 200),
    Case("rbac.requested_server_name", lambda e: e.http(listener={"listener_filters": [INSPECTOR]}, chain={"transport_socket": e.downstream_tls()},
         filters=allowed({"requested_server_name": F({"exact": "a.test"}, {"exact": "b.test"})})), lambda r: r.get(tls={}).status, 200),
    Case("rbac.authenticated", lambda e: e.http(chain={"transport_socket": e.downstream_tls({"validation_context": trusting(e)})}, filters=allowed(principal={
        "authenticated": F({"principal_name": F({"exact": "spiffe://c"}, {"exact": "spiffe://d"})}, {"principal_name": {"exact": "spiffe://d"}})})),
         lambda r: r.get(tls={"certificate": client(r.environment)}).status, 200),
]

PREFLIGHT = {"origin": "http://o.test", "access-control-request-method": "GET", "access-control-request-private-network": "true"}


def cors(**policy):
    def build(e):
        made = any_of("envoy.extensions.filters.http.cors.v3.CorsPolicy", {"allow_origin_string_match": [{"exact": "http://o.test"}], **policy})
        return e.http(filters=[{"name": "cors", "typed_config": any_of(CORS)}], route_fields={"typed_per_filter_config": {"cors": made}})
    return build


CROSS_ORIGIN = [
    Case("cors.allow_private_network_access", cors(allow_private_network_access=F(True)),
         lambda r: r.get(method="OPTIONS", fields=PREFLIGHT).get("access-control-allow-private-network"), "true"),
    Case("cors.forward_not_matching_preflights", cors(forward_not_matching_preflights=F(False)),
         lambda r: len(r.get(method="OPTIONS", fields={**PREFLIGHT, "origin": "http://x.test"}).all_seen), 0),
    Case("cors.shadow_enabled", cors(filter_enabled={"default_value": {"numerator": 0}}, shadow_enabled=F({"default_value": {"numerator": 100}})),
         lambda r: (r.get(fields=PREFLIGHT).status, r.stat("http.main.cors.origin_valid")), (200, 1)),
]


def discovered(e, kind, message, value):
    return e.file(f"{kind}/{kind}.json", json.dumps({"version_info": "1", "resources": [any_of(message, value)]}))


def dynamic(e):
    listeners = discovered(e, "lds", "envoy.config.listener.v3.Listener", e.listener([{"filters": [e.manager()]}]))
    clusters = discovered(e, "cds", "envoy.config.cluster.v3.Cluster", e.cluster())
    return {"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}}, "node": F({"id": F("n"), "cluster": F("c")}), "dynamic_resources": F({
        "lds_config": F({"path_config_source": {"path": listeners}}), "cds_config": F({"path_config_source": {"path": clusters}})})}


SOURCES = [
    Case("bootstrap.dynamic_resources", dynamic, lambda r: r.get().status, 200),
    Case("bootstrap.layered_runtime", lambda e: e.http(bootstrap={"layered_runtime": F({"layers": F([{"name": "l", "static_layer": F({"re2.max_program_size.error_level": 1}, {"re2.max_program_size.error_level": 100000})}])})},
         match={"safe_regex": {"regex": "/a.*b.*c"}}), lambda r: r.get().status, "refused"),
]

CASES = MATCHERS + RULES + CROSS_ORIGIN + SOURCES
