"""What is compared: our proxy, Envoy, HAProxy and nginx, each as sidecar and gateway of scenario 15's chain with one worker."""

import json
import os
import signal
import subprocess

from nodes import GATEWAY, SERVER

HOST = "nginx.external.svc.cluster.local"
PAGE = b"<!DOCTYPE html><title>Welcome to nginx!</title><h1>v1!</h1>".ljust(611, b" ") + b"\n"  # 612 bytes.


def make_certificates(folder):
    """The lesson's certificates; keys are P-256 because only handshakes, which aren't measured, would notice."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=bench ca")
    for name in ("client", "nginx"):
        openssl("req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}",
                "-addext", f"subjectAltName=DNS:{HOST}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                "-copy_extensions", "copy", "-out", f"{name}.crt")
    with open(f"{folder}/client.pem", "w") as both:
        for part in ("client.crt", "client.key"):
            with open(f"{folder}/{part}") as source:
                both.write(source.read())


def nginx_main(folder, name, http):
    return (f"worker_processes 1; daemon off; pid {folder}/{name}.pid; error_log {folder}/{name}.err;\n"
            "events { worker_connections 4096; }\nhttp {\n"
            f"client_body_temp_path {folder}/{name}-body; proxy_temp_path {folder}/{name}-proxy;\n"
            f"fastcgi_temp_path {folder}/{name}-f; uwsgi_temp_path {folder}/{name}-u; scgi_temp_path {folder}/{name}-s;\n"
            "keepalive_requests 100000000; keepalive_timeout 1h; client_max_body_size 0;\n" + http + "}\n")


def origin_configuration(folder):
    """The external server: demands a certificate of its CA; also takes uploads and gives one large file."""
    return nginx_main(folder, "origin", f"""
access_log off;
server {{
  listen 443 ssl;
  ssl_certificate {folder}/nginx.crt; ssl_certificate_key {folder}/nginx.key;
  ssl_client_certificate {folder}/ca.crt; ssl_verify_client on;
  location / {{ root {folder}/pages; }}
  location /upload {{ proxy_request_buffering off; proxy_http_version 1.1; proxy_pass http://127.0.0.1:8090; }}
}}
""")


class Peer:
    """A kind of proxy; `write` makes its files, `command` starts it, the signal `end` ends it."""
    end = signal.SIGKILL

    def __init__(self, folder, http2, log):
        self.folder, self.http2, self.log = folder, http2, log


class Nginx(Peer):
    name = "nginx"
    end = signal.SIGTERM  # A killed master leaves its workers behind.

    def write(self):
        log = "access_log /dev/stdout;" if self.log else "access_log off;"
        tls = (f"proxy_ssl_certificate {self.folder}/client.crt; proxy_ssl_certificate_key {self.folder}/client.key;"
               f"proxy_ssl_trusted_certificate {self.folder}/ca.crt; proxy_ssl_verify on; proxy_ssl_name {HOST};")
        for node, listen, target, scheme, extra in (("client", "15001", f"{GATEWAY}:80", "http", ""),
                                                    ("gateway", "80", f"{SERVER}:443", "https", tls)):
            http = (f"{log} upstream up {{ server {target}; keepalive 64; keepalive_requests 100000000; }}\n"
                    f"server {{ listen {listen}; location / {{ proxy_pass {scheme}://up; proxy_http_version 1.1;\n"
                    "proxy_request_buffering off; proxy_buffering on; proxy_max_temp_file_size 0;\n"
                    f"proxy_set_header Connection ''; proxy_set_header Host $host;\n"
                    f"proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; {extra} }} }}\n")
            with open(f"{self.folder}/nginx-{node}.conf", "w") as out:
                out.write(nginx_main(self.folder, f"nginx-{node}", http))

    def command(self, node):
        return ["nginx", "-e", f"{self.folder}/nginx-{node}.err", "-c", f"{self.folder}/nginx-{node}.conf"]


class Haproxy(Peer):
    name = "haproxy"

    def write(self):
        log = "log stdout format raw local0\n" if self.log else ""
        use_log = "log global\noption httplog\n" if self.log else ""
        hop = " proto h2" if self.http2 else ""
        tls = f" ssl crt {self.folder}/client.pem ca-file {self.folder}/ca.crt verify required sni str({HOST})"
        for node, bind, server in (("client", ":15001", f"{GATEWAY}:80{hop}"), ("gateway", f":80{hop}", f"{SERVER}:443{tls}")):
            with open(f"{self.folder}/haproxy-{node}.conf", "w") as out:
                out.write(f"global\nnbthread 1\nmaxconn 4096\n{log}defaults\nmode http\n{use_log}timeout client 1h\n"
                          "timeout server 1h\ntimeout connect 5s\noption forwardfor\nhttp-reuse always\n"
                          f"frontend in\nbind {bind}\ndefault_backend out\nbackend out\nserver up {server}\n")

    def command(self, node):
        return ["haproxy", "-db", "-f", f"{self.folder}/haproxy-{node}.conf"]


class Mesh(Peer):
    """Our proxy with what the compiler writes for scenario 15, in its static form."""
    name = "mesh"
    nodes = {"client": "sleep-v1", "gateway": "istio-egressgateway-v1"}

    def __init__(self, folder, http2, log, program, lab):
        super().__init__(folder, http2, log)
        self.program, self.lab = program, lab

    def write(self):
        for node, name in self.nodes.items():
            text = subprocess.run([self.lab, "export", "envoy", f"scenario15/{name}", "--static"], check=True, text=True,
                                  capture_output=True, env={**os.environ, "HOME": self.folder}).stdout
            for there, here in (("egressgateway-certs/tls.crt", "client.crt"), ("egressgateway-certs/tls.key", "client.key"),
                                ("egressgateway-ca-certs/ca.crt", "ca.crt")):
                text = text.replace(f"/etc/istio/{there}", f"{self.folder}/{here}")
            config = json.loads(text)
            for cluster in config["staticResources"]["clusters"]:
                if not self.http2:
                    cluster.pop("typedExtensionProtocolOptions", None)
            if not self.log:
                remove_key(config, "accessLog")
            with open(f"{self.folder}/mesh-{node}.json", "w") as out:
                json.dump(config, out)

    def command(self, node):
        return [self.program, "-c", f"{self.folder}/mesh-{node}.json", "--concurrency", "1", "--log-level", "error"]


class Envoy(Mesh):
    name = "envoy"

    def command(self, node):
        return [*super().command(node), "--base-id", {"client": "71", "gateway": "72"}[node]]


def remove_key(value, key):
    if isinstance(value, dict):
        value.pop(key, None)
        for member in value.values():
            remove_key(member, key)
    elif isinstance(value, list):
        for member in value:
            remove_key(member, key)
