"""Many keep-alive connections in one thread: each sends a request, checks the answer, and sends the next."""

import selectors
import socket
import ssl
import threading
import time

REQUEST = b"GET /load HTTP/1.1\r\nHost: a.test\r\n\r\n"


class Client:
    """One connection's place in the load; it reconnects when the server said so."""

    def __init__(self, load, port, context):
        self.load, self.port, self.context = load, port, context
        self.connect()

    def connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        if self.context:
            self.socket = self.context.wrap_socket(self.socket, server_hostname="a.test")
        self.socket.setblocking(False)
        self.load.selector.register(self.socket, selectors.EVENT_READ, self)
        self.received, self.served = b"", 0
        self.send()

    def send(self):
        self.since = time.monotonic()
        try:
            self.socket.sendall(REQUEST)
        except OSError as error:
            self.lost(f"sending: {error!r}")

    def lost(self, why):
        self.load.selector.unregister(self.socket)
        self.socket.close()
        self.load.failed(f"{why} after {self.served} answers on this connection")
        if not self.load.ending:
            self.connect()

    def reconnect(self):
        self.load.selector.unregister(self.socket)
        self.socket.close()
        self.load.reconnects += 1
        if not self.load.ending:
            self.connect()

    def on_readable(self):
        try:
            more = self.socket.recv(1 << 16)
        except (ssl.SSLWantReadError, BlockingIOError):
            return
        except OSError as error:
            return self.lost(f"reading: {error!r}")
        if not more:
            return self.lost("closed without an answer" if self.received == b"" else "closed within an answer")
        self.received += more
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        fields = head.lower()
        length = int(fields.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return None
        self.served += 1
        self.load.answered(head, body, time.monotonic() - self.since)
        self.received = b""
        if b"connection: close" in fields:
            return self.reconnect()
        return None if self.load.ending else self.send()


class Load:
    """Runs until stop(). `failures` holds what went wrong, `answers` counts what went well."""

    def __init__(self, connections, expected=b"HTTP/1.1 200"):
        self.selector = selectors.DefaultSelector()
        self.expected, self.failures, self.answers, self.reconnects, self.longest = expected, [], 0, 0, 0.0
        self.ending = False
        self.clients = [Client(self, port, context) for port, context in connections]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def answered(self, head, body, seconds):
        self.longest = max(self.longest, seconds)
        if head.startswith(self.expected):
            self.answers += 1
        else:
            self.failed(f"answer {head.split(bytes([13]))[0].decode()}: {body[:200]!r}")

    def failed(self, why):
        self.failures.append(why)

    def run(self):
        while not self.ending:
            for key, _ in self.selector.select(0.1):
                key.data.on_readable()

    def stop(self):
        self.ending = True
        self.thread.join()
        for client in self.clients:
            client.socket.close()
        self.selector.close()
