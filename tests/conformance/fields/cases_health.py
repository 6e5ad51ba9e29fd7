"""Active health checks and outlier detection: which hosts are left out, when, and what says so.

Origins freeze a host's health by never answering a check (60 s), so that nothing depends on how fast the machine is.
"""

import json
import threading
import time

from engine import Request, wire
from environment import F, address, answer, any_of, assignment, direct, endpoint
from fields import Case

BUSY = answer("503 Service Unavailable", b"no")
OK, FAILED, EJECTED = "healthy", "/failed_active_hc", "/failed_outlier_check"
SPARE = {"healthy_panic_threshold": {"value": 0}}
NEVER = [60]
CLOSE = ["close"]


def hexed(text):
    return text.encode().hex()


def check(http=None, tcp=None, **fields):
    """A health check that asks often."""
    kind = {"tcp_health_check": tcp} if tcp is not None else {"http_health_check": {"path": "/hc", **(http or {})}}
    return [{"timeout": "60s", "interval": "0.1s", "no_traffic_interval": "0.1s", "unhealthy_threshold": 1, "healthy_threshold": 1, **kind, **fields}]


def checked(*arguments, origin=None, cluster=None, **fields):
    """A builder: a cluster with such a check. `origin` prepares the environment."""
    def build(e):
        if origin:
            origin(e)
        return e.http(cluster={"health_checks": check(*arguments, **fields), **(cluster(e) if cluster else {})})
    return build


def is_check(data):
    return b"/hc" in data or data.startswith(b"PRI")


def asked(r, name="origin"):
    return [each for each in r.environment.requests(name) if is_check(each)]


def answers(*checks, rest=NEVER, gate=0, name="origin"):
    """An origin that answers the checks in this order, then as `rest` says. The check of number `gate` is answered after the first
    other request, all of which get 200."""
    def prepare(e):
        def steps(data):
            if not is_check(data):
                return [answer()]
            number = sum(map(is_check, e.requests(name)))
            deadline = time.monotonic() + 5
            while number == gate and all(map(is_check, e.requests(name))) and time.monotonic() < deadline:
                time.sleep(0.005)
            return checks[number - 1] if number <= len(checks) else rest
        e.origin(name, steps=steps)
    return prepare


def by_path(on_check, on_request, name="origin"):
    """An origin that answers checks and other requests differently."""
    return lambda e: e.origin(name, steps=lambda data: [on_check if is_check(data) else on_request])


def flags(r, cluster="origin"):
    """The health flags of a cluster's hosts, sorted."""
    lines = [line.split("::") for line in r.admin("/clusters").body.splitlines()]
    return sorted(line[3] for line in lines if line[0] == cluster and line[2:3] == ["health_flags"])


def becomes(*wanted, seconds=3.0):
    """A probe: the flags, once they are these."""
    def probe(r):
        r.until(lambda: flags(r) == list(wanted), seconds)
        return flags(r)
    return probe


def frozen(number):
    """A probe: the flags once `number` checks have come, the last of which is not answered."""
    return lambda r: r.until(lambda: len(asked(r)) >= number) and flags(r)


def goes_on(number, traffic=True):
    """A probe: whether so many checks come, with a request among them where the cluster must have traffic."""
    def probe(r):
        if traffic:
            r.get("/")
        return bool(r.until(lambda: len(asked(r)) >= number, 2.0))
    return probe


def question(r):
    return Request(r.until(lambda: asked(r))[0])


def in_threads(e):
    """An origin that keeps on which connections the checks came, and when."""
    e.threads, e.times = [], []

    def steps(data):
        e.threads.append(threading.current_thread())
        e.times.append(time.monotonic())
        return [answer()]
    e.origin(steps=steps)


def connections(r):
    del r.environment.threads[:]
    r.until(lambda: len(r.environment.threads) >= 4)
    return len(set(r.environment.threads[:4]))


HOSTS = 20


def crowd(e, **fields):
    """Twenty hosts, all asked at one origin."""
    in_threads(e)
    hosts = [endpoint(9, f"127.0.1.{i + 1}") for i in range(HOSTS)]
    for host in hosts:
        host["endpoint"]["health_check_config"] = {"address": address(e.origin())}
    return e.http(cluster={"load_assignment": {"cluster_name": "origin", "endpoints": [{"lb_endpoints": hosts}]}, "health_checks": check(**fields)})


def spread(count):
    """A probe: whether the last HOSTS of `count` checks are far from each other in time."""
    def probe(r):
        r.until(lambda: len(r.environment.requests()) >= count, 6.0)
        times = r.environment.times[-len(r.environment.requests()):][count - HOSTS:count]
        return times[-1] - times[0] > 1.2
    return probe


def load(e, name="origin", port=None, **config):
    return {"load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [
        {"endpoint": {"address": address(port or e.origin(name)), "health_check_config": config}}]}]}}


def dead_port():
    return wire.free_port()


STATE = [
    Case("health.checks", lambda e: (by_path(BUSY, answer())(e), e.http(cluster={"health_checks": F(check())}))[1], flags, [FAILED]),
    Case("health.panic", checked(origin=by_path(BUSY, answer()), cluster=lambda e: {"common_lb_config": F({"healthy_panic_threshold": F({"value": F(0, 100)}, {"value": 100})})}),
         lambda r: r.get().status, 503),
    Case("health.panic.flags", lambda e: (by_path(BUSY, answer())(e), e.http(hcm={"access_log": e.access_log("%RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%")},
         cluster={"health_checks": check(), "common_lb_config": SPARE}))[1], lambda r: (r.get().body, r.lines()), ("no healthy upstream", ["UH no_healthy_upstream"])),
    Case("health.balance", lambda e: (by_path(BUSY, answer(body=b"bad"), "bad")(e), e.http(clusters=[e.cluster(
        "origin", [e.origin("a"), e.origin("bad"), e.origin("b")], health_checks=F(check()))]))[1], lambda r: {r.get().body for _ in range(12)}, {"ok"}),
    Case("health.stats", lambda e: e.http(clusters=[e.cluster("origin", [e.origin(), dead_port()], health_checks=F(check()))]),
         lambda r: (r.stat("cluster.origin.membership_healthy"), r.stat("cluster.origin.health_check.healthy"),
                    *(r.stat(f"cluster.origin.health_check.{name}") > 0 for name in ("attempt", "success", "failure", "network_failure"))),
         (1, 1, True, True, True, True)),
    Case("health.timeout", checked(origin=answers([0.5, answer()]), timeout=F("0.2s", "60s")), flags, [FAILED + "/active_hc_timeout"]),
    Case("health.interval", checked(origin=answers(rest=[answer()]), interval=F("0.1s", "60s")), goes_on(5), True),
    Case("health.no_traffic_interval", checked(origin=answers(rest=[answer()]), interval="60s", no_traffic_interval=F("0.1s")), goes_on(3, False), True),
    Case("health.no_traffic_healthy_interval", checked(origin=answers(rest=[answer()]), interval="60s", no_traffic_interval="60s", no_traffic_healthy_interval=F("0.1s")),
         goes_on(3, False), True),
    Case("health.unhealthy_interval", checked(origin=answers(rest=[BUSY]), interval="60s", unhealthy_interval=F("0.1s")), goes_on(5), True),
    Case("health.unhealthy_edge_interval", checked(origin=answers([answer()], CLOSE, gate=2), interval="60s", unhealthy_threshold=3, unhealthy_edge_interval=F("0.1s")),
         goes_on(3), True),
    Case("health.healthy_edge_interval", checked(origin=answers([BUSY], [answer()], gate=2), interval="60s", healthy_threshold=3, healthy_edge_interval=F("0.1s")),
         goes_on(3), True),
    Case("health.healthy_threshold", checked(origin=answers([BUSY], [answer()], [answer()]), healthy_threshold=F(3, 2)), frozen(4), [FAILED]),
    Case("health.unhealthy_threshold", checked(origin=answers([answer()], CLOSE, CLOSE), unhealthy_threshold=F(3, 2)), frozen(4), [OK]),
    Case("health.first_success", checked(origin=answers([answer()]), healthy_threshold=F(5, "none")), frozen(2), [OK]),
    Case("health.initial_jitter", lambda e: crowd(e, initial_jitter=F("3s"), interval="60s", no_traffic_interval="60s"), spread(HOSTS), True),
    Case("health.interval_jitter", lambda e: crowd(e, interval_jitter=F("3s")), spread(2 * HOSTS), True),
    Case("health.interval_jitter_percent", lambda e: crowd(e, interval_jitter_percent=F(3000)), spread(2 * HOSTS), True),
    Case("health.reuse_connection", lambda e: (in_threads(e), e.http(cluster={"health_checks": check(reuse_connection=F(False))}))[1], connections, 4),
]

HTTP = [
    Case("health.http", lambda e: e.http(cluster={"health_checks": [{"timeout": "1s", "interval": "1s", "unhealthy_threshold": 1, "healthy_threshold": 1,
        "http_health_check": F({"path": F("/hc?1", "/other")})}]}), lambda r: (question(r).first, question(r).get("user-agent")), ("GET /hc?1 HTTP/1.1", "Envoy/HC")),
    Case("health.http.host", checked({"host": F("h.test")}), lambda r: question(r).get("host"), "h.test"),
    Case("health.http.send", checked({"method": "POST", "send": F({"text": F(hexed("hello"), hexed("x"))})}), lambda r: question(r).body, b"hello"),
    Case("health.http.method", checked({"method": F("HEAD")}), lambda r: question(r).method, "HEAD"),
    Case("health.http.receive", checked({"receive": F([{"text": F(hexed("yes"), hexed("o"))}])}, origin=answers([answer(body=b"no")])), frozen(2), [FAILED]),
    Case("health.http.receive.binary", checked({"receive": [{"binary": F("bm8=", "eWVz")}]}, origin=answers([answer(body=b"no")])), frozen(2), [OK]),
    Case("health.http.response_buffer_size", checked({"receive": [{"text": hexed("end")}], "response_buffer_size": F(5000)},
         origin=answers([answer(body=b"x" * 3000 + b"end")])), frozen(2), [OK]),
    Case("health.http.headers", checked({"request_headers_to_add": F([{"header": {"key": "x-a", "value": "1"}}]), "request_headers_to_remove": F(["user-agent"])}),
         lambda r: (question(r).get("x-a"), question(r).get("user-agent")), ("1", None)),
    Case("health.http.expected_statuses", checked({"expected_statuses": F([{"start": F(503, 504), "end": F(504, 503)}])}, origin=by_path(BUSY, answer())), flags, [OK]),
    Case("health.http.retriable_statuses", checked({"retriable_statuses": F([{"start": 503, "end": 504}])}, origin=answers([answer()], [BUSY]), unhealthy_threshold=3),
         frozen(3), [OK]),
    Case("health.http.codec", checked({"codec_client_type": F("HTTP2")}, origin=answers(rest=CLOSE)), lambda r: question(r).method, "PRI"),
    Case("health.http.degraded", checked(origin=by_path(answer(fields=[("x-envoy-degraded", "1")]), answer()), healthy_threshold=F(1, "none")),
         lambda r: (flags(r), r.stat("cluster.origin.membership_degraded"), r.stat("cluster.origin.health_check.degraded")), (["/degraded_active_hc"], 1, 1)),
    Case("health.immediate_failure", lambda e: (by_path(answer(), answer(fields=[("x-envoy-immediate-health-check-fail", "1")]))(e), e.http(
        cluster={"health_checks": F(check(no_traffic_interval="60s", interval="60s"))}))[1],
         lambda r: (r.get().status, flags(r), r.stat("cluster.origin.health_check.passive_failure")), (200, ["/failed_active_hc/excluded_via_immediate_hc_fail"], 1)),
]

PING = "GET /hc HTTP/1.1\r\n\r\n"

TCP = [
    Case("health.tcp", lambda e: e.http(clusters=[e.cluster("origin", [e.origin(), dead_port()], health_checks=check(tcp=F({})))]), flags, [FAILED, OK]),
    Case("health.tcp.send", checked(tcp={"send": F({"text": F(hexed(PING), hexed("x"))}), "receive": [{"text": hexed("200 OK")}]}, timeout="0.5s"), flags, [OK]),
    Case("health.tcp.receive", checked(tcp={"send": {"text": hexed(PING)}, "receive": F([{"text": F(hexed("nothing"), hexed("200"))}])}, timeout="0.5s"), flags,
         [FAILED + "/active_hc_timeout"]),
]

ENDPOINT = [
    Case("health.endpoint.port", checked(origin=by_path(BUSY, answer()), cluster=lambda e: load(e, port_value=F(e.origin("other")))), flags, [OK]),
    Case("health.endpoint.config", lambda e: (by_path(BUSY, answer())(e), e.http(cluster={"health_checks": check(), "load_assignment": {
        "cluster_name": "origin", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(e.origin()), "health_check_config": F({"port_value": e.origin("other")})}}]}]}}))[1],
         flags, [OK]),
    Case("health.endpoint.address", checked(cluster=lambda e: load(e, port=dead_port(), address=F(address(e.origin())))), flags, [OK]),
    Case("health.endpoint.hostname", checked({"host": "h.test"}, cluster=lambda e: load(e, hostname=F("own.test"))), lambda r: question(r).get("host"), "own.test"),
    Case("health.endpoint.disabled", checked(origin=by_path(BUSY, answer()), cluster=lambda e: load(e, disable_active_health_check=F(True))), flags, [OK]),
]


def growing(e):
    """A cluster whose endpoints come from a file."""
    answers(rest=NEVER, name="late")(e)
    e.write_endpoints = lambda *ports: e.file("eds/eds.json", json.dumps({"version_info": str(len(ports)), "resources": [
        any_of("envoy.config.endpoint.v3.ClusterLoadAssignment", assignment("origin", ports))]}))
    e.write_endpoints(e.origin())
    return e.http(bootstrap={"node": {"id": "n", "cluster": "c"}}, cluster={
        "type": "EDS", "load_assignment": None, "eds_cluster_config": {"eds_config": {"path_config_source": {"path": e.path("eds/eds.json"), "watched_directory": {"path": e.path("eds")}}}},
        "health_checks": check(), "common_lb_config": {"ignore_new_hosts_until_first_hc": F(True)}})


def excluded(r):
    e = r.environment
    e.write_endpoints(e.origin(), e.origin("late"))
    r.until(lambda: r.stat("cluster.origin.membership_total") == 2)
    return r.stat("cluster.origin.membership_excluded")


def tls_check(e):
    """A check over TLS with a name of its own for ALPN; the listener it asks is the proxy's own."""
    port = wire.free_port()
    good, other = e.manager(routes=[direct("hc")]), e.manager(routes=[direct("none", status=503)])
    secure = e.listener([{"filter_chain_match": {"application_protocols": ["hc"]}, "filters": [good], "transport_socket": e.downstream_tls({"alpn_protocols": ["hc"]})},
                         {"filters": [other], "transport_socket": e.downstream_tls({"alpn_protocols": ["http/1.1"]})}], "secure",
                        address=address(port), listener_filters=[{"name": "tls", "typed_config": any_of("envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector")}])
    cluster = e.cluster("origin", [port], transport_socket=e.upstream_tls(), health_checks=check(timeout="0.3s", tls_options=F({"alpn_protocols": F(["hc"])})))
    return e.bootstrap([e.listener([{"filters": [e.manager()]}]), secure], [cluster])


SPECIAL = [
    Case("health.ignore_new_hosts", growing, excluded, 1),
    Case("health.tls_options", tls_check, becomes(OK), [OK]),
]


def ejecting(ports=None, origin=by_path(answer(), BUSY), **fields):
    """A builder: a cluster that ejects its hosts. `ports` is a function of the environment."""
    def build(e):
        origin(e)
        settings = {"interval": "60s", "max_ejection_percent": 100, **fields}
        return e.http(clusters=[e.cluster("origin", ports(e) if ports else None, outlier_detection=settings)])
    return build


def after(count):
    """A probe: the flags after so many requests."""
    return lambda r: [r.get() for _ in range(count)] and flags(r)


def under_load(*wanted, seconds=2.5):
    """A probe: the flags, once they are these while requests go on."""
    def probe(r):
        r.until(lambda: [r.get() for _ in range(24)] and flags(r) == list(wanted), seconds)
        return flags(r) == list(wanted)
    return probe


def three(e):
    return [e.origin("a"), e.origin("origin"), e.origin("b")]


def three_dead(e):
    return [e.origin("a"), dead_port(), e.origin("b")]


def half(e):
    """An origin that fails every other request."""
    e.origin(steps=lambda data: [BUSY if len(e.requests("origin")) % 2 else answer()])


RATES = {"interval": "0.3s", "consecutive_5xx": 10000}
BY_RATE = {**RATES, "success_rate_minimum_hosts": 3, "success_rate_request_volume": 3, "success_rate_stdev_factor": 1000}
BY_PERCENTAGE = {**RATES, "enforcing_success_rate": 0, "enforcing_failure_percentage": 100, "failure_percentage_minimum_hosts": 3, "failure_percentage_request_volume": 3}
LOCAL = {"split_external_local_origin_errors": True, "enforcing_consecutive_local_origin_failure": 0}
GATEWAY = {"consecutive_5xx": 1000, "consecutive_gateway_failure": 2, "enforcing_consecutive_gateway_failure": 100}

EJECTION = [
    Case("outlier.detection", lambda e: (by_path(answer(), BUSY)(e), e.http(cluster={"outlier_detection": F({"max_ejection_percent": 100, "consecutive_5xx": 2})}))[1],
         after(2), [EJECTED]),
    Case("outlier.unhealthy", lambda e: (by_path(answer(), BUSY)(e), e.http(
        cluster={"common_lb_config": SPARE, "outlier_detection": {"max_ejection_percent": 100, "consecutive_5xx": F(2)}}))[1],
         lambda r: ([r.get().body for _ in range(3)], r.stat("cluster.origin.outlier_detection.ejections_active"), r.stat("cluster.origin.membership_healthy")),
         (["no", "no", "no healthy upstream"], 1, 0)),
    Case("outlier.consecutive_5xx", ejecting(consecutive_5xx=F(2)), after(2), [EJECTED]),
    Case("outlier.enforcing_consecutive_5xx", ejecting(consecutive_5xx=2, enforcing_consecutive_5xx=F(0)), after(2), [OK]),
    Case("outlier.consecutive_gateway_failure", ejecting(**{**GATEWAY, "consecutive_gateway_failure": F(2)}), after(2), [EJECTED]),
    Case("outlier.enforcing_consecutive_gateway_failure", ejecting(**{**GATEWAY, "enforcing_consecutive_gateway_failure": F(100)}), after(2), [EJECTED]),
    Case("outlier.split", ejecting(lambda e: [dead_port()], consecutive_5xx=1000, split_external_local_origin_errors=F(True), consecutive_local_origin_failure=F(2)),
         after(2), [EJECTED]),
    Case("outlier.enforcing_local", ejecting(lambda e: [dead_port()], split_external_local_origin_errors=True, consecutive_local_origin_failure=2,
         enforcing_consecutive_local_origin_failure=F(0)), after(2), [OK]),
    Case("outlier.max_ejection_percent", ejecting(consecutive_5xx=2, max_ejection_percent=F(100)), after(2), [EJECTED]),
    Case("outlier.always_eject_one_host", ejecting(consecutive_5xx=2, max_ejection_percent=0, always_eject_one_host=F(True)), after(2), [EJECTED]),
    Case("outlier.base_ejection_time", ejecting(consecutive_5xx=2, interval="0.1s", base_ejection_time=F("0.2s")), lambda r: (after(2)(r), becomes(OK, seconds=2.0)(r)),
         ([EJECTED], [OK])),
    Case("outlier.interval", ejecting(consecutive_5xx=2, interval=F("0.1s", "60s"), base_ejection_time="0.2s"), lambda r: (after(2)(r), becomes(OK, seconds=2.0)(r)),
         ([EJECTED], [OK])),
    Case("outlier.max_ejection_time_jitter", ejecting(consecutive_5xx=2, interval="0.1s", base_ejection_time="0.1s", max_ejection_time_jitter=F("5000s")),
         lambda r: (after(2)(r), becomes(OK, seconds=1.0)(r)), ([EJECTED], [EJECTED])),
    *[Case(f"outlier.{name}", ejecting(three, **{**BY_RATE, name: value}), under_load(EJECTED, OK, OK), True) for name, value in [
        ("success_rate_minimum_hosts", F(3)), ("success_rate_request_volume", F(3, 100000)), ("success_rate_stdev_factor", F(1000))]],
    Case("outlier.enforcing_success_rate", ejecting(three, **BY_RATE, enforcing_success_rate=F(0)),
         lambda r: under_load(EJECTED, OK, OK)(r), False),
    *[Case(f"outlier.{name}", ejecting(three, **{**BY_PERCENTAGE, name: value}), under_load(EJECTED, OK, OK), True) for name, value in [
        ("enforcing_failure_percentage", F(100)), ("failure_percentage_minimum_hosts", F(3)), ("failure_percentage_request_volume", F(3, 100000))]],
    Case("outlier.failure_percentage_threshold", ejecting(three, half, **BY_PERCENTAGE, failure_percentage_threshold=F(40)), under_load(EJECTED, OK, OK), True),
    Case("outlier.enforcing_local_origin_success_rate", ejecting(three_dead, **BY_RATE, **LOCAL, enforcing_local_origin_success_rate=F(0)),
         under_load(EJECTED, OK, OK), False),
    Case("outlier.enforcing_failure_percentage_local_origin", ejecting(three_dead, **BY_PERCENTAGE, **LOCAL, enforcing_local_origin_success_rate=0,
         enforcing_failure_percentage_local_origin=F(100)), under_load(EJECTED, OK, OK), True),
    Case("outlier.uneject_by_check", lambda e: (by_path(answer(), BUSY)(e), e.http(cluster={"health_checks": check(), "outlier_detection": {
        "interval": "60s", "consecutive_5xx": 2, "max_ejection_percent": 100, "successful_active_health_check_uneject_host": F(False)}}))[1],
         lambda r: (after(2)(r), becomes(OK, seconds=1.0)(r))[1], [EJECTED]),
]

CASES = STATE + HTTP + TCP + ENDPOINT + SPECIAL + EJECTION
