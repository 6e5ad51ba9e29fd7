#include "orchestrator/compose/servers.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "orchestrator/scenario/load.h"

namespace lab::orchestrator {
namespace {

constexpr char kNginxConfig[] = "/etc/lab/nginx/nginx.conf";
constexpr char kNginxServers[] = "/etc/nginx/conf.d";

/// nginx around whatever server blocks the node has: one worker in the foreground, its logs to the
/// lab.
constexpr char kNginxMain[] = R"(daemon off;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /dev/stdout combined;
    client_body_temp_path /tmp/nginx-body;
    proxy_temp_path /tmp/nginx-proxy;
    fastcgi_temp_path /tmp/nginx-fastcgi;
    uwsgi_temp_path /tmp/nginx-uwsgi;
    scgi_temp_path /tmp/nginx-scgi;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
)";

/// "nginx" of "192.168.0.61/istio-example/nginx:1.2".
std::string image_name(const std::string& image) {
  const std::string last = image.substr(image.rfind('/') + 1);
  return last.substr(0, last.find_first_of(":@"));
}

std::vector<std::uint16_t> ports_of(const NodeSpec* spec, const crd::PodSpec* pod) {
  std::vector<std::uint16_t> ports;
  if (spec != nullptr) {
    for (const std::uint32_t port : spec->ports) ports.push_back(static_cast<std::uint16_t>(port));
  }
  if (!ports.empty() || pod == nullptr) return ports;
  for (const crd::Container& container : pod->containers) {
    for (const crd::ContainerPort& port : container.ports) {
      ports.push_back(static_cast<std::uint16_t>(port.container_port));
    }
  }
  return ports;
}

Readiness ready_at(const std::vector<std::uint16_t>& ports, std::uint16_t otherwise) {
  Readiness ready;
  ready.port = ports.empty() ? otherwise : ports.front();
  ready.kind = ready.port == 0 ? Readiness::Kind::none : Readiness::Kind::port;
  return ready;
}

/// The port that nginx's server blocks listen on first, when nothing else tells one.
std::uint16_t first_listen_port(const Node& node) {
  for (const File& file : node.files) {
    if (file.path.rfind(kNginxServers, 0) != 0) continue;
    const std::size_t listen = file.content.find("listen");
    if (listen == std::string::npos) continue;
    const std::size_t digits = file.content.find_first_of("0123456789", listen);
    return static_cast<std::uint16_t>(
        std::atoi(file.content.c_str() + std::min(digits, file.content.size())));
  }
  return 0;
}

Result<> add_nginx(const ServerContext& context, const NodeSpec* spec,
                   const std::vector<std::uint16_t>& ports, Node& node) {
  const auto is_servers = [](const Directory& directory) {
    return directory.path == kNginxServers || directory.path == std::string(kNginxServers) + "/";
  };
  if (std::none_of(node.directories.begin(), node.directories.end(), is_servers)) {
    node.directories.push_back({kNginxServers});  // Hides the host's own.
  }
  node.files.push_back({kNginxConfig, kNginxMain});
  if (spec != nullptr && !spec->config.empty()) {
    const std::string path = find_template(context.scenario, spec->config, context.templates);
    std::vector<std::string> unknown;
    const std::string text = substitute(TRY(read_file(path)), context.variables, &unknown);
    if (!unknown.empty()) {
      return fail(Errc::config, path + ": ${" + unknown.front() + "} is not defined." +
                                    " Add it to `variables` in " + context.scenario.path + ".");
    }
    node.files.push_back({std::string(kNginxServers) + "/lab.conf", text});
  }
  Program program;
  program.name = "nginx";
  program.argv = {"nginx", "-c", kNginxConfig};
  program.ready = ready_at(ports, first_listen_port(node));
  node.programs.push_back(program);
  return {};
}

void add_httpbin(const std::vector<std::uint16_t>& ports, Node& node) {
  const std::uint16_t port = ports.empty() ? 8000 : ports.front();
  Program program;
  program.name = "httpbin";
  program.argv = {"/usr/bin/python3", "-m",     "httpbin.core",      "--host",
                  "0.0.0.0",          "--port", std::to_string(port)};
  program.ready = ready_at({port}, port);
  node.programs.push_back(program);
}

/// A server that answers each connection with what it was sent: nothing but a TCP echo.
constexpr char kEcho[] =
    "import socketserver,sys\n"
    "class Echo(socketserver.BaseRequestHandler):\n"
    "    def handle(self):\n"
    "        while data := self.request.recv(65536): self.request.sendall(data)\n"
    "socketserver.ThreadingTCPServer.allow_reuse_address = True\n"
    "socketserver.ThreadingTCPServer(('0.0.0.0', int(sys.argv[1])), Echo).serve_forever()\n";

void add_echo(const std::vector<std::uint16_t>& ports, Node& node) {
  for (const std::uint16_t port : ports) {
    Program program;
    program.name = "echo-" + std::to_string(port);
    program.argv = {"/usr/bin/python3", "-c", kEcho, std::to_string(port)};
    program.ready = ready_at({port}, port);
    node.programs.push_back(program);
  }
}

void add_command(const NodeSpec& spec, const std::vector<std::uint16_t>& ports, Node& node) {
  Program program;
  program.name = "command";
  program.argv = {"/bin/sh", "-c", spec.command};
  program.env = spec.environment;
  program.ready = ready_at(ports, 0);
  node.programs.push_back(program);
}

}  // namespace

ServerKind server_of(const NodeSpec* spec, const crd::PodSpec* pod) {
  if (spec != nullptr && spec->server) return *spec->server;
  if (spec != nullptr && !spec->command.empty()) return ServerKind::none;
  if (pod == nullptr) return ServerKind::none;
  for (const crd::Container& container : pod->containers) {
    const std::string name = image_name(container.image);
    if (name == "nginx") return ServerKind::nginx;
    if (name == "httpbin") return ServerKind::httpbin;
  }
  return ServerKind::none;
}

Result<> add_server(const ServerContext& context, const NodeSpec* spec, const crd::PodSpec* pod,
                    Node& node) {
  const auto ports = ports_of(spec, pod);
  switch (server_of(spec, pod)) {
    case ServerKind::nginx:
      return add_nginx(context, spec, ports, node);
    case ServerKind::httpbin:
      add_httpbin(ports, node);
      break;
    case ServerKind::echo:
      add_echo(ports, node);
      break;
    case ServerKind::none:
      if (spec != nullptr && !spec->command.empty()) add_command(*spec, ports, node);
  }
  return {};
}

Node dns_node(const std::string& address, const std::string& bridge,
              const std::map<std::string, std::vector<std::string>>& records) {
  Node node;
  node.name = "cluster-dns";
  node.namespace_ = "";
  node.kind = NodeKind::external;
  node.interfaces = {{"eth0", bridge, {address}}};
  std::string hosts;
  for (const auto& [name, addresses] : records) {
    for (const std::string& one : addresses) hosts += one + " " + name + "\n";
  }
  node.files.push_back({"/etc/lab/dns/hosts", hosts});
  Program program;
  program.name = "dnsmasq";
  program.argv = {"dnsmasq",          "--keep-in-foreground", "--conf-file=/dev/null",
                  "--no-resolv",      "--no-hosts",           "--addn-hosts=/etc/lab/dns/hosts",
                  "--local=/#/",      "--user=root",          "--group=root",
                  "--log-facility=-", "--pid-file=",          "--cache-size=0"};
  program.ready.kind = Readiness::Kind::udp;
  program.ready.port = 53;
  node.programs.push_back(program);
  return node;
}

}  // namespace lab::orchestrator
