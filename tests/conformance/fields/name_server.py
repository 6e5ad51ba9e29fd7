"""A small DNS server (RFC 1035 over UDP and TCP, addresses only) that remembers what it was asked."""

import ipaddress
import socket
import struct
import threading

KINDS = {1: "A", 28: "AAAA"}
SERVER_FAILURE, NAME_ERROR = 2, 3


class NameServer:
    """Answers on a loopback port until it is closed. `questions` holds (transport, name, kind) in their order."""

    SILENT, FAILURE = object(), object()

    def __init__(self, answer, ttl):
        self.answer, self.ttl, self.questions = answer, ttl, []
        self.stream = socket.create_server(("127.0.0.1", 0))
        self.port = self.stream.getsockname()[1]
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", self.port))
        for serve in (self.serve_datagrams, self.serve_streams):
            threading.Thread(target=serve, daemon=True).start()

    def serve_datagrams(self):
        while True:
            try:
                query, peer = self.datagrams.recvfrom(4096)
                reply = self.reply("udp", query)
                if reply:
                    self.datagrams.sendto(reply, peer)
            except OSError:
                return

    def serve_streams(self):
        while True:
            try:
                connection, _ = self.stream.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_stream, args=(connection,), daemon=True).start()

    def serve_stream(self, connection):
        with connection, connection.makefile("rb") as incoming:
            while len(size := incoming.read(2)) == 2:
                reply = self.reply("tcp", incoming.read(struct.unpack("!H", size)[0]))
                if reply:
                    connection.sendall(struct.pack("!H", len(reply)) + reply)

    def reply(self, transport, query):
        name, at = [], 12
        while query[at]:
            name.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = KINDS.get(struct.unpack("!H", query[at + 1:at + 3])[0], "other")
        question = query[12:at + 5]
        self.questions.append((transport, ".".join(name), kind))
        addresses = self.answer(".".join(name), kind)
        if addresses is self.SILENT:
            return None
        code = NAME_ERROR if addresses is None else SERVER_FAILURE if addresses is self.FAILURE else 0
        known = addresses if code == 0 else []
        return query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(known), 0, 0) + question + b"".join(map(self.record, known))

    def record(self, address):
        packed = ipaddress.ip_address(address).packed
        return b"\xc0\x0c" + struct.pack("!HHIH", 1 if len(packed) == 4 else 28, 1, self.ttl, len(packed)) + packed

    def asked(self, position):
        """The set of what stands at one position of the questions."""
        return {question[position] for question in self.questions}

    def close(self):
        self.datagrams.close()
        self.stream.close()
