"""HTTP/2 of the differential test: requests by HTTP/2 to the HTTP/1 origin, by HTTP/1 to an HTTP/2 origin, and both.

A case is (name, client's steps of http2.Peer.perform or HTTP/1 bytes, origin's steps or None for the usual answer).
"""

import http2
import wire
from differential_cases import answer as http1_answer, chunked, get

USUAL = [("fields", [(":status", "200"), ("content-length", "2")], False), ("data", b"ok", True)]


def fields(*more, method="GET", path="/", authority="a.test", scheme="http", end=True):
    pseudo = [(":method", method), (":scheme", scheme), (":path", path), (":authority", authority)]
    return ("fields", [(n, v) for n, v in pseudo if v is not None] + list(more), end)


def answer(engine, _):
    return engine.http2_case or USUAL


def run(engine, port, case):
    """What the client and the origin got, as text."""
    _, client, origin = case
    by_http1 = isinstance(client, bytes)
    engine.attempts, engine.taken = (None, 0) if origin is None or not isinstance(origin[0], bytes) else ([origin], 0)
    engine.http2_case = origin if origin and not isinstance(origin[0], bytes) else None
    del engine.origin.seen[:], engine.second.seen[:]
    if by_http1:
        is_head = client.startswith(b"HEAD")
        received, end = wire.exchange(port, client, 10.0, lambda got: wire.Answer(got, is_head).whole and wire.Answer(got, is_head).status >= 200)
        got = received.decode("latin-1")
    else:
        message, end = http2.exchange(port, client, 10.0)
        got = message.text()
        # A malformed request is a stream error (RFC 9113 8.1.1); Envoy ends the connection. Both refuse it.
        if not message.blocks and (end or message.end.startswith("reset")):
            got, end = "refused", ""
    seen = b"".join(engine.origin.seen).decode("latin-1") + "".join(each.text() for each in engine.second.seen)
    return {"client": got, "end": "ended" if end in ("closed", "reset") else end, "origin": seen}


def client_cases():
    """HTTP/2 from the client; the origin speaks whatever the listener's cluster says."""
    post = dict(method="POST", end=False)
    yield "GET", [fields()], None
    for method in ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "FOO", "get"):
        yield method, [fields(method=method)], None
    for size in (3, 20000, 300000):
        yield f"POST {size}", [fields(("content-length", str(size)), **post), ("data", b"u" * size, True)], None
        yield f"POST {size} without a length", [fields(**post), ("data", b"u" * size, True)], None
    yield "POST with trailers", [fields(**post), ("data", b"abc", False), ("fields", [("x-t", "1")], True)], None
    yield "trailers only", [fields(**post), ("fields", [("x-t", "1")], True)], None
    yield "cookies", [fields(("cookie", "a=1"), ("cookie", "b=2"), ("cookie", "c=3"))], None
    yield "te trailers", [fields(("te", "trailers"))], None
    yield "host and authority", [fields(("host", "a.test"))], None
    yield "host only", [fields(("host", "h.test"), authority=None)], None
    yield "neither host nor authority", [fields(authority=None)], None
    yield "scheme https", [fields(scheme="https")], None
    yield "scheme ftp", [fields(scheme="ftp")], None
    yield "authority with a port", [fields(authority="a.test:81")], None
    yield "expect", [fields(("expect", "100-continue"), ("content-length", "3"), **post), 0.1, ("data", b"abc", True)], None
    yield "many fields", [fields(*[(f"x-{i}", "v") for i in range(80)])], None
    yield "repeated fields", [fields(("x-a", "1"), ("x-b", "2"), ("x-a", "3"))], None
    yield "empty value", [fields(("x-a", ""))], None
    yield "high bytes", [fields(("x-a", "\u00e4"))], None
    for path in ("/a?b=c", "/%zz", "*", "/a#b", "/a b", "/\u00e4", "a", "//a"):
        yield f"path {path}", [fields(path=path)], None
    yield "gRPC", [fields(("content-type", "application/grpc"), ("te", "trailers"), **post), ("data", b"\0\0\0\0\3abc", True)], None
    bad = {"connection": ("connection", "close"), "transfer-encoding": ("transfer-encoding", "chunked"), "upgrade": ("upgrade", "x"), "keep-alive": ("keep-alive", "5"), "te": ("te", "gzip"),
           "upper case": ("X-A", "1"), "a line feed": ("x-a", "1\n2"), "NUL": ("x-a", "1\0"), "a space in a name": ("x a", "1"), "a colon in a name": ("x:a", "1"), "an unknown pseudo-field": (":x", "1"),
           "a length that lies": ("content-length", "5"), "a length that is none": ("content-length", "x"), "proxy-connection": ("proxy-connection", "x")}
    for name, field in bad.items():
        yield f"malformed: {name}", [fields(field)], None
    yield "malformed: no path", [fields(path=None)], None
    yield "malformed: empty path", [fields(path="")], None
    yield "malformed: no method", [fields(method=None)], None
    yield "malformed: no scheme", [fields(scheme=None)], None
    yield "malformed: more than the length", [fields(("content-length", "1"), **post), ("data", b"abc", True)], None
    yield "malformed: less than the length", [fields(("content-length", "9"), **post), ("data", b"abc", True)], None


def http1_origin_cases():
    """Answers of an HTTP/1 origin to an HTTP/2 client."""
    shapes = {"chunked": [http1_answer(fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc"))], "until close": [http1_answer(fields=(), body=b"abc"), "close"],
              "hop fields": [http1_answer(fields=[("Connection", "keep-alive, X-Hop"), ("Keep-Alive", "5"), ("Content-Length", "2")])], "upper case": [http1_answer(fields=[("X-UP", "A"), ("Content-Length", "2")])],
              "204": [http1_answer(204, (), b"")], "304": [http1_answer(304, [("Content-Length", "5")], b"")], "103 first": [b"HTTP/1.1 103 E\r\nLink: x\r\n\r\n", http1_answer()],
              "cut": [http1_answer(fields=[("Content-Length", "9")], body=b"abc"), "close"], "large": [http1_answer(fields=[("Content-Length", "300000")], body=b"d" * 300000)], "cookies": [http1_answer(fields=[("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), ("Content-Length", "2")])],
              "nothing": [b"", "close"], "garbage": [b"SSH-2.0\r\n\r\n"]}
    for name, steps in shapes.items():
        yield f"answer {name}", [fields()], steps
    yield "HEAD answer", [fields(method="HEAD")], [http1_answer(fields=[("Content-Length", "5")], body=b"")]


def http2_origin_cases():
    """Answers of an HTTP/2 origin to an HTTP/1 client."""
    def block(*more, status="200", end=False):
        return ("fields", [(":status", status)] + list(more), end)

    shapes = {"usual": USUAL, "without a length": [block(), ("data", b"abc", True)], "empty": [block(end=True)], "trailers": [block(), ("data", b"abc", False), ("fields", [("x-t", "1")], True)],
              "204": [block(status="204", end=True)], "304": [block(("content-length", "5"), status="304", end=True)], "103 first": [block(("link", "x"), status="103"), *USUAL], "100 first": [block(status="100"), *USUAL],
              "reset first": [("reset", 2)], "refused": [("reset", 7)], "reset in the middle": [block(), ("data", b"abc", False), 0.1, ("reset", 2)], "cut": [block(("content-length", "9")), ("data", b"abc", False), 0.1, "close"],
              "a length that lies": [block(("content-length", "9")), ("data", b"abc", True)], "connection field": [block(("connection", "close"), end=True)], "upper case": [block(("X-A", "1"), end=True)], "a line feed": [block(("x-a", "1\n2"), end=True)],
              "status 101": [block(status="101")], "status 99": [block(status="99", end=True)], "no status": [("fields", [("x-a", "1")], True)], "large": [block(("content-length", "300000")), ("data", b"d" * 300000, True)], "cookies": [block(("set-cookie", "a=b"), ("set-cookie", "c=d"), end=True)],
              "gRPC": [block(("content-type", "application/grpc")), ("data", b"\0\0\0\0\1x", False), ("fields", [("grpc-status", "0"), ("grpc-message", "")], True)], "gRPC trailers only": [block(("content-type", "application/grpc"), ("grpc-status", "12"), end=True)]}
    for name, steps in shapes.items():
        yield f"answer {name}", get(), steps
        yield f"answer {name}, to HTTP/2", [fields()], steps
    requests = {"POST": get(method="POST", fields=[("Content-Length", "3")], body=b"abc"), "chunked": get(method="POST", fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc", b"def")), "HEAD": get(method="HEAD"),
                "capitals": get(fields=[("X-UP", "A")]), "hop fields": get(fields=[("Connection", "keep-alive"), ("Keep-Alive", "5"), ("Proxy-Connection", "x"), ("TE", "trailers, deflate")]), "cookies": get(fields=[("Cookie", "a=1"), ("Cookie", "b=2")]),
                "expect": get(method="POST", fields=[("Expect", "100-continue"), ("Content-Length", "3")], body=b"abc"), "large": get(method="POST", fields=[("Content-Length", "300000")], body=b"u" * 300000), "asterisk": get("*", method="OPTIONS"),
                "host with a port": get(host=b"a.test:81"), "upgrade that is not configured": get(fields=[("Upgrade", "foo"), ("Connection", "upgrade")])}
    for name, data in requests.items():
        yield f"request {name}", data, None


def all_cases():
    for case in client_cases():
        yield "http1 origin", case
        yield "http2 origin", case
    for case in http1_origin_cases():
        yield "http1 origin", case
    for case in http2_origin_cases():
        yield "http2 origin", case
