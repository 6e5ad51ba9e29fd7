"""Requests of the differential test: what is sent, what the origin answers. No expectations: a real Envoy says what is right.

A case is (name, wire bytes or pieces, method is HEAD, origin's steps or None for the usual answer).
"""

METHODS = ("GET HEAD POST PUT DELETE OPTIONS TRACE PATCH ACL BIND CHECKOUT COPY LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR "
           "MKCOL MOVE NOTIFY PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND UNLINK UNLOCK UNSUBSCRIBE").split()
STATUSES = [200, 201, 202, 203, 204, 205, 206, 207, 226, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407,
            408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502,
            503, 504, 505, 507, 508, 511, 520, 599, 600, 999]
PATHS = ["/", "/a", "/a/b/c", "/?", "/?q", "/a?b=c&d=e", "/a?b?c", "/a//b", "/a/./b", "/a/../b", "/%41", "/%2f", "/%2F", "/%zz", "/%",
         "/a;b=c", "/a:b", "/a@b", "/a,b", "/a'b", "/a(b)", "/a~b", "/a|b", "/{a}", "/[a]", "/^a", "/a\"b", "/<a>", "/a\\b", "/a+b",
         "/" + "x" * 200, "/" + "x" * 5000, "/a?" + "y" * 5000, "//a", "///", "/a/", "/.a", "/a.", "/..", "/%00", "/%0d%0a"]
FIELDS = [("accept", "*/*"), ("Accept-Encoding", "gzip, br"), ("User-Agent", "test/1.0"), ("user-agent", ""), ("X-Empty", ""), ("X-Tab", "a\tb"),
          ("X-Spaces", "a  b"), ("X-High", "\u00e4\u00f6"), ("X-Long", "v" * 8000), ("X_Under", "1"), ("x!#$%&'*+.^`|~", "1"), ("Cookie", "a=b; c=d"),
          ("Authorization", "Basic eDp5"), ("Proxy-Authorization", "Basic eDp5"), ("Content-Type", "text/plain"), ("Content-Encoding", "gzip"),
          ("If-None-Match", "\"x\""), ("Range", "bytes=0-1"), ("Referer", "http://r/"), ("Origin", "http://o"), ("TE", "trailers"), ("TE", "gzip"),
          ("TE", "trailers, deflate;q=0.5"), ("Trailer", "X"), ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "keep-alive"), ("Via", "1.1 a"),
          ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "h"), ("X-Forwarded-Client-Cert", "Hash=1"),
          ("X-Request-Id", "abc"), ("X-Envoy-Internal", "true"), ("X-Envoy-Original-Path", "/o"), ("X-Envoy-Expected-Rq-Timeout-Ms", "5"),
          ("X-Envoy-Attempt-Count", "7"), ("X-Envoy-External-Address", "1.1.1.1"), ("X-Envoy-Downstream-Service-Cluster", "x"),
          ("X-Envoy-Upstream-Alt-Stat-Name", "y"), ("X-Envoy-Retry-On", "5xx"), ("Grpc-Timeout", "1S"), ("Max-Forwards", "3"), ("Upgrade", "foo"),
          ("Connection", "keep-alive"), ("Connection", "Keep-Alive, X-Foo"), ("Expect", "100-continue"), ("Forwarded", "for=1.1.1.1")]


def get(target="/", fields=(), method="GET", body=b"", host=b"a.test"):
    lines = [f"{method} {target} HTTP/1.1".encode("latin-1"), b"Host: " + host]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*chunks, trailers=b""):
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n" + trailers + b"\r\n"


def answer(status=200, fields=(("Content-Length", "2"),), body=b"ok", version="1.1"):
    lines = [f"HTTP/{version} {status} Reason".encode()] + [f"{name}: {value}".encode("latin-1") for name, value in fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def request_cases():
    for method in METHODS:
        yield f"method {method}", get(method=method), method == "HEAD", None
        if method not in ("HEAD", "TRACE"):
            yield f"method {method} with a body", get(method=method, fields=[("Content-Length", "3")], body=b"abc"), False, None
    for method in ("FOO", "get", "Get"):
        yield f"unknown method {method}", get(method=method), False, None
    for path in PATHS:
        yield f"path {path[:40]}", get(path), False, None
    for name, value in FIELDS:
        yield f"field {name}: {value[:30]}", get(fields=[(name, value)]), False, None
    yield "fields repeated", get(fields=[("X", "1"), ("Y", "2"), ("X", "3"), ("Cookie", "a=1"), ("Cookie", "b=2")]), False, None
    yield "ninety fields", get(fields=[(f"X-{i}", str(i)) for i in range(90)]), False, None
    for host in (b"a.test", b"A.TEST", b"a.test:80", b"a.test:8080", b"127.0.0.1", b"[::1]", b"[::1]:80", b"a_b.test", b"*", b"a.test."):
        yield f"host {host.decode()}", get(host=host), False, None
    for target in ("http://b.test/x", "http://b.test", "HTTP://b.test/x?y", "https://b.test/x", "http://b.test:81/", "http://b.test?q"):
        yield f"absolute {target}", get(target), False, None
    yield "asterisk", get("*", method="OPTIONS"), False, None
    yield "CONNECT", get("b.test:443", method="CONNECT", host=b"b.test:443"), False, None


def framing_cases():
    post = [("Transfer-Encoding", "chunked")]
    bodies = {"empty": chunked(), "one": chunked(b"abc"), "three": chunked(b"a", b"bc", b"def"), "large": chunked(b"x" * 100000),
              "extensions": b"3;a=b;c\r\nabc\r\n0;d\r\n\r\n", "upper case size": b"A\r\n0123456789\r\n0\r\n\r\n", "leading zeros": b"0003\r\nabc\r\n000\r\n\r\n",
              "trailers": chunked(b"abc", trailers=b"X-T: 1\r\n")}
    for name, body in bodies.items():
        yield f"chunked {name}", get(method="POST", fields=post, body=body), False, None
    yield "chunked GET", get(fields=post, body=chunked(b"abc")), False, None
    yield "coding in capitals", get(method="POST", fields=[("Transfer-Encoding", "CHUNKED")], body=chunked(b"abc")), False, None
    for size in (0, 1, 100, 65536, 1 << 20, 5 << 20):
        yield f"length {size}", get(method="POST", fields=[("Content-Length", str(size))], body=b"u" * size), False, None
    whole = get(method="POST", fields=[("Content-Length", "10")], body=b"0123456789")
    for cut in (1, 10, 16, 30, len(whole) - 10, len(whole) - 3):
        yield f"cut at {cut}", [whole[:cut], 0.05, whole[cut:]], False, None
    yield "two in one", get("/one") + get("/two"), False, None
    yield "three in one, one with a body", get("/one") + get("/two", method="POST", fields=[("Content-Length", "2")], body=b"hi") + get("/three"), False, None
    yield "empty line first", b"\r\n" + get(), False, None
    yield "expect and wait", [get(method="POST", fields=[("Expect", "100-continue"), ("Content-Length", "3")]), 0.1, b"abc"], False, None
    yield "connection close", get(fields=[("Connection", "close")]), False, None
    yield "HTTP/1.0", b"GET / HTTP/1.0\r\nHost: a.test\r\n\r\n", False, None
    yield "no Host", b"GET / HTTP/1.1\r\n\r\n", False, None
    grpc = [("Content-Type", "application/grpc"), ("TE", "trailers"), ("Transfer-Encoding", "chunked")]
    yield "gRPC framing", get("/pkg.Service/Method", method="POST", fields=grpc, body=chunked(b"\0\0\0\0\3abc")), False, None


def malformed_cases():
    head = b"GET / HTTP/1.1\r\nHost: a.test\r\n"
    post = b"POST / HTTP/1.1\r\nHost: a.test\r\n"
    bad = {"space before colon": head + b"X : y\r\n\r\n", "NUL": head + b"X: a\0b\r\n\r\n", "control byte": head + b"X: a\1b\r\n\r\n",
           "no colon": head + b"X\r\n\r\n", "no name": head + b": x\r\n\r\n", "length and coding": post + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "two lengths": post + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "different lengths": post + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
           "negative length": post + b"Content-Length: -1\r\n\r\n", "signed length": post + b"Content-Length: +1\r\n\r\na", "large length": post + b"Content-Length: 99999999999999999999\r\n\r\n",
           "gzip, chunked": post + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "large fields": head + b"X: " + b"x" * 70000 + b"\r\n\r\n",
           "many fields": head + b"X: y\r\n" * 150 + b"\r\n", "garbage": b"\x16\x03\x01\x00\xff\r\n\r\n", "target without slash": b"GET foo HTTP/1.1\r\nHost: a.test\r\n\r\n",
           "space in target": b"GET /a b HTTP/1.1\r\nHost: a.test\r\n\r\n", "high byte in target": b"GET /\x80 HTTP/1.1\r\nHost: a.test\r\n\r\n",
           "asterisk GET": b"GET * HTTP/1.1\r\nHost: a.test\r\n\r\n", "ftp": b"GET ftp://a/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "space in Host": b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
           "slash in Host": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "fragment": b"GET /a#b HTTP/1.1\r\nHost: a.test\r\n\r\n", "CONNECT to a path": b"CONNECT / HTTP/1.1\r\nHost: a.test\r\n\r\n",
           "empty Host": b"GET / HTTP/1.1\r\nHost: \r\n\r\n", "named X-Forwarded-For": head + b"Connection: x-forwarded-for\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n"}
    for name, data in bad.items():
        yield f"malformed: {name}", data, False, None


def response_cases():
    for status in STATUSES:
        bodiless = status in (204, 304)
        yield f"status {status}", get(), False, [answer(status, () if bodiless else (("Content-Length", "2"),), b"" if bodiless else b"ok")]
    shapes = {
        "chunked": [answer(fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc", b"def"))],
        "chunked, with trailers": [answer(fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc", trailers=b"X-T: 1\r\n"))],
        "until close": [answer(fields=(), body=b"abc"), "close"],
        "HTTP/1.0 until close": [answer(fields=(), body=b"abc", version="1.0"), "close"],
        "HTTP/1.0 with a length": [answer(version="1.0"), "close"],
        "empty": [answer(fields=[("Content-Length", "0")], body=b"")],
        "large": [answer(fields=[("Content-Length", str(5 << 20))], body=b"d" * (5 << 20))],
        "slow": [answer(fields=[("Content-Length", "6")], body=b"abc"), 0.1, b"def"],
        "connection close": [answer(fields=[("Connection", "close"), ("Content-Length", "2")])],
        "100 first": [b"HTTP/1.1 100 Continue\r\n\r\n", answer()],
        "server and date": [answer(fields=[("Server", "x"), ("Date", "y"), ("Content-Length", "2")])],
        "cookies": [answer(fields=[("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), ("Content-Length", "2")])],
        "hop fields": [answer(fields=[("Keep-Alive", "5"), ("Proxy-Connection", "x"), ("Content-Length", "2")])],
        "a high byte": [answer(fields=[("X", "\u00e4"), ("Content-Length", "2")])],
        "x-envoy fields": [answer(fields=[("X-Envoy-Upstream-Service-Time", "77"), ("X-Envoy-Foo", "1"), ("Content-Length", "2")])],
        "304 with a length": [answer(304, [("Content-Length", "5"), ("ETag", "x")], b"")],
        "nothing": ["close"], "reset": ["reset"], "not HTTP": [b"SSH-2.0\r\n\r\n"], "NUL": [answer(fields=[("X", "a\0b"), ("Content-Length", "2")])],
        "two lengths": [answer(fields=[("Content-Length", "2"), ("Content-Length", "3")])], "unknown coding": [answer(fields=[("Transfer-Encoding", "foo")]), "close"],
        "length and coding": [answer(fields=[("Content-Length", "2"), ("Transfer-Encoding", "chunked")], body=chunked(b"ok"))],
        "cut": [answer(fields=[("Content-Length", "10")], body=b"abc"), "close"], "cut chunk": [answer(fields=[("Transfer-Encoding", "chunked")], body=b"9\r\nabc"), "close"],
        "too slow": [20],
    }
    for name, steps in shapes.items():
        yield f"answer: {name}", get("/slow" if name == "too slow" else "/"), False, steps
    heads = {"with a length": [answer(fields=[("Content-Length", "5")], body=b"")], "chunked": [answer(fields=[("Transfer-Encoding", "chunked")], body=b"")],
             "without": [answer(fields=(), body=b"")], "404": [answer(404, [("Content-Length", "5")], b"")]}
    for name, steps in heads.items():
        yield f"HEAD: {name}", get(method="HEAD"), True, steps


def route_cases():
    for path in ("/direct", "/direct-empty", "/redirect", "/redirect-host?q=1", "/prefix/x", "/exact", "/exactly", "/regex/12", "/regex/ab", "/none",
                 "/header", "/query?a=b", "/query?a=c", "/add", "/abort", "/retry", "/dead", "/host"):
        yield f"route {path}", get(path), False, [answer(503)] if path == "/retry" else None
        yield f"route POST {path}", get(path, method="POST", fields=[("Content-Length", "3")], body=b"abc"), False, [answer(503)] if path == "/retry" else None
    yield "route /header, matched", get("/header", fields=[("x-match", "yes")]), False, None
    yield "route abort by header, HEAD", get("/abort", method="HEAD"), True, None


def upgrade_cases():
    fields = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13")]
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    yield "websocket", [get(fields=fields), 0.2, b"hello", 0.2], False, [switching, "echo"]
    yield "websocket, server speaks first", [get(fields=fields), 0.2], False, [switching + b"first", "echo"]
    yield "websocket, capitals", [get(fields=[("UPGRADE", "WebSocket"), ("CONNECTION", "keep-alive, UPGRADE")]), 0.2, b"hello", 0.2], False, [switching, "echo"]
    yield "websocket refused", get(fields=fields), False, [answer(403)]
    yield "upgrade that is not configured", get(fields=[("Upgrade", "foo"), ("Connection", "upgrade")]), False, None
    yield "h2c", get(fields=[("Upgrade", "h2c"), ("Connection", "Upgrade, HTTP2-Settings"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")]), False, None
    yield "upgrade not named in Connection", get(fields=[("Upgrade", "websocket")]), False, None
    yield "half-close after the request", [get(), 0.5, "end"], False, [1.5, answer()]


def all_cases():
    for group in (request_cases, framing_cases, malformed_cases, response_cases, route_cases, upgrade_cases):
        yield from group()
