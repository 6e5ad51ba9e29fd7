#include "tests/netns/sample_plan.h"

namespace lab::orchestrator {
namespace {

Node node_at(const std::string& name, const std::string& bridge, const std::string& address) {
  Node node;
  node.name = name;
  node.interfaces = {{"eth0", bridge, {address}}};
  return node;
}

/// Listens where a proxy would, and says whom it was asked for.
Program stand_in_proxy() {
  Program program;
  program.name = "proxy";
  program.argv = {"/usr/bin/python3", "-S", "-E", "-c",
                  "import socket\n"
                  "s = socket.socket()\n"
                  "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
                  "s.bind(('0.0.0.0', 15001))\n"
                  "s.listen(64)\n"
                  "while True:\n"
                  "  c, a = s.accept()\n"
                  "  d = c.getsockopt(0, 80, 16)\n"
                  "  c.recv(4096)\n"
                  "  b = '%d.%d.%d.%d:%d' % (*d[4:8], d[2] * 256 + d[3])\n"
                  "  c.sendall(('HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s' % (len(b), "
                  "b)).encode())\n"
                  "  c.close()\n"};
  program.uid = program.gid = kProxyUid;
  program.ready.kind = Readiness::Kind::port;
  program.ready.port = 15001;
  return program;
}

Node sidecar(const std::string& name, const std::string& address) {
  Node node = node_at(name, "pods", address);
  node.redirect.mode = Redirect::Mode::istio_1_0;
  node.programs = {stand_in_proxy()};
  node.directories = {{"/etc/lab/proxy", 0755, kProxyUid, kProxyUid}};
  return node;
}

Node gateway(const std::string& name, const std::string& address) {
  Node node = node_at(name, "pods", address);
  node.namespace_ = "istio-system";
  node.kind = NodeKind::gateway;
  node.programs = {stand_in_proxy()};
  node.directories = {{"/etc/istio/egressgateway-certs"}, {"/etc/istio/egressgateway-ca-certs"}};
  node.files = {{"/etc/istio/egressgateway-certs/tls.crt", "certificate of " + name + "\n"}};
  return node;
}

Node nginx() {
  Node node = node_at("nginx", "outside", "192.168.0.63");
  node.kind = NodeKind::external;
  node.namespace_.clear();
  node.directories = {{"/etc/nginx"}, {"/usr/share/nginx/html/v1"}, {"/var/lib/nginx"}};
  node.files = {
      {"/usr/share/nginx/html/v1/index.html", "<h1>v1!</h1>\n"},
      {"/etc/nginx/nginx.conf",
       "daemon off; user root; error_log stderr; pid /run/nginx.pid;\n"
       "events {}\n"
       "http { access_log /dev/stdout; server { listen 80; root /usr/share/nginx/html/v1; } }\n"}};
  Program program;
  program.name = "nginx";
  program.argv = {"nginx"};
  program.ready = {Readiness::Kind::port, 80, "", "127.0.0.1"};
  node.programs = {program};
  return node;
}

}  // namespace

Plan sample_plan(const std::string& name) {
  Plan plan;
  plan.name = name;
  plan.bridges = {{"pods", "10.234.0.1", 16}, {"outside", "192.168.0.1", 24}};
  plan.nodes = {sidecar("sleep-v1", "10.234.1.35"),
                sidecar("sleep-v2", "10.234.0.84"),
                sidecar("sleep", "10.234.0.85"),
                gateway("istio-egressgateway-v1", "10.234.0.83"),
                gateway("istio-egressgateway-v2", "10.234.1.34"),
                nginx(),
                node_at("client", "outside", "192.168.0.64")};
  return plan;
}

Plan small_plan(const std::string& name) {
  Plan plan;
  plan.name = name;
  plan.bridges = {{"pods", "10.234.0.1", 16}};
  plan.nodes = {node_at("one", "pods", "10.234.0.2"), node_at("two", "pods", "10.234.0.3")};
  return plan;
}

}  // namespace lab::orchestrator
