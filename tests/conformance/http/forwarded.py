#!/usr/bin/env python3
"""What a proxy must change before it forwards (RFC 9110 section 7, RFC 9112), through real sockets: a statement a row.
Usage: forwarded.py --proxy PROGRAM"""

import sys

import wire
from differential_cases import answer, chunked, get

# (RFC section and statement, request, what the origin must see, what it must not see; None: it must see nothing at all)
REQUESTS = [
    ("9112 2.2: an empty line before a request", b"\r\n" + get("/x"), [b"GET /x HTTP/1.1\r\n"], []),
    ("9112 2.3: a higher minor version is ours to forward", b"GET /x HTTP/1.9\r\nHost: a\r\n\r\n", [b"GET /x HTTP/1.1\r\n"], [b"1.9"]),
    ("9112 3.2.2: the target's host replaces Host", get("http://b.test/x"), [b"GET /x HTTP/1.1\r\n", b"host: b.test\r\n"], [b"a.test", b"http://"]),
    ("9112 3.2.2: a port, too", get("http://b.test:81/x"), [b"host: b.test:81\r\n"], [b"a.test"]),
    ("9112 3.2.4: an OPTIONS about a whole server", get("http://b.test", method="OPTIONS"), [b"OPTIONS * HTTP/1.1\r\n", b"host: b.test\r\n"], []),
    ("9112 3.2.4: an OPTIONS about its root", get("http://b.test/", method="OPTIONS"), [b"OPTIONS / HTTP/1.1\r\n"], []),
    ("9112 5: white space around a value is none of it", get(fields=[("X-A", " \t b \t ")]), [b"x-a: b\r\n"], []),
    ("9110 7.6.1: fields that Connection names", get(fields=[("Connection", "x-a, close"), ("X-A", "secret"), ("X-B", "2")]), [b"x-b: 2"], [b"x-a", b"secret"]),
    ("9110 7.6.1: named in two fields", get(fields=[("Connection", "x-a"), ("Connection", "X-B"), ("X-A", "secret"), ("x-b", "secret")]), [], [b"secret"]),
    ("9110 7.6.1: named before and after", get(fields=[("X-A", "secret"), ("Connection", "x-a"), ("X-A", "secret")]), [], [b"secret"]),
    ("9110 7.6.1: connection fields that nobody names", get(fields=[("Keep-Alive", "5"), ("Proxy-Connection", "x"), ("TE", "gzip"), ("Upgrade", "foo")]), [], [b"keep-alive", b"proxy-connection", b"te:", b"upgrade"]),
    ("9110 10.1.4: of TE only trailers", get(fields=[("TE", "trailers, deflate;q=0.5"), ("Connection", "TE")]), [b"te: trailers\r\n"], [b"deflate"]),
    ("9113 3.1: h2c is not for the next hop", get(fields=[("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABk")]), [], [b"upgrade", b"http2-settings"]),
    ("9112 7.1.1: chunk extensions", get(method="POST", fields=[("Transfer-Encoding", "chunked")], body=b"3;a=\"b\"\r\nabc\r\n0;c\r\n\r\n"), [b"3\r\nabc\r\n0\r\n\r\n"], [b";"]),
    ("9110 6.5.1: trailers that frame or route", get(method="POST", fields=[("Transfer-Encoding", "chunked")], body=chunked(b"abc", trailers=b"Content-Length: 9\r\nHost: evil\r\n")), [b"abc"], [b"evil", b"content-length"]),
    ("9112 6.3: equal lengths are one, or refused", get(method="POST", fields=[("Content-Length", "3, 3")], body=b"abc"), None, []),
    ("9110 7.6.2: Max-Forwards of OPTIONS", get(method="OPTIONS", fields=[("Max-Forwards", "3")]), [b"max-forwards: 2\r\n"], []),
    ("9110 7.6.2: Max-Forwards of TRACE", get(method="TRACE", fields=[("Max-Forwards", "1")]), [b"max-forwards: 0\r\n"], []),
    ("9110 7.6.2: Max-Forwards of others", get(fields=[("Max-Forwards", "3")]), [b"max-forwards: 3\r\n"], []),
    ("9110 7.6.2: OPTIONS that ends here", get(method="OPTIONS", fields=[("Max-Forwards", "0")]), None, []),
    ("9110 7.6.2: TRACE that ends here", get(method="TRACE", fields=[("Max-Forwards", "0"), ("Cookie", "secret")]), None, []),
]
# (statement, request, the origin's steps, what the client must see, what it must not see)
ANSWERS = [
    ("9110 7.6.1: fields that Connection names", get(), [answer(fields=[("Connection", "x-a"), ("X-A", "secret"), ("Content-Length", "2")])], [b"ok"], [b"x-a", b"secret"]),
    ("9110 7.6.1: connection fields that nobody names", get(), [answer(fields=[("Keep-Alive", "5"), ("Proxy-Connection", "x"), ("Upgrade", "foo"), ("Content-Length", "2")])], [b"ok"], [b"keep-alive", b"proxy-connection", b"upgrade"]),
    ("9110 6.6.1: an answer without a date gets one", get(), [answer()], [b"\r\ndate: "], []),
    ("9110 8.6: no length in 204", get(), [answer(204, [("Content-Length", "0")], b"")], [b" 204 "], [b"content-length"]),
    ("9110 15.2: 103 goes on", get(), [b"HTTP/1.1 103 E\r\nLink: x\r\n\r\n", answer()], [b"HTTP/1.1 103 ", b" 200 OK"], []),
    ("9110 10.1.1: 100 before a body that waits", [get(method="POST", fields=[("Expect", "100-continue"), ("Content-Length", "3")]), 0.2, b"abc"], [answer()], [b"HTTP/1.1 100 ", b" 200 OK"], []),
    ("9112 9.6: close is said and done", get(fields=[("Connection", "close")]), [answer()], [b"connection: close\r\n"], []),
    ("9110 9.3.8: a trace without secrets", get(method="TRACE", fields=[("Max-Forwards", "0"), ("Cookie", "secret"), ("X-A", "b")]), [answer()], [b"message/http", b"x-a: b"], [b"secret"]),
    ("9110 9.3.2: HEAD has no content", get(method="HEAD"), [answer(fields=[("Content-Length", "5")], body=b"")], [b"content-length: 5\r\n"], []),
]


def check(text, wanted, unwanted):
    text = text.lower()
    return [f"without {each}" for each in wanted if each.lower() not in text] + [f"with {each}" for each in unwanted if each.lower() in text]


def main():
    program = wire.program_from(sys.argv)
    steps = [answer()]
    origin = wire.Origin(lambda request: steps)
    port = wire.reserved_port()
    proxy = wire.Proxy(program, [wire.listener("main", port, [{"match": {"prefix": "/"}, "route": {"cluster": "origin"}}])], [wire.cluster("origin", origin.port)])
    failures = []
    try:
        for why, request, wanted, unwanted in REQUESTS:
            del origin.seen[:]
            wire.exchange(port, request, 5.0, lambda got: wire.Answer(got).status >= 200)
            seen = b"".join(origin.seen)
            problems = [f"the origin saw {seen}"] * bool(seen) if wanted is None else check(seen, wanted + [b" HTTP/1.1\r\n"], unwanted)
            failures += [f"{why}: {problem}: {seen}" for problem in problems]
        for why, request, steps[:], wanted, unwanted in ANSWERS:
            got, _ = wire.exchange(port, request, 5.0, lambda got: wire.Answer(got, b"HEAD" in (request if isinstance(request, bytes) else b"")).whole and wire.Answer(got).status >= 200)
            failures += [f"{why}: {problem}: {got}" for problem in check(got, wanted, unwanted)]
    finally:
        proxy.remove()
        origin.close()
    print("\n".join(failures + [f"{len(REQUESTS) + len(ANSWERS)} rules of forwarding, {len(failures)} failures"]))
    return 1 if failures else 0


if __name__ == "__main__":
    wire.leave(main())
