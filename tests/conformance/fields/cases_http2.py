"""HTTP/2 options: what the proxy announces in its first frames, and its keepalive."""

import struct

from engine import request_bytes
from environment import F, any_of
from fields import Case

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
EMPTY_SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
GET = bytes([0, 0, 10, 1, 5, 0, 0, 0, 1, 0x82, 0x84, 0x86, 0x41, 5]) + b"a.tes"  # :method, :path, :scheme, :authority.
SETTINGS, PING, WINDOW_UPDATE = 4, 6, 8
TABLE, STREAMS, WINDOW, CONNECT = 1, 3, 4, 8


def frames(data):
    """(type, flags, stream, payload) of each whole frame."""
    while len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[:3], "big"):
        size = int.from_bytes(data[:3], "big")
        yield data[3], data[4], int.from_bytes(data[5:9], "big"), data[9:9 + size]
        data = data[9 + size:]


def settings(data):
    found = {}
    for kind, flags, _, payload in frames(data):
        if kind == SETTINGS and not flags & 1:
            found.update(struct.unpack_from("!HI", payload, at) for at in range(0, len(payload), 6))
        elif kind == WINDOW_UPDATE:
            found["connection"] = struct.unpack("!I", payload)[0] + 65535
    return found


def first_frames(r, enough):
    return r.send([PREFACE + EMPTY_SETTINGS], seconds=3.0, until=enough).data


def announced(name):
    """A probe: one setting that clients are told."""
    return lambda r: settings(first_frames(r, lambda data: name in settings(data))).get(name)


def downstream(**options):
    return lambda e: e.http(hcm={"codec_type": "HTTP2", "http2_protocol_options": options})


ENOUGH = 200_000

DOWNSTREAM = [
    Case("http2.options", lambda e: e.http(hcm={"codec_type": "HTTP2", "http2_protocol_options": F({"max_concurrent_streams": F(7)})}), announced(STREAMS), 7),
    Case("http2.hpack_table_size", downstream(hpack_table_size=F(1000)), announced(TABLE), 1000),
    Case("http2.stream_window", downstream(initial_stream_window_size=F(ENOUGH)), announced(WINDOW), ENOUGH),
    Case("http2.connection_window", downstream(initial_connection_window_size=F(ENOUGH)), announced("connection"), ENOUGH),
    Case("http2.allow_connect", downstream(allow_connect=F(True)), announced(CONNECT), 1),
]


OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def upstream(**options):
    def build(e):
        explicit = any_of(OPTIONS, explicit_http_config={"http2_protocol_options": options})
        return e.http(clusters=[e.cluster("origin", [e.silent().port], connect_timeout="20s", typed_extension_protocol_options={OPTIONS: explicit})])
    return build


def told(r):
    """The frames that an origin got which answers nothing."""
    return list(frames(r.environment.silent().received[len(PREFACE):]))


def pinged(r):
    """Whether the origin was pinged while a request waits."""
    with r.connect() as connection:
        connection.sendall(request_bytes("/"))
        return bool(r.until(lambda: any(kind == PING for kind, *_ in told(r)), 1.5))


def option_told(name):
    def probe(r):
        with r.connect() as connection:
            connection.sendall(request_bytes("/"))
            return r.until(lambda: settings(r.environment.silent().received[len(PREFACE):]).get(name), 1.5)
    return probe


UPSTREAM = [
    Case("http2.keepalive", upstream(connection_keepalive=F({"interval": F("0.1s"), "timeout": "20s"})), pinged, True),
    Case("http2.upstream.stream_window", upstream(initial_stream_window_size=F(ENOUGH)), option_told(WINDOW), ENOUGH),
    Case("cluster.options.use_downstream.http2", lambda e: e.http(hcm={"codec_type": "HTTP2"}, clusters=[e.cluster("origin", [e.silent().port], typed_extension_protocol_options={
        OPTIONS: any_of(OPTIONS, use_downstream_protocol_config={"http2_protocol_options": F({"initial_stream_window_size": ENOUGH})})})]),
         lambda r: (r.send([PREFACE + EMPTY_SETTINGS + GET], seconds=0.5, until=lambda data: False), r.until(lambda: settings(r.environment.silent().received[len(PREFACE):]).get(WINDOW), 1.5))[1], ENOUGH),
]

CASES = DOWNSTREAM + UPSTREAM
