#!/usr/bin/env python3
"""Changes of configuration under load: no request fails, nothing grows, a bad update changes nothing, a dead endpoint is not noticed.

  reload.py --proxy PROGRAM [--changes N] [--connections N] [--within SECONDS] [TEST...]

Every kind of resource (LDS, CDS, RDS, EDS, SDS) comes from a file that is replaced by rename. After each change its effect is
waited for by requests of its own. --within also demands that no effect took longer (for quiet machines; a test in CI demands
none). Tests: changes, refusals, undisturbed, killed.
"""
import argparse
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "fields")]
from engine import Run, wire  # noqa: E402
from environment import Environment, address, any_of, direct  # noqa: E402
from load import Load  # noqa: E402

CONFIG = "envoy.config."
KINDS = {"listeners": CONFIG + "listener.v3.Listener", "clusters": CONFIG + "cluster.v3.Cluster",
         "routes": CONFIG + "route.v3.RouteConfiguration", "endpoints": CONFIG + "endpoint.v3.ClusterLoadAssignment",
         "secret": "envoy.extensions.transport_sockets.tls.v3.Secret"}


class Mesh:
    """Origins, the files of a dynamic configuration, and the proxy that reads them. `state` is what the files say."""

    def __init__(self, program, scratch, origins=2):
        self.environment, self.version = Environment(scratch), 0
        e = self.environment
        self.pairs = [e.certificate(f"certificate{i}.test") for i in (0, 1)]
        self.origins = [Run(program, e.http(routes=[direct(f"origin{i}")]), e) for i in range(origins)]
        self.ports = [each.port_of() for each in self.origins]
        self.state = {"server": "v0", "header": "v0", "eds": list(self.ports), "cds": self.ports[0], "certificate": 0, "retry": False}
        self.write("endpoints", "secret", "clusters", "routes", "listeners")
        dynamic = {"lds_config": self.source("listeners"), "cds_config": self.source("clusters")}
        self.run = Run(program, {"node": {"id": "a", "cluster": "b"}, "admin": {"address": address()}, "dynamic_resources": dynamic}, e,
                       ("--drain-time-s", "2"))

    def source(self, name):
        return {"path_config_source": {"path": self.environment.path(name + ".json")}, "resource_api_version": "V3"}

    def listener(self, name, transport=None):
        rds = {"route_config_name": "routes", "config_source": self.source("routes")}
        manager = self.environment.manager(rc="none", hcm={"rds": rds, "server_name": self.state["server"]})
        return self.environment.listener([{"filters": [manager], **({"transport_socket": transport} if transport else {})}], name)

    def resources(self, name):
        state, e = self.state, self.environment
        if name == "listeners":
            sds = {"tls_certificate_sds_secret_configs": [{"name": "server", "sds_config": self.source("secret")}], "tls_certificates": None}
            return [self.listener("main"), self.listener("secure", e.downstream_tls(sds))]
        if name == "clusters":
            eds = {"eds_config": self.source("endpoints")}
            # Three retries at a time, the default, are not enough when every second request needs one.
            breakers = {"thresholds": [{"max_retries": 100000}]}
            return [e.cluster("eds", [], type="EDS", eds_cluster_config=eds, load_assignment=None, circuit_breakers=breakers), e.cluster("cds", [state["cds"]])]
        if name == "routes":
            action = {"cluster": "eds"}
            if state["retry"]:
                action["retry_policy"] = {"retry_on": "connect-failure,reset,refused-stream", "num_retries": 3,
                                          "retry_host_predicate": [{"name": "p", "typed_config": any_of(
                                              "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate")}]}
            routes = [{"match": {"prefix": "/cds"}, "route": {"cluster": "cds"}}, {"match": {"prefix": "/"}, "route": action}]
            return [{"name": "routes", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes, "response_headers_to_add": [
                {"header": {"key": "x-version", "value": state["header"]}}]}]}]
        if name == "endpoints":
            endpoints = [{"endpoint": {"address": address(port)}} for port in state["eds"]]
            return [{"cluster_name": "eds", "endpoints": [{"lb_endpoints": endpoints}]}]
        chain, key = self.pairs[state["certificate"]]
        return [{"name": "server", "tls_certificate": {"certificate_chain": {"filename": chain}, "private_key": {"filename": key}}}]

    def write(self, *names):
        for name in names:
            self.version += 1
            resources = [{"@type": "type.googleapis.com/" + KINDS[name], **each} for each in self.resources(name)]
            self.environment.file(name + ".json", json.dumps({"version_info": str(self.version), "resources": resources}))

    def change(self, name, **state):
        self.state.update(state)
        self.write(name)

    def certificate(self):
        """The number of the certificate that the TLS listener presents now."""
        connection = self.run.tls_connect("secure")
        shown = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True))
        connection.close()
        return next(i for i, pair in enumerate(self.pairs) if pathlib.Path(pair[0]).read_text().strip() == shown.strip())

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.run.process.pid}/fd"))

    def memory(self):
        fields = pathlib.Path(f"/proc/{self.run.process.pid}/status").read_text()
        return int(fields.partition("VmRSS:")[2].split()[0]) * 1024

    def close(self):
        for run in [self.run, *self.origins]:
            run.close()
        self.environment.close()


def load_of(mesh, connections):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain, secure = mesh.run.port_of("main"), mesh.run.port_of("secure")
    return Load([(secure, context) if i % 4 == 3 else (plain, None) for i in range(connections)])


def effects(mesh, number):
    """One change of a kind that goes round, and how its effect is seen."""
    get, text = mesh.run.get, f"v{number}"
    kind = number % 5
    if kind == 0:
        mesh.change("listeners", server=text)
        return "LDS", lambda: get("/").get("server") == text
    if kind == 1:
        port = mesh.ports[(number // 5) % 2]
        mesh.change("clusters", cds=port)
        return "CDS", lambda: get("/cds").body == f"origin{mesh.ports.index(port)}"
    if kind == 2:
        mesh.change("routes", header=text)
        return "RDS", lambda: get("/").get("x-version") == text
    if kind == 3:
        port = mesh.ports[(number // 5) % 2]
        mesh.change("endpoints", eds=[port])
        return "EDS", lambda: get("/").body == f"origin{mesh.ports.index(port)}"
    mesh.change("secret", certificate=(number // 5) % 2)
    return "SDS", lambda: mesh.certificate() == mesh.state["certificate"]


def test_changes(mesh, arguments):
    load, problems, slowest = load_of(mesh, arguments.connections), [], {}
    mesh.run.until(lambda: load.answers > 5 * arguments.connections, 30)
    before = None
    for number in range(1, arguments.changes + 1):
        kind, seen = effects(mesh, number)
        started = time.monotonic()
        if not mesh.run.until(seen, 10):
            problems.append(f"change {number} ({kind}) took no effect")
        slowest[kind] = max(slowest.get(kind, 0), time.monotonic() - started)
        if number == max(arguments.changes // 4, 20):
            before = (mesh.memory(), mesh.descriptors())
    after = (mesh.memory(), mesh.descriptors())
    load.stop()
    rejected = [line for line in mesh.run.admin("/stats").body.splitlines() if "update_rejected" in line and not line.endswith(": 0")]
    print(f"{arguments.changes} changes, {load.answers} answers, {len(load.failures)} failures, {load.reconnects} orderly reconnects, "
          f"slowest answer {load.longest:.3f} s, slowest effects " + ", ".join(f"{k} {v * 1000:.0f} ms" for k, v in sorted(slowest.items())) +
          (f", memory {before[0] >> 10} -> {after[0] >> 10} KiB, descriptors {before[1]} -> {after[1]}" if before else ""))
    problems += load.failures[:5] + rejected
    if before and after[1] > before[1] + arguments.connections // 4 + 20:
        problems.append(f"descriptors grow: {before[1]} -> {after[1]}")
    if before and after[0] > before[0] * 1.15 + (4 << 20):
        problems.append(f"memory grows: {before[0]} -> {after[0]}")
    if arguments.within and max(slowest.values()) > arguments.within:
        problems.append(f"an effect took {max(slowest.values()):.3f} s")
    return problems


BAD = {
    "listeners": ("listener_manager.lds", "not JSON", lambda good: good.replace('"stat_prefix"', '"stat_prefixx"'),
                  lambda good: good.replace('"name": "secure"', '"name": "main"')),
    "clusters": ("cluster_manager.cds", "{", lambda good: good.replace('"connect_timeout": "2s"', '"connect_timeout": "-2s"', 1)),
    "routes": ("rds.routes", "[]", lambda good: good.replace('"prefix": "/cds"', '"safe_regex": {"regex": "(("}')),
    "endpoints": ("cluster.eds", "{}", lambda good: good.replace("127.0.0.1", "not-an-address")),
    "secret": ("sds.server", "no", lambda good: good.replace("private_key", "private_keys")),
}


def in_force(mesh):
    """Whether the last good configuration is what answers."""
    try:
        return mesh.run.get("/").status == 200 and mesh.run.get("/cds").status == 200 and mesh.certificate() == mesh.state["certificate"]
    except OSError as error:
        print("not in force:", error)
        return False


def test_refusals(mesh, arguments):
    """A bad update is refused as a whole, with its reason in the log, in a stat and in /config_dump; the next good one is taken."""
    del arguments
    problems = []
    for name, (stat, *changes) in BAD.items():
        path = pathlib.Path(mesh.environment.path(name + ".json"))
        for number, change in enumerate(changes):
            before = mesh.run.stat(stat + ".update_rejected") or 0
            good = path.read_text()
            mesh.environment.file(name + ".json", change if isinstance(change, str) else change(good))
            if not mesh.run.until(lambda: (mesh.run.stat(stat + ".update_rejected") or 0) > before):
                problems.append(f"{name} {number}: {stat}.update_rejected does not count")
            if not in_force(mesh):
                problems.append(f"{name} {number}: the old configuration is not in force any more")
            if str(path) not in mesh.run.errors():
                problems.append(f"{name} {number}: no reason in the log")
            # A secret's last error is in the log and its counter; /config_dump lists secrets without it.
            if name != "secret" and "error_state" not in mesh.run.admin("/config_dump").body:
                problems.append(f"{name} {number}: no error_state in /config_dump")
            mesh.environment.file(name + ".json", good)
            mesh.run.until(lambda: "error_state" not in mesh.run.admin("/config_dump").body, 2)
        if "error_state" in mesh.run.admin("/config_dump").body:
            problems.append(f"{name}: error_state stays after a good update")
    mesh.change("routes", header="later")
    if not mesh.run.until(lambda: mesh.run.get("/").get("x-version") == "later"):
        problems.append("a good update after bad ones takes no effect")
    return problems


def test_undisturbed(mesh, arguments):
    """A request in flight and an open connection outlive changes of all kinds."""
    del arguments
    slow = mesh.run.connect("main")
    slow.sendall(b"POST /load HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nab")
    for number in range(5, 15):
        _, seen = effects(mesh, number)
        mesh.run.until(seen, 10)
    slow.sendall(b"cd")
    data = b""
    while (more := slow.recv(4096)):
        data += more
        if wire.Answer(data).whole:
            break
    return [] if data.startswith(b"HTTP/1.1 200") else [f"the request in flight got {data[:100]!r}"]


def test_killed(mesh, arguments):
    """An endpoint that is killed under load is not noticed where retries are on."""
    mesh.change("routes", header="retries", retry=True)
    mesh.run.until(lambda: mesh.run.get("/").get("x-version") == "retries")
    mesh.change("endpoints", eds=list(mesh.ports))
    mesh.run.until(lambda: {mesh.run.get("/").body for _ in range(4)} == {"origin0", "origin1"})
    load = load_of(mesh, arguments.connections)
    mesh.run.until(lambda: load.answers > 5 * arguments.connections, 30)
    before = mesh.run.stat("cluster.eds.upstream_rq_retry") or 0
    mesh.origins[1].process.kill()
    reached = load.answers
    mesh.run.until(lambda: load.answers > reached + 10 * arguments.connections, 30)
    load.stop()
    retries = (mesh.run.stat("cluster.eds.upstream_rq_retry") or 0) - before
    print(f"killed an endpoint: {load.answers} answers, {len(load.failures)} failures, {retries} retries")
    return load.failures[:5] + ([] if retries else ["no request was retried: the test shows nothing"])


TESTS = {"changes": test_changes, "refusals": test_refusals, "undisturbed": test_undisturbed, "killed": test_killed}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proxy", required=True)
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--within", type=float)
    parser.add_argument("tests", nargs="*", default=list(TESTS))
    arguments = parser.parse_args()
    arguments.proxy = str(pathlib.Path(arguments.proxy).resolve())
    problems = []
    for name in arguments.tests:
        scratch = tempfile.mkdtemp(prefix="reload-")
        mesh = Mesh(arguments.proxy, scratch)
        try:
            problems += [f"{name}: {each}" for each in TESTS[name](mesh, arguments)]
        finally:
            mesh.close()
            shutil.rmtree(scratch, ignore_errors=True)
    print("\n".join(problems) if problems else "all held")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
