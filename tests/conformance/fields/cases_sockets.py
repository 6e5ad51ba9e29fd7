"""Options of sockets, as the kernel has them; what the administration interface is told; node and runtime."""

import socket
import struct

from engine import wire
from environment import F, address, any_of
from fields import Case
from sockets import option

INSPECTOR = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
HTTP_INSPECTOR = "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector"
FREEBIND, TRANSPARENT, LISTEN_INFO_BYTES = 15, 19, 104
FACTS = {"filter_metadata": {"a": {"b": "c"}}}


def upstream(level, name):
    """A probe: an option of the connection to the origin."""
    return lambda r: r.get() and option(r, r.environment.origin(), level, name)


def listening(level, name):
    return lambda r: option(r, r.port_of(), level, name, peer=False)


def backlog(r):
    """What the kernel keeps for accept(2): TCP_INFO of a listening socket has it as tcpi_sacked."""
    information = option(r, r.port_of(), socket.IPPROTO_TCP, socket.TCP_INFO, peer=False, size=LISTEN_INFO_BYTES)
    return struct.unpack_from("I", information, 28)[0]


def shown(r):
    """All metadata that the administration interface shows of static listeners and routes (where nothing else reads them)."""
    def walk(value):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
            if key == "filter_metadata":
                yield each
            yield from walk(each)
    return list(walk([each for each in r.dump()["configs"] if "Bootstrap" not in each["@type"]]))


def keepalive(**fields):
    return lambda e: e.http(cluster={"upstream_connection_options": {"tcp_keepalive": fields}})


def bound(**fields):
    return lambda e: e.http(cluster={"upstream_bind_config": {"source_address": {"address": "127.0.0.9", "port_value": 0}, **fields}})


UPSTREAM = [
    Case("sockets.keepalive", lambda e: e.http(cluster={"upstream_connection_options": F({"tcp_keepalive": F({})})}), upstream(socket.SOL_SOCKET, socket.SO_KEEPALIVE), 1),
    Case("sockets.keepalive.probes", keepalive(keepalive_probes=F(7)), upstream(socket.IPPROTO_TCP, socket.TCP_KEEPCNT), 7),
    Case("sockets.keepalive.time", keepalive(keepalive_time=F(77)), upstream(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE), 77),
    Case("sockets.keepalive.interval", keepalive(keepalive_interval=F(33)), upstream(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL), 33),
    Case("sockets.bind.freebind", bound(freebind=F(True)), upstream(socket.IPPROTO_IP, FREEBIND), 1),
    Case("sockets.bind.socket_options", bound(socket_options=F([{"level": 1, "name": 12, "int_value": 5}])), upstream(socket.SOL_SOCKET, socket.SO_PRIORITY), 5),
]

LISTENERS = [
    Case("sockets.listener.transparent", lambda e: e.http(listener={"transparent": F(True)}), listening(socket.IPPROTO_IP, TRANSPARENT), 1),
    Case("sockets.listener.reuse_port", lambda e: e.http(listener={"enable_reuse_port": F(False)}), listening(socket.SOL_SOCKET, socket.SO_REUSEPORT), 0),
    Case("sockets.listener.backlog", lambda e: e.http(listener={"tcp_backlog_size": F(77)}), backlog, 77),
    Case("listener.filter.typed_config", lambda e: e.http(chain={"filter_chain_match": {"transport_protocol": "tls"}, "transport_socket": e.downstream_tls()}, listener={
        "listener_filters": [{"name": "x", "typed_config": F(any_of(INSPECTOR), any_of(HTTP_INSPECTOR))}]}), lambda r: r.get(tls={}).status, 200),
    Case("listener.metadata", lambda e: e.http(listener={"metadata": F(FACTS)}), lambda r: FACTS["filter_metadata"] in shown(r), True),
    Case("chain.metadata", lambda e: e.http(chain={"metadata": F(FACTS)}), lambda r: FACTS["filter_metadata"] in shown(r), True),
    Case("virtual_host.metadata", lambda e: e.http(vhost={"metadata": F(FACTS)}), lambda r: FACTS["filter_metadata"] in shown(r), True),
    Case("route_configuration.metadata", lambda e: e.http(rc={"metadata": F(FACTS)}), lambda r: FACTS["filter_metadata"] in shown(r), True),
    Case("metadata.filter_metadata", lambda e: e.http(route_fields={"metadata": {"filter_metadata": F({"a": {"b": "c"}})}}, hcm={"access_log": e.access_log(
        "%METADATA(ROUTE:a:b)%")}), lambda r: r.get() and r.lines(), ["c"]),
]


def admin_port(e):
    e.own_admin_port = getattr(e, "own_admin_port", None) or wire.free_port()
    return e.own_admin_port


ADMIN = [
    Case("bootstrap.admin", lambda e: e.http(bootstrap={"admin": F({"address": address(admin_port(e))}, {"address": address()})}),
         lambda r: r.admin_port == r.environment.own_admin_port, True),
    Case("admin.address", lambda e: e.http(bootstrap={"admin": {"address": F(address(admin_port(e)), address())}}), lambda r: r.admin_port == r.environment.own_admin_port, True),
    Case("bootstrap.runtime_layer.name", lambda e: e.http(bootstrap={"layered_runtime": {"layers": [{"name": F("layer"), "static_layer": {}}]}}), lambda r: r.get().status, 200),
    Case("node.locality", lambda e: e.http(bootstrap={"node": {"id": "n", "cluster": "c", "locality": F({"region": F("r"), "zone": F("z"), "sub_zone": F("s")}), "metadata": F({"a": "b"})}}),
         lambda r: (lambda node: (node.get("locality"), node.get("metadata")))(r.dump_of_bootstrap()["node"]), ({"region": "r", "zone": "z", "sub_zone": "s"}, {"a": "b"})),
    Case("data_source.environment_variable", lambda e: e.http(routes=[{"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {
        "environment_variable": F("FIELDS_TEST")}}}]), lambda r: r.get().body, "from the environment"),
]

CASES = UPSTREAM + LISTENERS + ADMIN
