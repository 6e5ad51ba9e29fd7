#include "orchestrator/inspect/starter.h"

#include "base/text.h"

namespace lab::orchestrator {
namespace {

constexpr char kScenario[] =
    R"(# A scenario: who is there, which objects the mesh has, what is sent, what must come back.
# Run it with `lab run ./NAME`; every field is told in docs/scenario-format.md and by `lab schema`.
id: NAME
title: A client in the mesh calls a server outside
profile: istio-current          # whose defaults hold; or istio-1.0

# Certificates, made afresh for each run. `server` gives the files server.crt and server.key, `ca` gives ca.crt.
pki:
  authorities:
    ca: {key: p256}
  certificates:
    server: {issuer: ca, key: p256, dns: [web.example.com]}

# Machines. A name that no Deployment or Pod in mesh/ has becomes a Pod with these labels and a sidecar.
nodes:
  client:
    labels: {app: client}
  web:
    kind: external              # a machine outside the mesh
    address: 192.168.0.10
    server: nginx
    ports: [443]
    files:
      /etc/nginx/certs/server.crt: {pki: server.crt}
      /etc/nginx/certs/server.key: {pki: server.key}
      /etc/nginx/certs/ca.crt: {pki: ca.crt}
      /etc/nginx/conf.d/web.conf: {file: web.conf}

# Names that DNS answers.
dns:
  web.example.com: 192.168.0.10

# What is done, in order. Everything under `expect` is compared; what isn't there may be anything.
steps:
  - name: the sidecar adds TLS to plain HTTP
    from: client
    request: GET http://web.example.com/
    expect:
      status: 200
      body: hello from outside
      via: []                   # no proxy but the client's own
      server-certificate: server

  - name: a path that the server doesn't have
    from: client
    request: GET http://web.example.com/nothing
    expect: {status: 404}

# Changes that must make a step fail: `lab mutate ./NAME` tries each.
mutants:
  - name: the rule does not ask for TLS
    file: mesh/web.yaml
    replace: "mode: SIMPLE"
    with: "mode: DISABLE"
)";

constexpr char kMesh[] = R"(apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: web
spec:
  hosts: [web.example.com]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports:
  - {number: 80, name: http, protocol: HTTP, targetPort: 443}
  endpoints:
  - address: 192.168.0.10
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: web
spec:
  host: web.example.com
  trafficPolicy:
    tls:
      mode: SIMPLE
      insecureSkipVerify: true
)";

constexpr char kServer[] = R"(server {
    listen 443 ssl;
    ssl_certificate /etc/nginx/certs/server.crt;
    ssl_certificate_key /etc/nginx/certs/server.key;
    location = / {
        default_type text/plain;
        return 200 "hello from outside\n";
    }
    location / {
        return 404;
    }
}
)";

/// A folder's name as an id: lower-case letters, digits and hyphens.
std::string id_of(const std::string& name) {
  std::string id;
  for (const char c : to_lower(name)) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (good)
      id += c;
    else if (!id.empty() && id.back() != '-')
      id += '-';
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id.empty() ? "scenario" : id;
}

}  // namespace

std::map<std::string, std::string> starter_files(const std::string& name) {
  return {{"scenario.yaml", replace_all(kScenario, "NAME", id_of(name))},
          {"mesh/web.yaml", kMesh},
          {"web.conf", kServer}};
}

}  // namespace lab::orchestrator
