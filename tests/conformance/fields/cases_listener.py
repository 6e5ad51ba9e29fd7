"""Listeners: addresses, sockets, listener filters, the choice of a filter chain; access logs and their filters; TCP proxies."""

import base64
import socket
import struct

from engine import request_bytes, wire
from environment import F, address, answer, any_of, direct
from fields import Case

INSPECTOR = {"name": "tls", "typed_config": any_of("envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector")}
NETWORK_RBAC = "envoy.extensions.filters.network.rbac.v3.RBAC"
EVERYONE = {"permissions": [{"any": True}], "principals": [{"any": True}]}


def ends(r, pieces=(), seconds=2.0, name="main"):
    """How a connection ends on which these pieces were sent."""
    return r.send(list(pieces), seconds=seconds, name=name, until=lambda data: False).end


def small(r, name="main"):
    """Whether the listener's side announces small segments (the kernel takes a timestamp's size off)."""
    with r.connect(name) as connection:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) <= 500


def option(**fields):
    """TCP_MAXSEG = 500 on the listening socket: every client can see it."""
    return {"level": 6, "name": 2, "int_value": 500, **fields}


def opens(port):
    def probe(r):
        try:
            socket.create_connection(("127.0.0.1", port(r)), 2).close()
            return True
        except OSError:
            return False
    return probe


def free(e, name="port"):
    """A free port, the same for all runs of a case."""
    e.free_ports = getattr(e, "free_ports", {})
    return e.free_ports.setdefault(name, wire.free_port())


LISTENER = [
    Case("listener.name", lambda e: e.http(listener={"name": F("main")}), lambda r: r.get().status, 200),
    Case("listener.address", lambda e: e.http(listener={"address": F(address())}), lambda r: r.get().status, 200),
    Case("listener.address.socket", lambda e: e.http(listener={"address": {"socket_address": F({"address": F("127.0.0.1", "127.0.0.2"), "port_value": F(free(e), 0)})}}),
         lambda r: opens(lambda r: free(r.environment))(r), True),
    Case("listener.address.pipe", lambda e: e.http(listener={"address": {"pipe": F({"path": F(e.path("s"), e.path("t"))})}}),
         lambda r: (r.get().status, r.port_of().endswith("/s")), (200, True)),
    Case("listener.filter_chains", lambda e: e.bootstrap([{"name": "main", "address": address(), "filter_chains": F([{"filters": F([e.manager()])}])}]),
         lambda r: r.get().status, 200),
    Case("listener.static_resources", lambda e: {"admin": {"address": address()}, "static_resources": F({
        "listeners": F([e.listener([{"filters": [e.manager()]}])]), "clusters": F([e.cluster()])})}, lambda r: r.get().status, 200),
    Case("listener.additional_addresses", lambda e: e.http(listener={"additional_addresses": F([{"address": F(address(free(e)), address())}])}),
         lambda r: opens(lambda r: free(r.environment))(r), True),
    Case("listener.stat_prefix", lambda e: e.http(listener={"stat_prefix": F("mine")}), lambda r: r.get() and r.stat("listener.mine.downstream_cx_total"), 1),
    Case("listener.default_filter_chain", lambda e: e.http(chain={"filter_chain_match": {"destination_port": 1}}, listener={
        "default_filter_chain": F({"filters": [e.manager(routes=[direct("default")])]})}), lambda r: r.get().body, "default"),
    Case("listener.filters_timeout", lambda e: e.http(listener={"listener_filters": [INSPECTOR], "listener_filters_timeout": F("0.2s")}),
         lambda r: ends(r, seconds=1.5), "closed"),
    Case("listener.continue_on_timeout", lambda e: e.http(listener={
        "listener_filters": [INSPECTOR], "listener_filters_timeout": "0.2s", "continue_on_listener_filters_timeout": F(True)}),
         lambda r: r.send([0.6, request_bytes("/")]).status, 200),
    Case("listener.listener_filters", lambda e: e.http(chain={"filter_chain_match": {"transport_protocol": F("tls")}, "transport_socket": F(e.downstream_tls())},
                                                       listener={"listener_filters": F([INSPECTOR]), "default_filter_chain": {"filters": [e.manager(routes=[direct("clear")])]}}),
         lambda r: (r.get(tls={}).body, r.get().body), ("ok", "clear")),
    Case("listener.filter_disabled", lambda e: e.http(chain={"filter_chain_match": {"transport_protocol": "tls"}, "transport_socket": e.downstream_tls()}, listener={
        "listener_filters": [{**INSPECTOR, "filter_disabled": F({"any_match": F(True)})}], "default_filter_chain": {"filters": [e.manager(routes=[direct("clear")])]}}),
         lambda r: (r.get().body, r.get(tls={}).status), ("clear", 0)),
    *[Case(f"listener.filter_disabled.{name}", lambda e, p=predicate: e.http(
        chain={"filter_chain_match": {"transport_protocol": "tls"}, "transport_socket": e.downstream_tls()}, listener={
            "address": address(free(e)), "listener_filters": [{**INSPECTOR, "filter_disabled": p(free(e))}],
            "default_filter_chain": {"filters": [e.manager(routes=[direct("clear")])]}}), lambda r: r.get(tls={}).status, 0) for name, predicate in [
        ("not", lambda port: {"not_match": F({"destination_port_range": {"start": 1, "end": 2}}, {"any_match": True})}),
        ("port", lambda port: {"destination_port_range": F({"start": port, "end": port + 1}, {"start": 1, "end": 2})}),
        ("or", lambda port: {"or_match": F({"rules": F([{"destination_port_range": {"start": 1, "end": 2}}, {"any_match": True}],
                                                       [{"destination_port_range": {"start": 1, "end": 2}}] * 2)},
                                           {"rules": [{"destination_port_range": {"start": 1, "end": 2}}] * 2})}),
        ("and", lambda port: {"and_match": F({"rules": [{"any_match": True}, {"any_match": True}]},
                                             {"rules": [{"any_match": True}, {"destination_port_range": {"start": 1, "end": 2}}]})}),
    ]],
    Case("listener.freebind", lambda e: e.http(listener={"address": address(0, "192.0.2.77"), "freebind": F(True)}), lambda r: r.port_of() > 0, True),
    Case("listener.socket_options", lambda e: e.http(listener={"socket_options": F([option(level=F(6, 1), name=F(2, 3), int_value=F(500, 700))])}), small, True),
    Case("listener.socket_options.buf_value", lambda e: e.http(listener={"socket_options": [
        {"level": 6, "name": 2, "buf_value": F(base64.b64encode(struct.pack("i", 500)).decode(), base64.b64encode(struct.pack("i", 600)).decode())}]}), small, True),
    Case("listener.socket_options.type", lambda e: e.http(listener={"socket_options": [option(type=F({"datagram": F({})}))]}), small, False),
    Case("listener.socket_options.stream", lambda e: e.http(listener={"socket_options": [option(type={"stream": F({}), "datagram": {}})]}), small, True),
    Case("listener.bind_to_port", lambda e: e.http(listener={"address": address(free(e)), "bind_to_port": F(False)}), lambda r: opens(lambda r: free(r.environment))(r), False),
    Case("listener.traffic_direction", lambda e: e.http(listener={"traffic_direction": F("INBOUND")}),
         lambda r: (r.port_of(), r.admin("/drain_listeners?inboundonly").status, r.until(lambda: not opens(lambda r: r.port_of())(r), 1.5))[1:], (200, True)),
    Case("listener.access_log", lambda e: e.http(chain={"filter_chain_match": {"destination_port": 1}}, listener={"access_log": F(e.access_log("%RESPONSE_FLAGS%"))}),
         lambda r: ends(r) and r.lines(seconds=1.0), ["NR"]),
    Case("chain.name", lambda e: e.http(chain={"name": F("the-chain")}, hcm={"access_log": e.access_log("%FILTER_CHAIN_NAME%")}), lambda r: r.get() and r.lines(), ["the-chain"]),
    Case("chain.connect_timeout", lambda e: e.http(chain={"transport_socket": e.downstream_tls(), "transport_socket_connect_timeout": F("0.3s")}),
         lambda r: ends(r, seconds=1.5), "closed"),
]


def matched(listener=None, **match):
    """A listener whose first chain has this match, and says "yes"."""
    def build(e):
        more = listener(e) if listener else {}
        chain = {"filter_chain_match": {key: value(e) if callable(value) else value for key, value in match.items()}, "filters": [e.manager(routes=[direct("yes")])]}
        if "transport_protocol" in match or "server_names" in match or "application_protocols" in match:
            chain["transport_socket"] = e.downstream_tls({"alpn_protocols": ["x1"]})
        rest = {"filters": [e.manager(routes=[direct("no")])], **({"transport_socket": e.downstream_tls()} if "transport_socket" in chain else {})}
        return e.bootstrap([e.listener([chain], default_filter_chain=rest, **more)])
    return build


def inspected(e):
    return {"listener_filters": [INSPECTOR]}


CHAINS = [
    Case("chain.match", lambda e: e.bootstrap([e.listener([{"filter_chain_match": F({"source_prefix_ranges": [{"address_prefix": "10.0.0.0", "prefix_len": 8}]}),
                                                           "filters": [e.manager(routes=[direct("yes")])]}], default_filter_chain={"filters": [e.manager(routes=[direct("no")])]})]),
         lambda r: r.get().body, "no"),
    Case("chain.destination_port", matched(lambda e: {"address": address(free(e))}, destination_port=lambda e: F(free(e), 1)), lambda r: r.get().body, "yes"),
    *[Case(f"chain.{name}", matched(**{name: F([{"address_prefix": F("127.0.0.0", "10.0.0.0"), "prefix_len": F(8, 32)}], [{"address_prefix": "10.0.0.0", "prefix_len": 8}])}),
           lambda r: r.get().body, "yes") for name in ("prefix_ranges", "source_prefix_ranges", "direct_source_prefix_ranges")],
    Case("chain.source_type", matched(source_type=F("SAME_IP_OR_LOOPBACK", "EXTERNAL")), lambda r: r.get().body, "yes"),
    Case("chain.source_ports", matched(source_ports=lambda e: F([free(e, "source")], [1])),
         lambda r: r.get(source=("127.0.0.1", r.environment.free_ports["source"])).body, "yes"),
    Case("chain.server_names", matched(inspected, server_names=F(["*.a.test"], ["b.test"])), lambda r: r.get(tls={"sni": "x.a.test"}).body, "yes"),
    Case("chain.application_protocols", matched(inspected, application_protocols=F(["x1"], ["x2"])), lambda r: r.get(tls={"alpn": ["x1"]}).body, "yes"),
    Case("chain.transport_protocol", matched(inspected, transport_protocol=F("tls", "raw_buffer")), lambda r: r.get(tls={}).body, "yes"),
]


def logged(access_filter, *requests):
    """A builder and a probe: which of the requests is logged."""
    def build(e):
        e.origin(steps=lambda data: [*([0.4] if b"/slow" in data else []), answer("404 Not Found" if b"/missing" in data else "200 OK")])
        log = {**e.access_log("%REQ(:PATH)%")[0], "filter": access_filter}
        return e.http(routes=[direct("x", "/direct"), {"match": {"prefix": "/"}, "route": {"cluster": "origin"}}], hcm={"access_log": [log]})

    def probe(r):
        for each in requests:
            r.get(**each) if isinstance(each, dict) else r.get(each)
        return r.lines(count=len(requests), seconds=0.5)
    return build, probe


def comparison(op, value):
    return {"comparison": {"op": op, "value": {"default_value": value, "runtime_key": "x"}}}


NOTHING = {"header_filter": {"header": {"name": "x-none", "present_match": True}}}
HEADER = {"header_filter": {"header": {"name": "x", "present_match": True}}}
MARKED = {"path": "/marked", "fields": {"x": "1"}}
GRPC = {"fields": {"content-type": "application/grpc"}}

LOG_FILTERS = [Case(f"log.{name}", *logged(access_filter, *requests), expected) for name, access_filter, requests, expected in [
    ("duration", {"duration_filter": F(comparison("GE", 300), comparison("GE", 3000))}, ["/", "/slow"], ["/slow"]),
    ("duration.comparison", {"duration_filter": {"comparison": F({"op": "GE", "value": {"default_value": 300, "runtime_key": "x"}},
                                                                 {"op": "GE", "value": {"default_value": 3000, "runtime_key": "x"}})}}, ["/", "/slow"], ["/slow"]),
    ("runtime", {"runtime_filter": F({"runtime_key": "k", "percent_sampled": F({"numerator": 100})}, {"runtime_key": "k"})}, ["/a"], ["/a"]),
    ("and", {"and_filter": F({"filters": F([HEADER, HEADER], [HEADER, NOTHING])}, {"filters": [HEADER, NOTHING]})}, ["/", MARKED], ["/marked"]),
    ("or", {"or_filter": F({"filters": F([NOTHING, HEADER], [NOTHING, NOTHING])}, {"filters": [NOTHING, NOTHING]})}, ["/", MARKED], ["/marked"]),
    ("header", {"header_filter": F({"header": F({"name": "x", "present_match": True}, {"name": "y", "present_match": True})},
                                   {"header": {"name": "y", "present_match": True}})}, ["/", MARKED], ["/marked"]),
    ("header.missing_as_empty", {"header_filter": {"header": {"name": "x", "string_match": {"exact": "1"}, "invert_match": True, "treat_missing_header_as_empty": F(True)}}},
     ["/", MARKED], ["/"]),
    ("grpc_status", {"grpc_status_filter": F({"statuses": F(["UNIMPLEMENTED"], ["OK"])}, {"statuses": ["OK"]})}, [{"path": "/missing", **GRPC}], ["/missing"]),
    ("grpc_status.exclude", {"grpc_status_filter": {"statuses": ["UNIMPLEMENTED"], "exclude": F(True)}}, [{"path": "/missing", **GRPC}], []),
    ("log_type", {"log_type_filter": F({"types": F(["DownstreamEnd"], ["TcpPeriodic"])}, {"types": ["TcpPeriodic"]})}, ["/a"], ["/a"]),
    ("log_type.exclude", {"log_type_filter": {"types": ["DownstreamEnd"], "exclude": F(True)}}, ["/a"], []),
]]


def flagged(e):
    log = {**e.access_log("%REQ(:PATH)%")[0], "filter": F({"response_flag_filter": F({"flags": F(["NR"], ["UH"])}, {"flags": ["UH"]})})}
    return e.http(routes=[direct("x", "/direct")], hcm={"access_log": [log]})


FILE_LOG = "envoy.extensions.access_loggers.file.v3.FileAccessLog"


def log_of(e, type_name, **fields):
    return e.http(hcm={"access_log": [{"name": F("log"), "typed_config": any_of(type_name, fields)}]})


LOGS = [
    Case("log.filter", flagged, lambda r: (r.get("/direct").status, r.get("/none").status, r.lines(count=2, seconds=0.5))[2], ["/none"]),
    Case("log.hcm", lambda e: e.http(hcm={"access_log": F(e.access_log("%PROTOCOL%"))}), lambda r: r.get() and r.lines(seconds=1.0), ["HTTP/1.1"]),
    Case("log.file", lambda e: e.http(hcm={"access_log": [{"name": "log", "typed_config": F(any_of(FILE_LOG, path=F(e.path("access.log"), e.path("other.log")), log_format=F(
        {"text_format_source": {"inline_string": "%PROTOCOL%\n"}})))}]}), lambda r: r.get() and r.lines(seconds=1.0), ["HTTP/1.1"]),
    Case("log.file.format", lambda e: e.http(hcm={"access_log": [{"name": "log", "typed_config": any_of(FILE_LOG, path=e.path("access.log"), format=F("%PROTOCOL%\n"))}]}),
         lambda r: r.get() and r.lines(), ["HTTP/1.1"]),
    Case("log.file.json_format", lambda e: e.http(hcm={"access_log": [{"name": "log", "typed_config": any_of(FILE_LOG, path=e.path("access.log"), json_format=F({"p": "%PROTOCOL%"}))}]}),
         lambda r: r.get() and r.lines(), ['{"p":"HTTP/1.1"}']),
    Case("log.file.typed_json_format", lambda e: e.http(hcm={"access_log": [{"name": "log", "typed_config": any_of(
        FILE_LOG, path=e.path("access.log"), typed_json_format=F({"code": "%RESPONSE_CODE%"}))}]}), lambda r: r.get() and r.lines(), ['{"code":200}']),
    Case("log.format.text", lambda e: e.http(hcm={"access_log": [{"name": "log", "typed_config": any_of(
        FILE_LOG, path=e.path("access.log"), log_format={"text_format": F("%PROTOCOL%\n", "x\n")})}]}), lambda r: r.get() and r.lines(), ["HTTP/1.1"]),
    Case("log.format.omit_empty", lambda e: e.http(hcm={"access_log": [{"name": "log", "typed_config": any_of(FILE_LOG, path=e.path("access.log"), log_format={
        "json_format": {"a": "%REQ(X-NONE)%", "b": "%PROTOCOL%"}, "omit_empty_values": F(True)})}]}), lambda r: r.get() and r.lines(), ['{"b":"HTTP/1.1"}']),
    *[Case(f"log.{name}", lambda e, n=name: e.http(hcm={"access_log": [{"name": "log", "typed_config": any_of(
        f"envoy.extensions.access_loggers.stream.v3.{n.title()}AccessLog", log_format=F({"text_format_source": {"inline_string": "seen %PROTOCOL%\n"}}))}]}),
        lambda r, n=name: r.get() and bool(r.until(lambda: "seen HTTP/1.1" in (r.output() if n == "stdout" else r.errors()), 1.0)), True) for name in ("stdout", "stderr")],
]


def pipe(r, seconds=2.0):
    """What comes back of an HTTP request through a TCP proxy."""
    return r.get(seconds=seconds).body


TCP = [
    Case("tcp.cluster", lambda e: e.tcp(tcp={"cluster": F("origin")}), pipe, "ok"),
    Case("tcp.stat_prefix", lambda e: e.tcp(tcp={"stat_prefix": F("mine")}), lambda r: r.get() and r.stat("tcp.mine.downstream_cx_total"), 1),
    Case("tcp.weighted_clusters", lambda e: e.tcp(tcp={"cluster": None, "weighted_clusters": F({"clusters": F([
        {"name": F("origin", "none"), "weight": F(1, 0)}])})}), pipe, "ok"),
    Case("tcp.idle_timeout", lambda e: e.tcp(tcp={"idle_timeout": F("0.3s")}), lambda r: ends(r, seconds=1.5), "closed"),
    Case("tcp.max_duration", lambda e: e.tcp(tcp={"max_downstream_connection_duration": F("0.3s")}), lambda r: ends(r, seconds=1.5), "closed"),
    Case("tcp.access_log", lambda e: e.tcp(tcp={"access_log": F(e.access_log("%UPSTREAM_CLUSTER%"))}), lambda r: ends(r, ["end"]) and r.lines(seconds=1.0), ["origin"]),
    Case("tcp.max_connect_attempts", lambda e: e.tcp(tcp={"max_connect_attempts": F(3)}, clusters=[e.cluster("origin", [free(e, "dead")])]),
         lambda r: (ends(r, seconds=2.0), r.stat("cluster.origin.upstream_cx_connect_fail"))[1], 3),
    Case("network_rbac.rules", lambda e: e.tcp(filters=[{"name": "rbac", "typed_config": any_of(NETWORK_RBAC, stat_prefix=F("mine."), rules=F(
        {"action": "DENY", "policies": {"p": EVERYONE}}))}]), lambda r: (pipe(r), r.stat("mine.rbac.denied")), ("", 1)),
    Case("network_rbac.shadow", lambda e: e.tcp(filters=[{"name": "rbac", "typed_config": any_of(NETWORK_RBAC, stat_prefix="mine.", shadow_rules_stat_prefix=F("dark."), shadow_rules=F(
        {"action": "DENY", "policies": {"p": EVERYONE}}))}]), lambda r: (pipe(r), r.stat("mine.rbac.dark.shadow_denied")), ("ok", 1)),
    Case("network_rbac.destination_port", lambda e: e.tcp(listener={"address": address(free(e))}, filters=[{"name": "rbac", "typed_config": any_of(NETWORK_RBAC, stat_prefix="mine.", rules={
        "action": "ALLOW", "policies": {"p": {"permissions": [{"destination_port": F(free(e), 1)}], "principals": [{"any": True}]}}})}]), pipe, "ok"),
]

CASES = LISTENER + CHAINS + LOG_FILTERS + LOGS + TCP
