#!/usr/bin/env python3
"""Malformed HTTP/1.1 requests through real sockets: each is refused with the right status, the connection ends, and nothing
of it reaches the origin. Usage: malformed_requests.py --proxy PROGRAM"""

import sys

import wire

HOST = b"Host: a\r\n"
GET = b"GET / HTTP/1.1\r\n"
POST = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
BAD = {400}

# (RFC section and statement, bytes, statuses that obey it). A body that breaks later has its head forwarded already: such
# rows say "body", and the origin must not see a complete request.
CASES = [
    ("9112 2.2: a lone LF ends no line", b"GET / HTTP/1.1\nHost: a\n\n", BAD),
    ("9112 2.2: a lone LF after a field", GET + b"Host: a\nX: y\r\n\r\n", BAD),
    ("9112 2.2: a lone LF as the last line", GET + HOST + b"\n", BAD),
    ("9112 2.2: a lone CR in a value", GET + HOST + b"X: a\rb\r\n\r\n", BAD),
    ("9112 2.2: a lone CR as a line's end", GET + HOST + b"X: a\r\rY: b\r\n\r\n", BAD),
    ("9112 2.2: white space before the first field", GET + b" Host: a\r\n\r\n", BAD),
    ("9112 2.2: a TLS ClientHello on a cleartext port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", BAD),
    ("9112 2.2: a lone CR in the request line", b"GET /\rx HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 2.2: a tab before the first field", GET + b"\tHost: a\r\n\r\n", BAD),
    ("9112 2.3: no minor version", b"GET / HTTP/1\r\n" + HOST + b"\r\n", BAD),
    ("9112 2.3: a space in the version", b"GET / HTTP/ 1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 2.3: HTTP/3.0", b"GET / HTTP/3.0\r\n" + HOST + b"\r\n", {505}),
    ("9112 2.3: HTTP/0.9", b"GET /\r\n\r\n", BAD),
    ("9112 2.3: another major version", b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", {505}),
    ("9112 2.3: a lower-case name", b"GET / http/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 2.3: two digits", b"GET / HTTP/1.11\r\n" + HOST + b"\r\n", BAD),
    ("9112 2.3: no dot", b"GET / HTTP/11\r\n" + HOST + b"\r\n", BAD),
    ("9112 3: two spaces", b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3: a tab", b"GET\t/ HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3: a space at the end", b"GET / HTTP/1.1 \r\n" + HOST + b"\r\n", BAD),
    ("9112 3: a space in the target", b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3: a target that is too long", b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {414}),
    ("9112 3.1: a method that is no token", b"G@T / HTTP/1.1\r\n" + HOST + b"\r\n", BAD | {501}),
    ("9112 3.1: a method in lower case", b"get / HTTP/1.1\r\n" + HOST + b"\r\n", BAD | {501}),
    ("9112 3.1: a method without an end", b"G" * 5000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n", BAD | {414, 501}),
    ("9110 4.2.1: an empty Host", GET + b"Host: \r\n\r\n", BAD),
    ("9110 4.2.1: a Host that is only a port", GET + b"Host: :80\r\n\r\n", BAD),
    ("9112 3.2: a list of Hosts", GET + b"Host: a, b\r\n\r\n", BAD),
    ("9112 3.2: a broken escape in Host", GET + b"Host: a%zz\r\n\r\n", BAD),
    ("9112 3.2: more after an address in Host", GET + b"Host: [::1]x\r\n\r\n", BAD),
    ("9112 3.2: a port without digits after an address", GET + b"Host: [::1]:x\r\n\r\n", BAD),
    ("9112 3.2: a scheme in Host", GET + b"Host: http://a\r\n\r\n", BAD),
    ("9112 3.2: two Hosts in different cases", GET + HOST + b"HOST: b\r\n\r\n", BAD),
    ("9112 3.2: no Host", GET + b"\r\n", BAD),
    ("9112 3.2: two Hosts", GET + HOST + b"Host: b\r\n\r\n", BAD),
    ("9112 3.2: two equal Hosts", GET + HOST + HOST + b"\r\n", BAD),
    ("9112 3.2: userinfo in Host", GET + b"Host: u@a\r\n\r\n", BAD),
    ("9112 3.2: userinfo with a password", GET + b"Host: u:p@a\r\n\r\n", BAD),
    ("9112 3.2: a port that is no number", GET + b"Host: a:b\r\n\r\n", BAD),
    ("9112 3.2: a port that is too high", GET + b"Host: a:99999\r\n\r\n", BAD),
    ("9112 3.2: a negative port", GET + b"Host: a:-1\r\n\r\n", BAD),
    ("9112 3.2: a space in Host", GET + b"Host: a b\r\n\r\n", BAD),
    ("9112 3.2: a slash in Host", GET + b"Host: a/b\r\n\r\n", BAD),
    ("9112 3.2: a question mark in Host", GET + b"Host: a?b\r\n\r\n", BAD),
    ("9112 3.2: an unclosed bracket in Host", GET + b"Host: [::1\r\n\r\n", BAD),
    ("9112 3.2: a fragment", b"GET /a#b HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2: a control byte in the target", b"GET /\x01 HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2: NUL in the target", b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2: a byte above ASCII in the target", b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2: neither path nor URI", b"GET foo HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2.2: an absolute target does not excuse Host", b"GET http://a/ HTTP/1.1\r\n\r\n", BAD | {200}),
    ("9112 3.2.2: nor a malformed one", b"GET http://a/ HTTP/1.1\r\nHost: u@a\r\n\r\n", BAD),
    ("9110 4.2.4: userinfo in the target", b"GET http://u:p@a/ HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9110 4.2.1: an empty host in the target", b"GET http:///x HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2.2: another scheme", b"GET ftp://a/ HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2.3: only CONNECT takes an authority", b"GET a:80 HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2.3: CONNECT takes nothing else", b"CONNECT / HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2.3: CONNECT needs a port", b"CONNECT a HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2.3: CONNECT takes no path", b"CONNECT a:80/x HTTP/1.1\r\nHost: a:80\r\n\r\n", BAD),
    ("9112 3.2.3: CONNECT takes no URI", b"CONNECT http://a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", BAD),
    ("9110 4.2.1: a port that is no number in the target", b"GET http://a:b/ HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 3.2.4: POST takes no asterisk", b"POST * HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n", BAD),
    ("9112 3.2.4: only OPTIONS takes an asterisk", b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", BAD),
    ("9112 5.1: a space before the colon", GET + HOST + b"X : y\r\n\r\n", BAD),
    ("9112 5.1: a tab before the colon", GET + HOST + b"X\t: y\r\n\r\n", BAD),
    ("9112 5.1: no name", GET + HOST + b": y\r\n\r\n", BAD),
    ("9112 5.1: no colon", GET + HOST + b"X\r\n\r\n", BAD),
    ("9110 5.1: a name that is no token", GET + HOST + b"X(y): z\r\n\r\n", BAD),
    ("9110 5.1: a space within a name", GET + HOST + b"X Y: z\r\n\r\n", BAD),
    ("9110 5.1: NUL in a name", GET + HOST + b"X\x00: z\r\n\r\n", BAD),
    ("9112 5.2: a folded line", GET + HOST + b"X: y\r\n z\r\n\r\n", BAD),
    ("9112 5.2: a folded line with a tab", GET + HOST + b"X: y\r\n\tz\r\n\r\n", BAD),
    ("9110 5.5: NUL in a value", GET + HOST + b"X: a\x00b\r\n\r\n", BAD),
    ("9110 5.5: a control byte in a value", GET + HOST + b"X: a\x08b\r\n\r\n", BAD),
    ("9110 5.5: DEL in a value", GET + HOST + b"X: a\x7fb\r\n\r\n", BAD),
    ("9110 5.5: VT in a value", GET + HOST + b"X: a\x0bb\r\n\r\n", BAD),
    ("9110 5.1: a quote in a name", GET + HOST + b"X\"y: z\r\n\r\n", BAD),
    ("9110 5.1: a byte above ASCII in a name", GET + HOST + b"X\xe4: z\r\n\r\n", BAD),
    ("9112 5.1: a space before Content-Length's colon", POST + b"Content-Length : 3\r\n\r\nabc", BAD),
    ("9112 5.1: a space before Transfer-Encoding's colon", POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", BAD),
    ("9110 7.6.1: Connection names Host", GET + HOST + b"Connection: host\r\n\r\n", BAD),
    ("6585 5: fields that are too large", GET + HOST + b"X: " + b"x" * 70000 + b"\r\n\r\n", {431}),
    ("6585 5: too many fields", GET + HOST + b"X: y\r\n" * 200 + b"\r\n", {431}),
    ("9112 6.1: a coding that is unknown", POST + b"Transfer-Encoding: foo, chunked\r\n\r\n0\r\n\r\n", {501}),
    ("9112 6.1: chunked twice", POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", BAD),
    ("9112 6.1: chunked in two fields", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", BAD),
    ("9112 6.1: in HTTP/1.0", b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", BAD | {426}),
    ("9112 6.1: chunked with a parameter", POST + b"Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", BAD | {501}),
    ("9112 6.1: something like chunked", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", BAD | {501}),
    ("9112 6.1: chunked in quotes", POST + b"Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", BAD | {501}),
    ("9112 6.1: an empty coding", POST + b"Transfer-Encoding: \r\n\r\n", BAD | {501}),
    ("9112 6.1: codings in two fields", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", BAD | {501}),
    ("9112 6.3: chunked is not last", POST + b"Transfer-Encoding: chunked, foo\r\n\r\n0\r\n\r\n", BAD),
    ("9112 6.3: no chunked", POST + b"Transfer-Encoding: gzip\r\n\r\n", BAD),
    ("9112 6.3: identity", POST + b"Transfer-Encoding: identity\r\n\r\n", BAD),
    ("9112 6.3: a vertical tab hides nothing", POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", BAD),
    ("9112 6.3: length and coding", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", BAD),
    ("9112 6.3: coding and length", POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", BAD),
    ("9112 6.3: different lengths", POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", BAD),
    ("9112 6.3: a list of different lengths", POST + b"Content-Length: 3, 4\r\n\r\nabcd", BAD),
    ("9110 8.6: a sign", POST + b"Content-Length: +3\r\n\r\nabc", BAD),
    ("9110 8.6: negative", POST + b"Content-Length: -3\r\n\r\nabc", BAD),
    ("9110 8.6: empty", POST + b"Content-Length: \r\n\r\nabc", BAD),
    ("9110 8.6: hexadecimal", POST + b"Content-Length: 0x3\r\n\r\nabc", BAD),
    ("9110 8.6: beyond 64 bits", POST + b"Content-Length: 99999999999999999999\r\n\r\nabc", BAD | {413}),
    ("9110 8.6: a fraction", POST + b"Content-Length: 3.0\r\n\r\nabc", BAD),
    ("9110 8.6: two numbers", POST + b"Content-Length: 3 3\r\n\r\nabc", BAD),
    ("9110 8.6: a list with nothing in it", POST + b"Content-Length: ,3\r\n\r\nabc", BAD),
    ("9110 8.6: in quotes", POST + b"Content-Length: \"3\"\r\n\r\nabc", BAD),
    ("9110 8.6: on GET, too", GET + HOST + b"Content-Length: x\r\n\r\n", BAD),
    ("9110 9.3.6: CONNECT with a body", b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 3\r\n\r\nabc", BAD),
    ("9112 7.1: body: no size", CHUNKED + b"\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: 0x", CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a sign", CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a space after the size", CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a size beyond 64 bits", CHUNKED + b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a lone LF after the size", CHUNKED + b"3\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a chunk that is too long", CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a lone LF after a chunk", CHUNKED + b"3\r\nabc\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a lone CR after the size", CHUNKED + b"3\rabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a space before the size", CHUNKED + b" 3\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a plus sign", CHUNKED + b"+3\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: a size that wraps 64 bits", CHUNKED + b"10000000000000003\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: an underscore in the size", CHUNKED + b"0_3\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1: body: no line after a chunk", CHUNKED + b"3\r\nabc0\r\n\r\n", BAD),
    ("9112 7.1.1: body: a quote without an end", CHUNKED + b"3;a=\"b\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1.1: body: a lone LF in an extension", CHUNKED + b"3;a\nb\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1.1: body: a malformed extension", CHUNKED + b"3;=\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1.1: body: a control byte in an extension", CHUNKED + b"3;a\x00\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1.1: body: endless extensions", CHUNKED + b"3;" + b"a" * 20000 + b"\r\nabc\r\n0\r\n\r\n", BAD),
    ("9112 7.1.2: body: a folded trailer", CHUNKED + b"0\r\nX: y\r\n z\r\n\r\n", BAD),
    ("9112 7.1.2: body: NUL in a trailer", CHUNKED + b"0\r\nX: a\0b\r\n\r\n", BAD),
    ("9112 7.1.2: body: trailers that are too large", CHUNKED + b"0\r\nX: " + b"x" * 70000 + b"\r\n\r\n", BAD | {431}),
    ("9112 7.1.2: body: a malformed trailer", CHUNKED + b"0\r\nX : y\r\n\r\n", BAD),
    ("9112 7.1.2: body: a lone LF in trailers", CHUNKED + b"0\r\nX: y\n\r\n", BAD),
]


def main():
    program = wire.program_from(sys.argv)
    origin = wire.Origin(lambda request: [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
    port = wire.reserved_port()
    routes = [{"match": {"prefix": "/"}, "route": {"cluster": "origin"}}]
    proxy = wire.Proxy(program, [wire.listener("main", port, routes)], [wire.cluster("origin", origin.port)])
    failures = []
    try:
        smuggled = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        for why, request, statuses in CASES:
            del origin.seen[:]
            data, end = wire.exchange(port, request + smuggled, 3.0)
            answer = wire.Answer(data, ended=True)
            problems = []
            if answer.status not in statuses:
                problems.append(f"status {answer.status}, not one of {sorted(statuses)}")
            if answer.status != 200 and (end == "open" or answer.rest):
                problems.append("the connection goes on")
            forwarded = [seen for seen in origin.seen if wire.complete_request(seen) or b"smuggled" in seen]
            if forwarded and answer.status != 200:
                problems.append(f"the origin saw {forwarded[0][:80]}")
            failures += [f"{why}: {problem}" for problem in problems]
    finally:
        proxy.remove()
        origin.close()
    print("\n".join(failures + [f"{len(CASES)} malformed requests, {len(failures)} failures"]))
    return 1 if failures else 0


if __name__ == "__main__":
    wire.leave(main())
