"""typed_per_filter_config: which level's configuration of a filter holds, and which one switches it off or on."""

from environment import F, any_of
from fields import Case

FAULT = "envoy.extensions.filters.http.fault.v3.HTTPFault"
RBAC = "envoy.extensions.filters.http.rbac.v3.RBAC"
CORS = "envoy.extensions.filters.http.cors.v3.Cors"
WRAPPER = "envoy.config.route.v3.FilterConfig"
DENY = {"action": "DENY", "policies": {"p": {"permissions": [{"any": True}], "principals": [{"any": True}]}}}


def fault(status):
    return any_of(FAULT, abort={"http_status": status, "percentage": {"numerator": 100}})


def filters(name, config, **fields):
    return [{"name": name, "typed_config": config, **fields}]


def per(**configs):
    return {"typed_per_filter_config": configs}


OFF = {"@type": "type.googleapis.com/" + WRAPPER, "disabled": True}

ORIGIN = {"origin": "http://o.test"}
POLICY = any_of("envoy.extensions.filters.http.cors.v3.CorsPolicy", allow_origin_string_match=[{"exact": "http://o.test"}])


def weighted(config, **route):
    return [{"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": [{"name": "origin", "weight": 1, **config}]}}, **route}]


CASES = [
    Case("per_filter.disabled", lambda e: e.http(filters=filters("fault", fault(418)), route_fields={"typed_per_filter_config": F({
        "fault": any_of(WRAPPER, disabled=F(True, False), config=any_of(FAULT, abort={"http_status": 419, "percentage": {"numerator": 100}}))})}), lambda r: r.get().status, 200),
    Case("per_filter.disabled.route", lambda e: e.http(filters=filters("fault", fault(418)), route_fields={"typed_per_filter_config": F({"fault": OFF})}), lambda r: r.get().status, 200),
    Case("per_filter.disabled.virtual_host", lambda e: e.http(filters=filters("fault", fault(418)), vhost={"typed_per_filter_config": F({"fault": OFF})}), lambda r: r.get().status, 200),
    Case("per_filter.disabled.table", lambda e: e.http(filters=filters("fault", fault(418)), rc={"typed_per_filter_config": F({"fault": OFF})}), lambda r: r.get().status, 200),
    Case("per_filter.disabled.weighted", lambda e: e.http(filters=filters("fault", fault(418)), routes=weighted({"typed_per_filter_config": F({"fault": OFF})})),
         lambda r: r.get().status, 200),
    Case("per_filter.disabled.rbac", lambda e: e.http(filters=filters("rbac", any_of(RBAC, rules=DENY)), route_fields={"typed_per_filter_config": F({"rbac": OFF})}),
         lambda r: r.get().status, 200),
    Case("per_filter.disabled.cors", lambda e: e.http(filters=filters("cors", any_of(CORS)), vhost=per(cors=POLICY), route_fields={"typed_per_filter_config": F({"cors": OFF})}),
         lambda r: r.get(fields=ORIGIN).get("access-control-allow-origin"), None),
    Case("per_filter.config.rbac", lambda e: e.http(filters=filters("rbac", any_of(RBAC)), route_fields={"typed_per_filter_config": F({"rbac": any_of(
        WRAPPER, config=any_of("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", rbac={"rules": DENY}))})}), lambda r: r.get().status, 403),
    Case("per_filter.config.cors", lambda e: e.http(filters=filters("cors", any_of(CORS)), route_fields={"typed_per_filter_config": F({"cors": any_of(WRAPPER, config=POLICY)})}),
         lambda r: r.get(fields=ORIGIN).get("access-control-allow-origin"), "http://o.test"),
    Case("per_filter.weighted", lambda e: e.http(filters=filters("fault", any_of(FAULT)), routes=weighted({"typed_per_filter_config": F({"fault": fault(418)})}, **per(fault=fault(419))),
                                                 vhost=per(fault=fault(420)), rc=per(fault=fault(421))), lambda r: r.get().status, 418),
    Case("per_filter.route", lambda e: e.http(filters=filters("fault", any_of(FAULT)), routes=weighted({}, typed_per_filter_config=F({"fault": fault(419)})),
                                              vhost=per(fault=fault(420)), rc=per(fault=fault(421))), lambda r: r.get().status, 419),
    Case("per_filter.virtual_host", lambda e: e.http(filters=filters("fault", any_of(FAULT)), vhost={"typed_per_filter_config": F({"fault": fault(420)})},
                                                     rc=per(fault=fault(421))), lambda r: r.get().status, 420),
    Case("per_filter.on_again", lambda e: e.http(filters=filters("fault", fault(418), disabled=True), route_fields={"typed_per_filter_config": F({"fault": fault(419)})}),
         lambda r: r.get().status, 419),
    Case("per_filter.on_below_off", lambda e: e.http(filters=filters("fault", fault(418)), vhost=per(fault=OFF), route_fields={"typed_per_filter_config": F({
        "fault": any_of(WRAPPER, config=fault(419))})}), lambda r: r.get().status, 419),
]
