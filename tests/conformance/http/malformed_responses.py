#!/usr/bin/env python3
"""Answers of a hostile origin through real sockets: 502, or a body that is visibly cut, never a deceived client.
Usage: malformed_responses.py --proxy PROGRAM"""

import sys

import wire

OK = b"HTTP/1.1 200 OK\r\n"
EMPTY = b"Content-Length: 0\r\n\r\n"

# (RFC section and statement, method, steps of the origin, what the client must get). What: "502"; "cut" = 200 with an
# incomplete body and an end of the connection; "ok" = a whole 200; "alone" = a whole 200, and a next request gets its own
# answer although the origin sent more bytes than belong to the first.
CASES = [
    ("9112 4: a status of two digits", "GET", [b"HTTP/1.1 20 OK\r\n" + EMPTY], "502"),
    ("9112 4: a status of four digits", "GET", [b"HTTP/1.1 2000 OK\r\n" + EMPTY], "502"),
    ("9112 4: a status that is no number", "GET", [b"HTTP/1.1 2x0 OK\r\n" + EMPTY], "502"),
    ("9110 15: a status below 100", "GET", [b"HTTP/1.1 099 OK\r\n" + EMPTY], "502"),
    ("9112 4: two spaces", "GET", [b"HTTP/1.1  200 OK\r\n" + EMPTY], "502"),
    ("9112 4: a tab for a space", "GET", [b"HTTP/1.1\t200 OK\r\n" + EMPTY], "502"),
    ("9112 4: a sign before the status", "GET", [b"HTTP/1.1 +20 OK\r\n" + EMPTY], "502"),
    ("9112 4: NUL in the reason", "GET", [b"HTTP/1.1 200 O\0K\r\n" + EMPTY], "502"),
    ("9112 4: a lone CR in the reason", "GET", [b"HTTP/1.1 200 O\rK\r\n" + EMPTY], "502"),
    ("9112 2.3: a lower-case name", "GET", [b"http/1.1 200 OK\r\n" + EMPTY], "502"),
    ("9112 2.2: white space before the first field", "GET", [OK + b" X: y\r\n" + EMPTY], "502"),
    ("9112 2.3: another version", "GET", [b"HTTP/2.0 200 OK\r\n" + EMPTY], "502"),
    ("9112 2.3: no version", "GET", [b"200 OK\r\n" + EMPTY], "502"),
    ("9112 2.2: not HTTP", "GET", [b"SSH-2.0-OpenSSH_9.2\r\n"], "502"),
    ("9112 2.2: lone LFs", "GET", [b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"], "502"),
    ("9112 5.1: a space before the colon", "GET", [OK + b"X : y\r\n" + EMPTY], "502"),
    ("9112 5.1: no colon", "GET", [OK + b"X\r\n" + EMPTY], "502"),
    ("9112 5.2: a folded line", "GET", [OK + b"X: y\r\n z\r\n" + EMPTY], "502"),
    ("9112 5.2: a folded line with a tab", "GET", [OK + b"X: y\r\n\tz\r\n" + EMPTY], "502"),
    ("9110 5.1: a name that is no token", "GET", [OK + b"X(y): z\r\n" + EMPTY], "502"),
    ("9112 5.1: no name", "GET", [OK + b": z\r\n" + EMPTY], "502"),
    ("9110 5.5: NUL in a value", "GET", [OK + b"X: a\x00b\r\n" + EMPTY], "502"),
    ("9110 5.5: a lone CR in a value", "GET", [OK + b"X: a\rSet-Cookie: b\r\n" + EMPTY], "502"),
    ("9112 6.3: two different lengths", "GET", [OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"], "502"),
    ("9112 6.3: a list of different lengths", "GET", [OK + b"Content-Length: 2, 3\r\n\r\nabc"], "502"),
    ("9112 6.3: a length that is no number", "GET", [OK + b"Content-Length: x\r\n\r\nabc"], "502"),
    ("9112 6.3: a negative length", "GET", [OK + b"Content-Length: -1\r\n\r\nabc"], "502"),
    ("9112 6.3: length and coding", "GET", [OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], "502"),
    ("9110 8.6: a length beyond 64 bits", "GET", [OK + b"Content-Length: 99999999999999999999\r\n\r\nabc"], "502"),
    ("9110 8.6: a sign", "GET", [OK + b"Content-Length: +3\r\n\r\nabc"], "502"),
    ("9112 6.1: chunked twice", "GET", [OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"], "502"),
    ("9112 6.1: chunked is not last", "GET", [OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "close"], "502"),
    ("9112 6.1: an unknown coding", "GET", [OK + b"Transfer-Encoding: foo\r\n\r\nabc", "close"], "502"),
    ("9112 6.1: a coding in HTTP/1.0", "GET", [b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "close"], "502"),
    ("9110 15.2.2: 101 that nobody asked for", "GET", [b"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"], "502"),
    ("9110 15.2: endless 1xx", "GET", [b"HTTP/1.1 100 C\r\n\r\n" * 100], "502"),
    ("fields that are too large", "GET", [OK + b"X: " + b"x" * 100000 + b"\r\n" + EMPTY], "502"),
    ("a head without an end", "GET", [OK + b"X: y\r\n", "close"], "502"),
    ("no answer at all", "GET", ["close"], "503"),
    ("9112 8: less than the length", "GET", [OK + b"Content-Length: 10\r\n\r\nabc", "close"], "cut"),
    ("9112 8: less than the length, reset", "GET", [OK + b"Content-Length: 10\r\n\r\nabc", 0.1, "reset"], "cut"),
    ("9112 8: no last chunk", "GET", [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "close"], "cut"),
    ("9112 8: the middle of a chunk", "GET", [OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc", "close"], "cut"),
    ("9112 7.1: a malformed size", "GET", [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n"], "cut"),
    ("9112 7.1: a chunk that is too long", "GET", [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"], "cut"),
    ("9112 7.1: a size beyond 64 bits", "GET", [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nfffffffffffffffff\r\n"], "cut"),
    ("9112 7.1: a negative size", "GET", [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n-1\r\n"], "cut"),
    ("9112 7.1: a lone LF after a size", "GET", [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\nabc\r\n0\r\n\r\n"], "cut"),
    ("9112 7.1.2: a malformed trailer", "GET", [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX : y\r\n\r\n"], "cut"),
    ("9112 4: no reason", "GET", [b"HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\nabc"], "ok"),
    ("9112 6.3: until the connection ends", "GET", [OK + b"\r\nabc", "close"], "ok"),
    ("9112 6.3: HTTP/1.0 until the connection ends", "GET", [b"HTTP/1.0 200 OK\r\n\r\nabc", "close"], "ok"),
    ("9110 15.2: a 1xx before the answer", "GET", [b"HTTP/1.1 103 E\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 3\r\n\r\nabc"], "ok"),
    ("9112 6.3: HEAD has no body, whatever comes", "HEAD", [OK + b"Content-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"], "alone"),
    ("9112 6.3: surplus bytes belong to nobody", "GET", [OK + b"Content-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"], "alone"),
    ("9112 6.3: 204 has no body, whatever comes", "GET", [b"HTTP/1.1 204 N\r\nContent-Length: 6\r\n\r\npoison"], "alone"),
    ("9112 6.3: 304 has no body, whatever comes", "GET", [b"HTTP/1.1 304 N\r\nContent-Length: 6\r\n\r\npoison"], "alone"),
]
CLEAN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclean"


def judge(what, method, data, end, next_data):
    answer = wire.Answer(data, is_head=method == "HEAD", ended=end == "closed")
    if what in ("502", "503"):
        if answer.status != int(what) or not answer.whole:
            return f"status {answer.status}, not {what}: {data[:120]}"
    elif what == "cut":
        if answer.status == 502 and answer.whole:
            return ""  # Refused before its head went on: as good.
        if answer.status != 200 or answer.whole or end == "open":
            return f"not visibly cut ({end}): {data[:200]}"
    elif not answer.whole or answer.status not in (200, 204, 304) or (what == "ok" and answer.body != b"abc"):
        return f"not a whole answer: {data[:200]}"
    elif what == "alone" and (answer.rest or b"poison" in data + next_data or b"clean" not in next_data):
        return f"the next answer is not its own: {data[:200]} then {next_data[:200]}"
    return ""


def main():
    program = wire.program_from(sys.argv)

    def answer(request):
        path = request.split(b" ")[1]
        return [CLEAN] if path == b"/clean" else CASES[int(path[1:])][2]

    origin = wire.Origin(answer)
    port = wire.reserved_port()
    routes = [{"match": {"prefix": "/"}, "route": {"cluster": "origin"}}]
    proxy = wire.Proxy(program, [wire.listener("main", port, routes)], [wire.cluster("origin", origin.port)])
    failures = []
    try:
        for number, (why, method, _, what) in enumerate(CASES):
            request = f"{method} /{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
            is_head = method == "HEAD"
            data, end = wire.exchange(port, request, 2.0 if what != "cut" else 4.0,
                                      lambda got: what != "cut" and wire.Answer(got, is_head).whole and wire.Answer(got, is_head).status)
            clean, _ = wire.exchange(port, b"GET /clean HTTP/1.1\r\nHost: a\r\n\r\n", 2.0, lambda got: b"clean" in got or b"poison" in got)
            problem = judge(what, method, data, end, clean)
            if problem:
                failures.append(f"{why}: {problem}")
    finally:
        proxy.remove()
        origin.close()
    print("\n".join(failures + [f"{len(CASES)} hostile answers, {len(failures)} failures"]))
    return 1 if failures else 0


if __name__ == "__main__":
    wire.leave(main())
