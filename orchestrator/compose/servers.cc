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

/// The TCP ports that the Pod's own containers name; an injected sidecar's are the proxy's.
std::vector<std::uint16_t> container_ports(const crd::PodSpec& pod) {
  std::vector<std::uint16_t> ports;
  for (const crd::Container& container : pod.containers) {
    if (container.name == "istio-proxy") continue;
    for (const crd::ContainerPort& port : container.ports) {
      if (port.protocol.empty() || port.protocol == "TCP")
        ports.push_back(static_cast<std::uint16_t>(port.container_port));
    }
  }
  return ports;
}

std::vector<std::uint16_t> ports_of(const NodeSpec* spec, const crd::PodSpec* pod) {
  if (spec != nullptr && !spec->ports.empty())
    return std::vector<std::uint16_t>(spec->ports.begin(), spec->ports.end());
  return pod == nullptr ? std::vector<std::uint16_t>{} : container_ports(*pod);
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

bool has_server_blocks(const NodeSpec* spec, const Node& node) {
  return (spec != nullptr && !spec->config.empty()) || first_listen_port(node) != 0;
}

/// What stands in for a program that the lab doesn't have: says who answers, and to what.
std::string hello_blocks(const Node& node, const std::vector<std::uint16_t>& ports) {
  std::string text;
  for (const std::uint16_t port : ports) {
    text += "server {\n    listen " + std::to_string(port) +
            ";\n    default_type text/plain;\n    return 200 \"hello from " + node.name +
            ": $request_method $http_host$request_uri\\n\";\n}\n";
  }
  return text;
}

Result<> add_nginx(const ServerContext& context, const NodeSpec* spec,
                   std::vector<std::uint16_t> ports, Node& node) {
  const auto is_servers = [](const Directory& directory) {
    return directory.path == kNginxServers || directory.path == std::string(kNginxServers) + "/";
  };
  if (std::none_of(node.directories.begin(), node.directories.end(), is_servers)) {
    node.directories.push_back({kNginxServers});  // Hides the host's own.
  }
  node.files.push_back({kNginxConfig, kNginxMain});
  if (!has_server_blocks(spec, node)) {
    if (ports.empty()) ports = {80};
    node.files.push_back({std::string(kNginxServers) + "/hello.conf", hello_blocks(node, ports)});
  }
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

/// A server that answers each connection with what it was sent, a word before it if there is one.
constexpr char kEcho[] =
    "import socketserver,sys\n"
    "word = ''.join(w + ' ' for w in sys.argv[2:]).encode()\n"
    "class Echo(socketserver.BaseRequestHandler):\n"
    "    def handle(self):\n"
    "        while data := self.request.recv(65536): self.request.sendall(word + data)\n"
    "socketserver.ThreadingTCPServer.allow_reuse_address = True\n"
    "socketserver.ThreadingTCPServer(('0.0.0.0', int(sys.argv[1])), Echo).serve_forever()\n";

/// The word that Istio's tcp-echo-server is told to answer with: its second argument.
std::vector<std::string> echo_word(const crd::PodSpec* pod) {
  if (pod == nullptr) return {};
  for (const crd::Container& container : pod->containers) {
    if (image_name(container.image) == "tcp-echo-server" && container.args.size() == 2)
      return {container.args[1]};
  }
  return {};
}

void add_echo(const std::vector<std::uint16_t>& ports, const std::vector<std::string>& word,
              Node& node) {
  for (const std::uint16_t port : ports) {
    Program program;
    program.name = "echo-" + std::to_string(port);
    program.argv = {"/usr/bin/python3", "-c", kEcho, std::to_string(port)};
    program.argv.insert(program.argv.end(), word.begin(), word.end());
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

ServerKind server_of(const NodeSpec* spec, const crd::PodSpec* pod, const Node& node) {
  if (spec != nullptr && spec->server) return *spec->server;
  if (spec != nullptr && !spec->command.empty()) return ServerKind::none;
  if (pod == nullptr) return ServerKind::none;
  for (const crd::Container& container : pod->containers) {
    const std::string name = image_name(container.image);
    if (name == "nginx") return ServerKind::nginx;
    if (name == "httpbin" || name == "go-httpbin") return ServerKind::httpbin;
    if (name == "tcp-echo-server") return ServerKind::echo;
  }
  const bool listens = !container_ports(*pod).empty();
  return listens && node.kind != NodeKind::gateway ? ServerKind::hello : ServerKind::none;
}

Result<> add_server(const ServerContext& context, const NodeSpec* spec, const crd::PodSpec* pod,
                    Node& node) {
  const auto ports = ports_of(spec, pod);
  switch (server_of(spec, pod, node)) {
    case ServerKind::nginx:
    case ServerKind::hello:
      return add_nginx(context, spec, ports, node);
    case ServerKind::httpbin:
      add_httpbin(ports, node);
      break;
    case ServerKind::echo:
      add_echo(ports, echo_word(pod), node);
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
