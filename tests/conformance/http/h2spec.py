#!/usr/bin/env python3
"""Runs h2spec against a proxy in front of nginx, in cleartext and over TLS. Usage: h2spec.py --proxy PROGRAM --h2spec PROGRAM"""

import os
import re
import subprocess
import sys
import tempfile
import time

import wire

TESTS = 145
NGINX = """daemon off; pid {folder}/pid; error_log {folder}/error warn; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port} reuseport; location / {{ return 200 "hello from nginx\\n"; }} }}
}}
"""


def start_nginx(folder, port):
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w") as file:
        file.write(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(["nginx", "-p", folder, "-c", path], stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            if b"nginx" in wire.exchange(port, b"GET / HTTP/1.0\r\n\r\n", 1.0)[0]:
                return process
        except OSError:
            time.sleep(0.02)
    raise SystemExit("nginx does not answer")


def make_certificate(folder):
    certificate, key = os.path.join(folder, "tls.crt"), os.path.join(folder, "tls.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
                    "-out", certificate], check=True, capture_output=True)
    return certificate, key


def run(h2spec, port, *options):
    arguments = [h2spec, "-h", "127.0.0.1", "-p", str(port), "-o", "3", *options]
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    match = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", result.stdout)
    counts = tuple(int(each) for each in match.groups()) if match else (0, 0, 0, 0)
    good = counts == (TESTS, TESTS, 0, 0)
    if not good:
        print(result.stdout[result.stdout.find("Failures:"):] or result.stderr)
    return good, counts


def main():
    proxy_program, h2spec = wire.program_from(sys.argv), wire.program_from(sys.argv, "--h2spec")
    with tempfile.TemporaryDirectory() as folder:
        origin, auto, only, tls = (wire.reserved_port() for _ in range(4))
        nginx = start_nginx(folder, origin)
        routes = [{"match": {"prefix": "/"}, "route": {"cluster": "nginx"}}]
        listeners = [wire.listener("auto", auto, routes), wire.listener("http2", only, routes, codec_type="HTTP2"),
                     wire.listener("tls", tls, routes, tls=make_certificate(folder))]
        proxy = wire.Proxy(proxy_program, listeners, [wire.cluster("nginx", origin)])
        try:
            outcomes = {"cleartext, codec AUTO": run(h2spec, auto), "cleartext, codec HTTP2": run(h2spec, only),
                        "TLS": run(h2spec, tls, "-t", "-k")}
        finally:
            proxy.remove()
            nginx.terminate()
            nginx.wait()
    for name, (good, counts) in outcomes.items():
        print(f"{name}: {counts[0]} tests, {counts[1]} passed, {counts[2]} skipped, {counts[3]} failed")
    return 0 if all(good for good, _ in outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
