"""HTTP/2 in frames, for both ends: what is sent may be wrong on purpose. Needs hpack (Debian's python3-hpack)."""

import socket
import threading
import time

import hpack

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS, ACK = 1, 4, 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


class Message:
    """One side of an exchange: blocks of fields in the order they came, body, and how it ended."""

    def __init__(self):
        self.blocks, self.body, self.end = [], b"", "open"

    def text(self):
        lines = []
        for block in self.blocks:
            # The order of pseudo-fields among themselves says nothing.
            lines += sorted(f"{name}: {value}\r" for name, value in block if name.startswith(":"))
            lines += [f"{name}: {value}\r" for name, value in block if not name.startswith(":")] + ["\r"]
        body = self.body.decode("latin-1") if len(self.body) < 20000 else f"... {len(self.body)} bytes ..."
        return "\n".join(lines) + "\n" + body + f"<{self.end}>"


class Peer:
    """A connection that speaks frames. Windows of what it receives are kept open."""

    def __init__(self, connection):
        self.connection = connection
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder(max_header_list_size=1 << 20)
        self.encoder.header_table_size = 0  # Each block can be read by itself.
        self.messages = {}
        self.received = b""
        self.goaway = None
        self.windows = {0: 65535}
        self.initial_window = 65535

    def read_frame(self):
        """(kind, flags, stream, payload), or None at the end."""
        while len(self.received) < 9 or len(self.received) < 9 + int.from_bytes(self.received[:3], "big"):
            more = self.connection.recv(1 << 16)
            if not more:
                return None
            self.received += more
        size = int.from_bytes(self.received[:3], "big")
        kind, flags, stream = self.received[3], self.received[4], int.from_bytes(self.received[5:9], "big") & 0x7FFFFFFF
        payload, self.received = self.received[9:9 + size], self.received[9 + size:]
        return kind, flags, stream, payload

    def take(self, kind, flags, stream, payload):
        """Does what every endpoint must, and adds to the stream's message."""
        message = self.messages.setdefault(stream, Message()) if stream else None
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, len(payload), 6):
                if payload[at:at + 2] == b"\0\4":
                    new = int.from_bytes(payload[at + 2:at + 6], "big")
                    for each in self.windows:
                        self.windows[each] += new - self.initial_window if each else 0
                    self.initial_window = new
            self.connection.sendall(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.connection.sendall(frame(PING, ACK, 0, payload))
        elif kind == WINDOW_UPDATE:
            self.windows[stream] = self.windows.get(stream, self.initial_window) + int.from_bytes(payload, "big")
        elif kind == HEADERS:
            if flags & 0x20:
                payload = payload[5:]
            self.block = payload
            while not flags & END_HEADERS:
                _, more, _, payload = self.read_frame()
                self.block += payload
                flags |= more & END_HEADERS
            message.blocks.append([(n.decode("latin-1"), v.decode("latin-1")) for n, v in self.decoder.decode(self.block, raw=True)])
        elif kind == DATA:
            message.body += payload
            if payload:
                update = len(payload).to_bytes(4, "big")
                self.connection.sendall(frame(WINDOW_UPDATE, 0, 0, update) + frame(WINDOW_UPDATE, 0, stream, update))
        elif kind == RST_STREAM:
            code = int.from_bytes(payload, "big")
            # NO_ERROR after a whole answer only says that the rest of the request isn't wanted.
            message.end = message.end if message.end == "whole" else f"reset {code}"
        elif kind == GOAWAY:
            self.goaway = int.from_bytes(payload[4:8], "big")
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            message.end = "whole"

    def fields(self, stream, fields, end_stream, flags=END_HEADERS):
        encoded = self.encoder.encode([(n.encode("latin-1"), v.encode("latin-1")) for n, v in fields], huffman=False)
        self.connection.sendall(frame(HEADERS, flags | (END_STREAM if end_stream else 0), stream, encoded))

    def data(self, stream, data, end_stream):
        """Sends a body as the windows allow."""
        self.windows.setdefault(stream, self.initial_window)
        while True:
            room = min(self.windows[0], self.windows[stream], 16384)
            if room <= 0 and data:
                got = self.read_frame()
                if got is None:
                    return
                self.take(*got)
                continue
            piece, data = data[:room], data[room:]
            self.windows[0] -= len(piece)
            self.windows[stream] -= len(piece)
            self.connection.sendall(frame(DATA, END_STREAM if end_stream and not data else 0, stream, piece))
            if not data:
                return

    def perform(self, stream, steps):
        """Steps of a message: ("fields", list, end), ("data", bytes, end), ("reset", code), ("raw", bytes), seconds, "close"."""
        for step in steps:
            if isinstance(step, (int, float)):
                time.sleep(step)
            elif step == "close":
                return False
            elif step[0] == "fields":
                self.fields(stream, step[1], step[2])
            elif step[0] == "data":
                self.data(stream, step[1], step[2])
            elif step[0] == "reset":
                self.connection.sendall(frame(RST_STREAM, 0, stream, step[1].to_bytes(4, "big")))
            elif step[0] == "raw":
                self.connection.sendall(step[1])
        return True


def exchange(port, steps, seconds=3.0, window=None):
    """Sends the steps on stream 1 of a new connection; the answer, and "" or how the connection ended early."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=seconds)
    peer = Peer(connection)
    answer = peer.messages.setdefault(1, Message())
    ended = ""
    try:
        connection.sendall(PREFACE + frame(SETTINGS, 0, 0, b"" if window is None else b"\0\4" + window.to_bytes(4, "big")))
        peer.perform(1, steps)
        deadline = time.monotonic() + seconds
        while answer.end == "open" and time.monotonic() < deadline:
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            got = peer.read_frame()
            if got is None:
                ended = "closed"
                break
            peer.take(*got)
            if peer.goaway:
                ended = f"goaway {peer.goaway}"
                break
    except TimeoutError:
        pass
    except OSError:
        ended = "closed"
    connection.close()
    return answer, ended


class Origin:
    """An HTTP/2 server: `answer(message)` gives the steps of its answer. All requests are kept in `seen`."""

    def __init__(self, answer):
        self.answer, self.seen = answer, []
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(128)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        peer = Peer(connection)
        try:
            while len(peer.received) < len(PREFACE):
                more = connection.recv(1 << 16)
                if not more:
                    return
                peer.received += more
            peer.received = peer.received[len(PREFACE):]
            connection.sendall(frame(SETTINGS, 0, 0, b"\0\x08\0\0\0\1"))  # Extended CONNECT is welcome.
            while (got := peer.read_frame()) is not None:
                peer.take(*got)
                kind, _, stream, _ = got
                message = peer.messages.get(stream)
                if kind in (HEADERS, DATA) and message.end == "whole":
                    self.seen.append(message)
                    if not peer.perform(stream, self.answer(message)):
                        return
        except OSError:
            pass
        finally:
            connection.close()

    def close(self):
        self.socket.close()
