#!/usr/bin/env python3
"""Sends the same requests through our proxy and through a real Envoy, on the same configuration, and reports each difference in
status, fields, body, ending, or in what the origin received. Usage: differential.py --proxy PROGRAM --envoy PROGRAM [NAME...]"""

import queue
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import differential_cases
import differential_declared
import differential_http2
import differential_stacks
import http2
import wire

LANES = 4
VARYING = {"date": "DATE", "x-request-id": "ID", "x-envoy-upstream-service-time": "MS", "x-envoy-expected-rq-timeout-ms": "MS"}


def routes():
    def route(match, **action):
        return {"match": match, **action}

    to_origin = {"route": {"cluster": "origin"}}
    return [
        route({"path": "/direct"}, direct_response={"status": 418, "body": {"inline_string": "teapot"}}),
        route({"path": "/direct-empty"}, direct_response={"status": 204}),
        route({"path": "/redirect"}, redirect={"path_redirect": "/elsewhere"}),
        route({"path": "/redirect-host"}, redirect={"host_redirect": "h.test", "https_redirect": True, "response_code": "FOUND"}),
        route({"prefix": "/prefix/"}, route={"cluster": "origin", "prefix_rewrite": "/rewritten/"}),
        route({"path": "/exact"}, **to_origin),
        route({"safe_regex": {"regex": "/regex/[0-9]+"}}, route={"cluster": "origin", "regex_rewrite": {
            "pattern": {"regex": "[0-9]+"}, "substitution": "number"}}),
        route({"path": "/none"}, route={"cluster_header": "x-cluster"}),
        route({"path": "/header", "headers": [{"name": "x-match", "string_match": {"exact": "yes"}}]}, **to_origin),
        route({"path": "/header"}, direct_response={"status": 404, "body": {"inline_string": "no match"}}),
        route({"path": "/query", "query_parameters": [{"name": "a", "string_match": {"exact": "b"}}]}, **to_origin),
        route({"path": "/query"}, direct_response={"status": 404}),
        route({"path": "/add"}, request_headers_to_add=[{"header": {"key": "x-added", "value": "%PROTOCOL%"}}],
              request_headers_to_remove=["user-agent"],
              response_headers_to_add=[{"header": {"key": "x-code", "value": "%RESPONSE_CODE%"}}], **to_origin),
        route({"path": "/abort"}, typed_per_filter_config={"envoy.filters.http.fault": wire.any_of(
            wire.FAULT, abort={"http_status": 503, "percentage": {"numerator": 100}})}, **to_origin),
        route({"path": "/retry"}, route={"cluster": "origin", "retry_policy": {"retry_on": "5xx", "num_retries": 2}}),
        route({"path": "/dead"}, route={"cluster": "dead"}),
        route({"path": "/host"}, route={"cluster": "origin", "host_rewrite_literal": "rewritten.test"}),
        route({"path": "/slow"}, route={"cluster": "origin", "timeout": "0.5s"}),
        route({"prefix": "/"}, **to_origin),
    ]


def main_stack():
    """The listener of differential_cases: a bit of everything."""
    fault = {"name": "envoy.filters.http.fault", "typed_config": wire.any_of(wire.FAULT)}
    options = {"filters": [fault], "upgrade_configs": [{"upgrade_type": "websocket"}]}
    cases = [(name, data, is_head, steps and [steps]) for name, data, is_head, steps in differential_cases.all_cases()]
    return "main", routes(), options, cases


def all_stacks():
    yield main_stack()
    yield from differential_stacks.all_stacks()


class Engine:
    """One proxy with an origin of its own and a listener per stack."""

    def __init__(self, program, stacks):
        self.attempts, self.taken = None, 0
        self.origin = wire.Origin(self.answer)
        self.second = http2.Origin(lambda message: differential_http2.answer(self, message))
        self.http2_case = None
        self.ports = {name: wire.reserved_port() for name, *_ in stacks}
        self.ports.update({name: wire.reserved_port() for name in ("http1 origin", "http2 origin")})
        listeners = [wire.listener(name, self.ports[name], table, **options) for name, table, options, _ in stacks]
        for name, cluster in (("http1 origin", "origin"), ("http2 origin", "second")):
            listeners.append(wire.listener(name, self.ports[name], [{"match": {"prefix": "/"}, "route": {"cluster": cluster}}]))
        limit = {"thresholds": [{"max_pending_requests": 0, "max_connections": 0}]}
        clusters = [wire.cluster("origin", self.origin.port), wire.cluster("dead", wire.reserved_port()),
                    wire.cluster("full", self.origin.port, circuit_breakers=limit), {"name": "empty", "type": "STATIC"},
                    wire.cluster("second", self.second.port, typed_extension_protocol_options={wire.OPTIONS: wire.any_of(
                        wire.OPTIONS, explicit_http_config={"http2_protocol_options": {"allow_connect": True}})})]
        self.proxy = wire.Proxy(program, listeners, clusters)

    def answer(self, _):
        """The steps of the next attempt; the last ones hold for all that follow."""
        if not self.attempts:
            return [differential_cases.answer()]
        self.taken += 1
        return self.attempts[min(self.taken, len(self.attempts)) - 1]

    def run(self, stack, case):
        """What the client and the origin got, with what varies taken out."""
        _, data, is_head, self.attempts = case
        self.taken = 0
        del self.origin.seen[:]
        pieces = data if isinstance(data, list) else [data]
        tunnel = any("echo" in steps for steps in self.attempts or [])
        requests = max(1, b"".join(piece for piece in pieces if isinstance(piece, bytes)).count(b" HTTP/1.1\r\nHost"))

        def finished(got):
            if tunnel:
                return False
            for _ in range(requests):
                answer = wire.Answer(got, is_head)
                if not answer.status or not answer.whole:
                    return False
                got = answer.rest
            return not answer.get("connection")

        received, end = wire.exchange(self.ports[stack], data, 1.5 if tunnel else 10.0, finished)
        seen = b"".join(self.origin.seen)
        return {"client": normal(received, self), "end": "ended" if end != "open" else "open", "origin": normal(seen, self)}

    def run_http2(self, stack, case):
        return {key: normal(value.encode("latin-1"), self) for key, value in differential_http2.run(self, self.ports[stack], case).items()}

    def close(self):
        self.proxy.remove()
        self.origin.close()
        self.second.close()


def joined(body):
    """The content of chunks and what follows them; broken ones as they are."""
    content = b""
    while match := re.match(rb"([0-9a-f]+)\r\n", body):
        size = int(match.group(1), 16)
        chunk, body = body[match.end():match.end() + size], body[match.end() + size + 2:]
        content += chunk
        if size == 0:
            return content + b"<end>" + body
    return content + b"<no end>" + body


def normal(data, engine):
    for port in engine.ports.values():
        data = data.replace(b"%d" % port, b"PORT")
    for name, word in VARYING.items():
        data = re.sub(rb"(?mi)^(" + name.encode() + rb"): .*\r$", rb"\1: " + word.encode() + b"\r", data)
    # Where chunks are cut depends on how the bytes arrived: only their content counts.
    data = re.sub(rb"(transfer-encoding: chunked\r\n\r\n)(.+)", lambda match: match.group(1) + joined(match.group(2)), data, flags=re.S)
    if len(data) > 20000:
        data = data[:2000] + b"... %d bytes ..." % len(data) + data[-100:]
    return data.decode("latin-1")


def show(text):
    return repr(text[:600] + ("..." if len(text) > 600 else ""))


def compare(pair, stack, case, by_http2):
    """(name, what differs and how) of one case."""
    run = Engine.run_http2 if by_http2 else Engine.run
    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(lambda engine: run(engine, stack, case), pair)
    name = case[0] if stack == "main" else f"{stack}: {case[0]}"
    return name, [f"{name}: {key}\n  ours:  {show(ours[key])}\n  envoy: {show(theirs[key])}" for key in ours if ours[key] != theirs[key]]


def compare_all(programs, stacks, cases):
    """The outcomes of all cases, in their order. Each lane has proxies of its own, as most of the time is waiting."""
    lanes = queue.Queue()
    for _ in range(LANES):
        lanes.put([Engine(program, stacks) for program in programs])

    def one(case):
        pair = lanes.get()
        try:
            return compare(pair, *case)
        finally:
            lanes.put(pair)

    try:
        with ThreadPoolExecutor(LANES) as pool:
            return list(pool.map(one, cases))
    finally:
        while not lanes.empty():
            for engine in lanes.get():
                engine.close()


def main():
    programs = wire.program_from(sys.argv), wire.program_from(sys.argv, "--envoy")
    names = [each for i, each in enumerate(sys.argv[1:], 1) if not each.startswith("--") and not sys.argv[i - 1].startswith("--")]
    stacks = list(all_stacks())
    cases = [(stack, case, False) for stack, _, _, cases in stacks for case in cases]
    cases += [(stack, case, True) for stack, case in differential_http2.all_cases()]
    cases = [each for each in cases if not names or any(name in f"{each[0]}: {each[1][0]}" for name in names)]
    differences, declared = 0, set()
    for name, problems in compare_all(programs, stacks, cases):
        if problems and differential_declared.reason(name):
            declared.add(differential_declared.pattern(name))
            continue
        differences += bool(problems)
        print("\n".join(problems), end="\n" if problems else "")
    stale = [] if names else sorted(set(differential_declared.DECLARED) - declared)
    for name in stale:
        print(f"{name}: declared to differ, and does not: remove it from DECLARED")
    print(f"{len(cases)} requests, {differences} differences, {len(declared)} kinds of declared ones")
    return 1 if differences or stale else 0


if __name__ == "__main__":
    wire.leave(main())
