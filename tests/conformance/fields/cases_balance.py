"""Which endpoint is chosen: settings of the balancers, limits per endpoint, original destinations; connections kept and closed."""

import socket

from engine import request_bytes
from environment import F, address, answer, any_of
from fields import Case

ASSIGNMENT = "envoy.config.endpoint.v3.ClusterLoadAssignment"
CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
NODE = {"node": {"id": "n", "cluster": "c"}}
KEYS = [str(number) for number in range(24)]


def named(e, count=4, weights=None, host=None, **fields):
    """A cluster of origins that have host names: what is hashed then does not depend on their ports."""
    endpoints = [{"endpoint": {"address": address(e.origin(f"o{i}")), "hostname": f"h{i}.test"}, **({"load_balancing_weight": weights[i]} if weights else {})} for i in range(count)]
    return e.cluster("origin", load_assignment={"cluster_name": "origin", "endpoints": [{"lb_endpoints": endpoints}]}, **fields)


def hashed(common=None, **fields):
    by_name = {"consistent_hashing_lb_config": {"use_hostname_for_hashing": True}}
    return lambda e: e.http(action={"hash_policy": [{"header": {"header_name": "x"}}]}, clusters=[named(e, common_lb_config=by_name if common is None else common, type="STRICT_DNS", **fields)])


def choices(r):
    return "".join((r.get(fields={"x": key}).get("origin") or "?")[-1] for key in KEYS)


def spread(r):
    return len(set(choices(r)))


def holding(weights=None, **fields):
    """A cluster of two of which one can be kept busy."""
    def build(e):
        for name in ("o0", "o1"):
            e.origin(name, lambda data, n=name: [20 if b"/hold" in data else 0, answer(fields=[("origin", n)])])
        return e.http(clusters=[named(e, 2, weights, lb_policy="LEAST_REQUEST", **fields)])
    return build


def idle_one(r, count=24):
    """Whether every request goes to the endpoint that is not busy."""
    with r.connect() as held:
        held.sendall(request_bytes("/hold"))
        r.until(lambda: r.environment.requests())
        busy = next(name for name in ("o0", "o1") if r.environment.requests(name))
        return busy not in {r.get().get("origin") for _ in range(count)}


def to_light_one(r):
    """Whether all requests go to the endpoint of little weight while the other has one request."""
    with r.connect() as held:
        held.sendall(request_bytes("/hold"))
        r.until(lambda: r.environment.requests())
        for _ in range(4):
            r.get()  # What was drawn before goes first.
        return {r.get().get("origin") for _ in range(8)}


BIAS = {"default_value": F(90, 0), "runtime_key": "x"}

BALANCERS = [
    Case("balance.hash_by_name", hashed(F({"consistent_hashing_lb_config": F({"use_hostname_for_hashing": F(True)})}, {}), lb_policy="RING_HASH"), choices, "200120331312111000302022"),
    Case("balance.ring_hash_function", hashed(lb_policy="RING_HASH", ring_hash_lb_config=F({"hash_function": F("MURMUR_HASH_2")})), choices, "013210032131223021223230"),
    Case("balance.ring_size", hashed(lb_policy="RING_HASH", ring_hash_lb_config={"minimum_ring_size": F(1), "maximum_ring_size": F(1)}), spread, 1),
    Case("balance.maglev_table_size", hashed(lb_policy="MAGLEV", maglev_lb_config=F({"table_size": F(5)})), choices, "103302102000303123001302"),
    Case("balance.choice_count", holding(least_request_lb_config=F({"choice_count": F(64)})), idle_one, True),
    Case("balance.active_request_bias", holding([1000, 1], least_request_lb_config={"active_request_bias": F(BIAS)}), to_light_one, {"o1"}),
]


def unanswered(e):
    """A port whose queue is full: nobody answers a SYN to it."""
    if not hasattr(e, "full"):
        e.full = socket.create_server(("127.0.0.1", 0), backlog=0)
        e.waiting = []
        for _ in range(4):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(e.full.getsockname())
            e.waiting.append(waiting)
    return e.full.getsockname()[1]


CONNECTIONS = [
    Case("cluster.connect_timeout", lambda e: e.http(cluster={"connect_timeout": F("0.2s"), "load_assignment": {"cluster_name": "origin", "endpoints": [
        {"lb_endpoints": [{"endpoint": {"address": address(unanswered(e))}}]}]}}), lambda r: r.get(seconds=2.5).status, 503),
    Case("cluster.eds_cluster_config", lambda e: {**e.http(bootstrap=NODE, cluster={"type": "EDS", "load_assignment": None, "eds_cluster_config": F(
        {"eds_config": {"path": e.path("eds/eds.json")}})}), "files": {"eds/eds.json": {"version_info": "7", "resources": F([any_of(
            ASSIGNMENT, cluster_name="origin", endpoints=[{"lb_endpoints": [{"endpoint": {"address": address(e.origin())}}]}])])}}},
         lambda r: r.get().status, 200),
    Case("discovery.version_info", lambda e: {**e.http(clusters=[], rc={"validate_clusters": False}, bootstrap={**NODE, "dynamic_resources": {"cds_config": {"path": e.path("cds/cds.json")}}}),
                                              "files": {"cds/cds.json": {"version_info": F("the seventh"), "resources": [
                                                  {"@type": CLUSTER, **e.cluster()}]}}},
         lambda r: (r.get().status, "the seventh" in r.admin("/config_dump?resource=dynamic_active_clusters").body), (200, True)),
]

CASES = BALANCERS + CONNECTIONS
