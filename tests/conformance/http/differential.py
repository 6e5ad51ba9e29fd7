#!/usr/bin/env python3
"""Sends the same requests through our proxy and through a real Envoy, on the same configuration, and reports each difference in
status, fields, body, ending, or in what the origin received. Usage: differential.py --proxy PROGRAM --envoy PROGRAM [NAME...]"""

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import differential_cases
import wire

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


class Engine:
    """One proxy with an origin of its own."""

    def __init__(self, program):
        self.case = None
        self.origin = wire.Origin(self.answer)
        self.port = wire.free_port()
        fault = {"name": "envoy.filters.http.fault", "typed_config": wire.any_of(wire.FAULT)}
        listener = wire.listener("main", self.port, routes(), filters=[fault], upgrade_configs=[{"upgrade_type": "websocket"}])
        clusters = [wire.cluster("origin", self.origin.port), wire.cluster("dead", wire.free_port())]
        self.proxy = wire.Proxy(program, [listener], clusters)

    def answer(self, _):
        return self.case[3] or [differential_cases.answer()]

    def run(self, case):
        """What the client and the origin got, with what varies taken out."""
        self.case = case
        del self.origin.seen[:]
        _, data, is_head, steps = case
        upgrade = steps is not None and "echo" in steps
        requests = max(1, b"".join(piece for piece in ([data] if isinstance(data, bytes) else data) if isinstance(piece, bytes)).count(b" HTTP/1.1\r\nHost"))

        def finished(got):
            if upgrade:
                return False
            for _ in range(requests):
                answer = wire.Answer(got, is_head)
                if not answer.status or not answer.whole:
                    return False
                got = answer.rest
            return not answer.get("connection")

        received, end = wire.exchange(self.port, data, 0.7 if upgrade else 3.0, finished)
        seen = b"".join(self.origin.seen)
        return {"client": normal(received), "end": "ended" if end != "open" else "open", "origin": normal(seen)}

    def close(self):
        self.proxy.remove()
        self.origin.close()


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


def normal(data):
    for name, word in VARYING.items():
        data = re.sub(rb"(?m)^(" + name.encode() + rb"): .*\r$", rb"\1: " + word.encode() + b"\r", data)
    data = re.sub(rb"(connection failure\|?).*?(?=\r|$)", rb"\1", data)
    # Where chunks are cut depends on how the bytes arrived: only their content counts.
    data = re.sub(rb"(transfer-encoding: chunked\r\n\r\n)(.+)", lambda match: match.group(1) + joined(match.group(2)), data, flags=re.S)
    if len(data) > 20000:
        data = data[:2000] + b"... %d bytes ..." % len(data) + data[-100:]
    return data.decode("latin-1")


def show(text):
    return repr(text[:600] + ("..." if len(text) > 600 else ""))


def main():
    ours_program, envoy_program = wire.program_from(sys.argv), wire.program_from(sys.argv, "--envoy")
    names = [each for i, each in enumerate(sys.argv[1:], 1) if not each.startswith("--") and not sys.argv[i - 1].startswith("--")]
    cases = [case for case in differential_cases.all_cases() if not names or any(name in case[0] for name in names)]
    engines = [Engine(ours_program), Engine(envoy_program)]
    differences, declared = 0, set()
    try:
        with ThreadPoolExecutor(2) as pool:
            for case in cases:
                ours, theirs = pool.map(lambda engine: engine.run(case), engines)
                different = [key for key in ours if ours[key] != theirs[key]]
                if different and case[0] in differential_cases.DECLARED:
                    declared.add(case[0])
                    continue
                differences += bool(different)
                for key in different:
                    print(f"{case[0]}: {key}\n  ours:  {show(ours[key])}\n  envoy: {show(theirs[key])}")
    finally:
        for engine in engines:
            engine.close()
    stale = [] if names else sorted(set(differential_cases.DECLARED) - declared)
    for name in stale:
        print(f"{name}: declared to differ, and does not: remove it from DECLARED")
    print(f"{len(cases)} requests, {differences} differences, {len(declared)} declared ones")
    return 1 if differences or stale else 0


if __name__ == "__main__":
    sys.exit(main())
