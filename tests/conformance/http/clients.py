#!/usr/bin/env python3
"""Clients and servers that nobody here wrote, through the proxy: curl by HTTP/1 and 2, httpx, websockets, gRPC, openssl.
Usage: clients.py --proxy PROGRAM [--bytes N] (of the large bodies; 64 MiB)"""

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import grpc
import httpx
import websockets

import h2spec
import wire

MEMORY_BYTES = 32 << 20  # Windows and buffers of both sides, never the body.


def sink(connection):
    """An origin for one connection: counts an upload and answers with as many bytes."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(1 << 16)
        if not more:
            return
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    time.sleep(0.5)  # What the proxy holds fills up and must be emptied again.
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    size, got, block = int(fields.get(b"content-length", b"0")), len(rest), bytearray(1 << 16)
    while got < size:
        got += connection.recv_into(block) or sys.exit("the upload was cut")
    wanted = int(head.split(b" ")[1].rsplit(b"/", 1)[1])
    connection.sendall(b"HTTP/1.1 200 OK\r\nx-got: %d\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (got, wanted))
    while wanted > 0:
        wanted -= connection.send(block[:min(len(block), wanted)])


def serve(listener, handle):
    def one(connection):
        with connection:
            try:
                handle(connection)
            except OSError:
                pass

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def curl(*arguments):
    result = subprocess.run(["curl", "-sS", "--max-time", "600", *arguments], capture_output=True)
    return result.stdout.decode("latin-1") + result.stderr.decode("latin-1")


def large_bodies(setup, size):
    """Uploads and downloads, each with the proxy's memory watched."""
    with tempfile.NamedTemporaryFile() as body:
        body.truncate(size)
        for version, base in (("--http1.1", f"{setup.url}/sink"), ("--http2-prior-knowledge", f"{setup.url}/sink"),
                              ("--http1.1", f"{setup.tls_url}/tls-sink"), ("--http2", f"{setup.tls_url}/tls-sink")):
            over = "TLS both ways" if base.startswith("https") else "cleartext"
            before = setup.proxy.resident_bytes()
            said = curl("-k", version, "-H", "Expect:", "-X", "POST", "-T", body.name, "-o", "/dev/null", "-w", "%{http_code} %header{x-got}", f"{base}/1")
            yield f"curl {version}, {over}: uploads", said == f"200 {size}" or said
            said = curl("-k", version, "-o", "/dev/null", "-w", "%{http_code} %{size_download}", f"{base}/{size}")
            yield f"curl {version}, {over}: downloads", said == f"200 {size}" or said
            grown = setup.proxy.resident_bytes() - before
            yield f"curl {version}, {over}: memory stays", grown < MEMORY_BYTES or f"{grown} bytes more"


def curl_versions(setup):
    for version, wanted in (("--http1.1", "200 1.1"), ("--http2", "200 2"), ("--http1.0", "426 1.1")):
        said = curl("-k", version, "-o", "/dev/null", "-w", "%{http_code} %{http_version}", f"{setup.tls_url}/")
        yield f"curl {version} over TLS", said == wanted or said


def httpx_client(setup):
    for http2 in (False, True):
        with httpx.Client(verify=False, http2=http2) as client:
            answers = [client.get(f"{setup.tls_url}/") for _ in range(20)]
            posted = client.post(f"{setup.tls_url}/", content=(b"x" * 1000 for _ in range(100)))
        versions = {each.http_version for each in answers}
        yield f"httpx, HTTP/{2 if http2 else 1}", ({each.status_code for each in answers + [posted]} == {200} and versions == {"HTTP/2" if http2 else "HTTP/1.1"}) or versions


async def echo(connection, *_):
    async for message in connection:
        await connection.send(message)


async def websocket_messages(setup):
    async with websockets.serve(echo, "127.0.0.1", setup.websocket_port, max_size=None):
        async with websockets.connect(f"ws://127.0.0.1:{setup.port}/websocket", max_size=None) as client:
            for message in ("hello", b"\0\1\2", "x" * 2_000_000):
                await client.send(message)
                if await client.recv() != message:
                    return "another message came back"
            await client.ping()
    return True


def websocket_client(setup):
    yield "websockets", asyncio.run(websocket_messages(setup))


class Echo(grpc.GenericRpcHandler):
    """Every method: answers each message with itself; "fail" ends the call with a status."""

    def service(self, call):
        def handle(messages, context):
            for message in messages:
                if message == b"fail":
                    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "asked to fail: 100 %")
                yield message
            context.set_trailing_metadata((("x-trailer", "yes"),))

        return grpc.stream_stream_rpc_method_handler(handle)


def grpc_client(setup):
    from concurrent.futures import ThreadPoolExecutor
    server = grpc.server(ThreadPoolExecutor(4), handlers=(Echo(),))
    server.add_insecure_port(f"127.0.0.1:{setup.grpc_port}")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{setup.grpc_front}") as channel:
            call = channel.stream_stream("/lab.Echo/Stream")
            sent = [b"a", b"b" * 100_000, b""] * 20
            stream = call(iter(sent), timeout=60)
            yield "gRPC, streams both ways", list(stream) == sent and ("x-trailer", "yes") in stream.trailing_metadata() or "messages or trailers are missing"
            try:
                list(call(iter([b"fail"]), timeout=60))
                yield "gRPC, a status", "no error came"
            except grpc.RpcError as error:
                yield "gRPC, a status", (error.code() == grpc.StatusCode.FAILED_PRECONDITION and error.details() == "asked to fail: 100 %") or str(error)
    finally:
        server.stop(0).wait()


def openssl_client(setup):
    def ask(*arguments, data=b"Q\n"):
        result = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{setup.tls_port}", *arguments], input=data, capture_output=True, timeout=60)
        return (result.stdout + result.stderr).decode("latin-1")

    yield "openssl, TLS 1.3 and ALPN", ("TLSv1.3" in (said := ask("-alpn", "h2")) and "ALPN protocol: h2" in said) or said[-300:]
    yield "openssl, TLS 1.2", "TLSv1.2" in (said := ask("-tls1_2")) and "Cipher is (NONE)" not in said or said[-300:]
    yield "openssl, TLS 1.1 is refused", "Cipher is (NONE)" in (said := ask("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")) or said[-300:]
    yield "openssl, renegotiation is refused", ("RENEGOTIATING" in (said := ask("-tls1_2", data=b"R\n")) and "no renegotiation" in said) or said[-300:]


class Setup:
    """The proxy with its listeners, and the servers behind it."""

    def __init__(self, program, folder):
        listener = socket.create_server(("127.0.0.1", 0))
        serve(listener, sink)
        pair = h2spec.make_certificate(folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*pair)
        tls_listener = socket.create_server(("127.0.0.1", 0))
        serve(tls_listener, lambda connection: sink(context.wrap_socket(connection, server_side=True)))
        self.port, self.tls_port, self.grpc_front, nginx_port = (wire.reserved_port() for _ in range(4))
        self.websocket_port, self.grpc_port = wire.free_port(), wire.free_port()
        self.nginx = h2spec.start_nginx(folder, nginx_port)
        routes = [{"match": {"prefix": "/sink/"}, "route": {"cluster": "sink", "timeout": "0s"}},
                  {"match": {"prefix": "/tls-sink/"}, "route": {"cluster": "tls-sink", "timeout": "0s"}}, {"match": {"prefix": "/websocket"}, "route": {"cluster": "websocket"}},
                  {"match": {"prefix": "/"}, "route": {"cluster": "nginx"}}]
        upgrades = [{"upgrade_type": "websocket"}]
        listeners = [wire.listener("plain", self.port, routes, upgrade_configs=upgrades), wire.listener("tls", self.tls_port, routes, tls=pair),
                     wire.listener("grpc", self.grpc_front, [{"match": {"prefix": "/"}, "route": {"cluster": "grpc", "timeout": "0s"}}])]
        http2 = {wire.OPTIONS: wire.any_of(wire.OPTIONS, explicit_http_config={"http2_protocol_options": {}})}
        tls = {"name": "tls", "typed_config": wire.any_of("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext")}
        # Above what is read at once, so that it is what waits for TLS that holds the other side back.
        clusters = [wire.cluster("sink", listener.getsockname()[1]), wire.cluster("tls-sink", tls_listener.getsockname()[1], transport_socket=tls,
                                                                                  per_connection_buffer_limit_bytes=262144), wire.cluster("websocket", self.websocket_port), wire.cluster("nginx", nginx_port),
                    wire.cluster("grpc", self.grpc_port, typed_extension_protocol_options=http2)]
        self.proxy = wire.Proxy(program, listeners, clusters)
        self.url, self.tls_url = f"http://127.0.0.1:{self.port}", f"https://127.0.0.1:{self.tls_port}"

    def close(self):
        self.proxy.remove()
        self.nginx.terminate()
        self.nginx.wait()


def main():
    size = int(wire.program_from(sys.argv, "--bytes")) if "--bytes" in sys.argv else 64 << 20
    failures = count = 0
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(wire.program_from(sys.argv), folder)
        try:
            for group in (curl_versions, httpx_client, websocket_client, grpc_client, openssl_client, lambda setup: large_bodies(setup, size)):
                for name, outcome in group(setup):
                    count += 1
                    failures += outcome is not True
                    print(f"{name}: {'good' if outcome is True else outcome}", flush=True)
        finally:
            setup.close()
    print(f"{count} checks, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    wire.leave(main())
