#!/usr/bin/env python3
"""HTTP/2 floods through real sockets: we end each with GOAWAY ENHANCE_YOUR_CALM, it costs little CPU and memory, and an honest
client is served meanwhile. Usage: floods.py --proxy PROGRAM"""

import socket
import sys
import threading
import time

import wire

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CALM = 11
CPU_SECONDS, MEMORY_BYTES, HONEST_SECONDS = 0.3, 1 << 20, 1.0
REPEAT = 100_000


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def field(name, value):
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


REQUEST = field(b":method", b"GET") + field(b":scheme", b"http") + field(b":path", b"/") + field(b":authority", b"a")
POST = field(b":method", b"POST") + REQUEST[len(field(b":method", b"GET")):]
START = PREFACE + frame(4, 0, 0)


def streams(make):
    return (make(2 * i + 1) for i in range(REPEAT))


# (name, first bytes, generator of pieces, codes that end it properly). A peer that opens more streams than allowed breaks the
# protocol, whose own code is as good.
FLOODS = [
    ("rapid reset", b"", lambda: streams(lambda i: frame(1, 5, i, REQUEST) + frame(3, 0, i, b"\0\0\0\x08")), {CALM}),
    ("CONTINUATION", frame(1, 1, 1, REQUEST), lambda: (frame(9, 0, 1, field(b"x", b"y")) for _ in range(REPEAT)), {CALM}),
    ("empty CONTINUATION", frame(1, 1, 1, REQUEST), lambda: (frame(9, 0, 1) for _ in range(REPEAT)), {CALM}),
    ("SETTINGS", b"", lambda: (frame(4, 0, 0, b"\0\x04\0\0\xff\xff") for _ in range(REPEAT)), {CALM}),
    ("empty SETTINGS", b"", lambda: (frame(4, 0, 0) for _ in range(REPEAT)), {CALM}),
    ("PING", b"", lambda: (frame(6, 0, 0, b"12345678") for _ in range(REPEAT)), {CALM}),
    ("PRIORITY", b"", lambda: (frame(2, 0, 2 * i + 3, b"\0\0\0\1\x10") for i in range(REPEAT)), {CALM}),
    ("unknown frames", b"", lambda: (frame(0x55, 0, 0) for _ in range(REPEAT)), {CALM}),
    ("empty DATA", frame(1, 4, 1, POST), lambda: (frame(0, 0, 1) for _ in range(REPEAT)), {CALM}),
    ("WINDOW_UPDATE", b"", lambda: (frame(8, 0, 0, b"\0\0\0\1") for _ in range(REPEAT)), {CALM}),
    ("HPACK bomb", frame(1, 5, 1, REQUEST + b"\x40\x01x\x7f\xa1\x1e" + b"y" * 4000),
     lambda: (frame(1, 5, 2 * i + 3, REQUEST + b"\xbe" * 16000) for i in range(2000)), {CALM}),
    ("streams without an end", b"", lambda: streams(lambda i: frame(1, 4, i, POST)), {CALM, 1, 7}),
]


def goaway_code(data):
    """The code of the first GOAWAY that tells an error, or None."""
    while len(data) >= 9:
        size, kind = int.from_bytes(data[:3], "big"), data[3]
        if kind == 7 and size >= 8 and len(data) >= 17 and int.from_bytes(data[13:17], "big"):
            return int.from_bytes(data[13:17], "big")
        data = data[9 + size:]
    return None


def attack(port, first, pieces):
    """Sends until the peer ends it; what it said."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    received = bytearray()

    def read():
        try:
            while more := connection.recv(1 << 16):
                received.extend(more)
        except OSError:
            pass

    reader = threading.Thread(target=read)
    reader.start()
    ended = False
    try:
        connection.sendall(START + first)
        batch = b""
        for piece in pieces:
            batch += piece
            if len(batch) > 16384:
                connection.sendall(batch)
                batch = b""
        connection.sendall(batch)
    except OSError:
        ended = True
    reader.join(3)
    ended = ended or not reader.is_alive()
    connection.close()
    reader.join()
    return bytes(received), ended


def main():
    program = wire.program_from(sys.argv)
    origin = wire.Origin(lambda request: [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
    port = wire.reserved_port()
    routes = [{"match": {"prefix": "/"}, "route": {"cluster": "origin"}}]
    proxy = wire.Proxy(program, [wire.listener("main", port, routes)], [wire.cluster("origin", origin.port)])
    honest = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    wire.exchange(port, honest)
    failures = []
    try:
        # What is kept of any traffic is no growth: the record of the last requests, buffers of 100 at a time.
        for _ in range(30):
            attack(port, b"", [frame(1, 5, 2 * i + 1, REQUEST) for i in range(100)] + [frame(7, 0, 0, bytes(8))])
        # A client that leaves a page gives up what it asked for: as many as are allowed.
        attack(port, b"", [frame(1, 5, 2 * i + 1, REQUEST) + frame(3, 0, 2 * i + 1, bytes(4)) for i in range(99)])
        for name, first, pieces, codes in FLOODS:
            cpu, memory = proxy.cpu_seconds(), proxy.resident_bytes()
            outcome = []
            flood = threading.Thread(target=lambda: outcome.append(attack(port, first, pieces())))
            flood.start()
            began = time.monotonic()
            data, _ = wire.exchange(port, honest, 5.0)
            waited = time.monotonic() - began
            flood.join()
            received, ended = outcome[0]
            cpu, memory = proxy.cpu_seconds() - cpu, proxy.resident_bytes() - memory
            code = goaway_code(received)
            problems = []
            if not ended:
                problems.append("it was not ended")
            if code is not None and code not in codes:
                problems.append(f"GOAWAY {code}")
            if b"200 OK" not in data or waited > HONEST_SECONDS:
                problems.append(f"an honest client waited {waited:.2f} s")
            if cpu > CPU_SECONDS or memory > MEMORY_BYTES:
                problems.append(f"it cost {cpu:.2f} s and {memory} bytes")
            print(f"{name}: GOAWAY {code}, {cpu:.2f} s CPU, {memory >> 10} KiB, honest client {waited * 1000:.0f} ms")
            failures += [f"{name}: {problem}" for problem in problems]
    finally:
        proxy.remove()
        origin.close()
    print("\n".join(failures + [f"{len(FLOODS)} floods, {len(failures)} failures"]))
    return 1 if failures else 0


if __name__ == "__main__":
    wire.leave(main())
