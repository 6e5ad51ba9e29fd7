"""What a case has around the proxy: origins, files, certificates, and builders of bootstraps with defaults at every level."""

import pathlib
import socket
import subprocess
import tempfile
import threading

from engine import wire
from name_server import NameServer

TYPE = "type.googleapis.com/"
TLS = "envoy.extensions.transport_sockets.tls.v3."
ABSENT = object()


class F:
    """A field under test: its value, and what stands there without it (by default nothing)."""

    def __init__(self, value, without=ABSENT):
        self.value, self.without = value, without


def any_of(name, fields=None, **more):
    return {"@type": TYPE + name, **(fields or {}), **more}


def answer(status="200 OK", body=b"ok", fields=()):
    lines = [f"HTTP/1.1 {status}"] + [f"{key}: {value}" for key, value in fields] + [f"content-length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def address(port=0, host="127.0.0.1"):
    return {"socket_address": {"address": host, "port_value": port}}


def endpoint(port, host="127.0.0.1", **fields):
    return {"endpoint": {"address": address(port, host)}, **fields}


def assignment(name, ports, host="127.0.0.1", **fields):
    return {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint(port, host) for port in ports]}], **fields}


def route(cluster="origin", prefix="/", **action):
    return {"match": {"prefix": prefix}, "route": {"cluster": cluster, **action}}


def direct(body, prefix="/", status=200, **match):
    return {"match": {"prefix": prefix, **match} if prefix else match, "direct_response": {"status": status, "body": {"inline_string": body}}}


class Silent:
    """See Environment.silent."""

    def __init__(self):
        self.received, self.ended = b"", 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                threading.Thread(target=self.read, args=(self.socket.accept()[0],), daemon=True).start()
            except OSError:
                return

    def read(self, connection):
        with connection:
            try:
                while data := connection.recv(1 << 16):
                    self.received += data
            except OSError:
                pass  # Reset: as good an end.

    def close(self):
        self.socket.close()


class Environment:
    """A case's folder and servers; they are shared by all runs of the case."""

    certificates = {}
    certificates_lock = threading.Lock()

    def __init__(self, scratch):
        self.scratch = scratch
        self.folder = tempfile.mkdtemp(dir=scratch)
        self.origins = {}
        self.name_servers = []

    # What runs beside the proxy.
    def origin(self, name="origin", steps=None):
        """The port of an HTTP/1 server. `steps`: a list for wire.Origin, or a function from the request's bytes to one."""
        if name not in self.origins:
            default = [answer(fields=[("origin", name)])]
            self.origins[name] = wire.Origin(lambda data: (steps(data) if callable(steps) else steps) or default)
        return self.origins[name].port

    def name_server(self, answer, ttl=300):
        """A DNS server: `answer(name, kind)` gives addresses (kind is "A" or "AAAA"), None for a name that is unknown,
        NameServer.FAILURE or NameServer.SILENT."""
        self.name_servers.append(NameServer(answer, ttl))
        return self.name_servers[-1]

    def silent(self):
        """A server that only reads: `received` is what its connections brought."""
        self.listening = getattr(self, "listening", None) or Silent()
        return self.listening

    def requests(self, name=None):
        names = [name] if name else list(self.origins)
        return [each for key in names if key in self.origins for each in self.origins[key].seen]

    def reset(self):
        for each in self.origins.values():
            del each.seen[:]
        for each in self.name_servers:
            del each.questions[:]
        if hasattr(self, "listening"):
            self.listening.received = b""
        for path in pathlib.Path(self.folder).glob("*.log"):
            path.unlink()

    def close(self):
        for each in [*self.origins.values(), *self.name_servers, *([self.listening] if hasattr(self, "listening") else [])]:
            each.close()

    def path(self, name):
        return str(pathlib.Path(self.folder) / name)

    def file(self, name, text):
        path = pathlib.Path(self.folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(text)
        part.rename(path)
        return str(path)

    def certificate(self, name="a.test", issuer=None, names=("DNS:a.test",), extra=()):
        """Paths of a certificate and its key, made once per process; `issuer` is another such pair."""
        key = (self.scratch, name, issuer, tuple(names), tuple(extra))
        with self.certificates_lock:
            if key not in self.certificates:
                self.certificates[key] = make_certificate(self.scratch, len(self.certificates), name, issuer, names, extra)
        return self.certificates[key]

    # Builders.
    def cluster(self, name="origin", ports=None, **fields):
        ports = [self.origin(name)] if ports is None else ports
        base = {"name": name, "connect_timeout": "2s", "type": "STATIC", "load_assignment": assignment(name, ports)}
        return {key: value for key, value in {**base, **fields}.items() if value is not None}

    def manager(self, routes=None, action=None, match=None, route_fields=None, vhost=None, rc=None, hcm=None, filters=()):
        if routes is None:
            routes = [{"match": match or {"prefix": "/"}, "route": {"cluster": "origin", **(action or {})}, **(route_fields or {})}]
        hosts = vhost if isinstance(vhost, list) else [{"name": "all", "domains": ["*"], "routes": routes, **(vhost or {})}]
        router = {"name": "envoy.filters.http.router", "typed_config": any_of(wire.ROUTER)}
        base = {"stat_prefix": "main", "http_filters": [*filters, router]}
        if rc != "none":
            base["route_config"] = {"name": "routes", "virtual_hosts": hosts, **(rc or {})}
        merged = {key: value for key, value in {**base, **(hcm or {})}.items() if value is not None}
        return {"name": "http", "typed_config": any_of(wire.HCM, merged)}

    def listener(self, chains, name="main", **fields):
        base = {"name": name, "address": address(), "filter_chains": chains}
        return {key: value for key, value in {**base, **fields}.items() if value is not None}

    def bootstrap(self, listeners, clusters=None, **fields):
        clusters = [self.cluster()] if clusters is None else clusters
        return {"admin": {"address": address()}, "static_resources": {"listeners": listeners, "clusters": clusters}, **fields}

    def http(self, chain=None, listener=None, cluster=None, clusters=None, bootstrap=None, more_clusters=(), **manager):
        """A bootstrap with one HTTP listener; the keywords are what is put in at each level."""
        chains = [{"filters": [self.manager(**manager)], **(chain or {})}]
        clusters = clusters if clusters is not None else [self.cluster(**(cluster or {})), *more_clusters]
        return self.bootstrap([self.listener(chains, **(listener or {}))], clusters, **(bootstrap or {}))

    def tcp(self, tcp=None, chain=None, listener=None, cluster=None, clusters=None, bootstrap=None, filters=(), more_clusters=()):
        proxy = {"stat_prefix": "main", "cluster": "origin", **(tcp or {})}
        proxy = {key: value for key, value in proxy.items() if value is not None}
        last = {"name": "tcp", "typed_config": any_of("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", proxy)}
        chains = [{"filters": [*filters, last], **(chain or {})}]
        clusters = clusters if clusters is not None else [self.cluster(**(cluster or {})), *more_clusters]
        return self.bootstrap([self.listener(chains, **(listener or {}))], clusters, **(bootstrap or {}))

    def downstream_tls(self, common=None, certificate=None, **fields):
        """A transport socket for a filter chain."""
        pair = certificate or self.certificate()
        base = {"tls_certificates": [{"certificate_chain": {"filename": pair[0]}, "private_key": {"filename": pair[1]}}]}
        merged = {key: value for key, value in {**base, **(common or {})}.items() if value is not None}
        return {"name": "tls", "typed_config": any_of(TLS + "DownstreamTlsContext", common_tls_context=merged, **fields)}

    def upstream_tls(self, common=None, **fields):
        return {"name": "tls", "typed_config": any_of(TLS + "UpstreamTlsContext", common_tls_context=common or {}, **fields)}

    def access_log(self, text=None, name="access.log", **fields):
        log = {"path": self.path(name)}
        if text is not None:
            log["log_format"] = {"text_format_source": {"inline_string": text + "\n"}}
        return [{"name": "log", "typed_config": any_of("envoy.extensions.access_loggers.file.v3.FileAccessLog", {**log, **fields})}]


def make_certificate(scratch, number, name, issuer, names, extra):
    stem = pathlib.Path(scratch) / f"certificate{number}"
    key, certificate, request = f"{stem}.key", f"{stem}.crt", f"{stem}.csr"
    options = "\n".join([*([f"subjectAltName={','.join(names)}"] if names else []), *extra])
    pathlib.Path(f"{stem}.ext").write_text(options + "\n")
    run = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True)  # noqa: E731
    run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", request,
        "-subj", f"/CN={name}")
    signer = ["-CA", issuer[0], "-CAkey", issuer[1], "-CAcreateserial"] if issuer else ["-signkey", key]
    run("x509", "-req", "-in", request, "-days", "30", "-out", certificate, "-extfile", f"{stem}.ext", *signer)
    return certificate, key
