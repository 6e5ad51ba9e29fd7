"""One run of a proxy program on a bootstrap: starts it, knows its ports, talks to it, reads its admin interface and logs."""

import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import wire  # noqa: E402


class Refused(Exception):
    """The program did not take the configuration."""


class Request:
    """What an origin received."""

    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.path = (first.split(" ") + ["", ""])[:2]
        self.first = first
        self.names = [line.split(":", 1)[0] for line in lines]
        self.fields = [(line.split(":", 1)[0].lower(), line.split(":", 1)[1].strip()) for line in lines if ":" in line]

    def get(self, name):
        return next((value for key, value in self.fields if key == name), None)

    def all(self, name):
        return [value for key, value in self.fields if key == name]


class Reply:
    """What a client received, and what the origin had seen of it."""

    def __init__(self, data, end, seen, is_head=False):
        answer = wire.Answer(data, is_head, end == "closed")
        self.data, self.end, self.status, self.fields, self.reason = data, end, answer.status, answer.fields, answer.reason
        self.body, self.whole, self.interim, self.rest = answer.body.decode("latin-1"), answer.whole, answer.interim, answer.rest
        self.all_seen = [Request(each) for each in seen]
        self.seen = self.all_seen[-1] if self.all_seen else None

    def get(self, name):
        return next((value for key, value in self.fields if key.lower() == name), None)

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name]


def request_bytes(path, method="GET", host="a.test", fields=(), body=None, version="1.1"):
    lines = [f"{method} {path} HTTP/{version}"] + ([f"Host: {host}"] if host is not None else [])
    lines += [f"{key}: {value}" for key, value in (fields.items() if isinstance(fields, dict) else fields)]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


class Run:
    """The program, running. `get` sends a request and gives the Reply."""

    def __init__(self, program, bootstrap, environment, arguments=()):
        self.environment = environment
        self.folder = tempfile.mkdtemp(dir=environment.folder)
        path = os.path.join(self.folder, "bootstrap.json")
        with open(path, "w") as file:
            json.dump(bootstrap, file)
        self.out_path, self.address_path = os.path.join(self.folder, "out"), os.path.join(self.folder, "admin")
        self.err_path = os.path.join(self.folder, "err")
        command = [program, "-c", path, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "info",
                   "--admin-address-path", self.address_path, "--file-flush-interval-msec", "10", *arguments]
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, cwd=self.folder,
                                            env={**os.environ, "FIELDS_TEST": "from the environment"})
        self.ports, self._port = {}, None
        self.wait_ready()

    def wait_ready(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                text = pathlib.Path(self.address_path).read_text()
                if text:
                    self.admin_port = int(text.rsplit(":", 1)[1])
                    if self.admin("/ready", method="GET").status == 200:
                        return
            except (OSError, IndexError, ValueError):
                pass
            time.sleep(0.004)
        self.close()
        raise Refused(self.errors()[-600:])

    def errors(self):
        return pathlib.Path(self.err_path).read_text(errors="replace")

    def output(self):
        return pathlib.Path(self.out_path).read_text(errors="replace")

    def find_ports(self):
        listeners = json.loads(self.admin("/listeners?format=json").body)
        for status in listeners.get("listener_statuses", []):
            address = status["local_address"].get("socket_address")
            self.ports[status["name"]] = address["port_value"] if address else status["local_address"]["pipe"]["path"]

    def port_of(self, name="main"):
        if name not in self.ports:
            self.find_ports()
        return self.ports[name]

    def admin(self, path, method=None, fields=()):
        posts = ("/quit", "/reset", "/drain", "/logging?", "/healthcheck", "/runtime_modify", "/reopen")
        method = method or ("POST" if path.startswith(posts) else "GET")
        body = b"" if method == "POST" else None
        data, end = wire.exchange(self.admin_port, request_bytes(path, method, "localhost", [("Connection", "close"), *fields], body),
                                  5.0, lambda got: wire.Answer(got).whole)
        return Reply(data, end, [])

    def stat(self, name):
        """A counter's or gauge's value; None when there is no such name."""
        for line in self.admin("/stats").body.splitlines():
            key, _, value = line.partition(": ")
            if key == name:
                return int(value) if value.lstrip("-").isdigit() else value
        return None

    def dump(self):
        return json.loads(self.admin("/config_dump?include_eds").body)

    def dump_of_bootstrap(self):
        return next(each for each in self.dump()["configs"] if each["@type"].endswith("BootstrapConfigDump"))["bootstrap"]

    def connect(self, name="main", source=None):
        port = self.port_of(name)
        if isinstance(port, str):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(port)
            return connection
        return socket.create_connection(("127.0.0.1", port), timeout=5, source_address=source)

    def get(self, path="/", method="GET", host="a.test", fields=(), body=None, name="main", seconds=5.0, version="1.1", tls=None,
            source=None):
        """One request on a connection of its own. `tls`: arguments of tls_connect."""
        return self.send([request_bytes(path, method, host, fields, body, version)], name, seconds, tls, method == "HEAD", source)

    def send(self, pieces, name="main", seconds=5.0, tls=None, is_head=False, source=None, until=None):
        before = len(self.environment.requests())
        try:
            connection = self.connect(name, source) if tls is None else self.tls_connect(name=name, **tls)
        except (ssl.SSLError, ConnectionResetError) as error:
            return Reply(b"", "no TLS: " + getattr(error, "reason", "reset"), [])
        data, end = converse(connection, pieces, seconds, until or (lambda got: wire.Answer(got, is_head).whole))
        return Reply(data, end, self.environment.requests()[before:], is_head)

    def tls_connect(self, name="main", sni="a.test", alpn=None, certificate=None, versions=None, ciphers=None, session=None,
                    context=None):
        context = context or tls_context(alpn, certificate, versions, ciphers)
        return context.wrap_socket(self.connect(name), server_hostname=sni, session=session)

    def lines(self, name="access.log", count=1, seconds=3.0):
        """The lines of a log in the case's folder, once there are `count`."""
        deadline = time.monotonic() + seconds
        path = pathlib.Path(self.environment.folder) / name
        while True:
            found = path.read_text().splitlines() if path.exists() else []
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.01)

    def until(self, holds, seconds=5.0):
        """Waits until `holds()` is true (an expectation on a state, not on time) and gives what it gave last."""
        deadline = time.monotonic() + seconds
        while not (value := holds()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return value

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def tls_context(alpn=None, certificate=None, versions=None, ciphers=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(alpn)
    if certificate:
        context.load_cert_chain(*certificate)
    if versions:
        context.minimum_version, context.maximum_version = versions
    if ciphers:
        context.set_ciphers(ciphers)
    return context


def converse(connection, pieces, seconds, until):
    """Sends pieces (bytes, or seconds to wait), reads until the end, `until` holds or time is over."""
    received, end = b"", "open"
    try:
        for piece in pieces:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            elif piece == "end":
                connection.shutdown(socket.SHUT_WR)
            else:
                time.sleep(piece)
        deadline = time.monotonic() + seconds
        while not until(received):
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            more = connection.recv(1 << 16)
            if not more:
                end = "closed"
                break
            received += more
    except (TimeoutError, ssl.SSLWantReadError):
        pass
    except ssl.SSLError as error:
        end = "no TLS: " + str(error.reason)
    except (ConnectionResetError, BrokenPipeError):
        end = "reset"
    connection.close()
    return received, end
