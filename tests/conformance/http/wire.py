"""A proxy under test, an origin that says what it is told to, and raw connections between them. Standard library only."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = "envoy.extensions.filters.http.router.v3.Router"
OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
FAULT = "envoy.extensions.filters.http.fault.v3.HTTPFault"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


RESERVED = []


def reserved_port():
    """A port that stays ours until this program ends: a proxy under test may listen on it (both engines share ports by
    SO_REUSEPORT), nobody else gets it, and without a listener it refuses."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(("127.0.0.1", 0))
    RESERVED.append(holder)
    return holder.getsockname()[1]


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def any_of(name, **fields):
    return {"@type": "type.googleapis.com/" + name, **fields}


def cluster(name, port, **fields):
    endpoint = {"lb_endpoints": [{"endpoint": {"address": address(port)}}]}
    return {"name": name, "connect_timeout": "1s", "type": "STATIC",
            "load_assignment": {"cluster_name": name, "endpoints": [endpoint]}, **fields}


def listener(name, port, routes, filters=(), tls=None, **manager):
    """`routes` is a list of routes, or the fields of a route configuration."""
    http_filters = list(filters) + [{"name": "router", "typed_config": any_of(ROUTER)}]
    table = routes if isinstance(routes, dict) else {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]}
    chain = {"filters": [{"name": "http", "typed_config": any_of(
        HCM, stat_prefix=name, route_config={"name": "routes", **table}, http_filters=http_filters,
        **manager)}]}
    if tls:
        certificate = {"certificate_chain": {"filename": tls[0]}, "private_key": {"filename": tls[1]}}
        chain["transport_socket"] = {"name": "tls", "typed_config": any_of(
            "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            common_tls_context={"tls_certificates": [certificate], "alpn_protocols": ["h2", "http/1.1"]})}
    return {"name": name, "address": address(port), "filter_chains": [chain]}


class Proxy:
    """A proxy program (ours or a real Envoy) that runs a static configuration until it is closed."""

    def __init__(self, program, listeners, clusters):
        self.folder = tempfile.mkdtemp(prefix="proxy-under-test-")
        self.admin, admin_path = None, os.path.join(self.folder, "admin")
        config = {"admin": {"address": address(0)},
                  "static_resources": {"listeners": listeners, "clusters": clusters}}
        path = os.path.join(self.folder, "bootstrap.json")
        with open(path, "w") as file:
            json.dump(config, file)
        self.log = open(os.path.join(self.folder, "log"), "w")
        arguments = [program, "-c", path, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning",
                     "--admin-address-path", admin_path]
        self.process = subprocess.Popen(arguments, stdout=self.log, stderr=self.log)
        self.wait_ready(admin_path)

    def wait_ready(self, admin_path):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with open(admin_path) as file:
                    self.admin = int(file.read().rsplit(":", 1)[1])
                if self.get("/ready")[0] == 200:
                    return
            except (OSError, IndexError, ValueError):
                pass
            time.sleep(0.02)
        self.close()
        raise SystemExit("the proxy did not become ready:\n" + open(os.path.join(self.folder, "log")).read())

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def remove(self):
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def complete_request(data):
    """The length of the first whole HTTP/1 request in data, or 0."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = data[:end].lower()
    length = re.search(rb"\r\ncontent-length: *(\d+)", head)
    if length:
        total = end + 4 + int(length.group(1))
        return total if len(data) >= total else 0
    if b"\r\ntransfer-encoding: chunked" in head:
        last = re.search(rb"(?:^|\r\n)0\r\n(?:[^\r]+\r\n)*\r\n", data[end + 4:])
        return end + 4 + last.end() if last else 0
    return end + 4


class Origin:
    """An HTTP/1 server whose answers are bytes.

    `answer(request)` gives a list of steps: bytes to send, a number of seconds to wait, "close", "reset", or "echo" (send
    back what comes from then on). All requests are kept in `seen`.
    """

    def __init__(self, answer):
        self.answer = answer
        self.seen = []
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
        data = b""
        try:
            while True:
                size = complete_request(data)
                if size == 0:
                    more = connection.recv(1 << 16)
                    if not more:
                        break
                    data += more
                    continue
                request, data = data[:size], data[size:]
                self.seen.append(request)
                if not self.perform(connection, self.answer(request), data):
                    break
        except OSError:
            pass
        if data:
            self.seen.append(data)
        connection.close()

    @staticmethod
    def perform(connection, steps, data):
        for step in steps:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, (int, float)):
                time.sleep(step)
            elif step == "echo":
                while data or (data := connection.recv(1 << 16)):
                    connection.sendall(data)
                    data = b""
                return False
            else:
                if step == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return False
        return True

    def close(self):
        self.socket.close()


def exchange(port, pieces, seconds=2.0, until=None):
    """Sends pieces (bytes, or seconds to wait), reads until the end, `until(data)` holds or time is over.

    Returns what came and how it ended: "closed", "reset" or "open".
    """
    connection = socket.create_connection(("127.0.0.1", port), timeout=seconds)
    received, end = b"", "open"
    try:
        for piece in pieces if isinstance(pieces, (list, tuple)) else [pieces]:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            elif piece == "end":
                connection.shutdown(socket.SHUT_WR)
            else:
                time.sleep(piece)
        deadline = time.monotonic() + seconds
        while not (until and until(received)):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            connection.settimeout(left)
            more = connection.recv(1 << 16)
            if not more:
                end = "closed"
                break
            received += more
    except TimeoutError:
        pass
    except (ConnectionResetError, BrokenPipeError):
        end = "reset"
    connection.close()
    return received, end


class Answer:
    """The first final HTTP/1 answer in some bytes; `whole` tells whether its body is complete."""

    def __init__(self, data, is_head=False, ended=False):
        self.interim = []
        while True:
            head, found, rest = data.partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            match = re.fullmatch(rb"HTTP/1\.[01] (\d{3})(?: (.*))?", lines[0]) if found else None
            self.status = int(match.group(1)) if match else 0
            self.reason = (match.group(2) or b"").decode() if match else ""
            self.fields = [tuple(part.strip() for part in line.decode("latin-1").split(":", 1)) for line in lines[1:]]
            if not 100 <= self.status < 200 or self.status == 101:
                break
            self.interim.append(self.status)
            data = rest
        self.body, self.whole, self.rest = b"", bool(match), b""
        if match:
            self.read_body(rest, is_head, ended)

    def get(self, name):
        return next((value for key, value in self.fields if key.lower() == name), None)

    def read_body(self, data, is_head, ended):
        if is_head or self.status in (101, 204, 304):
            self.rest = data
        elif (self.get("transfer-encoding") or "").lower() == "chunked":
            self.read_chunks(data)
        elif self.get("content-length") is not None:
            size = int(self.get("content-length"))
            self.body, self.rest, self.whole = data[:size], data[size:], len(data) >= size
        else:
            self.body, self.whole = data, ended

    def read_chunks(self, data):
        while True:
            line, found, data = data.partition(b"\r\n")
            size = int(line, 16) if found and re.fullmatch(rb"[0-9a-fA-F]+", line) else None
            if size is None or (size and len(data) < size + 2):
                self.body += data[:size] if size else b""
                self.whole = False
                return
            if size == 0:
                trailers = re.match(rb"(?:([^\r]+\r\n)*)\r\n", data)
                self.whole = bool(trailers)
                self.rest = data[trailers.end():] if trailers else b""
                return
            self.body += data[:size]
            data = data[size + 2:]


def leave(code):
    """Ends this program without taking the interpreter down under the threads of origins, which can crash it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def program_from(arguments, name="--proxy"):
    if name in arguments:
        return arguments[arguments.index(name) + 1]
    raise SystemExit(f"{name} PROGRAM is missing")
