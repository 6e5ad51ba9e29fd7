"""Starting proxies, sending load, and reading what it cost."""

import os
import re
import signal
import socket
import statistics
import subprocess
import time

from nodes import as_proxy, inside
from peers import HOST

TICK = os.sysconf("SC_CLK_TCK")


def processes_below(pid):
    """The process and all its descendants."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children") as children:
                    found.extend(int(child) for child in children.read().split())
        except FileNotFoundError:
            pass
    return found


def cpu_seconds(pid):
    """utime + stime of a program and its children, with all their threads."""
    total = 0
    for each in processes_below(pid):
        with open(f"/proc/{each}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def resident_bytes(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) * 1024


class Pair:
    """A sidecar and a gateway of one kind, running; ends both on exit."""

    def __init__(self, peer, wait=True):
        self.peer, self.programs = peer, {}
        for node in ("gateway", "client"):
            log = open(f"{peer.folder}/{peer.name}-{node}.out", "wb")
            self.programs[node] = subprocess.Popen(as_proxy(node, peer.command(node)), stdout=log, stderr=log)
        if wait:
            self.wait_for_answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.programs.values():
            program.send_signal(signal.SIGTERM if self.peer.name == "nginx" else signal.SIGKILL)
        for program in self.programs.values():
            program.wait()

    def wait_for_answer(self):
        command = ["curl", "-s", "-o", f"{self.peer.folder}/answer", "-w", "%{http_code} %{size_download}",
                   "--resolve", f"{HOST}:80:1.1.1.1", f"http://{HOST}/"]
        for _ in range(200):
            answer = subprocess.run(inside("client", command), capture_output=True, text=True).stdout
            if answer == "200 612":
                return
            time.sleep(0.05)
        raise SystemExit(f"bench: {self.peer.name} answers {answer!r}; see {self.peer.folder}/{self.peer.name}-*.out")

    def cpu(self):
        return {node: cpu_seconds(program.pid) for node, program in self.programs.items()}

    def load(self, seconds, connections):
        """One window: requests per second, and CPU microseconds per request of sidecar and gateway."""
        wrk = ["wrk", "-t1", f"-c{connections}", "-H", f"Host: {HOST}"]
        subprocess.run(inside("client", [*wrk, "-d1s", "http://1.1.1.1/"]), check=True, capture_output=True)
        before = self.cpu()
        out = subprocess.run(inside("client", [*wrk, f"-d{seconds}s", "http://1.1.1.1/"]), check=True, capture_output=True,
                             text=True).stdout
        after = self.cpu()
        count, took = re.search(r"(\d+) requests in ([\d.]+)s", out).groups()
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", out)
        if bad:
            raise SystemExit(f"bench: {self.peer.name}: {bad.group(0)}")
        requests = int(count)
        cost = {node: (after[node] - before[node]) * 1e6 / requests for node in before}
        return {"requests_per_second": requests / float(took), "sidecar": cost["client"], "gateway": cost["gateway"],
                "sum": cost["client"] + cost["gateway"]}


def rounds(peers, count, seconds, connections, tell):
    """Interleaved rounds: each peer once per round, on the same nodes."""
    results = {peer.name: [] for peer in peers}
    for number in range(count):
        for peer in peers:
            with Pair(peer) as pair:
                result = pair.load(seconds, connections)
            results[peer.name].append(result)
            tell(f"round {number + 1}/{count} {peer.name:8} {result['requests_per_second']:8.0f} requests/s  "
                 f"{result['sidecar']:5.1f} + {result['gateway']:5.1f} = {result['sum']:5.1f} us/request")
    return results


def medians(results):
    return {name: {key: statistics.median(one[key] for one in all_rounds) for key in all_rounds[0]}
            for name, all_rounds in results.items()}


def ready_milliseconds(peer, count=20):
    """From starting the sidecar to its listener's first accepted connection; median of `count` starts."""
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        # No wrappers: their own starts would be measured as well.
        program = subprocess.Popen(peer.command("client"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", 15001)) == 0:
                    break
            if program.poll() is not None:
                raise SystemExit(f"bench: {peer.name} ended with {program.returncode}")
            time.sleep(0.0002)
        times.append((time.perf_counter() - begin) * 1000)
        program.send_signal(peer.end)
        program.wait()
        wait_closed(15001)
    return statistics.median(times)


def wait_closed(port):
    """Until nothing listens there: the next start must not be answered by this one."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.001)


def transfer(peer, direction, size):
    """A large body through both proxies: seconds, and how far the proxies' resident memory grew at most."""
    with Pair(peer) as pair:
        start = {node: resident_bytes(program.pid) for node, program in pair.programs.items()}
        peak = dict(start)
        url = f"http://{HOST}/{'upload' if direction == 'upload' else 'large'}"
        command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download} %{size_upload}",
                   "--resolve", f"{HOST}:80:1.1.1.1"]
        if direction == "upload":
            command += ["-T", f"{peer.folder}/pages/large", "-H", "Expect:"]
        begin = time.perf_counter()
        curl = subprocess.Popen(inside("client", [*command, url]), stdout=subprocess.PIPE, text=True)
        while curl.poll() is None:
            for node, program in pair.programs.items():
                peak[node] = max(peak[node], resident_bytes(program.pid))
            time.sleep(0.01)
        took = time.perf_counter() - begin
        code, down, up = curl.stdout.read().split()
        if code != "200" or int(up if direction == "upload" else down) != size:
            raise SystemExit(f"bench: {peer.name}: {direction} gave {code}, {down} bytes down, {up} up")
        return took, {node: peak[node] - start[node] for node in start}
